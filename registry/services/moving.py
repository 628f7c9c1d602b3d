"""Moving a document to the present edition of its template."""

from __future__ import annotations

from django.db import transaction

from registry import audit
from registry.errors import ConflictError
from registry.models import Document, Revision
from registry.policy import Action, Actor
from registry.services.templates import current
from registry.services.versions import locked_version


@transaction.atomic
def move_document(*, actor: Actor, document_id: int, digest: str, based_on: int) -> Document:
    """Let a document answer another edition of its template; every answer stays.

    Args:
        actor: who moves it.
        document_id: the document.
        digest: of the edition, which must be the present one.
        based_on: number of the newest revision that the actor saw.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: somebody saved in the meantime, or the edition is not the present one.
    """
    document = Document.objects.select_related("version").get(pk=document_id)
    version = locked_version(actor, document.version_id, Action.DOCUMENT_WRITE)
    document = Document.objects.select_for_update(no_key=True).get(pk=document_id)
    edition = current(document.template_key)
    if edition.digest != digest or document.template_digest == digest:
        message = "There is another edition by now, or the document is on it already. Look at what would change again."
        raise ConflictError(message)
    if document.revision != based_on:
        message = "Somebody saved while you were looking at what would change. Look at it again."
        raise ConflictError(message)
    before = document.template_version
    document.template_version, document.template_digest = edition.version, edition.digest
    document.revision += 1
    document.save(update_fields=["template_version", "template_digest", "revision", "updated_at"])
    Revision.objects.create(
        document=document,
        number=document.revision,
        content=document.content,
        changed=[],
        note=f"Moved from version {before} of the template to {edition.version}.",
        saved_by_id=actor.id,
    )
    detail = {"template": edition.reference(), "from": before}
    audit.record(actor, Action.DOCUMENT_WRITE, f"{version.subject}/document", detail)
    return document
