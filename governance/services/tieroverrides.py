"""Another tier than the triage gives: one person proposes it with a reason, a second one confirms it.

The rule: who answered the triage or proposed the tier never confirms it, and a
proposal is about the triage that stood when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from governance.models import TierOverride
from governance.models.triage import CONFIRMED_BY
from governance.services import tierchange, triageparts
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset, Tier
from registry.policy import REVIEWER_ROLES, Action, Actor, role_title
from registry.services import assets
from registry.services.notices import NoticeKind, notify
from registry.services.people import holders_of

State = TierOverride.State


@transaction.atomic
def propose_tier(*, actor: Actor, asset_id: int, tier: str, reason: str) -> TierOverride:
    """Propose another tier than the one that holds.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        DomainError: no such tier, the one that holds already, or no reason.
        ConflictError: there is no triage yet, or another proposal waits.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.TIER_PROPOSE, asset.target)
    triage = triageparts.current(asset.pk)
    if triage is None:
        message = "Answer the triage first; a tier is proposed against what it gives."
        raise ConflictError(message)
    if tier not in Tier.values or tier == asset.tier:
        message = "Choose another tier than the one in which the model is."
        raise DomainError(message)
    if not reason.strip():
        message = "Say why the tier should be another than the triage gives; a second person will read it."
        raise DomainError(message)
    if TierOverride.objects.proposed().filter(asset=asset).exists():
        message = "Another tier is proposed already and waits for an answer."
        raise ConflictError(message)
    made = TierOverride.objects.create(asset=asset, triage=triage, tier=tier, reason=reason.strip(), proposed_by_id=actor.id)
    audit.record(actor, Action.TIER_PROPOSE, asset.subject, {"override": made.pk, "tier": tier, "triage": triage.pk, "reason": made.reason})
    _ask_holders(actor, made)
    return made


@transaction.atomic
def answer_tier(*, actor: Actor, override_id: int, is_confirmed: bool, comment: str) -> TierOverride:
    """Confirm a proposed tier, which then holds, or decline it.

    Raises:
        ForbiddenError: somebody without the role, who proposed it, or who answered the triage.
        DomainError: no comment.
        ConflictError: it was answered, taken back or ended already.
    """
    made = _locked(override_id)
    policy.require(actor, Action.TIER_DECIDE, made.target())
    _refuse_unless_proposed(made)
    if not comment.strip():
        message = "Say in a sentence what your answer rests on."
        raise DomainError(message)
    if is_confirmed:
        TierOverride.objects.in_force().filter(asset=made.asset_id).update(state=State.ENDED, ended_at=timezone.now(), ended_by_id=actor.id)
    made.state = State.CONFIRMED if is_confirmed else State.DECLINED
    made.decided_by_id, made.decided_at, made.comment = actor.id, timezone.now(), comment.strip()
    made.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    detail = {"override": made.pk, "confirmed": is_confirmed, "comment": made.comment}
    before = made.asset.tier
    if is_confirmed:
        reason = f"{made.reason[:1700]} (Instead of {made.triage.tier}, which the triage gives; confirmed by {actor.name}.)"
        asset = assets.set_tier(
            actor=actor,
            asset_id=made.asset_id,
            tier=made.tier,
            reason=reason,
            action=Action.TIER_DECIDE,
            target=made.target(),
            detail=detail,
        )
        tierchange.tell(asset, before, actor=actor, why=f"Confirmed: {made.comment}")
    else:
        audit.record(actor, Action.TIER_DECIDE, made.asset.subject, detail)
    _tell_proposer(actor, made)
    return made


@transaction.atomic
def withdraw_tier(*, actor: Actor, override_id: int) -> TierOverride:
    """Take back a proposal that nobody has answered.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        ConflictError: it was answered, taken back or ended already.
    """
    made = _locked(override_id)
    policy.require(actor, Action.TIER_WITHDRAW, made.asset.target)
    _refuse_unless_proposed(made)
    made.state, made.ended_at, made.ended_by_id = State.WITHDRAWN, timezone.now(), actor.id
    made.save(update_fields=["state", "ended_at", "ended_by"])
    audit.record(actor, Action.TIER_WITHDRAW, made.asset.subject, {"override": made.pk})
    return made


def _locked(override_id: int) -> TierOverride:
    """Return an override that nobody else moves, after the lock of its model, so that they are always taken in one order."""
    Asset.objects.select_for_update(no_key=True).get(pk=TierOverride.objects.values_list("asset_id", flat=True).get(pk=override_id))
    return TierOverride.objects.for_page().get(pk=override_id)


def _refuse_unless_proposed(made: TierOverride) -> None:
    if made.state != State.PROPOSED:
        message = f"This proposal no longer waits: {made.get_state_display().lower()}."
        raise ConflictError(message)


def _ask_holders(actor: Actor, made: TierOverride) -> None:
    holders = holders_of([REVIEWER_ROLES[CONFIRMED_BY]]) - made.target().authors
    text = f"{actor.name} proposes {made.get_tier_display().lower()} instead of {made.triage.tier}: {made.reason} Confirm or decline it."
    subject = f"Another tier is proposed for {made.asset.name}; it waits for a {role_title(CONFIRMED_BY)} reviewer"
    _notify(holders, subject, text, made)


def _tell_proposer(actor: Actor, made: TierOverride) -> None:
    said = "confirmed" if made.state == State.CONFIRMED else "declined"
    subject = f"The tier that you proposed for {made.asset.name} is {said}"
    _notify([made.proposed_by_id], subject, f"{actor.name}: {made.comment}", made)


def _notify(whom: Iterable[int], subject: str, text: str, made: TierOverride) -> None:
    url = f"{made.asset.get_absolute_url()}-/triage/#override"
    notify(kind=NoticeKind.TIER, person_ids=whom, subject=subject, text=text, url=url)
