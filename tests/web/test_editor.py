"""The editor's pages: a plain form that loses nothing, and the answers that its script lives on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.catalog.merging import fingerprint
from registry.models import Document, Person, Version
from registry.policy import SYSTEM, TeamRole
from registry.services import documents, people, presence
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


def at(made: Version, name: str = "document-edit", section: str = "intended_use") -> str:
    return reverse(name, args=[*made.url_args, section])


def text(response: Any) -> str:
    return response.content.decode()


def content(made: Version) -> dict[str, Any]:
    return Document.objects.get(version=made).content


def write(engineer: Person, made: Version, **values: Any) -> None:
    number = Document.objects.get(version=made).revision
    documents.save_fields(actor=engineer.actor(), document_id=made.document.pk, values=values, based_on=number)


def test_a_conflict_without_scripts_shows_both_and_lets_a_person_choose(client, engineer, made):
    typed = {"based_on": "1", "primary_uses": "Mine.", "seen-primary_uses": "-"}
    write(engineer, made, primary_uses="Theirs.")
    response = client.post(at(made), typed)
    assert response.status_code == 422
    assert "Mine." in text(response)
    assert "Theirs." in text(response)
    again = {"based_on": "2", "primary_uses": "Mine.", "seen-primary_uses": fingerprint("Theirs.")}
    client.post(at(made), {**again, "choose-primary_uses": "theirs"})
    assert content(made)["primary_uses"] == "Theirs."
    client.post(at(made), {**again, "choose-primary_uses": "mine", "primary_uses": "Both."})
    assert content(made)["primary_uses"] == "Both."


def test_both_texts_can_be_put_into_the_field_without_scripts(client, engineer, made):
    write(engineer, made, primary_uses="Theirs.")
    sent = {"based_on": "1", "primary_uses": "Mine.", "seen-primary_uses": "-"}
    page = text(client.post(at(made), sent))
    assert "in another window" in page
    assert "Put both into the field" in page
    client.post(at(made), {**sent, "based_on": "2", "seen-primary_uses": fingerprint("Theirs."), "choose-primary_uses": "both"})
    assert content(made)["primary_uses"] == "Theirs.\n\nMine."


def test_a_choice_stays_made_when_another_field_needs_one_at_the_same_save(client, engineer, made):
    write(engineer, made, primary_uses="Theirs.")
    sent = {"based_on": "2", "primary_uses": "Mine.", "seen-primary_uses": fingerprint("Theirs."), "choose-primary_uses": "theirs"}
    write(engineer, made, out_of_scope="Theirs too.")
    page = text(client.post(at(made), {**sent, "out_of_scope": "Mine too.", "seen-out_of_scope": "-"}))
    assert 'id="id_primary_uses">\nTheirs.</textarea>' in page
    assert "Mine too." in page


def test_the_choice_between_two_texts_names_who_wrote_the_other_and_shows_what_differs(client, made):
    other = factories.person(name="Sam Ode")
    people.set_membership(actor=SYSTEM, team_id=made.asset.team_id, person_id=other.pk, role=TeamRole.CONTRIBUTOR)
    write(Person.objects.get(pk=other.pk), made, primary_uses="Sorts the letters.")
    page = text(client.post(at(made), {"based_on": "1", "primary_uses": "Sorts all letters.", "seen-primary_uses": "-"}))
    assert "Sam Ode changed “Primary intended uses” while you were writing." in page
    assert "[added: </span>all<span" in page
    assert "[removed: </span>the<span" in page


def test_rows_of_a_table_are_added_moved_and_removed_without_saving_or_losing_anything(client, made):
    place = at(made, section="quantitative_analyses")
    rows = {f"unitary_results-{number}-metric": name for number, name in enumerate(["Recall", "Precision", ""])}
    typed = {"based_on": "1", "unitary_results-rows": "3", **rows}
    pressed = client.post(place, {**typed, "table-do": "unitary_results down 0"})
    assert text(pressed).index('value="Precision"') < text(pressed).index('value="Recall"')
    assert 'name="unitary_results-rows" value="4"' in text(client.post(place, {**typed, "table-do": "unitary_results add"}))
    gone = text(client.post(place, {**typed, "table-do": "unitary_results remove 0"}))
    assert 'value="Recall"' not in gone
    assert 'value="Precision"' in gone
    assert "unitary_results" not in content(made)
    for odd in ("unitary_results up 99", "unitary_results", "nothing add", "unitary_results remove x"):
        assert 'value="Recall"' in text(client.post(place, {**typed, "table-do": odd}))
    client.post(place, typed)
    assert content(made)["unitary_results"] == [{"metric": "Recall"}, {"metric": "Precision"}]


def test_the_script_is_told_what_became_of_each_field(client, engineer, made):
    place = at(made, "document-autosave", "model_details")
    words = {"based_on": "1", "session": "a-session", "developer": "We.", "seen-developer": "-", "license": "stolen"}
    answer = client.post(place, words).json()
    assert answer["revision"] == 2
    assert answer["seen"] == {"developer": fingerprint("We.")}
    assert "choose one of" in answer["errors"]["license"]
    assert answer["sections"]["model_details"][0] == 2
    write(engineer, made, developer="They.")
    answer = client.post(place, {**words, "developer": "We two.", "seen-developer": fingerprint("We.")}).json()
    assert "They." in answer["clashes"]["developer"]["html"]
    assert answer["clashes"]["developer"]["seen"] == fingerprint("They.")
    assert content(made)["developer"] == "They."
    assert client.post(place, {"session": "a-session"}).status_code == 422
    assert client.post(place, {"based_on": "1", "session": "", "developer": "x"}).status_code == 422


def test_the_page_says_who_else_is_here(client, engineer, made):
    other = factories.person(name="Sam Ode")
    people.set_membership(actor=SYSTEM, team_id=made.asset.team_id, person_id=other.pk, role=TeamRole.CONTRIBUTOR)
    other = Person.objects.get(pk=other.pk)
    presence.be_present(actor=other.actor(), document=made.document, session="their-session", section="metrics")
    assert "Sam Ode has this document open too" in text(client.get(at(made)))
    answer = client.post(at(made, "document-presence"), {"session": "my-session"}).json()
    assert [(one["name"], one["title"]) for one in answer["others"]] == [("Sam Ode", "Metrics")]
    assert (answer["person"], answer["revision"]) == (engineer.pk, 1)
    assert answer["csrf"]
    assert client.post(at(made, "document-presence"), {"session": "my-session", "leave": "1"}).json() == {}


def test_the_preview_is_what_the_reading_page_shows(client, made):
    shown = text(client.post(at(made, "document-preview"), {"text": "# A\n\n**b** <script>x</script>"}))
    assert "<strong>b</strong>" in shown
    assert "<script>" not in shown
