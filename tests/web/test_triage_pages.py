"""The pages of the triage: explained before it is saved, nothing lost, two people for another tier, and the key dates."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from governance.demo.triages import LOANS, NOTHING
from governance.forms.triage import NONE
from governance.models import KeyDates, TierOverride, Triage
from governance.services import promotions, triages
from registry.models import Asset, Person
from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.engineer()


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.id))
    return client


def address(asset, name="triage-answer", *more):
    return reverse(name, args=[asset.kind, asset.slug, *more])


def typed(answers, **more):
    return {**{key: list(chosen) or [NONE] for key, chosen in answers.items()}, **more}


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def test_what_answers_lead_to_is_explained_before_anything_is_saved(owner):
    made = factories.filled_version(owner)
    promotions.promote(actor=owner, release_id=factories.release(owner, made).pk)
    client = client_of(owner)
    page = client.post(address(made.asset), typed(LOANS, based_on="", explain="1")).content.decode()
    assert "Creditworthiness" in page
    assert "Annex III 5(b)" in page
    assert "EU AI Act, high-risk duties" in page
    assert "2 December 2027" in page
    assert "no longer counts" in page
    assert not Triage.objects.exists()
    answer = client.post(address(made.asset), typed(LOANS, based_on=hidden(page, "based_on"), seen=hidden(page, "seen"), save="1"))
    assert answer.status_code == 302
    assert Asset.objects.get(pk=made.asset_id).tier == "high"
    assert "no longer counts" in client.get(answer.url).content.decode()


def test_answers_that_were_changed_after_the_look_are_explained_again(owner):
    asset, client = factories.asset(owner), client_of(owner)
    page = client.post(address(asset), typed(NOTHING, based_on="")).content.decode()
    again = client.post(address(asset), typed(LOANS, based_on="", seen=hidden(page, "seen"), save="1"))
    assert (again.status_code, Triage.objects.exists()) == (200, False)
    assert "Look at what your answers lead to, then save." in again.content.decode()


def test_answers_are_kept_until_they_are_saved_or_thrown_away(owner):
    asset, client = factories.asset(owner), client_of(owner)
    refused = client.post(address(asset), {"affected": "directly", "prohibited": [NONE, "5(1)(a)"]})
    assert refused.status_code == 422
    assert "not both" in refused.content.decode()
    assert "was not saved yet" not in refused.content.decode()
    page = client.get(address(asset)).content.decode()
    assert "These answers were not saved yet." in page
    assert re.search(r'value="directly"[^>]*checked', page)
    assert "You began to answer" in client.get(address(asset, "triage")).content.decode()
    client.post(address(asset), {"discard": "1"})
    assert "checked" not in client.get(address(asset)).content.decode()


def test_who_was_too_slow_keeps_the_answers_and_looks_again(owner):
    asset, client = factories.asset(owner), client_of(owner)
    page = client.post(address(asset), typed(LOANS, based_on="")).content.decode()
    triages.answer_triage(actor=owner, asset_id=asset.pk, answers=NOTHING, based_on=None)
    late = client.post(address(asset), typed(LOANS, based_on="", seen=hidden(page, "seen"), save="1"))
    assert late.status_code == 409
    text = late.content.decode()
    assert "Somebody answered the triage after you opened it" in text
    assert re.search(r'value="5\(b\)"[^>]*checked', text)
    page = client.post(address(asset), typed(LOANS, based_on=hidden(text, "based_on"))).content.decode()
    client.post(address(asset), typed(LOANS, based_on=hidden(page, "based_on"), seen=hidden(page, "seen"), save="1"))
    assert Triage.objects.current().get().tier == "high"


def test_another_tier_takes_two_people(owner):
    asset, legal = factories.asset(owner), factories.reviewer("legal")
    triages.answer_triage(actor=owner, asset_id=asset.pk, answers=NOTHING, based_on=None)
    ours, theirs = client_of(owner), client_of(legal)
    lost = ours.post(address(asset, "tier-propose"), {"tier": "limited", "reason": ""})
    assert lost.status_code == 422
    assert 'value="limited" selected' in lost.content.decode()
    ours.post(address(asset, "tier-propose"), {"tier": "limited", "reason": "It may hurt somebody."})
    made = TierOverride.objects.get()
    assert "It may hurt somebody." in theirs.get(reverse("home")).content.decode()
    assert "Confirm the tier" not in ours.get(address(asset, "triage")).content.decode()
    assert theirs.post(address(asset, "tier-answer", made.pk), {"comment": "", "answer": "confirm"}).status_code == 422
    theirs.post(address(asset, "tier-answer", made.pk), {"comment": "Seen.", "answer": "confirm"})
    assert Asset.objects.get(pk=asset.pk).tier == "limited"
    assert "Limited holds instead." in ours.get(address(asset, "triage")).content.decode()


def test_the_tier_is_not_changed_on_the_page_of_the_name(owner):
    asset, client = factories.asset(owner), client_of(owner)
    client.post(reverse("asset-edit", args=[asset.kind, asset.slug]), {"name": "New", "tier": "high", "tier_reason": "So."})
    asset.refresh_from_db()
    assert (asset.name, asset.tier) == ("New", "minimal")


def test_datasets_have_no_triage(owner):
    assert client_of(owner).get(address(factories.asset(owner, kind="dataset"), "triage")).status_code == 404


def test_a_policy_administrator_changes_the_key_dates_and_goes_back():
    client = client_of(factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor())
    url = reverse("key-dates")
    form = {"dates-TOTAL_FORMS": "1", "dates-INITIAL_FORMS": "0", "dates-0-on": "2027-01-01", "dates-0-event": "Ours", "dates-0-note": ""}
    refused = client.post(url, form)
    assert refused.status_code == 422
    assert "Ours" in refused.content.decode()
    assert client.post(url, {**form, "dates-0-applies": ["everyone"]}).status_code == 302
    assert [one.event for one in KeyDates.objects.get().dates] == ["Ours"]
    client.post(url, {"restore": "1"})
    assert not KeyDates.objects.exists()
