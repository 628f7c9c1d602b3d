"""Writing a document, one section or more at a time; each save is a revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from registry import audit
from registry.catalog.documents import FieldError, changed_fields, clean
from registry.catalog.loader import template
from registry.catalog.schema import Template
from registry.errors import ConflictError, DomainError
from registry.models import Document, Revision
from registry.policy import Action, Actor
from registry.services.versions import locked_version


class StaleRevisionError(ConflictError):
    """Somebody else changed the same fields in the meantime.

    Attributes:
        theirs: their values by field id.
    """

    def __init__(self, message: str, theirs: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.theirs = theirs


class FieldsError(DomainError):
    """One or more fields cannot be accepted.

    Attributes:
        errors: a sentence by field id.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("Some fields need mending; nothing was saved yet.")
        self.errors = errors


def template_of(document: Document) -> Template:
    """Return the template that a document answers."""
    return template(document.template_key)


@transaction.atomic
def save_fields(*, actor: Actor, document_id: int, values: Mapping[str, Any], based_on: int, note: str = "") -> Document:
    """Save some fields of a document as a new revision.

    Fields that somebody else changed since ``based_on`` and that this save
    changes too, to another value, are a conflict; different fields merge.

    Args:
        actor: who writes.
        document_id: the document.
        values: raw values by field id; a blank value empties the field.
        based_on: number of the revision that the writer saw.
        note: what the writer says of the change.

    Raises:
        ForbiddenError: the actor does not write in the team.
        FieldsError: a value does not fit its field.
        StaleRevisionError: the same field was changed by somebody else.
    """
    document = Document.objects.select_related("version").get(pk=document_id)
    version = locked_version(actor, document.version_id, Action.DOCUMENT_WRITE)
    document = Document.objects.select_for_update().get(pk=document_id)
    made_from = template_of(document)
    cleaned = _clean(made_from, values)
    own = _own_changes(document, cleaned, based_on)
    before = document.content
    after = {**before, **own}
    after = {key: value for key, value in after.items() if value is not None}
    changed = changed_fields(before, after)
    if not changed:
        return document
    document.content, document.revision = after, document.revision + 1
    document.save(update_fields=["content", "revision", "updated_at"])
    Revision.objects.create(
        document=document,
        number=document.revision,
        content=after,
        changed=list(changed),
        note=note.strip()[:200],
        saved_by_id=actor.id,
    )
    detail = {"revision": document.revision, "fields": list(changed)}
    audit.record(actor, Action.DOCUMENT_WRITE, f"{version.subject}/document", detail)
    return document


def _clean(made_from: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        try:
            cleaned[key] = clean(made_from.field(key), raw)
        except FieldError as error:
            errors[key] = error.message
    if errors:
        raise FieldsError(errors)
    return cleaned


def _own_changes(document: Document, cleaned: Mapping[str, Any], based_on: int) -> Mapping[str, Any]:
    """Return what the writer really changed, or refuse what somebody else changed too."""
    if based_on == document.revision:
        return cleaned
    base = document.revisions.filter(number=based_on).first()
    if base is None:
        message = "The page is based on a revision that does not exist. Load it again."
        raise ConflictError(message)
    theirs = {
        key: document.content.get(key)
        for key, value in cleaned.items()
        if document.content.get(key) != base.content.get(key) and value not in (document.content.get(key), base.content.get(key))
    }
    if theirs:
        message = (
            "Somebody else changed the same fields while you were writing. "
            "Their text stands beside yours; keep what is right and save again."
        )
        raise StaleRevisionError(message, theirs)
    return {key: value for key, value in cleaned.items() if value != base.content.get(key)}
