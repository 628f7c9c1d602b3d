"""One piece of evidence for many items: using what is there, and taking it off one of them."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from governance.models import Answer, Evidence, OrganisationAnswer
from governance.services.assessments import locked_model, subject_of
from governance.services.evidence import answered, support
from registry import audit
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor


@transaction.atomic
def use_evidence(*, actor: Actor, version_id: int, framework_key: str, item_slug: str, evidence_ids: Collection[int]) -> list[Evidence]:
    """Let evidence that the version has already support one more answer; return what was added.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: a piece was removed meanwhile.
        DomainError: nothing is chosen, or the item has no answer yet.
    """
    version = locked_model(actor, version_id)
    answer = answered(version, framework_key, item_slug)
    added = further_pieces(answer, version.evidence.all(), evidence_ids)
    for piece in added:
        support(actor, version, framework_key, answer, piece)
    return added


@transaction.atomic
def take_off(*, actor: Actor, version_id: int, framework_key: str, item_slug: str, evidence_id: int) -> Evidence:
    """Take evidence off one answer; it stays with the version, and with the other answers that it supports.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it no longer supports the answer.
    """
    version = locked_model(actor, version_id)
    answer = answered(version, framework_key, item_slug)
    piece = answer.evidence.filter(pk=evidence_id).first()
    if piece is None:
        message = "This evidence no longer supports the item."
        raise ConflictError(message)
    answer.evidence.remove(piece)
    detail = {"item": answer.item, "evidence_taken_off": piece.title, "sha256": piece.sha256, "url": piece.url}
    audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, framework_key), detail)
    return piece


def further_pieces(answer: Answer | OrganisationAnswer, shelf: QuerySet[Evidence], evidence_ids: Collection[int]) -> list[Evidence]:
    """Return the chosen pieces of a shelf on which an answer does not rest yet.

    Raises:
        DomainError: nothing is chosen.
        ConflictError: a piece was removed meanwhile.
    """
    if not evidence_ids:
        message = "Choose at least one piece of evidence."
        raise DomainError(message)
    pieces = list(shelf.filter(pk__in=evidence_ids).order_by("pk"))
    if len(pieces) != len(set(evidence_ids)):
        message = "A piece that you chose was removed. Choose again."
        raise ConflictError(message)
    has = set(answer.evidence.values_list("pk", flat=True))
    return [piece for piece in pieces if piece.pk not in has]
