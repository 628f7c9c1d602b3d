"""Carrying the checklists of a version forward to the next, to be confirmed there.

The rule: a carried answer is copied with its reason and its evidence, counts
as open, and says about which version somebody last stood by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from governance.models import Answer, Assessment, Evidence
from governance.services import catalog
from governance.services.assessments import start, subject_of
from registry import audit, policy
from registry.catalog.schema import Framework
from registry.models import Version
from registry.policy import Action, Actor


@transaction.atomic
def carry_answers(*, actor: Actor, version: Version, earlier: Version) -> None:
    """Copy every answer and its evidence from a version of the same model, to be confirmed; a dataset has none.

    An item that the present framework no longer has stays behind.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    if not version.asset.is_model:
        return
    policy.require(actor, Action.CHECKLIST_ANSWER, version.target)
    known = catalog.present()
    assessments = earlier.assessments.prefetch_related("answers__evidence").order_by("pk")
    found = [(one, list(one.answers.all())) for one in assessments if one.framework_key in known]
    pieces = _copied({piece for _, answers in found for answer in answers for piece in answer.evidence.all()}, version)
    for assessment, answers in found:
        carried = _carry(version, earlier, known[assessment.framework_key], answers, pieces)
        if carried:
            detail = {"carried_from": earlier.name, "answers_to_confirm": len(carried), "items": carried}
            audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, assessment.framework_key), detail)


def _copied(pieces: Iterable[Evidence], version: Version) -> dict[int, Evidence]:
    """Return copies of pieces of evidence for another version, by the key of the original; the files are shared by digest."""
    kept = [field.attname for field in Evidence._meta.concrete_fields if field.name not in {"id", "version"}]  # noqa: SLF001
    found = sorted(pieces, key=lambda piece: piece.pk)
    copies = Evidence.objects.bulk_create(
        [Evidence(version=version, **{name: getattr(piece, name) for name in kept if name != "added_at"}) for piece in found]
    )
    for piece, copy in zip(found, copies, strict=True):
        copy.added_at = piece.added_at
    Evidence.objects.bulk_update(copies, ["added_at"])
    return {piece.pk: copy for piece, copy in zip(found, copies, strict=True)}


def _carry(version: Version, earlier: Version, made_from: Framework, answers: list[Answer], pieces: dict[int, Evidence]) -> list[str]:
    """Copy the answers to one framework; return the items."""
    known = {item.id for item in made_from.items}
    wanted = [answer for answer in answers if answer.item in known]
    if not wanted:
        return []
    assessment: Assessment = start(version, made_from.key)
    copies = Answer.objects.bulk_create(
        [
            Answer(
                assessment=assessment,
                item=answer.item,
                value=answer.value,
                justification=answer.justification,
                answered_by_id=answer.answered_by_id,
                carried_from_id=answer.carried_from_id if answer.to_confirm else earlier.pk,
                to_confirm=True,
            )
            for answer in wanted
        ]
    )
    for answer, copy in zip(wanted, copies, strict=True):
        copy.answered_at = answer.answered_at
    Answer.objects.bulk_update(copies, ["answered_at"])
    through: Any = Answer.evidence.through
    through.objects.bulk_create(
        [
            through(answer_id=copy.pk, evidence_id=pieces[piece.pk].pk)
            for answer, copy in zip(wanted, copies, strict=True)
            for piece in answer.evidence.all()
        ]
    )
    return [copy.item for copy in copies]
