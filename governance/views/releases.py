"""Pages of releases: the gate, the snapshot, and people's decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.releases import ReasonForm, SubmitForm
from governance.gate import Policy, counting, stale
from governance.models import Environment, Release
from governance.services import promotions, releases
from governance.services.facts import facts_of
from governance.views.deciding import take_decision
from governance.views.frame import find_release
from governance.views.gatepanel import preflights
from governance.views.releasepage import release_page
from governance.views.stepspanel import STEPS
from governance.workflow import DECISIONS, State, Step, title
from registry.errors import DomainError
from registry.http import Request, page_of, query_without_page, show_refusal
from registry.policy import Action, Actor, refusal
from registry.views.frame import find_model_version, version_frame


@require_GET
def release_list(request: Request) -> HttpResponse:
    """List releases, filtered by state and environment."""
    state, environment = request.GET.get("state", ""), request.GET.get("environment", "")
    found = Release.objects.visible_to(request.actor).for_page()
    if state in {one.value for one in State}:
        found = found.filter(state=state)
    environments = list(Environment.objects.values_list("key", "title"))
    if environment in dict(environments):
        found = found.filter(environment=environment)
    context = {
        "page": page_of(request, found),
        "query": query_without_page(request),
        "state": state,
        "environment": environment,
        "states": [(one.value, title(one)) for one in State],
        "environments": environments,
        "actions": _list_actions(request.actor),
    }
    return render(request, "governance/release_list.html", context)


def _list_actions(actor: Actor) -> list[dict[str, str]]:
    """Return what can be made of many releases at once."""
    actions = [{"label": "Export as ZIP…", "url": reverse("bundle-list"), "kind": "secondary", "icon": "download"}]
    if refusal(actor, Action.REGISTER_REQUEST) is None:
        actions.insert(0, {"label": "Register of models", "url": reverse("register-list"), "kind": "secondary", "icon": "none"})
    return actions


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
    return release_page(request, release)


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
    again = releases.resubmit(actor=request.actor, release_id=release.pk, message=request.POST.get("reason", ""))
    messages.success(request, f"Submitted again. {_whose_approvals(again)}")
    return redirect(release)


def _whose_approvals(release: Release) -> str:
    """Say whose approvals a new snapshot has made stale, and whose still stand."""
    policy, found = Policy.from_json(release.policy_content), facts_of(release)
    gone = sorted({one.person_name for one in stale(policy, found)})
    kept = sorted({one.decision.person_name for one in counting(policy, found) if one.carried})
    said = [f"The approval by {', '.join(gone)} is about the earlier snapshot and no longer counts."] if gone else []
    if kept:
        said.append(f"The approval by {', '.join(kept)} still stands: what it covers is unchanged.")
    return " ".join(said) or "No approval was lost by it."


@require_POST
def release_step(request: Request, kind: str, slug: str, name: str, pk: int, step: Step) -> HttpResponse:
    """Take one step: a decision, the promotion, or an end."""
    release = find_release(request.actor, kind, slug, name, pk)
    if step in DECISIONS:
        return take_decision(request, release, step)
    if step is Step.PROMOTE:
        promotions.promote(actor=request.actor, release_id=release.pk)
        messages.success(request, f"Promoted to {release.get_environment_display().lower()}. The gate is open.")
        return redirect(release)
    return _end(request, release, step)


def _end(request: Request, release: Release, step: Step) -> HttpResponse:
    if step not in STEPS:
        message = "No such step"
        raise Http404(message)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    STEPS[step].take(actor=request.actor, release_id=release.pk, reason=reason)
    messages.success(request, "Done, and written in the journal.")
    return redirect(release)
