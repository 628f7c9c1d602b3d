"""The risk register of a model as it goes into a snapshot, and who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from governance.models import Risk
from governance.risk import Scale
from registry.models import Version


def frozen(version: Version, scale: Scale) -> list[dict[str, Any]]:
    """Return the risks of a version's model as they go into a snapshot, by the scale that holds now."""
    rows = Risk.objects.filter(asset_id=version.asset_id).select_related("owner", "accepted_by").order_by("pk")
    return [_frozen(risk, scale.appetite) for risk in rows.prefetch_related("actions__owner", "links__version")]


def writers_of(version: Version) -> Sequence[int]:
    """Return who wrote any risk of a version's model; they are authors of its snapshots."""
    wrote = Risk.objects.filter(asset_id=version.asset_id, writers__isnull=False)
    return list(wrote.values_list("writers", flat=True).distinct())


def _frozen(risk: Risk, appetite: int) -> dict[str, Any]:
    return {
        "id": risk.pk,
        "title": risk.title,
        "cause": risk.cause,
        "event": risk.event,
        "harm": risk.harm,
        "harmed": risk.harmed,
        "inherent": risk.inherent.to_json(),
        "residual": risk.present.to_json(),
        "is_residual_rated": risk.residual is not None,
        "treatment": risk.treatment,
        "plan": risk.plan,
        "owner": risk.owner.name,
        "review_on": day_or_nothing(risk.review_on),
        "state": risk.state,
        "closed_reason": risk.closed_reason,
        "accepted_by": risk.accepted_by.name if risk.accepted_by else "",
        "accepted_reason": risk.accepted_reason,
        "accepted_until": day_or_nothing(risk.accepted_until),
        "appetite": appetite,
        "above_appetite": risk.is_open and risk.present.score > appetite,
        "actions": [
            {"text": one.text, "owner": one.owner.name, "due_on": day_or_nothing(one.due_on), "done_on": day_or_nothing(one.done_on)}
            for one in sorted(risk.actions.all(), key=lambda one: one.pk)
        ],
        "links": [{"version": one.version.name, "anchor": one.anchor, "title": one.title} for one in risk.links.all()],
    }


def day_or_nothing(day: date | None) -> str:
    """Return a day as it is stored, empty when there is none."""
    return day.isoformat() if day else ""
