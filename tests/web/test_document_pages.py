"""Comments, history, what is missing and what must be confirmed, as people see and use them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import Comment, Document, Person, SectionAssignment
from registry.policy import Role
from registry.services import documents, versions
from tests import factories

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def owner() -> Person:
    made = factories.person("Olga Owner", member_of=factories.team())
    return Person.objects.get(pk=made.pk)


@pytest.fixture
def made(owner):
    return factories.version(owner.actor())


def text(response) -> str:
    return response.content.decode()


def say(client, version, anchor="document/overview", **data):
    return client.post(reverse("comments", args=[*version.url_args, anchor]), data)


def test_a_thread_is_begun_answered_resolved_and_opened_again(owner, made):
    client = client_of(owner)
    assert say(client, made, text="Why <b>so</b>?")["Location"].endswith(f"/document/#comment-{Comment.objects.get().pk}")
    thread = Comment.objects.get()
    say(client, made, **{"do": f"answer-{thread.pk}", f"answer-{thread.pk}": "Because."})
    page = text(client.get(reverse("document", args=made.url_args)))
    assert "Why &lt;b&gt;so&lt;/b&gt;?" in page
    assert "Because." in page
    assert "1 open comment" in page
    say(client, made, do=f"resolve-{thread.pk}")
    assert "Resolved by Olga Owner" in text(client.get(reverse("document-edit", args=[*made.url_args, "identity"])))
    say(client, made, do=f"reopen-{thread.pk}")
    assert Comment.objects.open().count() == 1


def test_names_of_those_who_see_the_version_are_offered_after_an_at_sign(owner, made):
    for name in ("Ann Lee", "Leo Anders", "Lea Stranger"):
        factories.person(name, member_of=made.asset.team if name != "Lea Stranger" else factories.team())
    factories.person("Lena Reviewer", roles=[Role.REVIEWER_LEGAL])
    address = reverse("comment-people", args=made.url_args)

    def names(start):
        return client_of(owner).get(address, {"start": start}).json()["people"]

    assert names("le") == ["Ann Lee", "Lena Reviewer", "Leo Anders"]
    assert names("ann le") == ["Ann Lee"]
    assert names("olga") == names("%") == []
    assert names("") == ["Ann Lee", "Lena Reviewer", "Leo Anders"]
    assert f'data-mentions="{address}"' in text(client_of(owner).get(reverse("document", args=made.url_args)))


def test_htmx_gets_the_panel_alone(owner, made):
    address = reverse("comments", args=[*made.url_args, "document/overview"])
    page = text(client_of(owner).post(address, {"text": "Why?"}, headers={"HX-Request": "true"}))
    assert page.lstrip().startswith("<details")
    assert "<html" not in page


def test_a_thread_of_another_place_is_not_touched(owner, made):
    client = client_of(owner)
    say(client, made, text="Why?")
    thread = Comment.objects.get()
    assert say(client, made, anchor="document/tags", do=f"resolve-{thread.pk}").status_code == 422
    assert say(client, made, text=" ").status_code == 422


def test_a_comment_elsewhere_leads_back_to_the_page_that_shows_it(owner, made):
    client = client_of(owner)
    back = made.get_absolute_url()
    assert say(client, made, anchor="release/1", text="Why?", back=back)["Location"].startswith(back)
    assert Comment.objects.get().page == back
    assert say(client, made, anchor="release/1", text="Why?", back="https://evil.example/")["Location"].startswith("/")


def test_a_reviewer_blocks_and_the_author_is_told_who_may_resolve(owner, made):
    reviewer = factories.person(roles=[Role.REVIEWER_ML])
    say(client_of(reviewer), made, text="This is not so.", is_blocking="1")
    page = text(client_of(owner).get(reverse("document", args=made.url_args)))
    assert "Blocks approval" in page
    assert "only who wrote it, or another reviewer, may resolve it" in page
    assert "This is not so." in text(client_of(owner).get(reverse("home")))


def test_a_section_is_asked_of_a_person_and_stands_on_home(owner, made):
    client = client_of(owner)
    address = reverse("section-assign", args=[*made.url_args, "intended_use"])
    assert client.post(address, {"person": owner.pk, "due_on": "2026-01-02", "note": "Please."}).status_code == 302
    for page in (client.get(reverse("home")), client.get(reverse("document", args=made.url_args))):
        assert "Overdue" in text(page)
        assert "Please." in text(page)
    client.post(reverse("assignment-done", args=[*made.url_args, SectionAssignment.objects.get().pk]))
    assert "Please." not in text(client.get(reverse("home")))
    assert client.post(address, {"person": ""}).status_code == 422


def test_what_is_missing_links_to_where_it_is_written(owner, made):
    page = text(client_of(owner).get(reverse("document", args=made.url_args)))
    address = reverse("document-edit", args=[*made.url_args, "intended_use"])
    assert f'href="{address}#primary_uses"' in page
    assert "Essential fields count three times." in page


def test_any_two_revisions_are_compared_word_by_word(owner, made):
    document = Document.objects.get(version=made)
    for overview in ("It sorts letters.", "It sorts parcels."):
        document = documents.save_fields(
            actor=owner.actor(), document_id=document.pk, values={"overview": overview}, based_on=document.revision
        )
    client, address = client_of(owner), reverse("document-compare", args=made.url_args)
    page = text(client.get(address, {"from": "2", "to": "3"}))
    assert '<del class="diff-del"><span class="visually-hidden">[removed: </span>letters<' in page
    assert '<ins class="diff-ins"><span class="visually-hidden">[added: </span>parcels<' in page
    assert "parcels" in text(client.get(address, {"from": "3", "to": "1"}))
    assert client.get(address, {"from": "9"}).status_code == 404
    assert client.get(address, {"from": "x"}).status_code == 422
    back = client.post(reverse("document-restore", args=made.url_args), {"number": "2", "based_on": "3"}, follow=True)
    assert "Revision 2 is back, as revision 4." in text(back)
    assert Document.objects.get(version=made).content["overview"] == "It sorts letters."


def test_a_card_is_compared_with_the_last_approved_release(owner):
    actor = owner.actor()
    made = factories.filled_version(actor)
    address = reverse("document-since-approved", args=made.url_args)
    assert "No release was promoted yet" in text(client_of(owner).get(address))
    factories.promotion(actor, made)
    assert "Nothing changed" in text(client_of(owner).get(address))
    later = factories.next_version(actor, made, "2")
    document = Document.objects.get(version=later)
    documents.save_fields(actor=actor, document_id=document.pk, values={"overview": "Entirely new."}, based_on=1)
    page = text(client_of(owner).get(reverse("document-since-approved", args=later.url_args)))
    assert "Entirely new" in page
    assert "Model version" in page


def test_carried_answers_are_confirmed_one_by_one_or_by_section(owner):
    actor = owner.actor()
    made = factories.filled_version(actor)
    later = versions.add_version(actor=actor, asset_id=made.asset_id, name="2", carry_from=made.pk)
    client = client_of(owner)
    page = text(client.get(reverse("document", args=later.url_args)))
    assert "To confirm" in page
    address = reverse("document-confirm", args=later.url_args)
    assert client.post(address, {"field": "overview"})["Location"].endswith("/document/#overview")
    assert client.post(address, {"field": "tags languages"})["Location"].endswith("/document/#identity")
    assert client.post(address, {"field": "primary_uses", "edit": "1"})["Location"].endswith("/document/intended_use/#primary_uses")
    waiting = Document.objects.get(version=later).to_confirm
    assert not {"overview", "tags", "languages", "primary_uses"}.intersection(waiting)
    assert "developer" in waiting


def test_a_card_shows_the_datasheets_of_its_data_and_annex_iv(owner, made):
    data = factories.version(owner.actor(), kind="dataset", name="2026")
    versions.link_source(actor=owner.actor(), version_id=made.pk, source_id=data.pk, relation="trained-on")
    client = client_of(owner)
    page = text(client.get(reverse("document", args=made.url_args)))
    assert f'href="{reverse("document", args=data.url_args)}"' in page
    law = text(client.get(reverse("document-annex-iv", args=made.url_args)))
    assert law.index("1(a) Purpose") < law.index("2(d) Data") < law.rindex("9 After it is on the market")
    assert client.get(reverse("document-annex-iv", args=data.url_args)).status_code == 404
