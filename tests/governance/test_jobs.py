"""A job is claimed, beats and is finished by one worker; a lost one yields to the next."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance import tasks
from governance.models import Evaluation, JobState
from governance.services import evaluations, jobs, predictions
from governance.services.jobs import TakenOverError
from registry import audit
from registry.policy import SYSTEM, Action
from tests import factories

pytestmark = pytest.mark.django_db


def queued() -> Evaluation:
    """An evaluation that waits for a worker."""
    actor = factories.engineer()
    uploaded = predictions.upload_predictions(
        actor=actor,
        version_id=factories.version(actor).pk,
        filename="predictions.csv",
        stream=io.BytesIO(factories.predictions_csv()),
        most_bytes=10**8,
    )
    return evaluations.request_evaluation(actor=actor, predictions_id=uploaded.pk, name="Held-out", columns=factories.COLUMNS)


def claimed(pk: int) -> Evaluation:
    """The job, for a worker that got it."""
    job = jobs.claim(Evaluation, pk)
    assert job is not None
    return job


def fall_silent(job: Evaluation) -> None:
    """Let the last heartbeat be an hour old, as after a kill."""
    Evaluation.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))


def no_broker(*_: object) -> None:
    """What Celery does when nothing listens at the broker's address."""
    raise OperationalError


def test_a_waiting_job_goes_to_one_worker_only():
    job = queued()
    first, second = jobs.claim(Evaluation, job.pk), jobs.claim(Evaluation, job.pk)
    assert first is not None
    assert (first.state, first.attempt) == (JobState.RUNNING, 1)
    assert second is None


def test_a_job_that_does_not_exist_is_no_ones():
    assert jobs.claim(Evaluation, 987_654) is None


def test_a_silent_workers_job_goes_to_the_next_worker_under_a_new_attempt():
    job = queued()
    fall_silent(claimed(job.pk))
    assert claimed(job.pk).attempt == 2


def test_a_beat_keeps_the_job():
    first = claimed(queued().pk)
    fall_silent(first)
    jobs.beat(first, 40)
    assert jobs.claim(Evaluation, first.pk) is None
    first.refresh_from_db()
    assert first.progress == 40


def test_whatever_a_former_worker_says_is_refused():
    first = claimed(queued().pk)
    fall_silent(first)
    claimed(first.pk)
    with pytest.raises(TakenOverError):
        jobs.beat(first, 90)
    with pytest.raises(TakenOverError):
        evaluations.fail_evaluation(actor=SYSTEM, evaluation=first, reason="I gave up.")
    first.refresh_from_db()
    assert (first.state, first.attempt, first.error) == (JobState.RUNNING, 2, "")


def test_a_worker_that_wakes_up_late_leaves_the_one_result_alone(monkeypatch):
    job = queued()
    measure = evaluations._measure
    taken_over = []

    def slow(evaluation):
        if not taken_over:
            taken_over.append(evaluation.attempt)
            fall_silent(evaluation)
            evaluations.carry_out(job.pk)
        return measure(evaluation)

    monkeypatch.setattr(evaluations, "_measure", slow)
    evaluations.carry_out(job.pk)
    job.refresh_from_db()
    assert taken_over == [1]
    assert (job.state, job.attempt) == (JobState.DONE, 2)
    entries = audit.history(f"{job.version.subject}/evaluation/{job.pk}").filter(action=Action.EVALUATION_FINISH)
    assert [audit.detail_of(entry)["attempt"] for entry in entries] == [2]
    keys = list(job.findings.values_list("metric", "attribute"))
    assert keys
    assert len(keys) == len(set(keys))


def test_a_finished_job_is_not_done_again():
    job = queued()
    evaluations.carry_out(job.pk)
    first = Evaluation.objects.get(pk=job.pk)
    evaluations.carry_out(job.pk)
    again = Evaluation.objects.get(pk=job.pk)
    assert (again.attempt, again.finished_at) == (1, first.finished_at)


def test_the_sweep_rings_for_lost_bells_and_silent_workers_only(monkeypatch):
    lost, silent, fresh, alive = queued(), queued(), queued(), queued()
    Evaluation.objects.filter(pk=lost.pk).update(requested_at=timezone.now() - timedelta(hours=1))
    fall_silent(claimed(silent.pk))
    claimed(alive.pk)
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda task, pk: rung.append(pk))
    tasks.sweep()
    assert sorted(rung) == sorted([lost.pk, silent.pk])
    assert fresh.pk not in rung


def test_a_long_queue_is_rung_for_from_its_head_only(monkeypatch):
    monkeypatch.setattr(jobs, "MOST_RUNG", 2)
    waiting = [queued().pk for _ in range(3)]
    for hours, pk in enumerate(waiting):
        Evaluation.objects.filter(pk=pk).update(requested_at=timezone.now() - timedelta(hours=9 - hours))
    assert jobs.forsaken(Evaluation) == waiting[:2]


def test_a_job_that_kills_every_worker_is_given_up_with_a_sentence():
    job = queued()
    for _ in range(jobs.MOST_ATTEMPTS):
        fall_silent(claimed(job.pk))
    evaluations.carry_out(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, jobs.TOO_OFTEN)
    assert job.counts is None


def test_a_job_that_was_given_up_runs_again_when_somebody_asks():
    job = queued()
    for _ in range(jobs.MOST_ATTEMPTS):
        fall_silent(claimed(job.pk))
    evaluations.carry_out(job.pk)
    evaluations.retry_evaluation(actor=job.requested_by.actor(), evaluation_id=job.pk)
    evaluations.carry_out(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (JobState.DONE, jobs.MOST_ATTEMPTS + 2, "")


def test_no_broker_is_no_error(monkeypatch):
    monkeypatch.setattr(tasks.carry_out_evaluation, "delay", no_broker)
    assert tasks.ring(tasks.carry_out_evaluation, 1) is False


@pytest.mark.django_db(transaction=True)
def test_the_heart_beats_through_a_step_that_lasts_longer_than_the_limit(settings):
    settings.EVALUATION_STALL_SECONDS = 1
    job = claimed(queued().pk)
    with jobs.beating(job):
        time.sleep(1.5)
        assert jobs.claim(Evaluation, job.pk) is None
    time.sleep(1.1)
    assert claimed(job.pk).attempt == 2


@pytest.mark.django_db(transaction=True)
def test_the_heart_stops_for_a_worker_that_lost_its_job(settings):
    settings.EVALUATION_STALL_SECONDS = 1
    job = claimed(queued().pk)
    with jobs.beating(job):
        Evaluation.objects.filter(pk=job.pk).update(attempt=2, heartbeat_at=None)
        time.sleep(0.6)
        job.refresh_from_db()
    assert job.heartbeat_at is None
