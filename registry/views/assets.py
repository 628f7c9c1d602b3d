"""Pages of one asset."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from registry.errors import ConflictError, DomainError
from registry.forms.assets import AssetEditForm, AssetForm
from registry.http import Request, show_refusal
from registry.models import Asset
from registry.policy import Action, Target, refusal
from registry.services import assets
from registry.views.frame import TIER_TONES, breadcrumb, find_asset


@require_http_methods(["GET", "POST"])
def asset_new(request: Request, kind: str) -> HttpResponse:
    """Register a model or a dataset."""
    form = AssetForm(request.POST or None, actor=request.actor, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            asset = assets.register_asset(actor=request.actor, kind=kind, **_asset_fields(form))
        except ConflictError as error:
            show_refusal(form, "name", error)
        else:
            messages.success(request, f"{asset.name} is registered. Add its first version.")
            return redirect("version-new", asset.kind, asset.slug)
    context = {"form": form, "kind": kind, "why_not": _why_not_register(request)}
    return render(request, "registry/asset_new.html", context, status=422 if form.errors else 200)


@require_GET
def asset_detail(request: Request, kind: str, slug: str) -> HttpResponse:
    """Show an asset with its versions."""
    asset = find_asset(request.actor, kind, slug)
    context = {
        "asset": asset,
        "breadcrumb": breadcrumb(asset)[:1],
        "versions": asset.versions.select_related("created_by", "document").newest_first(),
        "tier_tone": TIER_TONES.get(asset.tier, "neutral"),
        "facts": _facts(asset),
        "actions": _actions(request, asset),
    }
    return render(request, "registry/asset_detail.html", context)


@require_http_methods(["GET", "POST"])
def asset_edit(request: Request, kind: str, slug: str) -> HttpResponse:
    """Change name and description; the tier follows from the triage."""
    asset = find_asset(request.actor, kind, slug)
    initial = {field: getattr(asset, field) for field in ("name", "description")}
    form = AssetEditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            assets.describe_asset(actor=request.actor, asset_id=asset.pk, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "Saved.")
            return redirect(asset)
    why_not = refusal(request.actor, Action.ASSET_EDIT, asset.target)
    context = {"asset": asset, "form": form, "breadcrumb": breadcrumb(asset), "why_not": why_not}
    return render(request, "registry/asset_edit.html", context, status=422 if form.errors else 200)


def _asset_fields(form: AssetForm) -> dict[str, Any]:
    values = dict(form.cleaned_data)
    values["team_id"] = values.pop("team").pk
    return values


def _why_not_register(request: Request) -> str | None:
    teams = [Target(team_id=team) for team in request.actor.teams]
    reasons = [refusal(request.actor, Action.ASSET_REGISTER, team) for team in teams or [Target()]]
    return None if None in reasons else reasons[0]


def _facts(asset: Asset) -> list[dict[str, str]]:
    facts = [
        {"label": "Team", "value": asset.team.name},
        {"label": "Address", "value": asset.subject},
    ]
    if asset.is_model:
        facts[:0] = [
            {"label": "Risk tier", "value": asset.get_tier_display(), "url": reverse("triage", args=[asset.kind, asset.slug])},
            {"label": "Why this tier", "value": asset.tier_reason},
        ]
    return facts


def _actions(request: Request, asset: Asset) -> list[dict[str, str]]:
    found = []
    if asset.is_model:
        query = urlencode({"whose": "all", "model": asset.slug})
        found.append({"label": "Risk tier", "url": reverse("triage", args=[asset.kind, asset.slug]), "kind": "secondary"})
        found.append({"label": "Calendar", "url": f"{reverse('calendar')}?{query}", "kind": "secondary", "icon": "clock"})
    if refusal(request.actor, Action.ASSET_EDIT, asset.target) is None:
        found.append({"label": "Edit", "url": reverse("asset-edit", args=[asset.kind, asset.slug]), "kind": "secondary"})
    if refusal(request.actor, Action.VERSION_ADD, asset.target) is None:
        url = reverse("version-new", args=[asset.kind, asset.slug])
        found.append({"label": "Add a version", "url": url, "kind": "primary"})
    return found
