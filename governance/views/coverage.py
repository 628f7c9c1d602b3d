"""How far checklists are answered: the heat maps of a version, and the overview across all models."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from governance.reports.heatmap import NOTHING, HeatMap, Square, Tally, heat_map, total
from governance.services import catalog, coverage
from governance.services.applicable import frameworks_of
from registry.catalog.schema import Framework
from registry.http import Request, page_of, query_without_page
from registry.models import Asset, Kind, Person, Team, Tier, Version
from registry.policy import TeamRole
from registry.views.frame import TIER_TONES, find_model_version, version_frame

USUAL: Final = "nist_ai_rmf"


@require_GET
def version_coverage(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show the heat maps of a version's checklists, with what is oldest and what has no evidence."""
    version = find_model_version(request.actor, kind, slug, name)
    asked = frameworks_of(version.asset_id)
    tallies = coverage.of_version(version, [made.key for made in asked])
    maps = [_shown(heat_map(made, tallies[made.key]), version) for made in asked]
    context = {
        **version_frame(request, version, "Checklists", "Coverage"),
        "maps": maps,
        "stats": _stats([one["map"].total for one in maps]),
    }
    return render(request, "governance/version_coverage.html", context)


@require_GET
def overview(request: Request) -> HttpResponse:
    """Show how far every model is that the person sees: in all, by function and stage, and model by model."""
    given = {key: request.GET.get(key, "").strip() for key in ("q", "tier", "team", "owner", "framework")}
    seen = Asset.objects.visible_to(request.actor).of_kind(Kind.MODEL)
    assets = _chosen(seen, given)
    present = catalog.present()
    made_from = present.get(given["framework"]) or present[USUAL]
    tallies, asked = coverage.across(assets, present)
    page = page_of(request, assets.select_related("team"))
    known = [made for made in present.values() if made.is_basic or asked[made.key]]
    columns = [made_from] if given["framework"] == made_from.key else known
    context = {
        **given,
        "map": _shown(heat_map(made_from, tallies[made_from.key], asked[made_from.key])),
        "asked": asked[made_from.key],
        "stats": _stats([total(made, tallies[made.key], asked[made.key]) for made in columns]),
        "columns": columns,
        "rows": _rows(list(page), columns, present),
        "page": page,
        "query": query_without_page(request),
        "tiers": Tier.choices,
        "teams": Team.objects.all(),
        "owners": Person.objects.filter(memberships__role=TeamRole.OWNER, memberships__team__assets__in=seen.order_by())
        .distinct()
        .order_by("name"),
        "frameworks": present.values(),
        "is_filtered": any(given.values()),
    }
    return render(request, "governance/overview.html", context)


def _chosen(assets: Any, given: dict[str, str]) -> QuerySet[Asset]:
    found = assets.matching(given["q"])
    if given["tier"] in Tier.values:
        found = found.filter(tier=given["tier"])
    if given["team"].isdecimal():
        found = found.filter(team_id=int(given["team"]))
    if given["owner"].isdecimal():
        owned = Team.objects.filter(memberships__person_id=int(given["owner"]), memberships__role=TeamRole.OWNER)
        found = found.filter(team__in=owned.values("pk"))
    return found  # type: ignore[no-any-return]


def _rows(assets: list[Asset], columns: list[Framework], present: coverage.Frameworks) -> list[dict[str, Any]]:
    versions, covered = coverage.by_model(assets, present)
    return [_row(asset, versions.get(asset.pk), covered.get(asset.pk, {}), columns) for asset in assets]


def _row(asset: Asset, version: Version | None, covered: dict[str, coverage.Coverage], columns: list[Framework]) -> dict[str, Any]:
    cells = [{"framework": made, "coverage": covered.get(made.key), "url": _checklist(version, made)} for made in columns]
    whole = sum((cell.tally for cell in covered.values() if cell.is_asked), NOTHING)
    url = reverse("version-coverage", args=version.url_args) if version else asset.get_absolute_url()
    return {"asset": asset, "version": version, "tone": TIER_TONES[asset.tier], "cells": cells, "whole": whole, "url": url}


def _checklist(version: Version | None, made: Framework, **query: str) -> str:
    if version is None:
        return ""
    url = reverse("checklist", args=[*version.url_args, made.key])
    return f"{url}?{urlencode(query)}" if query else url


def _stats(totals: list[Square]) -> list[dict[str, Any]]:
    whole = sum((one.tally for one in totals), NOTHING)
    asked = sum(one.asked for one in totals)
    return [
        {
            "label": "Answered",
            "value": f"{whole.answered * 100 // asked} %" if asked else "–",
            "note": f"{whole.answered:,} of {asked:,} items",
        },
        {"label": "Open", "value": f"{asked - whole.answered:,}", "note": "items"},
        {"label": "Without evidence", "value": f"{whole.bare:,}", "note": "answers"},
        {"label": "Oldest answer", "value": _day(whole), "note": ""},
    ]


def _day(tally: Tally) -> str:
    return f"{tally.oldest:%-d %b %Y}" if tally.oldest else "–"


def _shown(found: HeatMap, version: Version | None = None) -> dict[str, Any]:
    """Return a heat map as the page shows it; with a version each square leads to its open items."""
    made = found.framework
    rows = [
        {"title": row.title, "squares": [{"square": one, "url": _filtered(version, made, one)} for one in row.squares]}
        for row in found.rows
    ]
    return {
        "map": found,
        "rows": rows,
        "oldest": _day(found.total.tally),
        "url": _checklist(version, made),
        "open_url": _checklist(version, made, open="on"),
        "bare_url": _checklist(version, made, bare="on"),
    }


def _filtered(version: Version | None, made: Framework, square: Square) -> str:
    stage = {"stage": square.stage} if square.stage else {}
    return _checklist(version, made, group=square.group, **stage) if square.asked else ""
