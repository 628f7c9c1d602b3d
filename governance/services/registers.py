"""The register of all models: made after each quarter by itself, and on request.

The rule: it is of one moment, which stands in it; PDF and CSV are two views of
the same lines.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from governance.models import Decision, Emergency, JobState, Register, Release
from governance.reports import pdf
from governance.reports import register as report
from governance.reports.choices import Choices
from governance.services import files, jobs, pdfs
from governance.workflow import LIVE_STATES, OPEN_STATES
from registry import audit, policy
from registry.errors import ConflictError
from registry.models import Asset
from registry.policy import SYSTEM, Action, Actor
from registry.services import organisation

TEMPLATE: Final = "print/register.html"
SHELF: Final = "registers"
CSV: Final = ".csv"
SUBJECT: Final = "register"


@dataclass(frozen=True)
class Filled:
    """A finished register: the PDF and the CSV."""

    made: pdfs.Made
    csv: str


@transaction.atomic
def request_register(*, actor: Actor, choices: Choices | None = None) -> Register:
    """Ask for the register as it is now; the caller rings the worker's bell after commit.

    Raises:
        ForbiddenError: the actor does not see every model.
    """
    policy.require(actor, Action.REGISTER_REQUEST)
    quarter = report.quarter_of(timezone.now().date())
    row = Register.objects.create(quarter=quarter, requested_by_id=actor.person_id, choices=(choices or usual()).to_json())
    audit.record(actor, Action.REGISTER_REQUEST, SUBJECT, {"register": row.pk, "quarter": quarter})
    return row


@transaction.atomic
def request_due(*, actor: Actor, today: date) -> Register | None:
    """Ask for the register of the quarter that ended last, unless that was done; None when there is nothing to do.

    Raises:
        ForbiddenError: the actor does not see every model.
    """
    policy.require(actor, Action.REGISTER_REQUEST)
    quarter = report.quarter_before(today)
    row, is_new = Register.objects.get_or_create(quarter=quarter, is_scheduled=True, defaults={"choices": usual().to_json()})
    if not is_new:
        return None
    audit.record(actor, Action.REGISTER_REQUEST, SUBJECT, {"register": row.pk, "quarter": quarter})
    return row


def usual() -> Choices:
    """Return what is chosen where nobody chose: the organisation's language."""
    return Choices(language=organisation.current().language)


def carry_out(register_id: int) -> None:
    """Make one register, from claim to files (called by a worker)."""
    jobs.carry_out(Register, register_id, work=_fill, settle=_settle, fail=_fail, broke_off=pdfs.BROKE_OFF)


@transaction.atomic
def finish_register(*, actor: Actor, register: Register, filled: Filled) -> None:
    """Keep the files of the attempt that still holds the job.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(register)
    policy.require(actor, Action.REGISTER_FINISH)
    row.csv_sha256, _ = files.keep(SHELF, io.BytesIO(filled.csv.encode("utf-8-sig")), suffix=CSV)
    row.unsigned_sha256 = filled.made.unsigned_sha256
    row.save(update_fields=["csv_sha256", "unsigned_sha256"])
    pdfs.keep(row, filled.made)
    detail = {"register": row.pk, "sha256": row.sha256, "unsigned": row.unsigned_sha256, "csv": row.csv_sha256}
    audit.record(actor, Action.REGISTER_FINISH, SUBJECT, detail)


@transaction.atomic
def fail_register(*, actor: Actor, register: Register, reason: str) -> None:
    """Say why the attempt that still holds the job has failed.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(register)
    policy.require(actor, Action.REGISTER_FINISH)
    row.state, row.error, row.finished_at = JobState.FAILED, reason, timezone.now()
    row.save(update_fields=["state", "error", "finished_at"])
    audit.record(actor, Action.REGISTER_FINISH, SUBJECT, {"register": row.pk, "failed": reason})


def csv_path_of(row: Register) -> Path:
    """Return the local path of a finished register's CSV.

    Raises:
        ConflictError: it is not finished, or its file is gone or was changed.
    """
    pdfs.path_of(row)
    try:
        return files.path_of(SHELF, row.csv_sha256, suffix=CSV)
    except ConflictError as error:
        raise ConflictError(pdfs.GONE) from error


def download_name(row: Register, suffix: str) -> str:
    """Return the name under which a register is handed out."""
    day = row.finished_at or row.requested_at
    return f"register-of-models_{row.quarter}_{day:%Y-%m-%d}{suffix}"


def _fill(row: Register) -> Filled:
    shown = report.register(_source(row))
    with translation.override(shown.choices.language):
        html = render_to_string(TEMPLATE, report.context_of(shown))
    manuscript = pdf.compose(html, identifier=shown.digest, paper=shown.choices.paper, landscape=True)
    pdfs.keep_manuscript(manuscript)
    return Filled(pdfs.make(row, manuscript), shown.to_csv())


def _source(row: Register) -> report.Source:
    states = [state.value for state in (*LIVE_STATES, *OPEN_STATES)]
    releases = list(Release.objects.for_page().filter(state__in=states).order_by("environment", "pk"))
    numbers = [release.pk for release in releases]
    return report.Source(
        quarter=row.quarter,
        at=row.requested_at,
        assets=list(Asset.objects.of_kind("model").select_related("team").order_by("team__name", "name", "pk")),
        releases=releases,
        decisions=list(Decision.objects.filter(release__in=numbers).select_related("person").order_by("pk")),
        choices=Choices.from_json(row.choices),
        emergencies=list(Emergency.objects.confirmed().filter(release__in=numbers)),
        house=pdfs.house(),
    )


def _settle(row: Register, filled: Filled) -> None:
    finish_register(actor=SYSTEM, register=row, filled=filled)


def _fail(row: Register, reason: str) -> None:
    fail_register(actor=SYSTEM, register=row, reason=reason)
