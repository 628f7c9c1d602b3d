"""A file of predictions goes when it has served, with every value that was seen in it; the counts stay."""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from governance import gate as gate_policy
from governance import tasks
from governance.fairness.columns import Columns
from governance.models import Evaluation, JobState, Predictions
from governance.services import evaluations, files, policies, predictions, retention
from registry import audit
from registry.errors import ConflictError, ForbiddenError
from registry.policy import SYSTEM, Action
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.engineer()


@pytest.fixture(autouse=True)
def _at_commit(django_capture_on_commit_callbacks):
    """Carry out what waits for the commit, as outside of a test."""
    with django_capture_on_commit_callbacks(execute=True):
        yield


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    def carry_out(job: Evaluation) -> Evaluation:
        with django_capture_on_commit_callbacks(execute=True):
            evaluations.carry_out(job.pk)
        job.refresh_from_db()
        return job

    return carry_out


def upload(actor, version) -> Predictions:
    return predictions.upload_predictions(
        actor=actor,
        version_id=version.pk,
        filename="predictions.csv",
        stream=io.BytesIO(factories.predictions_csv()),
        most_bytes=10**8,
    )


def ask(actor, uploaded: Predictions, columns: Columns = factories.COLUMNS) -> Evaluation:
    return evaluations.request_evaluation(actor=actor, predictions_id=uploaded.pk, name="Held-out", columns=columns)


def is_there(uploaded: Predictions) -> bool:
    uploaded.refresh_from_db()
    return files.is_intact(predictions.SHELF, uploaded.sha256)


def keep_for(monkeypatch, days: int) -> None:
    monkeypatch.setattr(retention, "keep_days", lambda tier: days)


def age(uploaded: Predictions, days: int) -> None:
    then = timezone.now() - timedelta(days=days)
    Predictions.objects.filter(pk=uploaded.pk).update(uploaded_at=then)
    uploaded.evaluations.filter(finished_at__isnull=False).update(finished_at=then)


def test_after_the_run_the_file_and_its_values_are_gone_and_the_counts_stay(actor, run):
    uploaded = upload(actor, factories.version(actor, tier="high"))
    job = run(ask(actor, uploaded))
    assert not is_there(uploaded)
    assert uploaded.deleted_at is not None
    assert job.state == JobState.DONE
    assert job.counts["rows"] == factories.PREDICTIONS_ROWS
    assert uploaded.preview["first_rows"] == []
    assert all(column["distinct"] == [] for column in uploaded.preview["columns"])
    [entry] = audit.history(uploaded.version.subject).filter(action=Action.PREDICTIONS_DELETE)
    assert audit.detail_of(entry) == {"predictions": "predictions.csv", "sha256": uploaded.sha256, "was_measured": True}


def test_a_file_stays_while_another_evaluation_needs_the_same_bytes(actor, run):
    first, second = upload(actor, factories.version(actor)), upload(actor, factories.version(actor))
    waiting = ask(actor, second)
    run(ask(actor, first))
    assert is_there(first)
    assert first.deleted_at is None
    run(waiting)
    assert not is_there(first)
    assert None not in {first.deleted_at, Predictions.objects.get(pk=second.pk).deleted_at}


def test_a_policy_that_keeps_is_obeyed_to_the_day(actor, run, monkeypatch, django_capture_on_commit_callbacks):
    keep_for(monkeypatch, 30)
    uploaded = upload(actor, factories.version(actor))
    run(ask(actor, uploaded))
    age(uploaded, 29)
    assert retention.delete_due(actor=SYSTEM) == []
    assert is_there(uploaded)
    age(uploaded, 30)
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.delete_due(actor=SYSTEM) == [uploaded.sha256]
    assert not is_there(uploaded)


def test_what_was_never_measured_goes_after_the_days_of_the_setting(actor, settings, django_capture_on_commit_callbacks):
    settings.PREDICTIONS_UNMEASURED_DAYS = 7
    uploaded = upload(actor, factories.version(actor))
    failed = ask(actor, uploaded)
    evaluations.cancel_evaluation(actor=actor, evaluation_id=failed.pk)
    age(uploaded, 6)
    tasks.delete_due_predictions()
    assert is_there(uploaded)
    age(uploaded, 8)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.delete_due_predictions()
    assert not is_there(uploaded)


def test_a_deleted_file_is_not_measured_until_it_is_uploaded_again(actor, run, settings):
    version = factories.version(actor)
    uploaded = upload(actor, version)
    cancelled = ask(actor, uploaded)
    evaluations.cancel_evaluation(actor=actor, evaluation_id=cancelled.pk)
    run(ask(actor, uploaded, replace(factories.COLUMNS, attributes=("sex",), intersections=())))
    with pytest.raises(ConflictError, match=r"was deleted on .* as the policy says"):
        ask(actor, uploaded)
    with pytest.raises(ConflictError, match=uploaded.sha256[:12]):
        evaluations.retry_evaluation(actor=actor, evaluation_id=cancelled.pk)
    again = upload(actor, version)
    assert evaluations.retry_evaluation(actor=actor, evaluation_id=cancelled.pk).predictions_id == again.pk
    assert run(cancelled).state == JobState.DONE


def test_nobody_but_the_system_deletes(actor):
    with pytest.raises(ForbiddenError):
        retention.delete_due(actor=actor)


def test_what_killed_processes_left_is_removed_after_a_day(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    old, fresh, other = (tmp_path / name for name in ("staged-old", "staged-new", "other"))
    for path in (old, fresh, other):
        path.write_bytes(b"x")
    press = tmp_path / "press-old"
    press.mkdir()
    (press / "manuscript.json").write_text("{}")
    for path in (old, press, other):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert retention.delete_stale_stages() == 2
    assert sorted(Path(tmp_path).iterdir()) == [other, fresh]


def test_the_shortest_time_of_the_tiers_policies_holds(monkeypatch):
    def edition(environment: str, days: int | None) -> gate_policy.Policy:
        content = gate_policy.policies()[f"high-{environment}"].to_json()
        measured = {**content["evaluations"], "keep_predictions_days": days}
        content["evaluations"] = {key: value for key, value in measured.items() if value is not None}
        return gate_policy.Policy.from_json(content)

    def held(*days: int | None) -> int:
        made = dict(zip("ab", map(edition, ("staging", "production"), days), strict=True))
        monkeypatch.setattr(policies, "in_force", lambda: made)
        found = policies.keep_days("high")
        monkeypatch.undo()
        return found

    assert held(90, 30) == 30
    assert held(90, None) == 0
    assert policies.keep_days("minimal") == policies.keep_days("high") == 0
