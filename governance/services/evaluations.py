"""Asking for an evaluation, and carrying it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from governance.fairness import predictions
from governance.fairness.columns import Columns, check_columns
from governance.fairness.counting import refuse_change
from governance.fairness.measuring import Measurement, Settings, measure
from governance.fairness.others import others
from governance.fairness.source import open_source
from governance.fairness.witness import Witness, witness
from governance.models import Evaluation, Finding, JobState, Predictions
from governance.services import contracts, files, jobs, retention
from governance.services.policies import in_force
from governance.services.predictions import SHELF
from registry import audit, policy
from registry.errors import ConflictError
from registry.models import Version
from registry.policy import SYSTEM, Action, Actor
from registry.services.versions import locked_version

BROKE_OFF: Final = "The computation broke off; the worker's log says where. Run it again, or tell your operator."


@dataclass(frozen=True)
class Result:
    """What one attempt has found."""

    measured: Measurement
    seen: Witness
    others: tuple[dict[str, Any], ...] = ()


@transaction.atomic
def request_evaluation(*, actor: Actor, predictions_id: int, name: str, columns: Columns) -> Evaluation:
    """Ask for an evaluation; the caller rings the worker's bell after commit.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the file was deleted.
        DomainError: the columns do not fit the file.
    """
    uploaded = Predictions.objects.select_for_update(no_key=True).get(pk=predictions_id)  # so that it is not deleted meanwhile
    version = locked_version(actor, uploaded.version_id, Action.EVALUATION_REQUEST)
    retention.require_kept(uploaded)
    check_columns(predictions.Preview.from_json(uploaded.preview), columns)
    evaluation = Evaluation.objects.create(
        version=version,
        predictions=uploaded,
        name=name.strip()[:120] or uploaded.filename,
        columns=columns.to_json(),
        requested_by_id=actor.id,
    )
    audit.record(actor, Action.EVALUATION_REQUEST, _subject(evaluation), {"columns": columns.to_json()})
    return evaluation


@transaction.atomic
def retry_evaluation(*, actor: Actor, evaluation_id: int) -> Evaluation:
    """Put an evaluation that failed or was cancelled back into the queue.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it has neither failed nor been cancelled, or its file was deleted and not uploaded again.
    """
    evaluation = Evaluation.objects.select_for_update(no_key=True).get(pk=evaluation_id)
    locked_version(actor, evaluation.version_id, Action.EVALUATION_REQUEST)
    if evaluation.state not in {JobState.FAILED, JobState.CANCELLED}:
        message = "Only an evaluation that failed or was cancelled can be run again."
        raise ConflictError(message)
    evaluation.predictions = retention.same_file(evaluation.predictions)
    evaluation.state, evaluation.error, evaluation.losses = JobState.QUEUED, "", 0
    evaluation.requested_at, evaluation.finished_at, evaluation.progress = timezone.now(), None, 0
    evaluation.save(update_fields=["predictions", "state", "error", "losses", "requested_at", "finished_at", "progress"])
    audit.record(actor, Action.EVALUATION_REQUEST, _subject(evaluation), {"again": True})
    return evaluation


@transaction.atomic
def cancel_evaluation(*, actor: Actor, evaluation_id: int) -> Evaluation:
    """Stop an evaluation that waits or runs; its worker finds out at its next beat, and whatever it still says is refused.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it has ended already.
    """
    evaluation = Evaluation.objects.select_for_update(no_key=True).get(pk=evaluation_id)
    version = locked_version(actor, evaluation.version_id, Action.EVALUATION_CANCEL)
    if evaluation.is_over:
        message = "This evaluation has ended already, so there is nothing to cancel."
        raise ConflictError(message)
    was = evaluation.state
    evaluation.version = version
    evaluation.state, evaluation.finished_at = JobState.CANCELLED, timezone.now()
    evaluation.save(update_fields=["state", "finished_at"])
    audit.record(actor, Action.EVALUATION_CANCEL, _subject(evaluation), {"was": was, "progress": evaluation.progress})
    return evaluation


def carry_out(evaluation_id: int) -> None:
    """Do the work of one evaluation, from claim to result (called by a worker)."""
    jobs.carry_out(Evaluation, evaluation_id, work=_measure, settle=_settle, fail=_fail, broke_off=BROKE_OFF)
    digests = Predictions.objects.filter(evaluations=evaluation_id).values_list("sha256", flat=True)
    retention.delete_due(actor=SYSTEM, digests=list(digests))


@transaction.atomic
def finish_evaluation(*, actor: Actor, evaluation: Evaluation, result: Result) -> None:
    """Keep the result of the attempt that still holds the job.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(evaluation)
    policy.require(actor, Action.EVALUATION_FINISH)
    found = result.measured
    row.counts, row.witness = found.table.to_json(), result.seen.to_json()
    row.scores = found.scores_json()
    row.extras = row.extras | found.extras_json() | {"thresholds": thresholds_of(row.version)[1], "others": list(result.others)}
    row.state, row.progress, row.finished_at = JobState.DONE, 100, timezone.now()
    row.save(update_fields=["counts", "witness", "scores", "extras", "state", "progress", "finished_at"])
    row.findings.all().delete()
    Finding.objects.bulk_create(
        Finding(
            evaluation=row,
            position=position,
            metric=finding.metric,
            attribute=finding.attribute,
            value=finding.to_json()["value"] or "",
            verdict=finding.verdict,
            body=finding.to_json(),
        )
        for position, finding in enumerate(found.findings)
    )
    audit.record(actor, Action.EVALUATION_FINISH, _subject(row), {"attempt": row.attempt, "rows": found.table.rows})


@transaction.atomic
def fail_evaluation(*, actor: Actor, evaluation: Evaluation, reason: str) -> None:
    """Say why the attempt that still holds the job has failed.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(evaluation)
    policy.require(actor, Action.EVALUATION_FINISH)
    row.state, row.error, row.finished_at = JobState.FAILED, reason, timezone.now()
    row.save(update_fields=["state", "error", "finished_at"])
    audit.record(actor, Action.EVALUATION_FINISH, _subject(row), {"attempt": row.attempt, "failed": reason})


def frozen(version: Version) -> list[dict[str, Any]]:
    """Return every finished evaluation as it goes into a snapshot, the newest first."""
    finished = version.evaluations.finished()
    return [
        {
            "id": evaluation.pk,
            "name": evaluation.name,
            "finished_at": evaluation.finished_at.isoformat() if evaluation.finished_at else "",
            "predictions": {"filename": evaluation.predictions.filename, "sha256": evaluation.predictions.sha256},
            "columns": evaluation.columns,
            "counts": evaluation.counts,
            "witness": evaluation.witness,
            "scores": evaluation.scores,
            "extras": evaluation.extras,
            "findings": [finding.body for finding in evaluation.findings.all()],
        }
        for evaluation in finished.select_related("predictions").prefetch_related("findings")
    ]


def _settle(evaluation: Evaluation, result: Result) -> None:
    if not result.seen.agrees:
        reason = f"Fairlearn disagrees by {result.seen.largest_difference}; the result is not to be trusted."
        _fail(evaluation, reason)
        return
    finish_evaluation(actor=SYSTEM, evaluation=evaluation, result=result)


def _measure(evaluation: Evaluation) -> Result:
    uploaded = evaluation.predictions
    path = files.path_of(SHELF, uploaded.sha256)
    columns = Columns.from_json(evaluation.columns)
    dialect: Mapping[str, Any] = uploaded.preview["dialect"]
    jobs.beat(evaluation, 5)
    contracts.answer_for(evaluation, path)
    jobs.beat(evaluation, 10)
    with open_source(path, dialect, label=uploaded.filename) as source:
        settings = Settings(thresholds=thresholds_of(evaluation.version)[0])
        measured = measure(source, columns, settings, progress=lambda done: jobs.beat(evaluation, 10 + done // 2))
    refuse_change(dialect, measured.table.rows)
    jobs.beat(evaluation, 60)
    seen = witness(path, dialect=dialect, columns=columns, table=measured.table)
    jobs.beat(evaluation, 90)
    run = others(path, dialect=dialect, columns=columns, metrics=columns.others)
    jobs.beat(evaluation, 95)
    return Result(measured=measured, seen=seen, others=tuple(one.to_json() for one in run))


def thresholds_of(version: Version) -> tuple[Mapping[str, Fraction], str]:
    """Return the thresholds that gaps are judged by, and the policy that sets them.

    They are those of the last environment that has an evaluation in its
    policy for the model's tier; a metric that it does not name keeps its
    usual threshold. The gate judges again by the policy of each release.
    """
    for found in reversed(list(in_force().values())):
        if found.tier == version.asset.tier and found.evaluations is not None:
            return found.evaluations.metrics, f"{found.title}, version {found.version}"
    return {}, ""


def _fail(evaluation: Evaluation, reason: str) -> None:
    fail_evaluation(actor=SYSTEM, evaluation=evaluation, reason=reason)


def _subject(evaluation: Evaluation) -> str:
    return f"{evaluation.version.subject}/evaluation/{evaluation.pk}"
