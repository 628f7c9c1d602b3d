"""What every PDF that a worker makes has in common: making it from its manuscript, keeping it, finding it again.

The rule: the manuscript is kept before the press starts, so that the PDF can
be issued again with the same bytes before the signature; when the machine's
libraries or fonts have changed since, the row says what differs.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils import timezone

from governance.models import BiasAuditSummary, Dossier, JobState, Register
from governance.reports import pdf
from governance.reports.house import House
from governance.services import files, jobs, seal
from registry.digest import sha256
from registry.errors import ConflictError
from registry.policy import Actor
from registry.services import organisation

Row = Dossier | BiasAuditSummary | Register

SUFFIX: Final = ".pdf"
SHELVES: Final[Mapping[type, str]] = {Dossier: "dossiers", BiasAuditSummary: "summaries", Register: "registers"}
MANUSCRIPTS: Final = "manuscripts"
ASSETS: Final = "typefaces"
BROKE_OFF: Final = "The rendering broke off; the worker's log says where. Ask for it again, or tell your operator."
GONE: Final = "The stored PDF is missing or was changed. Ask for it again."
SIGNING: Final = 95
SECONDS_BETWEEN_BEATS: Final = 0.5


@dataclass(frozen=True)
class Made:
    """A finished PDF and what it was made from.

    Attributes:
        content: its bytes, signed.
        unsigned_sha256: digest of the bytes before the signature.
        rendered: what the press said of it.
    """

    content: bytes
    unsigned_sha256: str
    rendered: pdf.Rendered


def house() -> House:
    """Return the organisation as it is today."""
    now = organisation.current()
    return House(name=now.name, address=now.address, colour=now.colour, logo=now.logo, language=now.writing)


def keep_manuscript(manuscript: pdf.Manuscript) -> str:
    """Keep everything that a PDF is made from, and return the SHA-256 under which it lies."""
    for content in pdf.assets_of_today().values():
        files.keep(ASSETS, io.BytesIO(content))
    digest, _ = files.keep(MANUSCRIPTS, io.BytesIO(manuscript.to_bytes()))
    return digest


def kept_manuscript(digest: str) -> pdf.Manuscript | None:
    """Return a kept manuscript; None when it was never kept, or it or one of its assets is gone."""
    if not digest or not files.is_intact(MANUSCRIPTS, digest):
        return None
    manuscript = pdf.Manuscript.from_bytes(files.path_of(MANUSCRIPTS, digest).read_bytes())
    return manuscript if all(files.is_intact(ASSETS, asset) for asset in manuscript.assets.values()) else None


def rendered(manuscript: pdf.Manuscript, row: Row | None = None) -> pdf.Rendered:
    """Let the press make a kept manuscript; its progress is the row's."""
    assets = {digest: files.path_of(ASSETS, digest).read_bytes() for digest in manuscript.assets.values()}
    return pdf.render(manuscript, assets, progress=_Beats(row) if row else lambda _: None)


def make(row: Row, manuscript: pdf.Manuscript) -> Made:
    """Let the press make a kept manuscript, and sign what comes out."""
    found = rendered(manuscript, row)
    jobs.beat(row, SIGNING)
    return Made(seal.seal(found.content), sha256(found.content), found)


def keep(row: Row, made: Made) -> None:
    """Put a PDF on the shelf of its kind, and say in its row that it is finished; the caller records it."""
    row.sha256, row.size = files.keep(_shelf(row), io.BytesIO(made.content), suffix=SUFFIX)
    row.pages, row.state, row.progress, row.finished_at = made.rendered.pages, JobState.DONE, 100, timezone.now()
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
    row.requested_at, row.finished_at, row.requested_by_id = timezone.now(), None, actor.person_id
    row.save(update_fields=["state", "error", "losses", "progress", "requested_at", "finished_at", "requested_by"])


def difference(row: Dossier, made: Made) -> str:
    """Return how a PDF that was issued again differs from the first one, as a sentence; empty when it does not."""
    if row.unsigned_sha256 in {"", made.unsigned_sha256}:
        return ""
    changed = pdf.told(made.rendered.made_with, _mapping(row.made_with)) or "nothing that Assay knows of"
    return f"Issued again with other bytes before the signature (the first time sha256:{row.unsigned_sha256}). What changed: {changed}."


class _Beats:
    """Tells a row how far the press is, but not more often than somebody can see."""

    def __init__(self, row: Row) -> None:
        self._row, self._last = row, 0.0

    def __call__(self, percent: int) -> None:
        if time.monotonic() - self._last >= SECONDS_BETWEEN_BEATS:
            self._last = time.monotonic()
            jobs.beat(self._row, percent)


def _mapping(value: object) -> Mapping[str, str]:
    return value if isinstance(value, Mapping) else {}


def _shelf(row: Row) -> str:
    return SHELVES[type(row)]
