"""What a model's triage says now, for pages and for the snapshot."""

from __future__ import annotations

from typing import Any

from governance.models import TierOverride, Triage
from governance.services import catalog
from governance.triage import Result
from registry.catalog.schema import Framework
from registry.models import Version


def current(asset_id: int) -> Triage | None:
    """Return the newest triage of a model."""
    return Triage.objects.current().filter(asset_id=asset_id).for_page().first()


def in_force(asset_id: int) -> TierOverride | None:
    """Return the override that sets a model's tier now."""
    return TierOverride.objects.in_force().filter(asset_id=asset_id).for_page().first()


def applying(result: Result) -> list[Framework]:
    """Return the frameworks that apply: those of every model, and those that the answers ask for."""
    return [one for one in catalog.present().values() if one.is_basic or one.applies in result.applies]


def frozen(version: Version) -> dict[str, Any] | None:
    """Return the triage and its override as they go into a snapshot; None before the first triage."""
    triage = current(version.asset_id)
    if triage is None:
        return None
    override = in_force(version.asset_id)
    return {
        "questionnaire": triage.questionnaire,
        "answers": triage.told,
        "tier": triage.tier,
        "reasons": [str(reason) for reason in triage.result.reasons],
        "frameworks": triage.frameworks,
        "answered_by": triage.made_by.name,
        "answered_at": triage.made_at.isoformat(),
        **({"override": _frozen(override)} if override else {}),
    }


def writers_of(version: Version) -> set[int]:
    """Return who answered the triage and who proposed another tier; they judge nothing that rests on it."""
    found = set(Triage.objects.current().filter(asset=version.asset_id).values_list("made_by_id", flat=True))
    return found | set(TierOverride.objects.in_force().filter(asset=version.asset_id).values_list("proposed_by_id", flat=True))


def _frozen(override: TierOverride) -> dict[str, Any]:
    return {
        "tier": override.tier,
        "reason": override.reason,
        "proposed_by": override.proposed_by.name,
        "confirmed_by": override.decided_by.name if override.decided_by else "",
        "confirmed_at": override.decided_at.isoformat() if override.decided_at else "",
        "comment": override.comment,
    }
