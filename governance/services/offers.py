"""Giving an answer to its counterparts, and answering with what the registry knows.

The rule: what is offered changes nothing; only what a person ticked is
written, all of it or none, and the journal names where each answer came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from governance.models import Answer
from governance.services import catalog, itemassignments
from governance.services.applicable import frameworks_on
from governance.services.assessments import answer_item, locked_model, put_answer, standing, start, subject_of
from governance.services.evidence import answered
from governance.services.exhibits import Exhibit, ExhibitKind, exhibits_of, show
from registry import audit
from registry.catalog.crosswalk import Chain, Ref
from registry.catalog.links import crosswalk, kinds_speaking, refs_of, speaking
from registry.catalog.schema import Framework, Item
from registry.errors import DomainError
from registry.models import Version
from registry.policy import Action, Actor
from registry.services.documents import template_of


@dataclass(frozen=True)
class Wanted:
    """A counterpart that a person ticked.

    Attributes:
        based_on: stamp of the answer that the person saw there, empty when they saw none.
    """

    ref: Ref
    based_on: str


@dataclass(frozen=True)
class Suggestion:
    """Something that the registry knows and that speaks to an item.

    Attributes:
        over: the counterpart over which it speaks, if it does not do so itself.
    """

    exhibit: Exhibit
    over: Ref | None = None


def counterparts(made_from: Framework, item: Item, asked: Iterable[Framework]) -> tuple[Chain, ...]:
    """Return the counterparts of an item in the frameworks that a model is asked, the closest first."""
    return crosswalk(asked).counterparts(Ref(made_from.key, item.id))


def suggestions(
    version: Version, made_from: Framework, item: Item, known: Sequence[Exhibit], editions: Iterable[Framework]
) -> list[Suggestion]:
    """Return what speaks to an item of what the registry knows of a version; nothing is asked of the database for it.

    Args:
        version: of a model.
        made_from: the framework.
        item: one of its items.
        known: what the registry knows.
        editions: every framework in the edition that the version answers, over whose links something may speak.
    """
    ref, walk = Ref(made_from.key, item.id), crosswalk(editions)
    fields = {one.field.id: one for one in speaking(template_of(version.document), ref, walk)}
    kinds = kinds_speaking(ref, walk)
    found = []
    for one in known:
        if one.kind is ExhibitKind.CARD and one.field is not None and one.field.id in fields:
            found.append(Suggestion(one, fields[one.field.id].over))
        elif one.kind is ExhibitKind.DATASHEET and one.field is not None:
            found += [Suggestion(one)] if ref in refs_of(one.field) else []
        elif one.field is None and one.kind in kinds:
            found.append(Suggestion(one))
    return found


@transaction.atomic
def pass_on(*, actor: Actor, version_id: int, framework_key: str, item_slug: str, wanted: Sequence[Wanted]) -> list[Answer]:
    """Give an answer, with its reason and its evidence, to the counterparts that a person chose.

    Raises:
        ForbiddenError: the actor does not write in the team.
        AnsweredMeanwhileError: another answer stands at a counterpart than the one seen.
        DomainError: nothing is chosen, there is no answer to give, or something chosen is no counterpart.
    """
    version = locked_model(actor, version_id)
    made_from = catalog.on(version, framework_key)
    item = made_from.item(item_slug)
    answer = answered(version, framework_key, item_slug)
    if answer.to_confirm:
        message = "This answer was carried forward. Confirm it first, then give it to others."
        raise DomainError(message)
    if not wanted:
        message = "Tick the items that shall get this answer."
        raise DomainError(message)
    chains = {chain.end: chain for chain in counterparts(made_from, item, frameworks_on(version))}
    return [_give(actor, version, answer, chains.get(one.ref), one) for one in wanted]


@transaction.atomic
def take_exhibits(
    *,
    actor: Actor,
    version_id: int,
    framework_key: str,
    item_slug: str,
    chosen: Sequence[str],
    value: str = "",
    with_text: bool = False,
    based_on: str | None = None,
) -> Answer:
    """Let an item rest on what the registry knows; an item that is open is answered with it.

    Args:
        actor: who answers.
        version_id: the version of a model.
        framework_key: such as ``nist_ai_rmf``.
        item_slug: such as ``govern-1-1``.
        chosen: names of exhibits.
        value: the answer; empty keeps the one that stands.
        with_text: what the chosen fields say becomes part of the reason, with its source.
        based_on: stamp of the answer that the person saw.

    Raises:
        ForbiddenError: the actor does not write in the team.
        AnsweredMeanwhileError: another answer stands than the one seen.
        DomainError: nothing is chosen, the item is open and no answer is given, or the registry knows no such thing.
    """
    version = locked_model(actor, version_id)
    if not chosen:
        message = "Tick what the answer shall rest on."
        raise DomainError(message)
    place: dict[str, Any] = {"version_id": version.pk, "framework_key": framework_key, "item_slug": item_slug}
    item = catalog.on(version, framework_key).item(item_slug)
    before = Answer.objects.on(version, framework_key).filter(item=item.id).first()
    value = value or (before.value if before and not before.to_confirm else "")
    if not value:
        message = "Choose an answer too: the item is open."
        raise DomainError(message)
    texts = [before.justification] if before and before.justification else []
    known = exhibits_of(version)
    if with_text:
        texts += [_quoted(one) for one in known if one.refers_to in chosen and one.text]
    answer = answer_item(actor=actor, **place, value=value, justification="\n\n".join(texts), based_on=based_on)
    held = set(answer.evidence.values_list("refers_to", flat=True))
    for refers_to in [one for one in chosen if one not in held]:
        show(actor, version, answer, known, refers_to)
    return answer


def _give(actor: Actor, version: Version, answer: Answer, chain: Chain | None, wanted: Wanted) -> Answer:
    if chain is None:
        message = f"{wanted.ref.item} is no counterpart of {answer.item} among the checklists that the model is asked."
        raise DomainError(message)
    assessment = start(version, chain.end.framework)
    before = standing(assessment, chain.end.item, wanted.based_on)
    given, detail = put_answer(
        actor=actor,
        assessment=assessment,
        item_id=chain.end.item,
        before=before,
        value=answer.value,
        justification=answer.justification,
    )
    held = set(given.evidence.values_list("pk", flat=True))
    fresh = [piece for piece in answer.evidence.order_by("pk") if piece.pk not in held]
    given.evidence.add(*fresh)
    if detail:
        itemassignments.close(actor, version, chain.end.framework, [given.item])
    if detail or fresh:
        detail |= {
            "item": given.item,
            "taken_from": f"{chain.start.framework} {chain.start.item}",
            "link": chain.kind.value,
            "over": [one.item for one in chain.over],
            "editorial": chain.editorial,
            "evidence": [piece.title for piece in fresh],
        }
        audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, chain.end.framework), detail)
    return given


def _quoted(one: Exhibit) -> str:
    lines = "\n".join(f"> {line}" for line in one.text.splitlines())
    return f"{one.title}:\n\n{lines}"
