"""The page of a release, put together from its panels.

The rule: a panel is one template in ``governance/release/`` and one function
here or beside, which takes the request and the release and returns what that
template shows. A new panel is a line in ``PANELS`` and an include.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render

from governance.forms.releases import DecisionForm
from governance.gate import CONFLICTS, Approval, Policy, counting
from governance.models import Decision, PolicyEdition, Release
from governance.services.facts import facts_of, has_moved_on, know
from governance.views.attestations import attestation_panel
from governance.views.coursepanel import course_panel
from governance.views.dossiers import panel_of
from governance.views.drafts import draft_of
from governance.views.emergencypanel import emergency_panel
from governance.views.gatepanel import gate_panel
from governance.views.reviewers import reviewers_panel
from governance.views.reviewpage import changes_panel
from governance.views.stepspanel import offered
from governance.views.waiverpanel import waiver_panel
from governance.workflow import State, Step, open_steps
from registry.http import Request
from registry.policy import Action, refusal, role_title
from registry.views.frame import version_frame

Panel = Callable[[Request, Release], dict[str, Any]]


def release_page(request: Request, release: Release, form: DecisionForm | None = None, status: int = 200, **shown: Any) -> HttpResponse:
    """Answer with the page of a release.

    Args:
        request: the request.
        release: from ``find_release``.
        form: a decision that was not accepted, with what was typed.
        status: of the answer.
        shown: what a panel shows instead of what it would, such as a form that was not accepted.
    """
    context = {
        **version_frame(request, release.version, "Releases", f"Release {release.pk}"),
        "release": release,
        "content": release.snapshot.content,
    }
    know(release)
    for panel in PANELS:
        context |= panel(request, release)
    context |= shown
    if form is not None:
        context["form"] = form
    return render(request, "governance/release_detail.html", context, status=status)


def roles_of(request: Request, release: Release) -> tuple[str, ...]:
    """Return the roles that this person holds and the policy names."""
    return tuple(role for role in request.actor.reviewer_roles if role in release.roles)


def _gate(request: Request, release: Release) -> dict[str, Any]:
    return {
        "gate": gate_panel(release),
        "edition": PolicyEdition.objects.published().filter(key=release.policy_key, digest=release.policy_digest).first(),
        "has_moved_on": release.is_open and has_moved_on(release),
        "why_not_promote": refusal(request.actor, Action.RELEASE_PROMOTE, release.target()),
    }


def _decide(request: Request, release: Release) -> dict[str, Any]:
    roles = roles_of(request, release)
    return {
        "form": DecisionForm(roles=roles, initial={**draft_of(request, release), "digest": release.snapshot.digest}),
        "why_not_decide": _why_not_decide(request, release, roles),
    }


def _why_not_decide(request: Request, release: Release, held: tuple[str, ...]) -> str | None:
    if not release.is_open:
        return "This release is closed, so there is nothing to decide."
    wanted = release.roles
    if not wanted:
        return "The policy asks for no reviewer."
    if not held and request.actor.person_id not in release.snapshot.author_ids:
        return f"The policy asks for reviewers in these roles: {', '.join(role_title(role) for role in wanted)}. You hold none of them."
    return refusal(request.actor, Action.RELEASE_DECIDE, release.target(held[0] if held else wanted[0]))


def _decisions(_: Request, release: Release) -> dict[str, Any]:
    rows = list(release.decisions.select_related("person", "snapshot").order_by("-pk"))
    carried = {(one.decision.person_id, one.decision.role) for one in _counting(release) if one.carried} if rows else set()
    seen: set[tuple[int, str]] = set()
    found = []
    for row in rows:
        place = (row.person_id, row.role)
        found.append({"decision": row, **_standing(release, row, is_latest=place not in seen, is_carried=place in carried)})
        seen.add(place)
    return {"decisions": found}


def _counting(release: Release) -> list[Approval]:
    return counting(Policy.from_json(release.policy_content), facts_of(release))


def _standing(release: Release, row: Decision, *, is_latest: bool, is_carried: bool) -> dict[str, Any]:
    """Return how a decision stands today, and its texts as the page shows them."""
    note = ""
    if row.snapshot_id != release.snapshot_id:
        note = "Still stands: what it covers is unchanged" if is_latest and is_carried else "Stale: about an earlier snapshot"
    elif not is_latest:
        note = "Replaced by a later decision"
    return {"note": note, "conflict": CONFLICTS.get(row.conflict, ""), "lines": row.consent.splitlines()}


def _steps(request: Request, release: Release) -> dict[str, Any]:
    may_submit = refusal(request.actor, Action.RELEASE_SUBMIT, release.target()) is None
    return {
        "may_resubmit": may_submit and Step.RESUBMIT in open_steps(State(release.state)),
        "steps": offered(request.actor, release),
    }


PANELS: Final[tuple[Panel, ...]] = (
    _gate,
    changes_panel,
    _decide,
    _decisions,
    course_panel,
    waiver_panel,
    reviewers_panel,
    emergency_panel,
    _steps,
    lambda _, release: panel_of(release),
    lambda _, release: attestation_panel(release),
)
