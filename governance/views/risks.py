"""Pages of one risk: writing it, accepting it, closing it, and what is done about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.risks import AcceptForm, ActionForm, RiskForm, initial_of
from governance.models import Risk, RiskAction
from governance.services import catalog, riskactions, risks, riskscale
from governance.views.riskorigin import origin_of, url_of
from governance.views.riskrows import shown
from registry import audit
from registry.errors import ConflictError, DomainError
from registry.http import Request, show_refusal
from registry.policy import Action, refusal, require
from registry.views.frame import breadcrumb, find_model_version, version_frame
from registry.views.journal import rows_of

RECENT = 20


@require_http_methods(["GET", "POST"])
def risk_new(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Enter a risk, of itself or from a gap: an item of a checklist, a finding of an evaluation."""
    version = find_model_version(request.actor, kind, slug, name)
    require(request.actor, Action.RISK_WRITE, version.target)
    origin = origin_of(version, request.POST.get("origin", "") or request.GET.get("origin", ""))
    scale = riskscale.scale()
    initial = {"owner": request.actor.id, "origin": origin.anchor if origin else "", "event": origin.title if origin else ""}
    form = RiskForm(request.POST or None, scale=scale, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            risk = risks.add_risk(actor=request.actor, asset_id=version.asset_id, draft=form.draft(), origin=origin)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "The risk stands in the register.")
            return redirect(risk)
    context = {**version_frame(request, version, "Risks", "New risk"), "form": form, "origin": origin, "scale": scale}
    return render(request, "governance/risk_new.html", context, status=422 if form.errors else 200)


@require_GET
def risk_detail(request: Request, pk: int) -> HttpResponse:
    """Show a risk with its acceptance, actions, origin and journal."""
    return _page(request, _find(request, pk))


@require_http_methods(["GET", "POST"])
def risk_edit(request: Request, pk: int) -> HttpResponse:
    """Change a risk."""
    risk = _find(request, pk)
    require(request.actor, Action.RISK_WRITE, risk.asset.target)
    scale = riskscale.scale()
    form = RiskForm(request.POST or None, scale=scale, initial=initial_of(risk, risks.stamp(risk)))
    meanwhile = None
    if request.method == "POST" and form.is_valid():
        try:
            risks.edit_risk(actor=request.actor, risk_id=risk.pk, draft=form.draft(), based_on=form.cleaned_data["based_on"])
        except ConflictError as error:
            form.add_error(None, error.message)
            form.rebase(risks.stamp(risk))
            meanwhile = risk
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "The risk is saved.")
            return redirect(risk)
    context = {"risk": risk, "form": form, "scale": scale, "breadcrumb": breadcrumb(risk.asset), "meanwhile": meanwhile}
    return render(request, "governance/risk_edit.html", context, status=422 if form.errors else 200)


@require_POST
def risk_accept(request: Request, pk: int) -> HttpResponse:
    """Accept a risk above the appetite."""
    risk = _find(request, pk)
    form = AcceptForm(request.POST, scale=riskscale.scale())
    if not form.is_valid():
        return _page(request, risk, accept=form, status=422)
    try:
        risks.accept_risk(actor=request.actor, risk_id=risk.pk, **form.cleaned_data)
    except DomainError as error:
        show_refusal(form, None, error)
        return _page(request, risk, accept=form, status=error.status)
    messages.success(request, f"The risk is accepted until {form.cleaned_data['until']:%-d %B %Y}.")
    return redirect(risk)


@require_POST
def risk_close(request: Request, pk: int) -> HttpResponse:
    """Close a risk."""
    risk = _find(request, pk)
    risks.close_risk(actor=request.actor, risk_id=risk.pk, reason=request.POST.get("reason", ""))
    messages.success(request, "The risk is closed. It stays in the register.")
    return redirect(risk)


@require_POST
def risk_reopen(request: Request, pk: int) -> HttpResponse:
    """Open a closed risk again."""
    risk = _find(request, pk)
    risks.reopen_risk(actor=request.actor, risk_id=risk.pk, reason=request.POST.get("reason", ""))
    messages.success(request, "The risk is open again.")
    return redirect(risk)


@require_POST
def risk_action_add(request: Request, pk: int) -> HttpResponse:
    """Say what is to be done about a risk."""
    risk = _find(request, pk)
    require(request.actor, Action.RISK_WRITE, risk.asset.target)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return _page(request, risk, action=form, status=422)
    riskactions.add_action(actor=request.actor, risk_id=risk.pk, **form.values())
    messages.success(request, "The action is added.")
    return redirect(f"{risk.get_absolute_url()}#actions")


@require_POST
def risk_action_done(request: Request, pk: int) -> HttpResponse:
    """Say that an action, of a risk or of an incident, is done."""
    row = get_object_or_404(RiskAction.objects.select_related("risk__asset", "incident__asset"), pk=pk)
    about: Any = row.risk or row.incident
    get_object_or_404(type(about.asset).objects.visible_to(request.actor), pk=about.asset_id)
    riskactions.finish_action(actor=request.actor, action_id=row.pk)
    messages.success(request, "Done.")
    return redirect(f"{about.get_absolute_url()}#actions")


def _find(request: Request, pk: int) -> Risk:
    rows = Risk.objects.visible_to(request.actor).select_related("asset__team", "owner", "accepted_by")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: Request, risk: Risk, *, accept: AcceptForm | None = None, action: ActionForm | None = None, status: int = 200
) -> HttpResponse:
    scale, frameworks = riskscale.scale(), catalog.known()
    context = {
        "risk": risk,
        "row": shown(risk, scale, timezone.localdate()),
        "scale": scale,
        "breadcrumb": breadcrumb(risk.asset),
        "why_not_write": refusal(request.actor, Action.RISK_WRITE, risk.asset.target),
        "why_not_accept": refusal(request.actor, Action.RISK_ACCEPT, risk.target(scale.role)),
        "accept": accept or AcceptForm(scale=scale),
        "action": action or ActionForm(initial={"owner": request.actor.person_id}),
        "actions": list(risk.actions.select_related("owner", "done_by")),
        "links": [{"link": link, "url": url_of(link, frameworks)} for link in risk.links.select_related("version__asset")],
        "incidents": list(risk.incidents.all()),
        "entries": rows_of(audit.history(risk.subject)[:RECENT]),
    }
    return render(request, "governance/risk_detail.html", context, status=status)
