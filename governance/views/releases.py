"""Pages of releases: the gate, the snapshot, and people's decisions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.releases import DecisionForm, ReasonForm, SubmitForm
from governance.models import Environment, Release
from governance.services import decisions, promotions, releases
from governance.services.facts import has_moved_on
from governance.views.attestations import attestation_panel
from governance.views.dossiers import panel_of
from governance.views.frame import find_release
from governance.views.gatepanel import gate_panel, preflights
from governance.views.stepspanel import STEPS, offered
from governance.workflow import DECISIONS, State, Step, open_steps, title
from registry.errors import DomainError
from registry.http import Request, page_of, query_without_page, show_refusal
from registry.policy import Action, refusal, role_title
from registry.views.frame import find_model_version, version_frame


@require_GET
def release_list(request: Request) -> HttpResponse:
    """List releases, filtered by state and environment."""
    state, environment = request.GET.get("state", ""), request.GET.get("environment", "")
    found = Release.objects.visible_to(request.actor).for_page()
    if state in {one.value for one in State}:
        found = found.filter(state=state)
    if environment in Environment.values:
        found = found.filter(environment=environment)
    context = {
        "page": page_of(request, found),
        "query": query_without_page(request),
        "state": state,
        "environment": environment,
        "states": [(one.value, title(one)) for one in State],
        "environments": Environment.choices,
    }
    return render(request, "governance/release_list.html", context)


@require_GET
def version_releases(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List the releases of a version."""
    version = find_model_version(request.actor, kind, slug, name)
    context = {**version_frame(request, version, "Releases"), "releases": version.releases.for_page()}
    return render(request, "governance/version_releases.html", context)


@require_http_methods(["GET", "POST"])
def release_submit(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Freeze a version and submit it."""
    version = find_model_version(request.actor, kind, slug, name)
    form = SubmitForm(request.POST or None, initial={"environment": request.GET.get("environment", "staging")})
    if request.method == "POST" and form.is_valid():
        try:
            release = releases.submit(actor=request.actor, version_id=version.pk, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "Submitted. The content is frozen; the reviewers have been told on their Home.")
            return redirect(release)
    context = {
        **version_frame(request, version, "Releases", "Submit"),
        "form": form,
        "preflights": preflights(version),
        "why_not_submit": refusal(request.actor, Action.RELEASE_SUBMIT, version.target),
    }
    return render(request, "governance/release_submit.html", context, status=422 if form.errors else 200)


@require_GET
def release_detail(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show the gate of a release, its decisions and what can be done now."""
    release = find_release(request.actor, kind, slug, name, pk)
    return _release_page(request, release)


@require_GET
def release_snapshot(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Hand out the snapshot: the very bytes that its digest names."""
    release = find_release(request.actor, kind, slug, name, pk)
    response = HttpResponse(release.snapshot.text.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{slug}_{name}_{release.snapshot.digest[:12]}.json"'
    return response


@require_POST
def release_resubmit(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Freeze again, after changes."""
    release = find_release(request.actor, kind, slug, name, pk)
    releases.resubmit(actor=request.actor, release_id=release.pk, message=request.POST.get("reason", ""))
    messages.success(request, "Submitted again. Earlier approvals no longer count.")
    return redirect(release)


@require_POST
def release_step(request: Request, kind: str, slug: str, name: str, pk: int, step: Step) -> HttpResponse:
    """Take one step: a decision, the promotion, or an end."""
    release = find_release(request.actor, kind, slug, name, pk)
    if step in DECISIONS:
        return _decide(request, release, step)
    if step is Step.PROMOTE:
        promotions.promote(actor=request.actor, release_id=release.pk)
        messages.success(request, f"Promoted to {release.environment}. The gate is open.")
        return redirect(release)
    return _end(request, release, step)


def _decide(request: Request, release: Release, step: Step) -> HttpResponse:
    form = DecisionForm(request.POST, roles=request.actor.reviewer_roles)
    if form.is_valid():
        try:
            decisions.decide(actor=request.actor, release_id=release.pk, step=step, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
            return _release_page(request, release, form, error.status)
        messages.success(request, "Your decision is recorded.")
        return redirect(release)
    return _release_page(request, release, form, 422)


def _end(request: Request, release: Release, step: Step) -> HttpResponse:
    if step not in STEPS:
        message = "No such step"
        raise Http404(message)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    STEPS[step].take(actor=request.actor, release_id=release.pk, reason=reason)
    messages.success(request, "Done, and written in the journal.")
    return redirect(release)


def _release_page(request: Request, release: Release, form: DecisionForm | None = None, status: int = 200) -> HttpResponse:
    actor = request.actor
    roles = _roles_of(request, release)
    context = {
        **version_frame(request, release.version, "Releases", f"Release {release.pk}"),
        "release": release,
        "gate": gate_panel(release),
        "decisions": _decisions(release),
        "has_moved_on": release.is_open and has_moved_on(release),
        "form": form or DecisionForm(roles=roles, initial={"digest": release.snapshot.digest}),
        "roles": roles,
        "why_not_decide": _why_not_decide(request, release),
        "why_not_promote": refusal(actor, Action.RELEASE_PROMOTE, release.target()),
        "may_resubmit": Step.RESUBMIT in open_steps(State(release.state)) and not refusal(actor, Action.RELEASE_SUBMIT, release.target()),
        "steps": offered(actor, release),
        **panel_of(release),
        **attestation_panel(release),
        "content": release.snapshot.content,
    }
    return render(request, "governance/release_detail.html", context, status=status)


def _roles_of(request: Request, release: Release) -> tuple[str, ...]:
    return tuple(role for role in request.actor.reviewer_roles if role in release.roles)


def _why_not_decide(request: Request, release: Release) -> str | None:
    if not release.is_open:
        return "This release is closed, so there is nothing to decide."
    wanted = release.roles
    if not wanted:
        return "The policy asks for no reviewer."
    held = _roles_of(request, release)
    if not held and request.actor.person_id not in release.snapshot.author_ids:
        return f"The policy asks for reviewers in these roles: {', '.join(role_title(role) for role in wanted)}. You hold none of them."
    return refusal(request.actor, Action.RELEASE_DECIDE, release.target(held[0] if held else wanted[0]))


def _decisions(release: Release) -> list[dict[str, Any]]:
    rows = release.decisions.select_related("person", "snapshot").order_by("-pk")
    return [{"decision": row, "is_stale": row.snapshot_id != release.snapshot_id} for row in rows]
