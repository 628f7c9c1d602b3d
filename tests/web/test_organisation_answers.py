"""Pages of the organisation's answers, and inherited answers on the pages of a model."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from governance.models import Evidence, OrganisationAnswer
from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db
PLACE = ["nist_ai_rmf", "govern-1-1"]


@pytest.fixture
def keeper():
    client = Client()
    client.force_login(factories.person("Petra Holm", roles=[Role.POLICY_ADMINISTRATOR]))
    return client


def address(name: str = "organisation-item") -> str:
    return reverse(name, args=PLACE)


def body(response) -> str:
    return " ".join(response.content.decode().split())


def test_an_item_is_answered_with_a_file_and_handed_out_to_everybody(keeper, client):
    file = SimpleUploadedFile("policy.pdf", b"%PDF-1.7 so")
    data = {"value": "yes", "justification": "Our policy says so.", "based_on": "", "title": "AI policy", "file": file}
    page = keeper.post(address(), data, follow=True)
    assert "GOVERN 1.1 is saved for the organisation." in body(page)
    assert "AI policy" in body(page)
    client.force_login(factories.person())
    piece = Evidence.objects.get()
    handed = client.get(reverse("organisation-evidence", args=[piece.pk]))
    assert b"".join(handed.streaming_content) == b"%PDF-1.7 so"
    assert handed["X-Content-Type-Options"] == "nosniff"
    assert "Our policy says so." in body(client.get(address()))
    assert "1 of 19" in body(client.get(reverse("organisation-checklists")))


def test_a_refused_answer_keeps_what_was_typed(keeper):
    data = {"value": "yes", "justification": "", "based_on": "", "title": "Kept title", "url": "https://example.org"}
    page = keeper.post(address(), data)
    assert page.status_code == 422
    assert "Say what the answer rests on" in body(page)
    assert "Kept title" in body(page)
    assert not OrganisationAnswer.objects.exists()


def test_evidence_and_answer_are_taken_back(keeper):
    factories.organisation_answer("govern-1-1")
    piece = Evidence.objects.get()
    assert keeper.post(reverse("organisation-evidence-remove", args=[piece.pk])).url == f"{address()}#evidence"
    assert keeper.post(reverse("organisation-evidence-remove", args=[piece.pk])).status_code == 409
    keeper.post(address("organisation-clear"))
    assert not OrganisationAnswer.objects.exists()


def test_an_item_of_each_model_is_not_answered_here(keeper):
    other = reverse("organisation-item", args=["nist_ai_rmf", "map-1-1"])
    assert "asked of each model" in body(keeper.get(other))
    assert keeper.post(other, {"value": "yes", "justification": "So."}).status_code == 422


def test_a_model_shows_what_it_inherits_and_answers_for_itself_with_a_reason(client):
    factories.organisation_answer("govern-1-1")
    person = factories.person(member_of=factories.team())
    version = factories.version(person.actor())
    client.force_login(person)
    listed = body(client.get(reverse("checklist", args=[*version.url_args, "nist_ai_rmf"])))
    assert "From the organisation" in listed
    assert "1 of 72" in listed
    item = reverse("checklist-item", args=[*version.url_args, *PLACE])
    page = body(client.get(item))
    assert "This model inherits the answer." in page
    assert "So for all." in page
    assert "AI policy" in page
    refused = client.post(item, {"value": "no", "justification": "", "based_on": ""})
    assert refused.status_code == 422
    assert "Say why this model answers for itself" in body(refused)
    client.post(item, {"value": "no", "justification": "It runs abroad.", "based_on": ""})
    assert "This model answers for itself" in body(client.get(item))


def test_the_list_asks_for_the_reason_too(client):
    factories.organisation_answer("govern-1-1")
    person = factories.person(member_of=factories.team())
    version = factories.version(person.actor())
    client.force_login(person)
    item = reverse("checklist-item", args=[*version.url_args, *PLACE])
    refused = client.post(item, {"value": "no", "from": "list"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Say why this model answers for itself" in body(refused)


def test_an_inherited_item_does_not_say_that_nobody_answered_and_its_counterparts_say_whose_they_are(client):
    version = factories.version(factories.engineer())
    factories.organisation_answer("govern-1-1")
    client.force_login(factories.Person.objects.get(pk=version.created_by_id))
    item = body(client.get(reverse("checklist-item", args=[*version.url_args, *PLACE])))
    assert "The organisation’s answer holds until this model is answered here, with a reason." in item
    assert "Nobody has answered this item yet." not in item
    other = body(client.get(reverse("checklist-item", args=[*version.url_args, "oecd_ai_principles", "1-2-a"])))
    assert "From the organisation" in other


def test_evidence_is_used_for_another_item_and_kept_current_on_its_page(keeper):
    factories.organisation_answer("govern-1-1")
    factories.organisation_answer("govern-1-2")
    first, second = Evidence.objects.order_by("pk")
    page = body(keeper.get(address()))
    assert "Use evidence that is there" in page
    used = keeper.post(reverse("organisation-evidence-use", args=PLACE), {"piece": [second.pk, "x", "9" * 40]}, follow=True)
    assert "The evidence is attached." in body(used)
    assert "supports 2 answers" in body(used)
    keep = reverse("organisation-evidence-keep", args=[first.pk])
    assert "Petra Holm" in body(keeper.get(keep))
    assert keeper.post(keep, {"owner": first.owner_id, "expires_on": "2020-01-01"}).status_code == 422
    assert "is saved" in body(keeper.post(keep, {"owner": first.owner_id, "expires_on": ""}, follow=True))
