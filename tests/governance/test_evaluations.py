"""An evaluation's result is whole, agreed on by Fairlearn, and written by the system alone."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from governance.models import Evaluation, JobState, Predictions
from governance.services import evaluations, files, jobs, predictions
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.policy import Action
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return factories.engineer()


@pytest.fixture
def queued(actor) -> Evaluation:
    version = factories.version(actor)
    uploaded = upload(actor, version.pk)
    return evaluations.request_evaluation(actor=actor, predictions_id=uploaded.pk, name="  ", columns=factories.COLUMNS)


def upload(actor, version_id: int, content: bytes = b"") -> Predictions:
    return predictions.upload_predictions(
        actor=actor,
        version_id=version_id,
        filename="predictions.csv",
        stream=io.BytesIO(content or factories.predictions_csv()),
        most_bytes=10**8,
    )


def test_an_evaluation_without_a_name_is_called_after_its_file(queued):
    assert queued.name == "predictions.csv"


def test_a_result_holds_counts_findings_and_the_witness(queued):
    evaluations.carry_out(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.progress) == (JobState.DONE, 100)
    assert queued.counts["rows"] == factories.PREDICTIONS_ROWS
    assert queued.witness["agrees"] is True
    assert set(queued.findings.values_list("attribute", flat=True)) == {"sex", "age_group", "sex × age_group"}


def test_the_same_counts_give_the_same_findings(actor, queued):
    again = evaluations.request_evaluation(actor=actor, predictions_id=queued.predictions_id, name="Again", columns=factories.COLUMNS)
    for job in (queued, again):
        evaluations.carry_out(job.pk)
    assert [row.body for row in queued.findings.all()] == [row.body for row in again.findings.all()]


def test_a_result_that_fairlearn_does_not_share_is_not_kept(queued, monkeypatch):
    see = evaluations.witness
    monkeypatch.setattr(evaluations, "witness", lambda *a, **k: replace(see(*a, **k), agrees=False, largest_difference="0.5"))
    evaluations.carry_out(queued.pk)
    queued.refresh_from_db()
    assert queued.state == JobState.FAILED
    assert queued.error == "Fairlearn disagrees by 0.5; the result is not to be trusted."
    assert queued.counts is None
    assert not queued.findings.exists()


def test_a_computation_that_breaks_off_says_so_and_is_heard_by_the_log(queued, monkeypatch):
    def broken(*_, **__):
        raise MemoryError

    monkeypatch.setattr(evaluations, "witness", broken)
    with pytest.raises(MemoryError):
        evaluations.carry_out(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.error) == (JobState.FAILED, evaluations.BROKE_OFF)


def test_nobody_but_the_system_writes_a_result(actor, queued):
    job = jobs.claim(Evaluation, queued.pk)
    with pytest.raises(ForbiddenError):
        evaluations.fail_evaluation(actor=actor, evaluation=job, reason="I say so.")


def test_only_a_failed_evaluation_runs_again(actor, queued):
    with pytest.raises(ConflictError):
        evaluations.retry_evaluation(actor=actor, evaluation_id=queued.pk)


def test_a_snapshot_takes_finished_evaluations_only(queued):
    version = queued.version
    assert evaluations.frozen(version) == []
    evaluations.carry_out(queued.pk)
    [part] = evaluations.frozen(version)
    assert part["predictions"]["sha256"] == queued.predictions.sha256


def test_a_stranger_uploads_nothing(queued):
    with pytest.raises(ForbiddenError):
        upload(factories.engineer(), queued.version_id)
    assert Predictions.objects.count() == 1


def test_a_refused_file_leaves_an_equal_one_that_was_kept_alone(actor, queued):
    content = factories.predictions_csv()
    with pytest.raises(DomainError):
        predictions.upload_predictions(
            actor=actor, version_id=queued.version_id, filename="..", stream=io.BytesIO(content), most_bytes=10**8
        )
    assert files.is_intact(predictions.SHELF, queued.predictions.sha256)


def test_a_damaged_file_on_the_shelf_is_mended_by_uploading_it_again(actor, queued):
    path = files.path_of(predictions.SHELF, queued.predictions.sha256)
    path.write_bytes(b"tampered")
    with pytest.raises(ConflictError):
        files.path_of(predictions.SHELF, queued.predictions.sha256)
    upload(actor, queued.version_id)
    assert files.is_intact(predictions.SHELF, queued.predictions.sha256)


def test_a_waiting_evaluation_is_cancelled_and_no_worker_takes_it(actor, queued):
    evaluations.cancel_evaluation(actor=actor, evaluation_id=queued.pk)
    assert jobs.claim(Evaluation, queued.pk) is None
    queued.refresh_from_db()
    assert (queued.state, queued.counts) == (JobState.CANCELLED, None)
    assert queued.finished_at is not None
    [entry] = audit.history(f"{queued.version.subject}/evaluation/{queued.pk}").filter(action=Action.EVALUATION_CANCEL)
    assert (entry.actor_name, audit.detail_of(entry)) == (actor.name, {"was": "queued", "progress": 0})


def test_a_worker_stops_at_the_next_beat_after_a_cancel(actor, queued, monkeypatch):
    reached = []

    def measure(*_, progress, **__):
        evaluations.cancel_evaluation(actor=actor, evaluation_id=queued.pk)
        progress(10)
        reached.append("the end")

    monkeypatch.setattr(evaluations, "measure", measure)
    evaluations.carry_out(queued.pk)
    queued.refresh_from_db()
    assert reached == []
    assert (queued.state, queued.counts, queued.error) == (JobState.CANCELLED, None, "")


def test_a_cancelled_evaluation_runs_again(actor, queued):
    evaluations.cancel_evaluation(actor=actor, evaluation_id=queued.pk)
    evaluations.retry_evaluation(actor=actor, evaluation_id=queued.pk)
    evaluations.carry_out(queued.pk)
    queued.refresh_from_db()
    assert queued.state == JobState.DONE


def test_what_has_ended_is_not_cancelled_and_strangers_cancel_nothing(actor, queued):
    with pytest.raises(ForbiddenError):
        evaluations.cancel_evaluation(actor=factories.engineer(), evaluation_id=queued.pk)
    evaluations.carry_out(queued.pk)
    with pytest.raises(ConflictError):
        evaluations.cancel_evaluation(actor=actor, evaluation_id=queued.pk)
    queued.refresh_from_db()
    assert queued.state == JobState.DONE
