"""Waivers as a person reads them on a release's page: what was asked, by whom it was answered, and what can be done."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from governance.forms.waivers import AnswerForm, WaiverForm
from governance.gate import Policy
from governance.models import Release, Waiver
from governance.services.waivers import waivable
from registry.http import Request
from registry.policy import Action, Actor, refusal

TONES: Final = {
    Waiver.State.REQUESTED: "info",
    Waiver.State.GRANTED: "warning",
    Waiver.State.REFUSED: "bad",
    Waiver.State.WITHDRAWN: "neutral",
    Waiver.State.REVOKED: "bad",
}


def waiver_panel(request: Request, release: Release) -> dict[str, Any]:
    """Return what the panel shows; nothing where the policy knows no waivers."""
    rule = Policy.from_json(release.policy_content).waivers
    if rule is None:
        return {"waiver_rule": None}
    rows = list(release.waivers.for_page().order_by("-pk"))
    asked = waivable(release, rows)
    why_not = refusal(request.actor, Action.WAIVER_REQUEST, release.target())
    return {
        "waiver_rule": rule,
        "waivers": [_row(request.actor, release, one, rule.longest_days) for one in rows],
        "waiver_form": WaiverForm(asked=asked, longest_days=rule.longest_days) if asked and not why_not else None,
    }


def _row(actor: Actor, release: Release, waiver: Waiver, longest_days: int) -> dict[str, Any]:
    is_stale = waiver.snapshot_id != release.snapshot_id
    waits = waiver.state == Waiver.State.REQUESTED and release.is_open and not is_stale
    why_not = refusal(actor, Action.WAIVER_DECIDE, waiver.target()) if waits else None
    has_ended = waiver.state == Waiver.State.GRANTED and waiver.until is not None and waiver.until <= timezone.now()
    return {
        "waiver": waiver,
        "label": "Ended" if has_ended else waiver.get_state_display(),
        "tone": "neutral" if has_ended else TONES[Waiver.State(waiver.state)],
        "is_stale": is_stale,
        "why_not": why_not,
        "form": AnswerForm(longest_days=longest_days, initial={"days": waiver.days}, auto_id=f"w{waiver.pk}_%s")
        if waits and not why_not
        else None,
        "may_withdraw": waiver.state == Waiver.State.REQUESTED and not refusal(actor, Action.WAIVER_WITHDRAW, waiver.target()),
        "may_revoke": waiver.state == Waiver.State.GRANTED and not has_ended and not refusal(actor, Action.WAIVER_REVOKE, waiver.target()),
    }
