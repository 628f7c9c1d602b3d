"""The registry's pages: bad input gets a sentence and loses nothing."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry.catalog.documents import completeness
from registry.catalog.loader import template
from registry.models import AccessToken, Asset, Document, Person, Version
from registry.policy import Role
from registry.services import tokens
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Person:
    return factories.person(member_of=factories.team("Credit"))


@pytest.fixture
def client(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def made(engineer: Person) -> Version:
    return factories.version(engineer.actor())


def text(response: Any) -> str:
    return response.content.decode()


def edit(made: Version, section: str) -> str:
    return reverse("document-edit", args=[*made.url_args, section])


def test_registering_leads_to_the_first_version_and_its_document(client, engineer):
    team = next(iter(engineer.actor().teams))
    words = {"name": "Loan scoring", "team": team, "tier": "high", "tier_reason": "It decides on credit."}
    response = client.post(reverse("asset-new", args=["model"]), words)
    assert response["Location"] == "/models/loan-scoring/-/new-version/"
    response = client.post(response["Location"], {"name": "1.0.0", "commit": "0123abc"})
    assert response["Location"] == "/models/loan-scoring/1.0.0/document/"


def test_a_refused_registration_keeps_what_was_typed(client, engineer):
    factories.asset(engineer.actor(), name="Taken")
    team = next(iter(engineer.actor().teams))
    words = {"name": "Taken", "team": team, "tier": "high", "tier_reason": "My long reason."}
    response = client.post(reverse("asset-new", args=["model"]), words)
    assert response.status_code == 422
    assert "already a model" in text(response)
    assert "My long reason." in text(response)
    assert Asset.objects.count() == 1


def test_a_section_is_saved_field_by_field(client, made):
    response = client.post(
        edit(made, "quantitative_analyses"),
        {
            "based_on": "1",
            "unitary_results-rows": "3",
            "unitary_results-0-metric": "Recall",
            "unitary_results-0-value": "0.87",
            "unitary_results-2-metric": "Precision",
            "next": "1",
        },
    )
    assert response["Location"] == edit(made, "ethical_considerations")
    rows = Document.objects.get(version=made).content["unitary_results"]
    assert rows == [{"metric": "Recall", "value": "0.87"}, {"metric": "Precision"}]


def test_a_wrong_field_is_told_at_the_field_and_all_text_is_kept(client, made):
    words = {"based_on": "1", "model_date": "last week", "training_approach": "A long text that must not be lost."}
    response = client.post(edit(made, "model_details"), words)
    assert response.status_code == 422
    assert "write the date as year-month-day" in text(response)
    assert "A long text that must not be lost." in text(response)
    assert Document.objects.get(version=made).revision == 1


def test_a_conflict_shows_both_texts_and_the_second_save_goes_through(client, made):
    client.post(edit(made, "intended_use"), {"based_on": "1", "primary_uses": "The first text."})
    response = client.post(edit(made, "intended_use"), {"based_on": "1", "primary_uses": "The second text."})
    assert response.status_code == 422
    assert "The first text." in text(response)
    assert "The second text." in text(response)
    client.post(edit(made, "intended_use"), {"based_on": "2", "primary_uses": "Both texts."})
    assert Document.objects.get(version=made).content["primary_uses"] == "Both texts."


def test_script_in_markdown_is_shown_as_text(client, made):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    client.post(edit(made, "intended_use"), {"based_on": "1", "primary_uses": hostile})
    page = text(client.get(reverse("document", args=made.url_args)))
    assert "<script>alert" not in page
    assert 'javascript:alert(1)"' not in page
    assert "<img src=x" not in page


def test_questions_about_people_come_when_the_data_are_about_people(client, engineer):
    data = factories.version(engineer.actor(), kind="dataset")
    assert 'name="subpopulations-rows"' not in text(client.get(edit(data, "composition")))
    client.post(edit(data, "composition"), {"based_on": "1", "relates_to_people": "yes"})
    assert 'name="subpopulations-rows"' in text(client.get(edit(data, "composition")))


def test_an_uploaded_artifact_is_hashed_and_not_kept(client, made, settings):
    stream = io.BytesIO(b"weights")
    stream.name = "../model.bin"
    response = client.post(reverse("artifact-add", args=made.url_args), {"file": stream})
    assert response.status_code == 302
    artifact = made.artifacts.get()
    assert (artifact.name, artifact.sha256, artifact.size) == ("model.bin", hashlib.sha256(b"weights").hexdigest(), 7)
    assert not any(settings.MEDIA_ROOT.rglob("*.bin"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "Choose a file or type its SHA-256."),
        ({"sha256": "ab" * 32}, "Name the file whose digest you typed."),
        ({"sha256": "nonsense", "name": "my-model.bin"}, "Run sha256sum"),
    ],
)
def test_a_wrong_artifact_gets_a_sentence_and_keeps_what_was_typed(client, made, words, sentence):
    response = client.post(reverse("artifact-add", args=made.url_args), words)
    assert response.status_code == 422
    assert sentence in text(response)
    assert all(value in text(response) for value in words.values())
    assert not made.artifacts.exists()


def test_the_list_is_searched_filtered_and_paged(client, engineer):
    for number in range(27):
        factories.asset(engineer.actor(), name=f"Model number {number:02}", tier="minimal" if number else "high")
    page = text(client.get("/models/"))
    assert "Model number 24" in page
    assert "Model number 26" not in page
    assert "Model number 26" in text(client.get("/models/?page=2"))
    assert "Model number 26" in text(client.get("/models/?page=999"))
    assert "Model number 07" in text(client.get("/models/?q=number+07"))
    assert "Nothing fits" in text(client.get("/models/?q=nothing+like+it"))
    high = text(client.get("/models/?tier=high"))
    assert "Model number 00" in high
    assert "Model number 01" not in high


def test_a_token_is_shown_once_and_opens_the_gate_until_it_is_revoked(client, engineer, made):
    page = text(client.post(reverse("tokens"), {"name": "pipeline", "days": "3"}))
    secret = page.split("<code>assay_")[1].split("</code>")[0]
    assert secret not in text(client.get(reverse("tokens")))
    question = {"model": made.asset.slug, "version": "1.0.0", "environment": "staging"}
    header = {"HTTP_AUTHORIZATION": f"Bearer assay_{secret}"}
    program = Client()
    assert program.get(reverse("api-gate"), question, **header).json()["allowed"] is False
    assert program.get(reverse("api-assets"), **header).json()["count"] == 1
    token = AccessToken.objects.get()
    client.post(reverse("token-revoke", args=[token.pk]))
    assert program.get(reverse("api-gate"), question, **header).status_code == 401


def test_an_expired_token_and_a_closed_account_open_nothing(engineer):
    token, secret = tokens.create_token(actor=engineer.actor(), name="ci", days=1)
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    Person.objects.filter(pk=engineer.pk).update(is_active=False)
    assert Client().get(reverse("api-assets"), **header).status_code == 401
    Person.objects.filter(pk=engineer.pk).update(is_active=True)
    AccessToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(reverse("api-assets"), **header).status_code == 401


def test_a_token_does_not_sign_in_to_pages(engineer):
    _, secret = tokens.create_token(actor=engineer.actor(), name="ci", days=1)
    assert Client().get("/", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code == 302


def test_a_refusal_reaches_htmx_as_a_part(made):
    viewer = Client()
    viewer.force_login(factories.person(roles=[Role.AUDITOR]))
    response = viewer.post(reverse("artifact-remove", args=[*made.url_args, 1]), headers={"HX-Request": "true"})
    assert response.status_code == 404
    response = viewer.post(reverse("version-edit", args=made.url_args), {"commit": "abcdef1"}, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (403, "#messages")
    assert "<html" not in text(response)


def test_nobody_signs_up_by_themselves():
    words = {"email": "eve@test.example", "password1": factories.PASSWORD, "password2": factories.PASSWORD}
    Client().post("/accounts/signup/", words)
    assert not Person.objects.filter(email="eve@test.example").exists()


def test_completeness_on_the_page_counts_essential_fields(client, engineer, made):
    state = completeness(template("model_card"), made.document.content)
    assert f"{state.essential_filled} of {state.essential_total}" in text(client.get(reverse("document", args=made.url_args)))
    factories.fill_document(engineer.actor(), made)
    assert "Every essential field is filled" in text(client.get(reverse("document", args=made.url_args)))


@pytest.mark.parametrize(
    ("name", "label"),
    [("policy-list", "Policies"), ("framework-list", "Policies"), ("key-dates", "Policies"), ("crosswalk", "Overview"), ("home", "Home")],
)
def test_the_head_marks_the_section_that_a_page_belongs_to(client, name, label):
    page = text(client.get(reverse(name)))
    head = page[: page.index("<main")]
    assert set(re.findall(r'aria-current="page">([^<]+)</a>', head)) == {label}
