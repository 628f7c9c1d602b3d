"""Registering models and datasets, and keeping which tier a model is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset, Kind, Tier
from registry.policy import Action, Actor, Target


@transaction.atomic
def register_asset(
    *,
    actor: Actor,
    kind: str,
    name: str,
    team_id: int,
    description: str = "",
    tier: str = "",
    tier_reason: str = "",
) -> Asset:
    """Register a model or a dataset.

    Args:
        actor: who registers it.
        kind: ``model`` or ``dataset``.
        name: its name; the address is made from it.
        team_id: the team that will own it.
        description: one plain sentence.
        tier: the risk class of a model until its triage is answered; empty for a dataset.
        tier_reason: why this tier.

    Raises:
        ForbiddenError: the actor does not write in this team.
        DomainError: no usable name, or a model without tier and reason.
        ConflictError: the name is taken.
    """
    policy.require(actor, Action.ASSET_REGISTER, Target(team_id=team_id))
    slug = slugify(name)[:80].strip("-")
    if not slug:
        message = "Give a name that holds at least one letter or digit."
        raise DomainError(message)
    _check_tier(kind, tier, tier_reason)
    asset = Asset(
        kind=kind,
        slug=slug,
        name=name.strip(),
        team_id=team_id,
        description=description.strip(),
        tier=tier,
        tier_reason=tier_reason.strip(),
        created_by_id=actor.id,
    )
    try:
        with transaction.atomic():
            asset.save(force_insert=True)
    except IntegrityError as error:
        message = f"There is already a {kind} with the address “{slug}”. Choose another name."
        raise ConflictError(message) from error
    audit.record(actor, Action.ASSET_REGISTER, asset.subject, {"name": asset.name, "team": team_id, "tier": tier})
    return asset


@transaction.atomic
def set_tier(
    *,
    actor: Actor,
    asset_id: int,
    tier: str,
    reason: str,
    action: Action = Action.TRIAGE_ANSWER,
    target: Target | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Asset:
    """Put a model into the tier that its triage, or a confirmed override of it, gives.

    No page and no program calls this by itself: after its registration a
    model's tier follows from what was answered, which governance keeps.

    Args:
        actor: who answered or confirmed.
        asset_id: the model.
        tier: the tier.
        reason: why, in words.
        action: what they did.
        target: what they need the right to, when it is more than the model.
        detail: what else goes into the journal.

    Raises:
        ForbiddenError: the actor may not do that.
        DomainError: no such tier, a dataset, or no reason.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, action, target or asset.target)
    _check_tier(asset.kind, tier, reason)
    before = asset.tier
    asset.tier, asset.tier_reason = tier, reason.strip()
    asset.save(update_fields=["tier", "tier_reason"])
    told = {"tier": {"before": before, "after": tier}, "reason": asset.tier_reason, **(detail or {})}
    audit.record(actor, action, asset.subject, told)
    return asset


@transaction.atomic
def describe_asset(*, actor: Actor, asset_id: int, name: str, description: str) -> Asset:
    """Change the name and the one-sentence description; the address stays.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        DomainError: no name.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.ASSET_EDIT, asset.target)
    if not name.strip():
        message = "Give a name."
        raise DomainError(message)
    asset.name, asset.description = name.strip(), description.strip()
    asset.save(update_fields=["name", "description"])
    audit.record(actor, Action.ASSET_EDIT, asset.subject, {"name": asset.name})
    return asset


def _check_tier(kind: str, tier: str, reason: str) -> None:
    if kind == Kind.DATASET:
        if tier:
            message = "A dataset has no tier of its own."
            raise DomainError(message)
        return
    if kind != Kind.MODEL or tier not in Tier.values:
        message = "Choose the model's tier: prohibited, high, limited or minimal."
        raise DomainError(message)
    if not reason.strip():
        message = "Say in a sentence why the model is in this tier."
        raise DomainError(message)
