"""Answering a framework about a version.

The rule: an answer is replaced, never edited in silence; what stood before,
with its reason, goes into the journal. An answer that was carried forward is
open until somebody gives it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from governance.models import Answer, Assessment, Evidence, OrganisationAnswer, Value
from governance.models.assessment import stamp_of
from governance.services import catalog, itemassignments
from governance.services.applicable import frameworks_on, refuse_unasked
from governance.services.inheritance import frozen_answers, is_answered_for_organisation
from registry import audit
from registry.catalog.schema import Framework
from registry.errors import ConflictError, DomainError
from registry.models import Version
from registry.policy import Action, Actor
from registry.services.versions import locked_version

LONGEST_REASON: Final = 20_000


class AnsweredMeanwhileError(ConflictError):
    """Somebody answered the item after the person opened it.

    Attributes:
        theirs: the answer that stands now, or None when it was taken back.
    """

    def __init__(self, theirs: Answer | None) -> None:
        who = f"{theirs.answered_by.name} answered this item" if theirs else "This answer was taken back"
        super().__init__(f"{who} after you opened it. Look at what stands now, then save again.")
        self.theirs = theirs


@transaction.atomic
def answer_item(
    *,
    actor: Actor,
    version_id: int,
    framework_key: str,
    item_slug: str,
    value: str,
    justification: str | None = None,
    based_on: str | None = None,
) -> Answer:
    """Answer one item; the same answer given again changes nothing, but confirms one that was carried forward.

    Args:
        actor: who answers.
        version_id: the version of a model.
        framework_key: such as ``nist_ai_rmf``.
        item_slug: such as ``govern-1-1``.
        value: one of ``Value``.
        justification: the reason; None keeps the one that stands.
        based_on: ``Answer.stamp`` of the answer that the person saw, empty
            when they saw none; None replaces whatever stands.

    Raises:
        ForbiddenError: the actor does not write in the team.
        AnsweredMeanwhileError: another answer stands than the one seen.
        DomainError: no such answer, not applicable without a reason, or a framework that the model is not asked.
    """
    version = locked_model(actor, version_id)
    made_from = catalog.on(version, framework_key)
    item = made_from.item(item_slug)
    refuse_unasked(version.asset_id, made_from)
    assessment = start(version, framework_key)
    before = standing(assessment, item.id, based_on)
    answer, detail = put_answer(
        actor=actor, assessment=assessment, item_id=item.id, before=before, value=value, justification=justification
    )
    if detail:
        itemassignments.close(actor, version, framework_key, [item.id])
        audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, framework_key), detail)
    return answer


def standing(assessment: Assessment, item_id: str, based_on: str | None) -> Answer | None:
    """Return the answer that stands at an item, if it is the one that a person saw.

    Args:
        assessment: the checklist.
        item_id: the item's official id.
        based_on: as in ``answer_item``.

    Raises:
        AnsweredMeanwhileError: another answer stands than the one seen.
    """
    before = assessment.answers.select_related("answered_by").filter(item=item_id).first()
    if based_on is not None and based_on != stamp_of(before):
        raise AnsweredMeanwhileError(before)
    return before


def put_answer(
    *, actor: Actor, assessment: Assessment, item_id: str, before: Answer | None, value: str, justification: str | None
) -> tuple[Answer, dict[str, object]]:
    """Put an answer in the place of the one before; return it with what the journal says, which is nothing when nothing changed.

    Raises:
        DomainError: no such answer, or not applicable without a reason.
    """
    reason = _reason(justification, before)
    _check(value, reason, item_id)
    if not reason and is_answered_for_organisation(assessment.framework_key, item_id):
        message = f"The organisation has answered {item_id}. Say why this model answers for itself; a reviewer will read the reason."
        raise DomainError(message)
    if before is not None and not before.to_confirm and (before.value, before.justification) == (value, reason):
        return before, {}
    answer, _ = Answer.objects.update_or_create(
        assessment=assessment,
        item=item_id,
        defaults={"value": value, "justification": reason, "answered_by_id": actor.id, "to_confirm": False},
    )
    confirmed = {"confirmed": before.value} if before is not None and before.to_confirm else {}
    return answer, {"item": item_id, **_difference(before, answer), **confirmed}


@transaction.atomic
def clear_answer(*, actor: Actor, version_id: int, framework_key: str, item_slug: str) -> None:
    """Take an answer back with the evidence that supports nothing else; the item is open again.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    version = locked_model(actor, version_id)
    item = catalog.on(version, framework_key).item(item_slug)
    answer = Answer.objects.on(version, framework_key).filter(item=item.id).first()
    if answer is None:
        return
    lost = Evidence.objects.only_for(answer)
    detail = {"item": item.id, **_difference(answer, None), "evidence_removed": [piece.title for piece in lost]}
    Evidence.objects.filter(pk__in=[piece.pk for piece in lost]).delete()
    answer.delete()
    audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, framework_key), detail)


def locked_model(actor: Actor, version_id: int) -> Version:
    """Lock a version whose checklists are to be written.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: it is a dataset's version.
    """
    version = locked_version(actor, version_id, Action.CHECKLIST_ANSWER)
    if not version.asset.is_model:
        message = "Only models have checklists; a dataset is described in its datasheet."
        raise DomainError(message)
    return version


def start(version: Version, framework_key: str) -> Assessment:
    """Return the assessment of a framework on a version, begun now if need be."""
    made_from = catalog.on(version, framework_key)
    assessment, is_new = Assessment.objects.get_or_create(
        version=version,
        framework_key=made_from.key,
        defaults={"framework_version": made_from.version, "framework_digest": made_from.digest},
    )
    if is_new:
        catalog.keep_shipped(made_from)
    return assessment


def subject_of(version: Version, framework_key: str) -> str:
    """Return a checklist's name in the journal."""
    return f"{version.subject}/checklist/{framework_key}"


def frozen(version: Version) -> list[dict[str, object]]:
    """Return every framework's answers as they go into a snapshot."""
    assessments = {
        assessment.framework_key: assessment
        for assessment in version.assessments.prefetch_related("answers__evidence", "answers__answered_by", "answers__carried_from")
    }
    begun = {key: assessment.framework_digest for key, assessment in assessments.items()}
    asked = frameworks_on(version, begun)
    house = frozen_answers(asked)
    return [_frozen(made_from, assessments.get(made_from.key), house[made_from.key]) for made_from in asked]


def _frozen(made_from: Framework, assessment: Assessment | None, house: Mapping[str, OrganisationAnswer]) -> dict[str, object]:
    own = {answer.item: answer for answer in assessment.answers.all()} if assessment else {}
    answers: dict[str, Answer | OrganisationAnswer] = {**house, **own}
    return {
        "framework": made_from.reference(),
        "items": len(made_from.items),
        "answers": [
            {
                "item": item.id,
                "value": answers[item.id].value,
                "justification": answers[item.id].justification,
                "by": answers[item.id].answered_by.name,
                **_carried(answers[item.id]),
                "evidence": [_piece(piece) for piece in sorted(answers[item.id].evidence.all(), key=lambda piece: piece.pk)],
            }
            for item in made_from.items
            if item.id in answers
        ],
    }


def _carried(answer: Answer | OrganisationAnswer) -> dict[str, object]:
    """Return that an answer waits to be confirmed, or that it is the organisation's and since when; another looks as it always did."""
    if isinstance(answer, OrganisationAnswer):
        return {"inherited": answer.answered_at.isoformat()}
    if not answer.to_confirm or answer.carried_from is None:
        return {}
    return {"to_confirm": True, "carried_from": answer.carried_from.name}


def _piece(piece: Evidence) -> dict[str, str]:
    """Return a piece of evidence; one that does not expire looks as it always did, so that older snapshots still compare."""
    ends = {"expires_on": piece.expires_on.isoformat()} if piece.expires_on else {}
    known = {"refers_to": piece.refers_to} if piece.refers_to else {}
    return {"title": piece.title, "url": piece.url, "sha256": piece.sha256, **ends, **known}


def _reason(justification: str | None, before: Answer | None) -> str:
    if justification is None:
        return before.justification if before else ""
    return justification.replace("\r\n", "\n").strip()


def _check(value: str, justification: str, item_id: str) -> None:
    if value not in Value.values:
        message = "Choose yes, partly, no or not applicable."
        raise DomainError(message)
    if value == Value.NOT_APPLICABLE and not justification:
        message = f"Say why it is not applicable ({item_id}); a reviewer will read the reason."
        raise DomainError(message)
    if len(justification) > LONGEST_REASON:
        message = f"The justification is longer than {LONGEST_REASON} characters. Attach the rest as evidence."
        raise DomainError(message)


def _difference(before: Answer | None, after: Answer | None) -> dict[str, object]:
    values = {"before": before.value if before else None, "after": after.value if after else None}
    reasons = {"before": before.justification if before else "", "after": after.justification if after else ""}
    return {"answer": values, **({"reason": reasons} if reasons["before"] != reasons["after"] else {})}
