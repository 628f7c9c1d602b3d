"""Writing a document, one section or more at a time; saves become revisions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from registry import audit
from registry.catalog.documents import Completeness, FieldError, changed_fields, clean, completeness
from registry.catalog.loader import template
from registry.catalog.merging import Clash, Merged, fingerprint, merge
from registry.catalog.schema import Template
from registry.errors import ConflictError, DomainError
from registry.models import Document, Revision, Version
from registry.policy import Action, Actor
from registry.services import references
from registry.services.versions import locked_version

SESSION: Final = re.compile(r"[0-9A-Za-z-]{8,40}")


class StaleRevisionError(ConflictError):
    """Somebody else changed the same fields in the meantime.

    Attributes:
        clashes: both values by field id.
    """

    def __init__(self, message: str, clashes: Mapping[str, Clash]) -> None:
        super().__init__(message)
        self.clashes = clashes


class FieldsError(DomainError):
    """One or more fields cannot be accepted.

    Attributes:
        errors: a sentence by field id.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("Some fields need mending; nothing was saved yet.")
        self.errors = errors


@dataclass(frozen=True)
class Seen:
    """What a writer had before them.

    Attributes:
        revision: number of the revision that the page was based on.
        fields: fingerprints of fields that the page has seen since, by id.
        session: the session of editing, or nothing outside the editor.
    """

    revision: int
    fields: Mapping[str, str] = field(default_factory=dict)
    session: str = ""


@dataclass(frozen=True)
class Autosaved:
    """What became of fields that the editor saved by itself.

    Attributes:
        errors: a sentence for each field that was not accepted.
        clashes: fields that somebody else changed too; theirs is stored.
    """

    document: Document
    errors: Mapping[str, str]
    clashes: Mapping[str, Clash]


def template_of(document: Document) -> Template:
    """Return the template that a document answers."""
    return template(document.template_name)


def state_of(document: Document) -> Completeness:
    """Return how far a document is filled."""
    return completeness(template_of(document), document.content, document.to_confirm)


@transaction.atomic
def save_fields(
    *, actor: Actor, document_id: int, values: Mapping[str, Any], based_on: int, note: str = "", seen: Seen | None = None
) -> Document:
    """Save some fields of a document as a revision, whole or not at all.

    Fields that somebody else changed since ``based_on`` and that this save
    changes too, to another value, are a conflict; different fields merge. The
    revision that the writer's own session of editing kept open is closed.

    Args:
        actor: who writes.
        document_id: the document.
        values: raw values by field id; a blank value empties the field.
        based_on: number of the revision that the writer saw.
        note: what the writer says of the change.
        seen: what an editor knows beyond ``based_on``.

    Raises:
        ForbiddenError: the actor does not write in the team.
        FieldsError: a value does not fit its field.
        StaleRevisionError: the same field was changed by somebody else.
    """
    version, document = _locked(actor, document_id)
    cleaned, errors = _clean(version, template_of(document), values)
    if errors:
        raise FieldsError(errors)
    known = seen or Seen(based_on)
    merged = merge(document.content, cleaned, _seen_fields(document, cleaned, known))
    if merged.clashes:
        message = (
            "Somebody else changed the same fields while you were writing. "
            "Their text stands beside yours; keep what is right and save again."
        )
        raise StaleRevisionError(message, merged.clashes)
    _keep(actor, version, document, merged, session=known.session, note=note, is_named=True)
    return document


@transaction.atomic
def autosave(*, actor: Actor, document_id: int, values: Mapping[str, Any], seen: Seen) -> Autosaved:
    """Save what somebody is typing, as far as it can be saved, in the revision that their session keeps open.

    A field that is not accepted or that somebody else changed too stays as it
    is stored; the others are saved.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the session has no proper name.
    """
    if not SESSION.fullmatch(seen.session):
        message = "The page has lost its session of editing. Load it again."
        raise DomainError(message)
    version, document = _locked(actor, document_id)
    cleaned, errors = _clean(version, template_of(document), values)
    merged = merge(document.content, cleaned, _seen_fields(document, cleaned, seen))
    _keep(actor, version, document, merged, session=seen.session)
    return Autosaved(document, errors, merged.clashes)


def _locked(actor: Actor, document_id: int) -> tuple[Version, Document]:
    document = Document.objects.get(pk=document_id)
    version = locked_version(actor, document.version_id, Action.DOCUMENT_WRITE)
    return version, Document.objects.select_for_update(no_key=True).get(pk=document_id)


def _clean(version: Version, made_from: Template, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        try:
            cleaned[key] = clean(made_from.field(key), raw)
        except FieldError as error:
            errors[key] = error.message
    references.settle(version, made_from, cleaned, errors)
    return cleaned, errors


def _seen_fields(document: Document, cleaned: Mapping[str, Any], seen: Seen) -> Mapping[str, str]:
    """Return what the writer saw of each field: as the page says, else as it stood in the revision that they name."""
    unnamed = [key for key in cleaned if key not in seen.fields]
    if not unnamed:
        return seen.fields
    if seen.revision == document.revision:
        content, uncertain = document.content, set()
    else:
        holds = document.revisions.filter(number__gte=seen.revision).order_by("number").first()
        if holds is None or seen.revision < 1:
            message = "The page is based on a revision that does not exist. Load it again."
            raise ConflictError(message)
        content, uncertain = holds.content, set() if holds.number == seen.revision else set(holds.changed)
    return {**{key: fingerprint(content.get(key)) for key in unnamed if key not in uncertain}, **seen.fields}


def _keep(
    actor: Actor, version: Version, document: Document, merged: Merged, *, session: str, note: str = "", is_named: bool = False
) -> None:
    """Put a merge into the open revision of this session, or into a new one."""
    now = timezone.now()
    newest = document.revisions.first()
    own = newest if newest is not None and newest.is_open_for(actor.id, session, now) else None
    if not merged.changed and (own is None or not is_named):
        return
    if merged.changed:
        document.content, document.revision = merged.content, document.revision + 1
        document.to_confirm = [key for key in document.to_confirm if key not in merged.changed]
        document.save(update_fields=["content", "to_confirm", "revision", "updated_at"])
    row = own or Revision(document=document, saved_by_id=actor.id, opened_at=None if is_named else now)
    before = document.revisions.filter(number__lt=row.number).first() if own else newest
    known = set(row.changed)
    row.number, row.content, row.saved_at = document.revision, document.content, now
    row.changed = list(changed_fields(before.content if before else {}, document.content))
    row.session, row.note = ("", note.strip()[:200]) if is_named else (session, "")
    row.save(update_fields=["number", "content", "changed", "session", "note", "saved_at"] if own else None)
    if is_named or not set(row.changed) <= known:
        detail = {"revision": row.number, "fields": row.changed, **({} if is_named else {"autosave": True})}
        audit.record(actor, Action.DOCUMENT_WRITE, f"{version.subject}/document", detail)
