"""What supports an answer: links, and files kept by their digest; ``exhibits`` adds what the registry itself knows.

The rule: a file's kind is read from its bytes; the name that a person typed
is shown, and never reaches the file system.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from types import MappingProxyType
from typing import IO, Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from governance.models import Answer, Evidence
from governance.services import catalog, files
from governance.services.assessments import locked_model, subject_of
from registry import audit
from registry.errors import ConflictError, DomainError
from registry.models import Person, Version
from registry.policy import Action, Actor
from registry.services.versions import clean_filename

SHELF: Final = "evidence"
LONGEST_TITLE: Final = 200
LONGEST_URL: Final = 500
UNKNOWN: Final = "application/octet-stream"
OPENERS: Final = MappingProxyType(
    {
        b"%PDF-": "application/pdf",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"PK\x03\x04": "application/zip",
    }
)
LONGEST_OPENER: Final = 8
IN_A_ZIP: Final = MappingProxyType(
    {
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".odt": "application/vnd.oasis.opendocument.text",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    }
)
AS_TEXT: Final = MappingProxyType({".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".json": "application/json"})
SUFFIXES: Final = MappingProxyType(
    {
        "application/pdf": ".pdf",
        "image/png": ".png",
        "image/jpeg": ".jpg",
        "application/zip": ".zip",
        **{kind: suffix for suffix, kind in (*IN_A_ZIP.items(), *AS_TEXT.items())},
    }
)


@dataclass(frozen=True)
class FileKept:
    """A file as it is kept: its clean name, its digest, and what its bytes are."""

    name: str
    sha256: str
    size: int
    content_type: str


@transaction.atomic
def attach_link(
    *, actor: Actor, version_id: int, framework_key: str, item_slug: str, title: str, url: str, expires_on: date | None = None
) -> Evidence:
    """Attach a link to an answered item; whoever attaches it is its owner.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: not a web address, too long, or the item has no answer yet.
    """
    version = locked_model(actor, version_id)
    answer = answered(version, framework_key, item_slug)
    evidence = new_link(actor, title=title, url=url, expires_on=expires_on, version=version)
    support(actor, version, framework_key, answer, evidence)
    return evidence


@transaction.atomic
def attach_file(
    *,
    actor: Actor,
    version_id: int,
    framework_key: str,
    item_slug: str,
    title: str,
    filename: str,
    stream: IO[bytes],
    most_bytes: int,
    expires_on: date | None = None,
) -> Evidence:
    """Attach a file to an answered item; it is kept by its digest, and whoever attaches it is its owner.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: empty, too large, without a name, or the item has no answer yet.
    """
    version = locked_model(actor, version_id)
    answer = answered(version, framework_key, item_slug)
    kept = kept_file(filename, stream, most_bytes)
    evidence = new_file(actor, kept, title=title, expires_on=expires_on, version=version)
    support(actor, version, framework_key, answer, evidence)
    return evidence


@transaction.atomic
def keep_evidence(*, actor: Actor, version_id: int, evidence_id: int, owner_id: int, expires_on: date | None) -> Evidence:
    """Say who keeps a piece of evidence current, and the last day on which it counts.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the owner has no account, or the day is past.
    """
    version = locked_model(actor, version_id)
    evidence = version.evidence.get(pk=evidence_id)
    audit.record(actor, Action.CHECKLIST_ANSWER, version.subject, kept_current(evidence, owner_id, expires_on))
    return evidence


@transaction.atomic
def detach_evidence(*, actor: Actor, version_id: int, evidence_id: int) -> None:
    """Take a piece of evidence off a version; snapshots that name it keep its digest.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it is gone already.
    """
    version = locked_model(actor, version_id)
    evidence = version.evidence.filter(pk=evidence_id).first()
    if evidence is None:
        message = "This evidence was removed already."
        raise ConflictError(message)
    answer = evidence.answers.select_related("assessment").first()
    detail = {"evidence_removed": evidence.title, "sha256": evidence.sha256, "url": evidence.url}
    subject = version.subject
    if answer is not None:
        detail["item"] = answer.item
        subject = subject_of(version, answer.assessment.framework_key)
    evidence.delete()
    audit.record(actor, Action.CHECKLIST_ANSWER, subject, detail)


def kept_current(piece: Evidence, owner_id: int, expires_on: date | None) -> dict[str, Any]:
    """Give a piece its owner and its last day, and return what the journal says of it.

    Raises:
        DomainError: the owner has no account, or the day is past.
    """
    if not Person.objects.filter(pk=owner_id, is_active=True).exists():
        message = "Choose an owner who has an account."
        raise DomainError(message)
    piece.owner_id, piece.expires_on, piece.reminded = owner_id, checked_day(expires_on), ""
    piece.save(update_fields=["owner", "expires_on", "reminded"])
    return {"evidence": piece.title, "owner": owner_id, "expires_on": expires_on.isoformat() if expires_on else ""}


def new_link(actor: Actor, *, title: str, url: str, expires_on: date | None, version: Version | None = None) -> Evidence:
    """Keep a web address as a piece of evidence of a version, or of the organisation; whoever adds it is its owner.

    Raises:
        DomainError: not a web address, too long, or the day is past.
    """
    url = checked_url(url)
    return new_piece(actor, title=title.strip() or url, expires_on=expires_on, version=version, url=url)


def new_file(actor: Actor, kept: FileKept, *, title: str, expires_on: date | None, version: Version | None = None) -> Evidence:
    """Keep a file as a piece of evidence of a version, or of the organisation; whoever adds it is its owner.

    Raises:
        DomainError: the day is past.
    """
    told = {"sha256": kept.sha256, "size": kept.size, "content_type": kept.content_type}
    return new_piece(actor, title=title.strip() or kept.name, expires_on=expires_on, version=version, **told)


def new_piece(actor: Actor, *, title: str, expires_on: date | None, version: Version | None, **fields: Any) -> Evidence:
    """Keep a piece of evidence; whoever adds it is its owner.

    Raises:
        DomainError: the day is past.
    """
    return Evidence.objects.create(
        version=version,
        title=title[:LONGEST_TITLE],
        added_by_id=actor.id,
        owner_id=actor.id,
        expires_on=checked_day(expires_on),
        **fields,
    )


def kept_file(filename: str, stream: IO[bytes], most_bytes: int) -> FileKept:
    """Keep a file by its digest.

    Raises:
        DomainError: empty, too large, or without a name.
    """
    name = clean_filename(filename)
    check_size(name, stream.seek(0, 2), most_bytes)
    stream.seek(0)
    content_type = content_type_of(name, stream.read(LONGEST_OPENER))
    digest, size = files.keep(SHELF, stream)
    return FileKept(name, digest, size, content_type)


def content_type_of(name: str, opening: bytes) -> str:
    """Return the media type that a file's first bytes show; the name only chooses among those that fit."""
    suffix = PurePath(name).suffix.lower()
    kind = next((kind for opener, kind in OPENERS.items() if opening.startswith(opener)), UNKNOWN)
    if kind == "application/zip":
        return IN_A_ZIP.get(suffix, kind)
    if kind == UNKNOWN and opening.isascii() and b"\0" not in opening:
        return AS_TEXT.get(suffix, kind)
    return kind


def check_size(name: str, size: int, most_bytes: int) -> None:
    """Let a file pass by its size.

    Raises:
        DomainError: empty, or too large.
    """
    if size == 0:
        message = f"“{name}” is empty. Choose the file that holds the evidence."
        raise DomainError(message)
    if size > most_bytes:
        message = f"“{name}” is larger than {most_bytes // 1024**2} MB. Attach a smaller file or a link."
        raise DomainError(message)


def download_name(evidence: Evidence) -> str:
    """Return the name under which a file is handed out: its title, ending as its kind demands."""
    title = "".join("-" if letter in '<>:"/\\|?*' else letter for letter in evidence.title)
    suffix = SUFFIXES.get(evidence.content_type, "")
    return title if title.lower().endswith(suffix) else f"{title}{suffix}"


def checked_day(day: date | None) -> date | None:
    """Let a last day pass that is not over.

    Raises:
        DomainError: it is past.
    """
    if day is not None and day < timezone.localdate():
        message = "The last day on which it counts is past. Choose a later one, or leave it empty."
        raise DomainError(message)
    return day


def checked_url(url: str) -> str:
    """Let a web address pass.

    Raises:
        DomainError: it is none, or too long.
    """
    url = url.strip()
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError as error:
        message = "That is not a web address. It starts with https:// or http://."
        raise DomainError(message) from error
    if len(url) > LONGEST_URL:
        message = f"The address is longer than {LONGEST_URL} characters. Use a shorter link to the same page."
        raise DomainError(message)
    return url


def answered(version: Version, framework_key: str, item_slug: str) -> Answer:
    """Return the answer to an item.

    Raises:
        DomainError: there is none.
    """
    item = catalog.on(version, framework_key).item(item_slug)
    answer = Answer.objects.on(version, framework_key).filter(item=item.id).first()
    if answer is None:
        message = "Answer the item first, then attach evidence to the answer."
        raise DomainError(message)
    return answer


def support(actor: Actor, version: Version, framework_key: str, answer: Answer, evidence: Evidence) -> None:
    """Let a piece of evidence support an answer, and write it down."""
    answer.evidence.add(evidence)
    detail = {"item": answer.item, "evidence": evidence.title, "sha256": evidence.sha256, "url": evidence.url}
    detail |= {"refers_to": evidence.refers_to} if evidence.refers_to else {}
    audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, framework_key), detail)
