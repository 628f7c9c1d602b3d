"""PDFs of many releases as one ZIP: asking for it, and making it.

The rule: which releases go in is settled when it is asked for, by what the
person sees then. Each PDF is that of the release's own page, made again only
when it would show something else; one that cannot be made is named in the
list of contents and stops nothing.
"""

from __future__ import annotations

import time
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.models import Bundle, Dossier, JobState, Release
from governance.reports.choices import Choices
from governance.services import dossiers, files, jobs, pdfs
from governance.workflow import State
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Person
from registry.policy import SYSTEM, Action, Actor
from registry.spreadsheet import to_csv

SHELF: Final = "bundles"
SUFFIX: Final = ".zip"
MOST: Final = 500
CONTENTS: Final = "contents.csv"
HEAD: Final = ("file", "model", "version", "environment", "state", "sha256", "sha256_before_signature", "remark")
NOTHING: Final = "There is no release to export. Choose others."
TOO_MANY: Final = f"These are more than {MOST} releases. Choose those that are promoted, or ask your operator for render_pdf --all."
GONE: Final = "The stored ZIP is missing or was changed. Ask for it again."
WAITS: Final = 120


@transaction.atomic
def request_bundle(*, actor: Actor, choices: Choices, only_promoted: bool) -> Bundle:
    """Ask for the PDFs of the releases that the actor sees; the caller rings the worker's bell after commit.

    Raises:
        ForbiddenError: nobody is signed in.
        DomainError: there is none, or there are too many.
    """
    policy.require(actor, Action.BUNDLE_REQUEST)
    found = Release.objects.visible_to(actor).order_by("pk")
    if only_promoted:
        found = found.filter(state=State.PROMOTED)
    numbers = list(found.values_list("pk", flat=True)[: MOST + 1])
    if not numbers or len(numbers) > MOST:
        raise DomainError(TOO_MANY if numbers else NOTHING)
    row = Bundle.objects.create(requested_by_id=actor.id, choices=choices.to_json(), releases=numbers)
    audit.record(actor, Action.BUNDLE_REQUEST, _subject(row), {"releases": numbers, **choices.to_json()})
    return row


def carry_out(bundle_id: int) -> None:
    """Make one ZIP, from claim to file (called by a worker)."""
    jobs.carry_out(Bundle, bundle_id, work=_pack, settle=_settle, fail=_fail, broke_off=pdfs.BROKE_OFF)


@transaction.atomic
def finish_bundle(*, actor: Actor, bundle: Bundle, packed: tuple[str, int, str]) -> None:
    """Keep the ZIP of the attempt that still holds the job.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(bundle)
    policy.require(actor, Action.BUNDLE_FINISH)
    row.sha256, row.size, row.remark = packed
    row.state, row.progress, row.finished_at = JobState.DONE, 100, timezone.now()
    row.save(update_fields=["sha256", "size", "remark", "state", "progress", "finished_at"])
    audit.record(actor, Action.BUNDLE_FINISH, _subject(row), {"sha256": row.sha256})


@transaction.atomic
def fail_bundle(*, actor: Actor, bundle: Bundle, reason: str) -> None:
    """Say why the attempt that still holds the job has failed.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(bundle)
    policy.require(actor, Action.BUNDLE_FINISH)
    row.state, row.error, row.finished_at = JobState.FAILED, reason, timezone.now()
    row.save(update_fields=["state", "error", "finished_at"])
    audit.record(actor, Action.BUNDLE_FINISH, _subject(row), {"failed": reason})


def path_of(row: Bundle) -> Path:
    """Return the local path of a finished ZIP.

    Raises:
        ConflictError: it is not finished, or its file is gone or was changed.
    """
    if row.state != JobState.DONE:
        message = "This export is not finished yet. Wait for it."
        raise ConflictError(message)
    try:
        return files.path_of(SHELF, row.sha256, suffix=SUFFIX)
    except ConflictError as error:
        raise ConflictError(GONE) from error


def download_name(row: Bundle) -> str:
    """Return the name under which a ZIP is handed out."""
    day = row.finished_at or row.requested_at
    return "_".join(("releases", f"{day:%Y-%m-%d}", *Choices.from_json(row.choices).suffixes)) + SUFFIX


def _pack(row: Bundle) -> tuple[str, int, str]:
    """Return SHA-256, length and remark of the ZIP, kept on its shelf."""
    choices, lines, missing = Choices.from_json(row.choices), [], []
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix=files.STAGED) as file:
        with zipfile.ZipFile(file, "w") as archive:
            for position, number in enumerate(row.releases):
                jobs.beat(row, 100 * position // len(row.releases))
                release = Release.objects.for_page().get(pk=number)
                try:
                    made = _made(number, choices)
                except DomainError as error:
                    missing.append(f"{release}: {error.message}")
                    lines.append(("", *_named(release), "", "", error.message))
                    continue
                name = f"{number}_{dossiers.download_name(made)}"
                _add(archive, name, pdfs.path_of(made).read_bytes(), release.submitted_at)
                lines.append((name, *_named(release), made.sha256, made.unsigned_sha256, made.remark))
            _add(archive, CONTENTS, to_csv(HEAD, lines).encode("utf-8-sig"), row.requested_at)
        digest, size = files.keep(SHELF, cast("IO[bytes]", file), suffix=SUFFIX)
    return digest, size, " ".join(missing)


def _made(number: int, choices: Choices) -> Dossier:
    """Return the PDF of a release; one that another worker is making is waited for."""
    for _ in range(WAITS):
        try:
            return dossiers.make_now(actor=SYSTEM, release_id=number, choices=choices)
        except ConflictError:
            time.sleep(1)
    raise DomainError(dossiers.BEING_MADE)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, at: datetime) -> None:
    about = zipfile.ZipInfo(name, at.timetuple()[:6])
    about.external_attr = 0o644 << 16
    archive.writestr(about, content)


def _named(release: Release) -> tuple[str, str, str, str]:
    return release.version.asset.name, release.version.name, release.environment, release.state


def _settle(row: Bundle, packed: tuple[str, int, str]) -> None:
    finish_bundle(actor=SYSTEM, bundle=row, packed=packed)


def _fail(row: Bundle, reason: str) -> None:
    fail_bundle(actor=SYSTEM, bundle=row, reason=reason)


def _subject(row: Bundle) -> str:
    return f"person/{Person.objects.values_list('email', flat=True).get(pk=row.requested_by_id)}/bundle/{row.pk}"
