"""Background jobs: each calls one service.

The rule: a task carries a primary key and nothing else. Whoever made the row
rings the bell after commit; a bell that is lost (no broker, killed worker) is
made good by the sweep, which beat runs.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.models import BiasAuditSummary, Bundle, Dossier, Evaluation, Job, Register
from governance.services import bundles, dossiers, evaluations, expiry, jobs, registers, reminders, retention, riskreminders, summaries
from registry.policy import SYSTEM

logger = logging.getLogger(__name__)


@shared_task(name="governance.carry_out_evaluation")
def carry_out_evaluation(evaluation_id: int) -> None:
    """Measure one evaluation."""
    evaluations.carry_out(evaluation_id)


@shared_task(name="governance.render_dossier")
def render_dossier(dossier_id: int) -> None:
    """Render one dossier to PDF."""
    dossiers.carry_out(dossier_id)


@shared_task(name="governance.render_summary")
def render_summary(summary_id: int) -> None:
    """Render one summary of a bias audit to PDF."""
    summaries.carry_out(summary_id)


@shared_task(name="governance.pack_bundle")
def pack_bundle(bundle_id: int) -> None:
    """Put the PDFs of many releases into one ZIP."""
    bundles.carry_out(bundle_id)


@shared_task(name="governance.fill_register")
def fill_register(register_id: int) -> None:
    """Make one register of all models."""
    registers.carry_out(register_id)


@shared_task(name="governance.request_register")
def request_register() -> None:
    """Ask for the register of the quarter that has ended, once."""
    row = registers.request_due(actor=SYSTEM, today=timezone.now().date())
    if row is not None:
        ring(fill_register, row.pk)


JOBS: Final[tuple[tuple[type[Job], Any], ...]] = (
    (Evaluation, carry_out_evaluation),
    (Dossier, render_dossier),
    (BiasAuditSummary, render_summary),
    (Bundle, pack_bundle),
    (Register, fill_register),
)


@shared_task(name="governance.sweep")
def sweep() -> None:
    """Ring again for jobs whose bell was lost or whose worker went silent."""
    for kind, task in JOBS:
        for pk in jobs.forsaken(kind):
            ring(task, pk)


@shared_task(name="governance.delete_due_predictions")
def delete_due_predictions() -> None:
    """Delete the files of predictions that have served, and what broken uploads left behind."""
    retention.delete_due(actor=SYSTEM)
    retention.delete_stale_stages()


@shared_task(name="governance.remind")
def remind() -> None:
    """Remind of what is due or ends: reviews, evidence, risks; and ask for re-reviews of approvals that end soon."""
    reminders.schedule_rereviews(actor=SYSTEM)
    reminders.remind(actor=SYSTEM)
    expiry.remind_of_evidence(actor=SYSTEM)
    riskreminders.remind_of_risks(actor=SYSTEM)


def ring(task: Any, pk: int) -> bool:
    """Ask a worker for a job; False when no broker answers (the sweep will ask again)."""
    try:
        task.delay(pk)
    except (OperationalError, OSError):
        logger.warning("No broker answered for %s %s; the sweep will ask again.", task.name, pk)
        return False
    return True
