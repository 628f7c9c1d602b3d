"""Asking for the PDF of a bias audit's summary, and making it."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from governance.models import BiasAuditSummary, Evaluation, JobState
from governance.reports import ll144 as report
from governance.reports import pdf
from governance.reports.ll144 import Choices, PrintedSummary
from governance.services import jobs, pdfs
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.policy import SYSTEM, Action, Actor

TEMPLATE: Final = "print/ll144.html"


@transaction.atomic
def request_summary(*, actor: Actor, evaluation_id: int, choices: Choices) -> BiasAuditSummary:
    """Ask for the PDF of a summary; the caller rings the worker's bell after commit.

    What shows the same is one row: a finished one is given back as it is, and
    one that has failed, or whose file is gone, is put into the queue again.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the evaluation is not finished.
        DomainError: something that the rule asks to publish was not given.
    """
    evaluation = _for_report(evaluation_id, locked=True)
    policy.require(actor, Action.SUMMARY_REQUEST, evaluation.version.target)
    if evaluation.state != JobState.DONE:
        message = "The evaluation is not finished yet. Wait for it, then make its summary."
        raise ConflictError(message)
    shown = report.summary(evaluation, choices)
    if shown.lacks:
        message = f"Before it can be published, give {'; '.join(shown.lacks)}."
        raise DomainError(message)
    digest = shown.digest
    defaults = {"requested_by_id": actor.id, "choices": choices.to_json()}
    row, is_new = BiasAuditSummary.objects.get_or_create(evaluation=evaluation, content_digest=digest, defaults=defaults)
    if not is_new:
        if not pdfs.is_spent(row):
            return row
        pdfs.requeue(row, actor)
    audit.record(actor, Action.SUMMARY_REQUEST, _subject(row), {"summary": row.pk, "content": digest, "choices": choices.to_json()})
    return row


def carry_out(summary_id: int) -> None:
    """Make one PDF, from claim to file (called by a worker)."""
    jobs.carry_out(BiasAuditSummary, summary_id, work=_render, settle=_settle, fail=_fail, broke_off=pdfs.BROKE_OFF)


@transaction.atomic
def finish_summary(*, actor: Actor, summary: BiasAuditSummary, made: pdfs.Made) -> None:
    """Keep the PDF of the attempt that still holds the job.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(summary)
    policy.require(actor, Action.SUMMARY_FINISH)
    pdfs.keep(row, made)
    audit.record(actor, Action.SUMMARY_FINISH, _subject(row), {"summary": row.pk, "content": row.content_digest, "sha256": row.sha256})


@transaction.atomic
def fail_summary(*, actor: Actor, summary: BiasAuditSummary, reason: str) -> None:
    """Say why the attempt that still holds the job has failed.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(summary)
    policy.require(actor, Action.SUMMARY_FINISH)
    row.state, row.error, row.finished_at = JobState.FAILED, reason, timezone.now()
    row.save(update_fields=["state", "error", "finished_at"])
    audit.record(actor, Action.SUMMARY_FINISH, _subject(row), {"summary": row.pk, "failed": reason})


def _render(row: BiasAuditSummary) -> pdfs.Made:
    found: PrintedSummary = report.summary(_for_report(row.evaluation_id), Choices.from_json(row.choices))
    html = render_to_string(TEMPLATE, {"summary": found, "made_at": row.requested_at})
    manuscript = pdf.compose(html, identifier=row.content_digest)
    pdfs.keep_manuscript(manuscript)
    return pdfs.make(row, manuscript)


def _settle(row: BiasAuditSummary, made: pdfs.Made) -> None:
    finish_summary(actor=SYSTEM, summary=row, made=made)


def _fail(row: BiasAuditSummary, reason: str) -> None:
    fail_summary(actor=SYSTEM, summary=row, reason=reason)


def _for_report(evaluation_id: int, *, locked: bool = False) -> Evaluation:
    rows = Evaluation.objects.select_related("version__asset", "predictions").defer("predictions__preview")
    return (rows.select_for_update(of=("self",), no_key=True) if locked else rows).get(pk=evaluation_id)


def _subject(row: BiasAuditSummary) -> str:
    return f"{row.evaluation.version.subject}/evaluation/{row.evaluation_id}"
