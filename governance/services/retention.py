"""Deleting files of predictions when they have served.

The rule: sensitive columns do not stay. After its run a file is deleted when
the policies of the model's tier say so; the counts stay, from which every
number follows. With the file go its first rows and the values that were seen
in it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from governance.models import JobState, Predictions
from governance.reports import pdf
from governance.services import files
from governance.services.policies import keep_days
from governance.services.predictions import SHELF
from registry import audit, policy
from registry.errors import ConflictError
from registry.policy import Action, Actor

STAGED_SECONDS: Final = 24 * 3600


def delete_due(*, actor: Actor, digests: Sequence[str] | None = None) -> list[str]:
    """Delete every file that is due, and say which.

    Args:
        actor: the system.
        digests: SHA-256 of the files to look at; all of them when not given.

    Raises:
        ForbiddenError: not the system.
    """
    policy.require(actor, Action.PREDICTIONS_DELETE)
    if digests is None:
        digests = list(Predictions.objects.kept().order_by().values_list("sha256", flat=True).distinct())
    return [digest for digest in digests if _delete_when_due(actor, digest)]


def due_at(uploaded: Predictions) -> datetime | None:
    """Return when a file may be deleted; None while an evaluation waits or runs.

    A file that was measured stays for as long as the tier's policies say; one
    that never was, or whose evaluations all failed or were cancelled, for the
    days of the setting, so that it can be measured yet.
    """
    jobs = list(uploaded.evaluations.all())
    if any(not job.is_over for job in jobs):
        return None
    ended = max((job.finished_at for job in jobs if job.finished_at), default=uploaded.uploaded_at)
    is_measured = any(job.state == JobState.DONE for job in jobs)
    days = keep_days(uploaded.version.asset.tier) if is_measured else settings.PREDICTIONS_UNMEASURED_DAYS
    return ended + timedelta(days=days)


def require_kept(uploaded: Predictions) -> None:
    """Let a file pass that is still there.

    Raises:
        ConflictError: it was deleted; the sentence says when, and which file to upload again.
    """
    if uploaded.deleted_at is not None:
        raise ConflictError(deleted_sentence(uploaded))


def deleted_sentence(uploaded: Predictions) -> str:
    """Return the sentence about a file that was deleted."""
    day = date_format(uploaded.deleted_at, "j M Y") if uploaded.deleted_at else ""
    return (
        f"“{uploaded.filename}” was deleted on {day} as the policy says; the counts are kept. "
        f"To run again, upload the same file (its SHA-256 begins with {uploaded.sha256[:12]})."
    )


def same_file(uploaded: Predictions) -> Predictions:
    """Return the upload itself, or, when it was deleted, the newest upload of the same bytes to the same version.

    Raises:
        ConflictError: the bytes are gone.
    """
    if uploaded.deleted_at is None:
        return uploaded
    again = Predictions.objects.kept().filter(version_id=uploaded.version_id, sha256=uploaded.sha256).order_by("-pk").first()
    if again is None:
        raise ConflictError(deleted_sentence(uploaded))
    return again


def delete_stale_stages() -> int:
    """Delete what uploads, bundles and presses left behind whose process was killed; return how many files and folders."""
    before, folder = time.time() - STAGED_SECONDS, Path(settings.FILE_UPLOAD_TEMP_DIR)
    left = [path for prefix in (files.STAGED, pdf.WORKSHOP) for path in folder.glob(f"{prefix}*")]
    stale = [path for path in left if path.stat().st_mtime < before]
    for path in stale:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(stale)


@transaction.atomic
def _delete_when_due(actor: Actor, digest: str) -> bool:
    """Delete the bytes and every trace of their values, unless one of the uploads that share them still needs them."""
    kept = Predictions.objects.kept().filter(sha256=digest).select_for_update(of=("self",), no_key=True)
    rows = list(kept.select_related("version__asset").prefetch_related("evaluations"))
    now = timezone.now()
    if not rows or any((due := due_at(row)) is None or due > now for row in rows):
        return False
    for row in rows:
        row.deleted_at, row.ranges = now, {}
        columns = [{**column, "distinct": []} for column in row.preview["columns"]]
        row.preview = {**row.preview, "columns": columns, "first_rows": []}
        row.save(update_fields=["deleted_at", "ranges", "preview"])
    transaction.on_commit(lambda: _delete_bytes(digest))
    for row in rows:
        was_measured = any(job.state == JobState.DONE for job in row.evaluations.all())
        detail = {"predictions": row.filename, "sha256": digest, "was_measured": was_measured}
        audit.record(actor, Action.PREDICTIONS_DELETE, row.version.subject, detail)
    return True


def _delete_bytes(digest: str) -> None:
    """Delete the bytes, unless they were uploaded again in the meantime."""
    if not Predictions.objects.kept().filter(sha256=digest).exists():
        default_storage.delete(files.name_of(SHELF, digest))
