"""References, people, numbers with units and live blocks: written, read, refused, exported and frozen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.reports.claims import with_figures
from governance.reports.documents import document as printed
from governance.services import live
from registry.exchange import formats
from registry.models import Document, Person, Version
from registry.services import documents, versions
from registry.services.documents import FieldsError
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Person:
    return factories.person(name="Ines Engel", member_of=factories.team("Credit"))


@pytest.fixture
def client(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def made(engineer: Person) -> Version:
    return factories.version(engineer.actor(), tier="limited")


def write(engineer: Person, made: Version, **values: Any) -> dict[str, Any]:
    at = Document.objects.get(version=made)
    return documents.save_fields(actor=engineer.actor(), document_id=at.pk, values=values, based_on=at.revision).content


def page(client: Client, made: Version, section: str = "") -> str:
    name, args = ("document-edit", [*made.url_args, section]) if section else ("document", list(made.url_args))
    return client.get(reverse(name, args=args)).content.decode()


def test_a_person_and_an_evaluation_are_chosen_from_a_list_and_stored_as_text_that_reads_alone(client, engineer, made):
    done = factories.evaluation(engineer.actor(), made, rows=200)
    person = f"Ines Engel (person {engineer.pk})"
    assert f'<option value="{person}">' in page(client, made, "oversight")
    assert f"(evaluation {done.pk})</option>" in page(client, made, "quantitative_analyses")
    typed = {"accountable": f"Another name (person {engineer.pk})", "main_evaluation": f"x (evaluation {done.pk})"}
    content = write(engineer, made, **typed)
    assert content["accountable"] == person
    assert content["main_evaluation"] == f"{done.name} (evaluation {done.pk})"
    shown = page(client, made)
    assert "Ines Engel" in shown
    back = formats.read(formats.write("huggingface", "model_card", content).encode(), "model_card").content
    assert back["accountable"] == person
    assert back["main_evaluation"] == content["main_evaluation"]


def test_what_stands_for_nothing_or_for_something_of_others_is_refused(engineer, made):
    stranger = factories.person(member_of=factories.team())
    other = factories.version(engineer.actor())
    foreign = factories.evaluation(engineer.actor(), other, rows=200)
    for wrong in (
        {"accountable": "Somebody"},
        {"accountable": f"X (person {stranger.pk})"},
        {"accountable": "X (evaluation 1)"},
        {"accountable": "X (person 1/../2)"},
        {"main_evaluation": f"X (evaluation {foreign.pk})"},
    ):
        with pytest.raises(FieldsError) as refused:
            write(engineer, made, **wrong)
        assert set(refused.value.errors) == set(wrong)


def test_a_number_has_one_of_its_units(client, engineer, made):
    place = reverse("document-edit", args=[*made.url_args, "oversight"])
    client.post(place, {"based_on": "1", "energy_used_0": "41.50", "energy_used_1": "kWh"})
    assert Document.objects.get(version=made).content["energy_used"] == "41.50 kWh"
    assert 'value="41.50"' in page(client, made, "oversight")
    assert "41.50 kWh" in page(client, made)
    for wrong in ("41.5", "41.5 miles", "many kWh", "kWh"):
        with pytest.raises(FieldsError):
            write(engineer, made, energy_used=wrong)
    client.post(place, {"based_on": "2", "energy_used_0": "", "energy_used_1": "kWh"})
    assert "energy_used" not in Document.objects.get(version=made).content


def test_live_blocks_are_current_while_writing_and_frozen_in_a_snapshot(client, engineer, made):
    actor = engineer.actor()
    data = factories.version(actor, kind="dataset", name="2026-10")
    write(engineer, data, purpose="To decide on loans.")
    versions.link_source(actor=actor, version_id=made.pk, source_id=data.pk, relation="trained-on")
    factories.evaluation(actor, made, rows=200)
    assert "Purpose: To decide on loans." in page(client, made, "training_data")
    assert "Purpose: To decide on loans." not in page(client, made, "evaluation_data")
    assert "Demographic parity" in page(client, made, "quantitative_analyses")
    release = factories.release(actor, made)
    write(engineer, data, purpose="Something else.")
    assert "Something else." in page(client, made)
    part = with_figures(release.snapshot.content)
    sections = printed(part, label="x", anchor="card").sections
    rows = [row["value"] for section in sections for field in section.fields if field.live for row in field.live["rows"]]
    assert any("To decide on loans." in value for value in rows)
    assert set(part["live"]) == {"train_datasets", "unitary_results"}
    assert all("url" not in block for block in part["live"].values())
    assert live.blocks(data) == {}


def test_the_hardest_fields_have_the_most_help(client, made):
    shown = page(client, made, "ethical_considerations")
    for words in ("To begin", "A reviewer will ask", "Who carries the harm", "A good and a bad answer", "Not enough"):
        assert words in shown
