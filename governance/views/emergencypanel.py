"""Emergencies as people read them: on the page of a release, of a model, and on Home."""

from __future__ import annotations

from typing import Any

from governance.forms.emergencies import AfterReviewForm, ConfirmForm, EmergencyForm
from governance.gate import Policy
from governance.models import Emergency, Release
from governance.services.emergencies import why_not_ask
from registry.http import Request
from registry.policy import Action, Actor, refusal


def emergency_panel(request: Request, release: Release) -> dict[str, Any]:
    """Return what the panel shows; nothing where the policy knows no emergency."""
    rule = Policy.from_json(release.policy_content).emergency
    rows = list(release.emergencies.for_page().order_by("-pk"))
    if rule is None and not rows:
        return {"emergency_rule": None}
    waits = any(one.state == Emergency.State.ASKED and one.snapshot_id == release.snapshot_id for one in rows)
    why_not = refusal(request.actor, Action.EMERGENCY_ASK, release.target())
    may_ask = release.is_open and not waits and not why_not
    obstacle = why_not_ask(release) if may_ask else ""
    return {
        "emergency_rule": rule,
        "emergencies": [_row(request.actor, release, one) for one in rows],
        "emergency_form": EmergencyForm() if may_ask and not obstacle else None,
        "why_no_emergency": obstacle,
    }


def emergency_notes(actor: Actor, asset_id: int | None = None) -> dict[str, Any]:
    """Return what everybody who sees them should see: emergencies that hold or whose review is owed, and requests that wait."""
    found = Emergency.objects.visible_to(actor).for_page()
    if asset_id is not None:
        found = found.filter(release__version__asset=asset_id)
    return {"emergency_notes": found.standing().order_by("review_due"), "emergency_requests": found.asked().order_by("asked_at")}


def _row(actor: Actor, release: Release, emergency: Emergency) -> dict[str, Any]:
    is_stale = emergency.snapshot_id != release.snapshot_id
    waits = emergency.state == Emergency.State.ASKED and release.is_open and not is_stale
    is_owed = emergency.state == Emergency.State.CONFIRMED and emergency.reviewed_at is None
    roles = _reviewing(actor, release, emergency) if is_owed else ()
    why_not = refusal(actor, Action.EMERGENCY_ANSWER, emergency.target()) if waits else None
    return {
        "emergency": emergency,
        "is_stale": is_stale,
        "is_owed": is_owed,
        "why_not": why_not,
        "confirm_form": ConfirmForm(auto_id=f"e{emergency.pk}_%s") if waits and not why_not else None,
        "may_withdraw": emergency.state == Emergency.State.ASKED and not refusal(actor, Action.EMERGENCY_WITHDRAW, emergency.target()),
        "review_form": AfterReviewForm(roles=roles, auto_id=f"a{emergency.pk}_%s") if roles else None,
        "reviews": emergency.reviews.select_related("person"),
    }


def _reviewing(actor: Actor, release: Release, emergency: Emergency) -> tuple[str, ...]:
    held = [role for role in actor.reviewer_roles if role in release.roles]
    return tuple(role for role in held if not refusal(actor, Action.EMERGENCY_REVIEW, emergency.target(role)))
