"""Answering the triage of a model, which puts it into its tier.

The rule: the tier follows from the newest triage, or from an override of it
that a second person has confirmed, and from nothing else. A triage is written
once; the next one takes its place and ends an override of the one before,
since it was about other answers.
"""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from governance.models import ChosenFramework, TierOverride, Triage
from governance.services import tierchange
from governance.services.triageparts import applying
from governance.triage import Answers, Questionnaire, Result, judge, questionnaire
from registry import policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset
from registry.policy import Action, Actor
from registry.services import assets


@transaction.atomic
def answer_triage(*, actor: Actor, asset_id: int, answers: Answers, based_on: int | None) -> Triage:
    """Keep the answers, put the model into the tier that they give, and ask it the frameworks that apply.

    Args:
        actor: who answers.
        asset_id: a model.
        answers: ids of the chosen options by question.
        based_on: id of the triage that the person saw, None when there was none.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        DomainError: a dataset, or a question that is not answered.
        ConflictError: somebody answered it meanwhile.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.TRIAGE_ANSWER, asset.target)
    _only_models(asset)
    earlier = Triage.objects.current().filter(asset=asset).first()
    if (earlier.pk if earlier else None) != based_on:
        message = "Somebody answered the triage after you opened it. Look at what stands now; your answers are kept below."
        raise ConflictError(message)
    asked = questionnaire()
    result = judge(asked, answers)
    Triage.objects.current().filter(asset=asset).update(is_current=False)
    ended = _end_overrides(actor, asset)
    apply = applying(result)
    triage = _keep(actor, asset, asked, answers, result)
    added = [key for key in (one.key for one in apply if not one.is_basic) if _ask(actor, asset, key)]
    before = asset.tier
    detail = {
        "triage": triage.pk,
        "questionnaire": asked.digest,
        "answers": triage.answers,
        "frameworks_added": added,
        "overrides_ended": ended,
    }
    asset = assets.set_tier(actor=actor, asset_id=asset.pk, tier=result.tier, reason=result.summary, detail=detail)
    tierchange.tell(asset, before, actor=actor, why="The triage was answered.")
    return triage


def _only_models(asset: Asset) -> None:
    if not asset.is_model:
        message = "Only models have a tier; a dataset travels with the models that use it."
        raise DomainError(message)


def _keep(actor: Actor, asset: Asset, asked: Questionnaire, answers: Answers, result: Result) -> Triage:
    return Triage.objects.create(
        asset=asset,
        questionnaire=asked.reference(),
        answers={question.id: list(answers[question.id]) for question in asked.questions},
        told=[
            {
                "question": f"{question.title}: {question.question}",
                "answer": [question.option(key).title for key in answers[question.id]] or ["None of these"],
            }
            for question in asked.questions
        ],
        tier=result.tier,
        reasons=[asdict(reason) for reason in result.reasons],
        tags=sorted(result.tags),
        points=result.points,
        frameworks=[one.key for one in applying(result)],
        made_by_id=actor.id,
    )


def _ask(actor: Actor, asset: Asset, key: str) -> bool:
    """Ask the model a framework; return whether it was not asked before."""
    _, is_new = ChosenFramework.objects.get_or_create(asset=asset, framework_key=key, defaults={"chosen_by_id": actor.id})
    return is_new


def _end_overrides(actor: Actor, asset: Asset) -> list[int]:
    """End what set another tier than the triage before, and what was proposed about it."""
    rows = TierOverride.objects.standing().filter(asset=asset)
    ids = list(rows.values_list("pk", flat=True))
    rows.update(state=TierOverride.State.ENDED, ended_at=timezone.now(), ended_by_id=actor.id)
    return ids
