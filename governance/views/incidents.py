"""Pages of incidents: the list, reporting one, one of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.risks import ActionForm, IncidentForm
from governance.models import Incident
from governance.services import incidents, riskactions, riskscale
from registry import audit
from registry.errors import DomainError
from registry.http import Request, page_of, query_without_page, show_refusal
from registry.models import Asset
from registry.policy import Action, refusal, require
from registry.views.frame import breadcrumb, find_model_version, version_frame
from registry.views.journal import rows_of

RECENT = 20


@require_GET
def incident_list(request: Request) -> HttpResponse:
    """List the incidents of every model that the person sees."""
    found = Incident.objects.filter(asset__in=Asset.objects.visible_to(request.actor))
    state = request.GET.get("state", "")
    if state in {"open", "closed"}:
        found = found.filter(state=state)
    page = page_of(request, found.select_related("asset", "version", "reported_by"))
    context = {"page": page, "query": query_without_page(request), "state": state, "scale": riskscale.scale()}
    return render(request, "governance/incident_list.html", context)


@require_http_methods(["GET", "POST"])
def incident_new(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Report an incident."""
    version = find_model_version(request.actor, kind, slug, name)
    require(request.actor, Action.INCIDENT_WRITE, version.target)
    initial = {"version": version.pk, "happened_on": timezone.localdate()}
    form = IncidentForm(request.POST or None, asset=version.asset, scale=riskscale.scale(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            incident = incidents.report_incident(actor=request.actor, asset_id=version.asset_id, **form.values())
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "The incident is reported.")
            return redirect(incident)
    context = {**version_frame(request, version, "Risks", "Report an incident"), "form": form}
    return render(request, "governance/incident_new.html", context, status=422 if form.errors else 200)


@require_GET
def incident_detail(request: Request, pk: int) -> HttpResponse:
    """Show an incident."""
    return _page(request, _find(request, pk))


@require_POST
def incident_close(request: Request, pk: int) -> HttpResponse:
    """Close an incident."""
    incident = _find(request, pk)
    incidents.close_incident(actor=request.actor, incident_id=incident.pk, outcome=request.POST.get("reason", ""))
    messages.success(request, "The incident is closed.")
    return redirect(incident)


@require_POST
def incident_action_add(request: Request, pk: int) -> HttpResponse:
    """Say what is to be done after an incident."""
    incident = _find(request, pk)
    require(request.actor, Action.INCIDENT_WRITE, incident.asset.target)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return _page(request, incident, action=form, status=422)
    riskactions.add_action(actor=request.actor, incident_id=incident.pk, **form.values())
    messages.success(request, "The action is added.")
    return redirect(f"{incident.get_absolute_url()}#actions")


def _find(request: Request, pk: int) -> Incident:
    rows = Incident.objects.filter(asset__in=Asset.objects.visible_to(request.actor))
    return get_object_or_404(rows.select_related("asset__team", "version__asset", "reported_by", "suspended__version__asset"), pk=pk)


def _page(request: Request, incident: Incident, *, action: ActionForm | None = None, status: int = 200) -> HttpResponse:
    scale = riskscale.scale()
    context: dict[str, Any] = {
        "incident": incident,
        "grave": scale.impact[incident.impact - 1],
        "breadcrumb": breadcrumb(incident.asset),
        "why_not_write": refusal(request.actor, Action.INCIDENT_WRITE, incident.asset.target),
        "action": action or ActionForm(initial={"owner": request.actor.person_id}),
        "actions": list(incident.actions.select_related("owner", "done_by")),
        "risks": list(incident.risks.order_by("pk")),
        "entries": rows_of(audit.history(incident.subject)[:RECENT]),
    }
    return render(request, "governance/incident_detail.html", context, status=status)
