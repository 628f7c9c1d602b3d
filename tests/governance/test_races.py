"""Races: people who act at the same moment leave the same as if they had queued, in one order or another.

On SQLite one writer waits for the other; the tests that matter run on PostgreSQL.
"""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import pytest

from governance.models import Predictions, Release
from governance.services import evaluations, files, predictions, promotions, records, releases, retention
from governance.services.facts import requirements_of
from governance.services.gatekeeping import ask_about_version
from governance.workflow import State, Step
from registry import audit
from registry.models import Version
from registry.policy import SYSTEM, Actor
from registry.services import assets, versions
from tests import factories
from tests.races import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


def next_version(owner: Actor, made: Version, name: str) -> Version:
    return factories.next_version(owner, made, name)


def fresh(release: Release) -> Release:
    return Release.objects.select_related("version__asset", "snapshot").get(pk=release.pk)


def allowed(release: Release) -> bool:
    version = release.version
    return ask_about_version(asker=SYSTEM, model=version.asset.slug, version=version.name, environment=release.environment).allowed


def nothing_is_bent(made: Version) -> None:
    live = Release.objects.live().filter(version__asset=made.asset_id, environment="staging")
    assert live.count() <= 1
    assert list(records.faults()) == []
    assert audit.verify().broken is None


def upload(actor: Actor, made: Version) -> Predictions:
    stream = io.BytesIO(factories.predictions_csv())
    return predictions.upload_predictions(actor=actor, version_id=made.pk, filename="predictions.csv", stream=stream, most_bytes=10**8)


def decide(actor: Actor, release: Release, step: Step, digest: str = "") -> Any:
    return factories.decide(actor, release, step=step, digest=digest or release.snapshot.digest)


def test_two_promoters_of_one_model_leave_one_promotion(owner):
    made = factories.filled_version(owner)
    for number in range(ROUNDS):
        pair = [factories.release(owner, next_version(owner, made, f"{number}.{which}")) for which in "ab"]
        results = at_once(*(partial(promotions.promote, actor=owner, release_id=one.pk) for one in pair))
        assert refusals(results) == []
        assert sorted(fresh(one).state for one in pair) == [State.PROMOTED, State.SUPERSEDED]
        assert [allowed(one) for one in pair].count(True) == 1
        nothing_is_bent(made)


def test_the_same_release_is_promoted_once(owner):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    results = at_once(*(partial(promotions.promote, actor=owner, release_id=release.pk) for _ in range(3)))
    assert len(refusals(results)) == 2
    assert release.attestations.count() == 1
    nothing_is_bent(made)


def test_a_promotion_and_a_rollback_leave_one_promotion(owner):
    made = factories.filled_version(owner)
    first = factories.promotion(owner, made)
    for number in range(ROUNDS):
        factories.promotion(owner, next_version(owner, made, f"{number}.1"))
        asked = factories.release(owner, next_version(owner, made, f"{number}.2"))
        at_once(
            partial(promotions.promote, actor=owner, release_id=asked.pk),
            partial(promotions.roll_back, actor=owner, release_id=first.pk, reason="Slow."),
        )
        assert sorted(fresh(one).state for one in (first, asked)) == [State.PROMOTED, State.SUPERSEDED]
        if fresh(first).state == State.PROMOTED:
            factories.promotion(owner, next_version(owner, made, f"{number}.3"))
        nothing_is_bent(made)


def test_promote_and_revoke_end_as_if_one_had_come_first(owner):
    made = factories.filled_version(owner)
    reviewer = factories.reviewer()
    for number in range(ROUNDS):
        first = factories.promotion(owner, next_version(owner, made, f"{number}.1"))
        asked = factories.release(owner, next_version(owner, made, f"{number}.2"))
        at_once(
            partial(promotions.promote, actor=owner, release_id=asked.pk),
            partial(promotions.revoke, actor=reviewer, release_id=first.pk, reason="A fault."),
        )
        assert fresh(asked).state == State.PROMOTED
        assert fresh(first).state in {State.REVOKED, State.SUPERSEDED}
        assert not allowed(first)
        nothing_is_bent(made)


def test_a_revocation_of_what_is_being_promoted_is_refused_or_closes_the_gate(owner):
    made = factories.filled_version(owner)
    reviewer = factories.reviewer()
    for number in range(ROUNDS):
        asked = factories.release(owner, next_version(owner, made, f"{number}.1"))
        results = at_once(
            partial(promotions.promote, actor=owner, release_id=asked.pk),
            partial(promotions.revoke, actor=reviewer, release_id=asked.pk, reason="A fault."),
        )
        assert fresh(asked).state == (State.PROMOTED if refusals(results) else State.REVOKED)
        assert allowed(asked) is bool(refusals(results))
        nothing_is_bent(made)


def test_an_objection_and_a_promotion_never_both_hold(owner):
    for _ in range(2):
        made = factories.ready_version(owner, tier="limited")
        asked = factories.release(owner, made)
        decide(factories.reviewer(), asked, Step.APPROVE)
        at_once(
            partial(promotions.promote, actor=owner, release_id=asked.pk),
            partial(decide, factories.reviewer(), asked, Step.REJECT),
        )
        objected = asked.decisions.filter(step=Step.REJECT).exists()
        assert fresh(asked).state == (State.REJECTED if objected else State.PROMOTED)
        nothing_is_bent(made)


def test_two_deciders_are_both_heard(owner):
    made = factories.filled_version(owner, tier="limited")
    for number in range(ROUNDS):
        asked = factories.release(owner, next_version(owner, made, f"2.{number}"))
        results = at_once(
            partial(decide, factories.reviewer(), asked, Step.REJECT),
            partial(decide, factories.reviewer(), asked, Step.APPROVE),
        )
        assert refusals(results) == []
        assert asked.decisions.count() == 2
        assert fresh(asked).state == State.REJECTED
        assert "objections" in {one.key for one in requirements_of(fresh(asked)) if one.state == "unmet"}
    nothing_is_bent(made)


def test_one_person_who_decides_twice_at_once_is_held_to_the_later(owner):
    made = factories.filled_version(owner, tier="limited")
    asked, reviewer = factories.release(owner, made), factories.reviewer()
    at_once(partial(decide, reviewer, asked, Step.REJECT), partial(decide, reviewer, asked, Step.APPROVE))
    last = asked.decisions.latest("pk")
    assert fresh(asked).state == (State.REJECTED if last.step == Step.REJECT else State.IN_REVIEW)
    nothing_is_bent(made)


def test_a_decision_never_lands_on_content_that_the_author_replaced(owner):
    made = factories.filled_version(owner, tier="limited")
    asked = factories.release(owner, made)
    for number in range(ROUNDS):
        asked = fresh(asked)
        versions.describe_version(actor=owner, version_id=made.pk, commit=f"abcdef{number}", notes="")
        results = at_once(
            partial(decide, factories.reviewer(), asked, Step.APPROVE),
            partial(releases.resubmit, actor=owner, release_id=asked.pk),
        )
        now = fresh(asked)
        assert now.snapshot.digest != asked.snapshot.digest
        assert not now.decisions.filter(snapshot=now.snapshot).exists()
        assert all("submitted again" in str(one) for one in refusals(results))
    nothing_is_bent(made)


def test_a_tier_that_changes_during_a_promotion_comes_before_it_or_after(owner):
    made = factories.filled_version(owner)
    for number in range(ROUNDS):
        version = next_version(owner, made, f"3.{number}")
        asked = factories.release(owner, version)
        results = at_once(
            partial(promotions.promote, actor=owner, release_id=asked.pk),
            partial(assets.set_tier, actor=owner, asset_id=made.asset_id, tier="limited", reason="It judges people."),
        )
        told = audit.history().filter(action__in=["release.promote", "triage.answer"]).order_by("number")
        last_edit = told.filter(action="triage.answer").last()
        promoted = told.filter(action="release.promote", subject=asked.subject).last()
        assert bool(refusals(results)) is (promoted is None)
        assert promoted is None or promoted.number < last_edit.number
        if promoted is None:
            releases.withdraw(actor=owner, release_id=asked.pk, reason="Again.")
        assets.set_tier(actor=owner, asset_id=made.asset_id, tier="minimal", reason="It does not.")
        nothing_is_bent(made)


def test_a_file_that_is_asked_for_is_not_deleted_meanwhile(owner, monkeypatch):
    made = factories.version(owner)
    for number in range(ROUNDS):
        monkeypatch.setattr(retention, "keep_days", lambda tier: 30)
        uploaded = upload(owner, made)
        ask = partial(evaluations.request_evaluation, actor=owner, predictions_id=uploaded.pk, name=f"{number}", columns=factories.COLUMNS)
        evaluations.carry_out(ask().pk)
        monkeypatch.setattr(retention, "keep_days", lambda tier: 0)
        asked, deleted = at_once(ask, partial(retention.delete_due, actor=SYSTEM, digests=[uploaded.sha256]))
        uploaded.refresh_from_db()
        is_kept = uploaded.deleted_at is None
        assert is_kept == (deleted == []) == files.is_intact(predictions.SHELF, uploaded.sha256)
        assert is_kept or refusals([asked])
        retention.delete_due(actor=SYSTEM)
        if is_kept:
            evaluations.carry_out(asked.pk)
    assert audit.verify().broken is None
