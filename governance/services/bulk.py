"""Doing one thing to many items of a checklist at once, and undoing it.

The rule: all of it or nothing; nothing is done to an item that somebody
answered after the person chose it. An item that the organisation has answered
is left alone and told (``left``): answering it for one model needs a reason of
its own, and is done on its page. What stood before is kept, and undoing
brings it back by a new entry in the journal, for a while and only while
nobody has answered since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from governance.models import Answer, BulkChange, BulkKind, ItemAssignment
from governance.models.assessment import stamp_of
from governance.services import catalog, itemassignments
from governance.services.applicable import refuse_unasked
from governance.services.assessments import locked_model, put_answer, start, subject_of
from governance.services.inheritance import inherited_among
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Version
from registry.policy import Action, Actor, Target

# The stamp of the answer that a person saw, by the slug of the item; empty where they saw none.
Seen = Mapping[str, str]
Standing = dict[str, Answer | None]
MOST_NAMED: Final = 5


@dataclass(frozen=True)
class _Chosen:
    """What a person chose.

    Attributes:
        standing: what stands of each item, in the framework's order.
        left: items that the organisation has answered; they are left alone.
    """

    version: Version
    standing: Standing
    left: tuple[str, ...]


@transaction.atomic
def answer_items(
    *, actor: Actor, version_id: int, framework_key: str, seen: Seen, value: str, justification: str | None = None
) -> BulkChange:
    """Give many items the same answer; without a justification each keeps its own.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: somebody answered one of them meanwhile.
        DomainError: nothing is chosen, nothing would change, or the answer needs a reason.
    """
    chosen = _chosen(actor, version_id, framework_key, seen)
    return _put(actor, framework_key, chosen, BulkKind.ANSWER, lambda _: (value, justification or None))


@transaction.atomic
def confirm_items(*, actor: Actor, version_id: int, framework_key: str, seen: Seen) -> BulkChange:
    """Say of many answers that were carried forward that they still hold; those that stand already are left alone.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: somebody answered one of them meanwhile.
        DomainError: none of them was carried forward and waits.
    """
    chosen = _chosen(actor, version_id, framework_key, seen)
    waiting: Standing = {item: answer for item, answer in chosen.standing.items() if answer is not None and answer.to_confirm}
    if not waiting:
        message = "None of these answers waits to be confirmed."
        raise DomainError(message)
    return _put(actor, framework_key, replace(chosen, standing=waiting), BulkKind.CONFIRM, lambda one: (one.value if one else "", None))


@transaction.atomic
def support_items(*, actor: Actor, version_id: int, framework_key: str, seen: Seen, evidence_id: int) -> BulkChange:
    """Let one piece of evidence of the version support many answers.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: somebody answered one of them meanwhile, or removed the evidence.
        DomainError: an item has no answer, or all of them have the evidence.
    """
    chosen = _chosen(actor, version_id, framework_key, seen)
    version, standing = chosen.version, chosen.standing
    piece = version.evidence.filter(pk=evidence_id).first()
    if piece is None:
        message = "This evidence was removed. Choose another piece."
        raise ConflictError(message)
    if bare := [item for item, answer in standing.items() if answer is None]:
        message = f"Answer {some(bare)} first; evidence supports an answer."
        raise DomainError(message)
    has = set(piece.answers.values_list("pk", flat=True))
    wanted = {item: answer for item, answer in standing.items() if answer is not None and answer.pk not in has}
    if not wanted:
        message = f"“{piece.title}” supports all of these already."
        raise DomainError(message)
    piece.answers.add(*wanted.values())
    detail = {item: {"evidence": piece.title, "sha256": piece.sha256, "url": piece.url} for item in wanted}
    kept = dict.fromkeys(wanted, piece.pk)
    return _record(actor, framework_key, chosen, BulkKind.EVIDENCE, before=dict.fromkeys(wanted), after=kept, detail=detail)


@transaction.atomic
def assign_items(
    *, actor: Actor, version_id: int, framework_key: str, seen: Seen, person_id: int, due_on: date | None = None, note: str = ""
) -> BulkChange:
    """Ask a person to answer items; whoever was asked before is asked no more. One item alone may be the organisation's too.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: nothing is chosen, or the person does not write in the team.
    """
    chosen = _chosen(actor, version_id, framework_key, dict.fromkeys(seen), spares=len(seen) > 1)
    policy.require(actor, Action.ITEM_ASSIGN, chosen.version.target)
    before, made = itemassignments.ask(actor, chosen.version, framework_key, chosen.standing, person_id=person_id, due_on=due_on, note=note)
    detail = {item: {"person": one.person_id, "due": due_on.isoformat() if due_on else None} for item, one in made.items()}
    after = {item: one.pk for item, one in made.items()}
    return _record(actor, framework_key, chosen, BulkKind.ASSIGN, before=before, after=after, detail=detail)


@transaction.atomic
def undo_change(*, actor: Actor, change_id: int) -> BulkChange:
    """Bring back what stood before a change of many items.

    Raises:
        ForbiddenError: somebody else made the change.
        ConflictError: it is undone or too old, or somebody answered, or was asked, since.
    """
    change = BulkChange.objects.select_for_update(of=("self",), no_key=True).select_related("version__asset").get(pk=change_id)
    policy.require(actor, Action.CHECKLIST_UNDO, Target(team_id=change.version.asset.team_id, person_id=change.made_by_id))
    version = locked_model(actor, change.version_id)
    if not change.can_be_undone:
        message = "This is undone already, or too long ago. Answer the items again instead."
        raise ConflictError(message)
    undo = {BulkKind.EVIDENCE: _take_evidence_off, BulkKind.ASSIGN: _ask_as_before}.get(BulkKind(change.kind), _answer_as_before)
    undo(version, change)
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    detail = {"undone": change.pk, "items": sorted(change.after)}
    audit.record(actor, Action.CHECKLIST_UNDO, subject_of(version, change.framework_key), detail)
    return change


def _chosen(actor: Actor, version_id: int, framework_key: str, seen: Mapping[str, str | None], *, spares: bool = True) -> _Chosen:
    """Lock the version and return what stands of each chosen item; what the organisation has answered is set apart if it is spared."""
    version = locked_model(actor, version_id)
    made_from = catalog.on(version, framework_key)
    if not seen:
        message = "Choose at least one item."
        raise DomainError(message)
    refuse_unasked(version.asset_id, made_from)
    items = {made_from.item(slug).id: stamp for slug, stamp in seen.items()}
    answers = Answer.objects.on(version, framework_key).filter(item__in=items).select_related("answered_by")
    standing = {answer.item: answer for answer in answers}
    if moved := [item for item, stamp in items.items() if stamp is not None and stamp != stamp_of(standing.get(item))]:
        message = f"Somebody answered {some(moved)} after you opened the page. Look at what stands now, then choose again."
        raise ConflictError(message)
    left = inherited_among(made_from, [item for item in items if item not in standing]) if spares else ()
    if len(left) == len(items):
        message = f"The organisation has answered {some(left)}. Open an item to answer it for this model, with a reason."
        raise DomainError(message)
    return _Chosen(version, {item.id: standing.get(item.id) for item in made_from.items if item.id in items and item.id not in left}, left)


def _put(
    actor: Actor, framework_key: str, chosen: _Chosen, kind: BulkKind, wanted: Callable[[Answer | None], tuple[str, str | None]]
) -> BulkChange:
    assessment = start(chosen.version, framework_key)
    before: dict[str, Any] = {}
    after: dict[str, dict[str, Any]] = {}
    detail: dict[str, dict[str, Any]] = {}
    for item, earlier in chosen.standing.items():
        value, reason = wanted(earlier)
        stood = _kept(earlier)
        answer, changed = put_answer(actor=actor, assessment=assessment, item_id=item, before=earlier, value=value, justification=reason)
        if changed:
            before[item], after[item], detail[item] = stood, {"stamp": answer.stamp}, {**changed, "item": item}
    if not detail:
        message = "All of these items are answered so already."
        raise DomainError(message)
    for item, pk in itemassignments.close(actor, chosen.version, framework_key, list(detail)).items():
        after[item]["closed"] = pk
    told = {item: {key: part for key, part in one.items() if key != "item"} for item, one in detail.items()}
    return _record(actor, framework_key, chosen, kind, before=before, after=after, detail=told)


def _record(
    actor: Actor, framework_key: str, chosen: _Chosen, kind: BulkKind, *, before: Any, after: Any, detail: Mapping[str, Any]
) -> BulkChange:
    change = BulkChange.objects.create(
        version=chosen.version, framework_key=framework_key, kind=kind, before=before, after=after, made_by_id=actor.id
    )
    change.left = () if kind is BulkKind.CONFIRM else chosen.left
    action = Action.ITEM_ASSIGN if kind is BulkKind.ASSIGN else Action.CHECKLIST_ANSWER
    told = {"at_once": len(detail), "change": change.pk, "items": detail, **({"left_alone": list(change.left)} if change.left else {})}
    audit.record(actor, action, subject_of(chosen.version, framework_key), told)
    return change


def some(items: Sequence[str]) -> str:
    """Return ids as a sentence names them, not more than a reader takes in."""
    more = len(items) - MOST_NAMED
    return ", ".join(items[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _kept(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "value": answer.value,
        "justification": answer.justification,
        "answered_by_id": answer.answered_by_id,
        "answered_at": answer.answered_at.isoformat(),
        "to_confirm": answer.to_confirm,
        "carried_from_id": answer.carried_from_id,
    }


def _answer_as_before(version: Version, change: BulkChange) -> None:
    answers = Answer.objects.on(version, change.framework_key).filter(item__in=change.after).prefetch_related("evidence")
    standing = {answer.item: answer for answer in answers}
    made = [item for item, before in change.before.items() if before is None]
    moved = [item for item, after in change.after.items() if after["stamp"] != stamp_of(standing.get(item))]
    moved += [item for item in made if item in standing and standing[item].evidence.all()]
    if moved:
        message = f"Somebody answered {some(moved)}, or gave it evidence, since. Answer the others again one by one instead."
        raise ConflictError(message)
    Answer.objects.filter(pk__in=[standing[item].pk for item in made]).delete()
    for item, before in change.before.items():
        if before is not None:
            at = datetime.fromisoformat(before["answered_at"])
            Answer.objects.filter(pk=standing[item].pk).update(**{**before, "answered_at": at})
    itemassignments.reopen({item: after.get("closed") for item, after in change.after.items()})


def _take_evidence_off(version: Version, change: BulkChange) -> None:
    answers = Answer.objects.on(version, change.framework_key).filter(item__in=change.after)
    for piece in version.evidence.filter(pk__in=set(change.after.values())):
        piece.answers.remove(*answers)


def _ask_as_before(version: Version, change: BulkChange) -> None:
    standing = ItemAssignment.objects.on(version, change.framework_key).open().filter(pk__in=change.after.values())
    if standing.count() != len(change.after):
        message = "Some of these items were answered, or somebody else is asked, since. Ask again for the others instead."
        raise ConflictError(message)
    standing.update(done_at=timezone.now(), done_by_id=change.made_by_id)
    itemassignments.reopen(change.before)
