"""The overview across models, and the heat maps of a version."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from governance.models import Answer, OrganisationAnswer
from governance.services import applicable, catalog, coverage, evidence
from registry.catalog.loader import frameworks
from registry.models import Asset, Person
from registry.policy import Role
from registry.services import versions
from tests import factories

pytestmark = pytest.mark.django_db
RMF, OECD = "nist_ai_rmf", "oecd_ai_principles"


@pytest.fixture
def owner():
    return factories.engineer()


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.id))
    return client


def auditor() -> Client:
    return client_of(factories.person(roles=[Role.AUDITOR]).actor())


def answered(owner, made, *slugs):
    for slug in slugs:
        factories.answer_one(owner, made, slug)


def models():
    return Asset.objects.of_kind("model")


def test_the_newest_version_of_each_model_counts_by_item(owner):
    first, other = factories.version(owner), factories.version(owner)
    answered(owner, first, "govern-1-1", "govern-1-2")
    answered(owner, other, "govern-1-1")
    versions.add_version(actor=owner, asset_id=first.asset_id, name="2")
    tallies, asked = coverage.across(models(), catalog.present())
    assert asked[RMF] == 2
    assert {item: one.answered for item, one in tallies[RMF].items()} == {"GOVERN 1.1": 1}


def test_an_answer_that_was_carried_and_not_confirmed_is_open(owner):
    made = factories.version(owner)
    answered(owner, made, "govern-1-1")
    Answer.objects.update(to_confirm=True, carried_from=made)
    assert coverage.across(models(), catalog.present())[0][RMF] == {}


def test_answers_without_evidence_and_the_oldest_are_counted(owner):
    made = factories.version(owner)
    answered(owner, made, "govern-1-1", "govern-1-2")
    evidence.attach_link(
        actor=owner, version_id=made.pk, framework_key=RMF, item_slug="govern-1-1", title="Note", url="https://example.org/"
    )
    tallies, _ = coverage.across(models(), catalog.present())
    assert [tallies[RMF][item].bare for item in ("GOVERN 1.1", "GOVERN 1.2")] == [0, 1]
    _, covered = coverage.by_model(list(models()), catalog.present())
    assert covered[made.asset_id][RMF].tally.bare == 1
    assert covered[made.asset_id][RMF].tally.oldest == min(Answer.objects.values_list("answered_at", flat=True))


def test_the_organisations_answer_counts_for_each_model_that_has_none_of_its_own(owner):
    first, _ = factories.version(owner), factories.version(owner)
    answered(owner, first, "govern-1-1", "govern-1-2")
    OrganisationAnswer.objects.create(framework_key=RMF, item="GOVERN 1.1", value="yes", justification="So.", answered_by_id=owner.id)
    tallies, _ = coverage.across(models(), catalog.present())
    assert tallies[RMF]["GOVERN 1.1"].answered == 2
    _, covered = coverage.by_model(list(models()), catalog.present())
    assert sorted(one[RMF].tally.answered for one in covered.values()) == [1, 2]
    assert coverage.of_version(first, [RMF])[RMF]["GOVERN 1.1"].answered == 1


def test_a_framework_that_is_no_longer_asked_does_not_count(owner):
    made = factories.version(owner)
    key, item = "iso_42001", frameworks()["iso_42001"].items[0]
    applicable.choose_framework(actor=owner, asset_id=made.asset_id, framework_key=key)
    factories.assessments.answer_item(
        actor=owner, version_id=made.pk, framework_key=key, item_slug=item.slug, value="yes", justification="So."
    )
    assert coverage.across(models(), catalog.present())[0][key][item.id].answered == 1
    applicable.drop_framework(actor=owner, asset_id=made.asset_id, framework_key=key)
    tallies, asked = coverage.across(models(), catalog.present())
    assert (tallies[key], asked[key]) == ({}, 0)


def test_the_page_shows_numbers_as_text_and_leads_to_the_checklists(owner):
    made = factories.version(owner)
    answered(owner, made, "govern-1-1")
    page = client_of(owner).get(reverse("overview")).content.decode()
    assert "1 of 19" in page
    assert "1/72" in page
    assert reverse("checklist", args=[*made.url_args, RMF]) in page
    assert reverse("version-coverage", args=made.url_args) in page


def test_a_square_of_a_version_leads_to_its_items(owner):
    made = factories.version(owner)
    answered(owner, made, "govern-1-1")
    page = client_of(owner).get(reverse("version-coverage", args=made.url_args)).content.decode()
    checklist = reverse("checklist", args=[*made.url_args, RMF])
    assert f"{checklist}?group=govern&amp;stage=plan-design" in page
    assert f"{checklist}?bare=on" in page
    assert client_of(owner).get(f"{checklist}?group=govern&stage=plan-design").status_code == 200


def test_it_is_filtered_by_words_tier_team_owner_and_framework(owner):
    made, other = factories.version(owner, tier="high"), factories.version(factories.engineer(), tier="minimal")
    client = auditor()
    for query in ({"q": made.asset.name}, {"tier": "high"}, {"team": made.asset.team_id}, {"owner": owner.id}):
        page = client.get(reverse("overview"), query).content.decode()
        assert f">{made.asset.name}</a>" in page, query
        assert f">{other.asset.name}</a>" not in page, query
    page = client.get(reverse("overview"), {"framework": OECD}).content.decode()
    assert "OECD AI Principles: function by lifecycle stage" in page
    assert "No model fits" in client.get(reverse("overview"), {"q": "nothing of the kind"}).content.decode()


def test_nobody_sees_the_models_of_another_team(owner):
    made = factories.version(owner)
    page = client_of(factories.engineer()).get(reverse("overview")).content.decode()
    assert made.asset.name not in page
    assert "No model yet" in page


def test_a_model_without_a_version_says_so(owner):
    factories.asset(owner)
    assert "No version" in client_of(owner).get(reverse("overview")).content.decode()
