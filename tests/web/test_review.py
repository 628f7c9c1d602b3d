"""The reviewer's page: what changed first, then the whole content, from the snapshots alone."""

from __future__ import annotations

import pytest
import tinyhtml5
from django.test import Client
from django.urls import reverse

from governance.gate import unmet
from governance.models import PolicyEdition, Release
from governance.services import promotions, releases
from governance.services.facts import facts_of, requirements_of
from registry.errors import ForbiddenError
from registry.models import Document, Person, Version
from registry.policy import Actor, Role
from registry.services import comments, documents, versions
from registry.services.history import confirm_fields
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    client.force_login(factories.person(roles=[Role.REVIEWER_ML]))
    return client


def review(client: Client, release: Release) -> str:
    return client.get(reverse("release-review", args=[*release.version.url_args, release.pk])).content.decode()


def write(owner: Actor, made: Version, text: str) -> None:
    document = Document.objects.get(version=made)
    documents.save_fields(actor=owner, document_id=document.pk, values={"overview": text}, based_on=document.revision)


def test_a_first_release_says_so_and_shows_the_whole(owner, client):
    release = factories.release(owner, factories.filled_version(owner))
    page = review(client, release)
    assert "The first release of this model" in page
    assert "there is nothing to compare with" in page
    assert "Something about overview" in page or "The whole content" in page


def test_a_later_release_shows_word_by_word_what_changed_since_the_promoted_one(owner, client):
    made = factories.filled_version(owner)
    write(owner, made, "It ranks applications for loans.")
    first = promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    later = versions.add_version(actor=owner, asset_id=made.asset_id, name="2.0.0", carry_from=made.pk)
    write(owner, later, "It ranks applications for small loans.")
    release = factories.release(owner, later)
    page = review(client, release)
    assert f"What changed since release {first.pk}" in page
    assert "small </ins>" in page or 'small <span class="visually-hidden">]' in page
    detail = client.get(release.get_absolute_url()).content.decode()
    assert f"What changed since release {first.pk}" in detail


def test_a_release_that_was_never_promoted_is_not_what_is_compared_with(owner, client):
    made = factories.filled_version(owner)
    withdrawn = factories.release(owner, made)
    releases.withdraw(actor=owner, release_id=withdrawn.pk, reason="So.")
    write(owner, made, "It ranks.")
    assert "The first release of this model" in review(client, factories.release(owner, made))


def test_the_page_reads_the_snapshot_and_not_the_living_tables(owner, client):
    made = factories.filled_version(owner)
    write(owner, made, "What was frozen.")
    release = factories.release(owner, made)
    write(owner, made, "What was written afterwards.")
    page = review(client, release)
    assert "What was frozen." in page
    assert "What was written afterwards." not in page


def test_a_promoted_release_is_compared_with_the_one_before_it_and_not_with_a_later_one(owner, client):
    made = factories.filled_version(owner)
    first = promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    later = versions.add_version(actor=owner, asset_id=made.asset_id, name="2.0.0", carry_from=made.pk)
    document = Document.objects.get(version=later)
    confirm_fields(actor=owner, document_id=document.pk, keys=document.to_confirm)
    second = promotions.promote(actor=owner, release_id=factories.release(owner, later).pk)
    assert f"What changed since release {first.pk}" in review(client, second)
    assert "The first release of this model" in review(client, first)


def test_the_number_of_queries_does_not_grow_with_the_content(owner, client, django_assert_max_num_queries):
    release = factories.release(owner, factories.ready_version(owner))
    address = reverse("release-review", args=[*release.version.url_args, release.pk])
    client.get(address)
    with django_assert_max_num_queries(24):
        client.get(address)


def test_findings_are_a_table_with_a_head_for_each_cell(owner, client):
    release = factories.release(owner, factories.ready_version(owner))
    page = tinyhtml5.parse(review(client, release), namespace_html_elements=False)
    tables = [table for table in page.iter("table") if "Findings" in (table.findtext("caption") or "")]
    assert tables, "no table of findings"
    heads = [head.text for head in tables[0].find("thead").iter("th")]
    assert heads == ["Metric", "By", "Value", "Interval", "Verdict"]
    found = release.snapshot.content["evaluations"][0]["findings"]
    rows = tables[0].findall("tbody/tr")
    assert len(rows) == len(found)
    assert [cell.get("data-label") for cell in rows[0].iter("td")] == heads[1:]


def test_the_release_leads_to_the_very_edition_that_it_is_judged_by(owner, client):
    release = factories.release(owner, factories.filled_version(owner))
    edition = PolicyEdition.objects.get(key=release.policy_key, digest=release.policy_digest)
    assert f'href="{edition.get_absolute_url()}"' in client.get(release.get_absolute_url()).content.decode()


def test_somebody_outside_the_team_sees_nothing_of_it(owner):
    release = factories.release(owner, factories.filled_version(owner))
    client = Client()
    client.force_login(Person.objects.get(pk=factories.engineer().person_id))
    assert client.get(reverse("release-review", args=[*release.version.url_args, release.pk])).status_code == 404


def test_a_reviewers_comment_blocks_until_it_is_resolved(owner):
    made = factories.filled_version(owner, tier="limited")
    release = factories.release(owner, made)
    reviewer = factories.person(roles=[Role.REVIEWER_ML])
    client = Client()
    client.force_login(reviewer)
    back = reverse("release-review", args=[*made.url_args, release.pk])
    address = reverse("comments", args=[*made.url_args, "document/overview"])
    client.post(address, {"do": "begin", "text": "Say for whom.", "is_blocking": "1", "back": back})
    thread = made.comments.get()
    assert unmet_comments(release) == [thread.written_by.name]
    page = client.get(back).content.decode()
    assert "Comments of reviewers block this release." in page
    assert f"{reviewer.name} on document/overview" in client.get(release.get_absolute_url()).content.decode()
    client.post(address, {"do": f"resolve-{thread.pk}", "back": back})
    assert unmet_comments(release) == []


def test_no_author_and_no_new_snapshot_lifts_a_comment_that_blocks(owner):
    made = factories.filled_version(owner, tier="limited")
    release = factories.release(owner, made)
    reviewer = factories.reviewer()
    thread = comments.write_comment(actor=reviewer, version_id=made.pk, anchor="document/overview", text="Say for whom.", is_blocking=True)
    with pytest.raises(ForbiddenError):
        comments.resolve_comment(actor=owner, comment_id=thread.pk)
    write(owner, made, "For people.")
    releases.resubmit(actor=owner, release_id=release.pk)
    assert unmet_comments(release) == [reviewer.name]


def test_a_comment_on_what_the_snapshot_does_not_show_is_told_all_the_same(owner, client):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    comments.write_comment(actor=factories.reviewer(), version_id=made.pk, anchor="document/nothing", text="Where is it?", is_blocking=True)
    page = review(client, release)
    assert "Comments on what this snapshot does not show" in page
    assert "Where is it?" in page


def unmet_comments(release: Release) -> list[str]:
    fresh = Release.objects.for_page().get(pk=release.pk)
    return [one.person_name for one in facts_of(fresh).blocking if [row.key for row in unmet(requirements_of(fresh))].count("comments")]
