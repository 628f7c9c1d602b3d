"""Going back to an earlier revision of a document, by a new one; confirming what was carried forward."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import transaction

from registry import audit
from registry.catalog.documents import changed_fields
from registry.errors import ConflictError, DomainError
from registry.models import Document, Person, Revision
from registry.policy import Action, Actor
from registry.services.versions import locked_version

LATELY: Final = 100


def last_writers(document: Document, keys: Collection[str]) -> dict[str, Person]:
    """Return who changed each field last, by field id; who did so very long ago is not looked for."""
    found: dict[str, Person] = {}
    for row in document.revisions.defer("content").select_related("saved_by")[:LATELY]:
        found |= {key: row.saved_by for key in keys if key in row.changed and key not in found}
    return found


@transaction.atomic
def restore_revision(*, actor: Actor, document_id: int, number: int, based_on: int) -> Document:
    """Make the content of an earlier revision the newest one; nothing between them is lost.

    The content comes back as it was saved, also in fields that the template
    no longer asks for.

    Args:
        actor: who restores.
        document_id: the document.
        number: the revision whose content comes back.
        based_on: number of the newest revision that the writer saw.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: somebody saved in the meantime, there is no such
            revision, or its content is what stands there now.
    """
    document = Document.objects.select_related("version").get(pk=document_id)
    version = locked_version(actor, document.version_id, Action.DOCUMENT_WRITE)
    document = Document.objects.select_for_update(no_key=True).get(pk=document_id)
    if document.revision != based_on:
        message = (
            f"Somebody saved revision {document.revision} while you were looking at revision {based_on}. "
            "Look at what changed, then restore again."
        )
        raise ConflictError(message)
    earlier = document.revisions.filter(number=number).first()
    if earlier is None:
        message = f"There is no revision {number}."
        raise ConflictError(message)
    changed = changed_fields(document.content, earlier.content)
    if not changed:
        message = f"Revision {number} holds what stands there now."
        raise ConflictError(message)
    document.content, document.revision = earlier.content, document.revision + 1
    document.to_confirm = [key for key in document.to_confirm if key not in changed]
    document.save(update_fields=["content", "to_confirm", "revision", "updated_at"])
    Revision.objects.create(
        document=document,
        number=document.revision,
        content=earlier.content,
        changed=list(changed),
        note=f"Restored from revision {number}.",
        saved_by_id=actor.id,
    )
    detail = {"revision": document.revision, "restored": number, "fields": list(changed)}
    audit.record(actor, Action.DOCUMENT_WRITE, f"{version.subject}/document", detail)
    return document


@transaction.atomic
def confirm_fields(*, actor: Actor, document_id: int, keys: Collection[str]) -> Document:
    """Say that what was carried forward in some fields is true of this version too.

    Args:
        actor: who confirms, and becomes an author.
        document_id: the document.
        keys: ids of fields; those that wait for nobody are passed over.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: none of the fields waits to be confirmed.
    """
    document = Document.objects.select_related("version").get(pk=document_id)
    version = locked_version(actor, document.version_id, Action.DOCUMENT_WRITE)
    document = Document.objects.select_for_update(no_key=True).get(pk=document_id)
    confirmed = sorted(set(keys).intersection(document.to_confirm))
    if not confirmed:
        message = "Nothing here waits to be confirmed any more."
        raise DomainError(message)
    document.to_confirm = [key for key in document.to_confirm if key not in confirmed]
    document.save(update_fields=["to_confirm", "updated_at"])
    audit.record(actor, Action.DOCUMENT_WRITE, f"{version.subject}/document", {"confirmed": confirmed})
    return document
