"""The organisation's scale of risks: its words, its appetite, and who accepts what lies above."""

from __future__ import annotations

from django.db import transaction

from governance.models import RiskScale
from governance.risk import Scale
from registry import audit, policy
from registry.policy import Action, Actor

SUBJECT = "risk-scale"


def scale() -> Scale:
    """Return the scale that holds now; the product's own until somebody has changed it."""
    kept = RiskScale.objects.first()
    return kept.scale if kept else Scale()


@transaction.atomic
def change_scale(*, actor: Actor, wanted: Scale) -> Scale:
    """Change the words, the appetite and the role; ratings keep their numbers.

    Raises:
        ForbiddenError: no policy administrator.
    """
    policy.require(actor, Action.RISK_SCALE)
    before = scale()
    if wanted == before:
        return before
    content = {**wanted.to_json(), "longest_days": wanted.longest_days}
    RiskScale.objects.update_or_create(pk=1, defaults={"content": content, "changed_by_id": actor.id})
    audit.record(actor, Action.RISK_SCALE, SUBJECT, {"before": before.to_json(), "after": content})
    return wanted
