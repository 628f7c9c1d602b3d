"""Numbers of a card that come from evaluations: shown, marked when superseded, frozen, and asked for at the gate."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.fairness.counts import CountTable
from governance.fairness.intervals import wilson
from governance.models import Evaluation, Release
from governance.reports.claims import with_figures
from governance.services import claims, facts, releases
from registry.catalog.claims import Claim
from registry.catalog.merging import fingerprint
from registry.models import Document, Person, Version
from registry.services import documents
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
def measured(engineer: Person) -> Version:
    made = factories.version(engineer.actor(), tier="limited")
    factories.evaluation(engineer.actor(), made, rows=200)
    return made


def newest(made: Version) -> Evaluation:
    return made.evaluations.finished()[0]


def claim(made: Version) -> Claim:
    row = newest(made).findings.first()
    return Claim(row.evaluation_id, row.metric, row.attribute)


def write(engineer: Person, made: Version, **values: Any) -> None:
    at = Document.objects.get(version=made)
    documents.save_fields(actor=engineer.actor(), document_id=at.pk, values=values, based_on=at.revision)


def text(response: Any) -> str:
    return response.content.decode()


def requirement(release: Release) -> Any:
    return next((one for one in facts.requirements_of(release) if one.key == "claims"), None)


def test_a_number_that_is_taken_shows_what_it_says_as_soon_as_it_is_saved(client, engineer, measured):
    place = reverse("document-autosave", args=[*measured.url_args, "intended_use"])
    sent = {"based_on": "1", "session": "a-session", "primary_uses": f"It is {claim(measured).token}.", "primary_users": "Clerks"}
    figures = client.post(place, sent).json()["figures"]
    assert "Measured" in figures["primary_uses"]
    assert figures["primary_users"] == ""
    factories.evaluation(engineer.actor(), measured, rows=240)
    later = {**sent, "primary_uses": f"{sent['primary_uses']} More.", "seen-primary_uses": fingerprint(sent["primary_uses"])}
    assert "Take the newest figure" in client.post(place, later).json()["figures"]["primary_uses"]


def test_a_claim_shows_its_number_and_is_marked_when_a_later_evaluation_exists(client, engineer, measured):
    taken = claim(measured)
    write(engineer, measured, primary_uses=f"The gap is {taken.token} today.", unitary_results=[{"metric": "Gap", "value": taken.token}])
    number = claims.figures(measured, [taken])[taken].text
    page = text(client.get(reverse("document", args=measured.url_args)))
    assert f"The gap is {number} today." in page
    assert f"<td>{number}</td>" in page
    assert "Measured" in page
    factories.evaluation(engineer.actor(), measured, rows=240)
    page = text(client.get(reverse("document", args=measured.url_args)))
    assert f"The gap is {number} (superseded) today." in page
    editor = text(client.get(reverse("document-edit", args=[*measured.url_args, "intended_use"])))
    assert "Superseded" in editor
    assert claim(measured).token in editor
    assert taken.token in editor


def test_a_claim_about_another_version_or_nothing_is_missing(client, engineer, measured):
    other = factories.version(engineer.actor())
    write(engineer, other, primary_uses=f"It is {claim(measured).token}.", overview="It is {{finding 999999 dp_ratio sex}}.")
    page = text(client.get(reverse("document", args=other.url_args)))
    assert page.count("(missing figure)") == 2


def test_a_release_freezes_the_number_and_says_so_at_the_gate_when_it_is_superseded(client, engineer, measured):
    actor = engineer.actor()
    taken = claim(measured)
    typed = factories.release(actor, measured)
    assert requirement(typed) is None
    write(engineer, measured, primary_uses=f"The gap is {taken.token}.")
    factories.evaluation(actor, measured, rows=240)
    older = factories.release(actor, measured, "production")
    assert requirement(older).state == "unmet"
    assert "supersedes" in requirement(older).reason
    panel = text(client.get(older.get_absolute_url()))
    assert f'href="{reverse("document", args=measured.url_args)}#primary_uses"' in panel
    (row,) = older.snapshot.content["claims"]
    assert (row["token"], row["state"]) == (taken.token, "superseded")
    frozen = with_figures(older.snapshot.content)["content"]["primary_uses"]
    assert frozen == f"The gap is {row['text']} (superseded)."
    write(engineer, measured, primary_uses=f"The gap is {claim(measured).token}.")
    fresh = releases.resubmit(actor=actor, release_id=older.pk)
    assert requirement(fresh).state == "met"


def test_the_picker_lists_the_newest_evaluation(client, engineer, measured):
    place = reverse("evaluation-figures", args=measured.url_args)
    assert claim(measured).token in text(client.get(place))
    assert "<html" not in text(client.get(place, headers={"HX-Request": "true"}))
    other = factories.version(engineer.actor())
    assert "Nothing has been measured" in text(client.get(reverse("evaluation-figures", args=other.url_args)))


def test_a_rate_of_one_group_is_taken_with_its_interval_and_superseded_and_missing_like_a_gap(client, engineer, measured):
    actor, at = engineer.actor(), newest(measured)
    table = CountTable.from_json(at.counts)
    attribute = table.attributes[0]
    group = next(iter(attribute.groups))
    counts = attribute.groups[group]
    taken, overall = Claim(at.pk, "accuracy", attribute.attribute, group), Claim(at.pk, "accuracy", "")
    gone = Claim(at.pk, "accuracy", attribute.attribute, "nobody")
    write(engineer, measured, primary_uses=f"{taken.token}, {overall.token}, {gone.token}.")
    value = (counts.tp + counts.tn) / counts.n
    low, high = wilson(counts.tp + counts.tn, counts.n)
    words = f"{value:.3f} ({float(low):.3f} to {float(high):.3f})"
    said = claims.figures(measured, [taken, overall, gone])
    assert (said[taken].text, said[gone].state) == (words, "missing")
    page = text(client.get(reverse("document", args=measured.url_args)))
    assert f"{words}, {said[overall].text}, (missing figure)." in page
    assert f"Accuracy of “{group}” by {attribute.attribute} is {words}; {counts.n} records" in page
    release = factories.release(actor, measured)
    assert "Accuracy of “nobody” by" in requirement(release).reason
    assert release.snapshot.content["claims"][0]["group"] == group
    assert words in with_figures(release.snapshot.content)["content"]["primary_uses"]
    factories.evaluation(actor, measured, rows=240)
    newer = Claim(newest(measured).pk, "accuracy", attribute.attribute, group)
    later = claims.figures(measured, [taken])[taken]
    assert (later.state, later.newer) == ("superseded", newer.token)
    assert f"{words} (superseded)" in text(client.get(reverse("document", args=measured.url_args)))


def test_the_picker_offers_any_rate_of_any_group(client, measured):
    place = reverse("evaluation-figures", args=measured.url_args)
    attribute = CountTable.from_json(newest(measured).counts).attributes[0]
    page = text(client.get(place, {"rate": "precision"}))
    for group in attribute.groups:
        assert Claim(newest(measured).pk, "precision", attribute.attribute, group).token in page
    assert Claim(newest(measured).pk, "precision", "").token in page
    assert "No group has this in its name." in text(client.get(place, {"group": "zzz"}))
    assert Claim(newest(measured).pk, "true_positive_rate", "").token in text(client.get(place, {"rate": "luck"}))


def test_an_export_for_others_says_the_number_and_our_own_keeps_the_token(client, engineer, measured):
    taken = claim(measured)
    number = claims.figures(measured, [taken])[taken].text
    write(engineer, measured, primary_uses=f"The gap is {taken.token} today.")
    for key, words in (("huggingface", number), ("markdown", number), ("cyclonedx", number), ("json", taken.token)):
        exported = text(client.get(reverse("document-download", args=[*measured.url_args, key])))
        assert f"The gap is {words} today." in exported
