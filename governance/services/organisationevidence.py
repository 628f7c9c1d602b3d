"""Evidence of the organisation: one piece for many of its answers, who keeps it current, and until when it counts.

The rule: by those who keep the policies; what models inherit changes with it,
what was frozen does not.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from governance.models import Evidence
from governance.services.evidence import kept_current
from governance.services.organisation import answered, subject_of, support
from governance.services.sharing import further_pieces
from registry import audit, policy
from registry.errors import ConflictError
from registry.policy import Action, Actor


@transaction.atomic
def use_for_organisation(*, actor: Actor, framework_key: str, item_slug: str, evidence_ids: Collection[int]) -> list[Evidence]:
    """Let evidence that the organisation has already support one more of its answers; return what was added.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        ConflictError: a piece was removed meanwhile.
        DomainError: nothing is chosen, or the item has no answer yet.
    """
    answer = answered(actor, framework_key, item_slug)
    added = further_pieces(answer, Evidence.objects.filter(version=None), evidence_ids)
    for piece in added:
        support(actor, answer, piece)
    return added


@transaction.atomic
def keep_for_organisation(*, actor: Actor, evidence_id: int, owner_id: int, expires_on: date | None) -> Evidence:
    """Say who keeps a piece of the organisation's evidence current, and the last day on which it counts.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        ConflictError: it is gone.
        DomainError: the owner has no account, or the day is past.
    """
    policy.require(actor, Action.ORGANISATION_ANSWER)
    piece = Evidence.objects.select_for_update(of=("self",), no_key=True).filter(pk=evidence_id, version=None).first()
    if piece is None:
        message = "This evidence was removed already."
        raise ConflictError(message)
    detail = kept_current(piece, owner_id, expires_on)
    answer = piece.organisation_answers.first()
    audit.record(actor, Action.ORGANISATION_ANSWER, subject_of(answer.framework_key if answer else ""), detail)
    return piece
