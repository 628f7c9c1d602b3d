"""Answers that go from a version to the next: open until somebody confirms them, with what changed beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.models import Answer, Evidence
from governance.reports import checklists
from governance.services import assessments, evidence, meantime
from governance.services.contentfacts import framework_of
from registry import audit
from registry.models import Version
from registry.policy import Actor
from registry.services import documents, versions
from tests import factories

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"
SLUG = "govern-1-6"


@pytest.fixture
def first(engineer) -> Version:
    made = factories.version(engineer)
    give(engineer, made, value="partly")
    return made


def give(actor: Actor, version: Version, *, value: str = "yes", slug: str = SLUG, reason: str | None = "Half of it.") -> Answer:
    return assessments.answer_item(
        actor=actor, version_id=version.pk, framework_key=NIST, item_slug=slug, value=value, justification=reason
    )


def attach(actor: Actor, version: Version, title: str = "Inventory", **more) -> Evidence:
    return evidence.attach_link(
        actor=actor, version_id=version.pk, framework_key=NIST, item_slug=SLUG, title=title, url="https://example.org/i", **more
    )


def carry(actor: Actor, earlier: Version, name: str = "2.0.0", **more) -> Version:
    return versions.add_version(actor=actor, asset_id=earlier.asset_id, name=name, carry_from=earlier.pk, **more)


def frozen(version: Version) -> dict:
    return next(part for part in assessments.frozen(version) if part["framework"]["key"] == NIST)


def test_an_answer_is_carried_with_its_reason_its_evidence_and_who_gave_it(engineer, first):
    attach(engineer, first)
    later = carry(engineer, first)
    carried, given = Answer.objects.get(assessment__version=later), Answer.objects.get(assessment__version=first)
    assert (carried.value, carried.justification, carried.answered_by_id) == ("partly", "Half of it.", engineer.person_id)
    assert (carried.to_confirm, carried.carried_from, carried.answered_at) == (True, first, given.answered_at)
    assert [piece.title for piece in carried.evidence.all()] == ["Inventory"]
    assert carried.evidence.get().version == later
    assert given.evidence.get().version == first
    told = audit.detail_of(audit.history(f"{later.subject}/checklist").first())
    assert told == {"carried_from": "1.0.0", "answers_to_confirm": 1, "items": ["GOVERN 1.6"]}


def test_one_piece_of_evidence_that_serves_two_answers_is_carried_once(engineer, first):
    piece = attach(engineer, first)
    give(engineer, first, slug="govern-1-1").evidence.add(piece)
    later = carry(engineer, first)
    assert later.evidence.count() == 1
    assert later.evidence.get().answers.count() == 2


def test_what_is_to_confirm_counts_as_open_at_the_gate_and_on_paper(engineer, first):
    part = frozen(carry(engineer, first))
    assert part["answers"][0]["to_confirm"] is True
    fact = framework_of(part)
    assert (dict(fact.values), fact.to_confirm) == ({}, 1)
    [printed] = checklists.checklists([part])
    assert printed.total.answered == 0
    assert [(row.id, row.carried, row.carried_from) for row in printed.open if row.carried] == [("GOVERN 1.6", "Partly", "1.0.0")]


def test_the_same_answer_given_again_confirms_it_in_the_name_of_who_gives_it(engineer, first):
    later = carry(engineer, first)
    colleague = factories.person("Rosa Weber", member_of=later.asset.team).actor()
    answer = give(colleague, later, value="partly", reason=None)
    assert (answer.to_confirm, answer.answered_by_id, answer.justification) == (False, colleague.person_id, "Half of it.")
    assert "to_confirm" not in frozen(later)["answers"][0]
    entry = audit.detail_of(audit.history(f"{later.subject}/checklist").first())
    assert entry["confirmed"] == "partly"


def test_an_answer_that_nobody_confirmed_still_names_the_version_where_somebody_stood_by_it(engineer, first):
    third = carry(engineer, carry(engineer, first), "3.0.0")
    assert Answer.objects.get(assessment__version=third).carried_from == first


def test_a_version_that_starts_from_nothing_carries_nothing(engineer, first):
    later = versions.add_version(actor=engineer, asset_id=first.asset_id, name="2.0.0")
    assert not Answer.objects.filter(assessment__version=later).exists()


def test_beside_a_carried_answer_stands_what_changed(engineer, first):
    yesterday = timezone.localdate() - timedelta(days=1)
    Evidence.objects.filter(pk=attach(engineer, first).pk).update(expires_on=yesterday)
    factories.evaluation(engineer, first)
    later = carry(engineer, first, commit="fedcba9")
    versions.add_artifact(actor=engineer, version_id=later.pk, name="model.bin", sha256="ab" * 32, size=10)
    documents.save_fields(actor=engineer, document_id=later.document.pk, values={"tags": "credit"}, based_on=1)
    answers = list(Answer.objects.on(later).for_page())
    [changed] = meantime.since(Version.objects.get(pk=later.pk), answers).values()
    told = " ".join(changed.sentences)
    assert changed.name == "1.0.0"
    assert "The commit was 0123abc and is fedcba9." in told
    assert "The artifacts changed: 1 new, 0 no longer there." in told
    assert "It is not evaluated yet; 1.0.0 was: Held-out." in told
    assert "1 answer of the document changed: Tags." in told
    assert changed.beside(answers[0]) == ("What the card says to this item changed: Tags.", "1 of its 1 piece of evidence expired.")


def test_nothing_is_told_when_nothing_changed(engineer, first):
    later = carry(engineer, first, commit="0123abc")
    [changed] = meantime.since(later, Answer.objects.on(later).for_page()).values()
    assert changed.sentences == ()
