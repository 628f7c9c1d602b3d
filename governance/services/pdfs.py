"""What every PDF that a worker makes has in common: keeping its file, finding it again, and asking for it once more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from django.utils import timezone

from governance.models import BiasAuditSummary, Dossier, JobState
from governance.reports import pdf
from governance.services import files
from registry.errors import ConflictError
from registry.policy import Actor

Row = Dossier | BiasAuditSummary

SUFFIX: Final = ".pdf"
BROKE_OFF: Final = "The rendering broke off; the worker's log says where. Ask for it again, or tell your operator."
GONE: Final = "The stored PDF is missing or was changed. Ask for it again."


def keep(row: Row, rendered: pdf.Rendered) -> None:
    """Put a rendered PDF on the shelf of its kind, and say in its row that it is finished; the caller records it."""
    row.sha256, row.size = files.keep(_shelf(row), io.BytesIO(rendered.content), suffix=SUFFIX)
    row.pages, row.state, row.progress, row.finished_at = rendered.pages, JobState.DONE, 100, timezone.now()
    row.save(update_fields=["sha256", "size", "pages", "state", "progress", "finished_at"])


def path_of(row: Row) -> Path:
    """Return the local path of a finished PDF, whose bytes are still those of its digest.

    Raises:
        ConflictError: it is not finished, or its file is gone or was changed.
    """
    if row.state != JobState.DONE:
        message = "This PDF is not finished yet. Wait for it, or ask for it again."
        raise ConflictError(message)
    try:
        return files.path_of(_shelf(row), row.sha256, suffix=SUFFIX)
    except ConflictError as error:
        raise ConflictError(GONE) from error


def is_spent(row: Row) -> bool:
    """Whether a PDF must be made again: it failed, or its file is gone."""
    if row.state == JobState.DONE:
        return not files.is_intact(_shelf(row), row.sha256, suffix=SUFFIX)
    return row.state == JobState.FAILED


def requeue(row: Row, actor: Actor) -> None:
    """Put a spent PDF back into the queue, asked for by somebody now; the caller records it."""
    row.state, row.error, row.losses, row.progress = JobState.QUEUED, "", 0, 0
    row.requested_at, row.finished_at, row.requested_by_id = timezone.now(), None, actor.id
    row.save(update_fields=["state", "error", "losses", "progress", "requested_at", "finished_at", "requested_by"])


def _shelf(row: Row) -> str:
    return "dossiers" if isinstance(row, Dossier) else "summaries"
