"""The register of a model and of the organisation: list, matrix, trend, CSV, and the scale."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from governance.charts import risk_matrix
from governance.forms.risks import CsvForm, ScaleForm, initial_of_scale
from governance.models import Incident, Risk
from governance.models.risk import RiskQuerySet
from governance.risk import RiskState, Scale, placed
from governance.services import riskfiles, riskscale
from governance.views.riskrows import register, trend_of
from registry.errors import DomainError
from registry.http import Request, page_of, query_without_page, show_refusal
from registry.models import Asset, Team
from registry.policy import Action, refusal, require
from registry.views.frame import find_model_version, version_frame

VIEWS: Final = (
    ("", "Open"),
    ("above", "Above the appetite"),
    ("unaccepted", "Above and not accepted"),
    ("due", "Due for a look"),
    ("closed", "Closed"),
    ("all", "All"),
)


@require_GET
def risk_list(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show the register of a version's model."""
    version = find_model_version(request.actor, kind, slug, name)
    scale = riskscale.scale()
    rows = Risk.objects.filter(asset_id=version.asset_id)
    context = {
        **version_frame(request, version, "Risks"),
        **_register(request, rows, scale),
        "incidents": list(Incident.objects.filter(asset_id=version.asset_id).select_related("version", "reported_by")[:10]),
        "why_not_risk": refusal(request.actor, Action.RISK_WRITE, version.target),
        "why_not_report": refusal(request.actor, Action.INCIDENT_WRITE, version.target),
        "csv_url": reverse("risk-csv", args=version.url_args),
    }
    return render(request, "governance/risk_list.html", context)


@require_GET
def risk_register(request: Request) -> HttpResponse:
    """Show the register of every model that the person sees."""
    scale = riskscale.scale()
    rows = Risk.objects.visible_to(request.actor)
    words, team = request.GET.get("q", "").strip(), request.GET.get("team", "")
    if words:
        rows = rows.filter(title__icontains=words) | rows.filter(asset__name__icontains=words)
    if team.isdecimal():
        rows = rows.filter(asset__team_id=int(team))
    context = {
        **_register(request, rows, scale),
        "q": words,
        "team": team,
        "teams": Team.objects.all(),
        "open_incidents": Incident.objects.filter(state=RiskState.OPEN, asset__in=_assets(request)).count(),
        "why_not_scale": refusal(request.actor, Action.RISK_SCALE),
        "csv_url": reverse("risk-register-csv"),
        "is_filtered": bool(words or team or request.GET.get("show")),
    }
    return render(request, "governance/risk_register.html", context)


@require_GET
def risk_csv(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Hand out the register of a model as CSV."""
    version = find_model_version(request.actor, kind, slug, name)
    rows = Risk.objects.filter(asset_id=version.asset_id)
    return _csv(rows, f"{version.asset.slug}_risks")


@require_GET
def risk_register_csv(request: Request) -> HttpResponse:
    """Hand out the register of every model that the person sees as CSV."""
    return _csv(Risk.objects.visible_to(request.actor), "risks")


@require_http_methods(["GET", "POST"])
def risk_import(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Take risks from a CSV, the whole file or nothing."""
    version = find_model_version(request.actor, kind, slug, name)
    require(request.actor, Action.RISK_WRITE, version.target)
    form = CsvForm(request.POST or None, request.FILES or None)
    problems: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            taken = riskfiles.take_csv(actor=request.actor, asset_id=version.asset_id, content=form.cleaned_data["file"].read())
        except riskfiles.RowsError as error:
            problems = error.problems
        else:
            messages.success(request, f"{taken.added} added, {taken.changed} changed.")
            return redirect("risk-list", *version.url_args)
    context = {
        **version_frame(request, version, "Risks", "Import risks"),
        "form": form,
        "problems": problems,
        "head": riskfiles.HEAD,
        "csv_url": reverse("risk-csv", args=version.url_args),
    }
    return render(request, "governance/risk_import.html", context, status=422 if form.errors or problems else 200)


@require_http_methods(["GET", "POST"])
def risk_scale(request: Request) -> HttpResponse:
    """Show and change the scale."""
    why_not = refusal(request.actor, Action.RISK_SCALE)
    present = riskscale.scale()
    form = ScaleForm(request.POST or None, initial=initial_of_scale(present))
    if request.method == "POST":
        require(request.actor, Action.RISK_SCALE)
        if form.is_valid():
            try:
                riskscale.change_scale(actor=request.actor, wanted=form.scale())
            except DomainError as error:
                show_refusal(form, None, error)
            else:
                messages.success(request, "The scale is changed. Ratings keep their numbers.")
                return redirect("risk-scale")
    context = {"form": form, "why_not": why_not, "matrix": risk_matrix("The scale", {}, present), "scale": present}
    return render(request, "governance/risk_scale.html", context, status=422 if form.errors else 200)


def _register(request: Request, rows: RiskQuerySet, scale: Scale) -> dict[str, Any]:
    everything = list(rows)
    standing = [risk for risk in everything if risk.is_open]
    today = timezone.localdate()
    page = page_of(request, _chosen(rows, request.GET.get("show", ""), scale).for_page())
    return {
        "scale": scale,
        "page": page,
        "rows": register(page, scale),
        "query": query_without_page(request),
        "show": request.GET.get("show", ""),
        "views": VIEWS,
        "total": len(everything),
        "matrix": risk_matrix("Open risks by likelihood and impact", placed([risk.present for risk in standing]), scale),
        "trend": trend_of([risk.pk for risk in everything], scale),
        "standing": len(standing),
        "above": sum(risk.is_above(scale) for risk in standing),
        "unaccepted": sum(risk.needs_acceptance(scale, today) for risk in standing),
    }


def _chosen(rows: RiskQuerySet, show: str, scale: Scale) -> RiskQuerySet:
    if show == "all":
        return rows
    if show == "closed":
        return rows.filter(state=RiskState.CLOSED)
    if show == "due":
        return rows.open().filter(review_on__lte=timezone.localdate())
    if show in {"above", "unaccepted"}:
        above = rows.open().above(scale.appetite)
        return above if show == "above" else above.unaccepted(timezone.localdate())
    return rows.open()


def _assets(request: Request) -> models.QuerySet[Asset]:
    return Asset.objects.visible_to(request.actor)


def _csv(rows: RiskQuerySet, name: str) -> HttpResponse:
    text = riskfiles.register_csv(rows.for_page().order_by("pk"))
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}_{timezone.localdate():%Y-%m-%d}.csv"'
    return response
