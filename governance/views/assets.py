"""The lists of models and datasets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.fairness.gaps import EVERY_METRIC
from governance.gate import Policy
from governance.models import Evaluation, JobState, Release
from governance.services.policies import in_force
from governance.workflow import LIVE_STATES, OPEN_STATES
from registry.http import Request, page_of, query_without_page
from registry.models import Asset, Team, Tier, Version
from registry.policy import Action, Target, refusal
from registry.services.documents import state_of
from registry.views.frame import TIER_TONES

VERDICT_ORDER: Final = ("fail", "inconclusive", "not-judged", "pass")


@require_GET
def asset_list(request: Request, kind: str) -> HttpResponse:
    """List models or datasets, searched and filtered."""
    words, tier, team = (request.GET.get(key, "").strip() for key in ("q", "tier", "team"))
    found = Asset.objects.visible_to(request.actor).of_kind(kind).matching(words).select_related("team")
    if tier in Tier.values:
        found = found.filter(tier=tier)
    if team.isdecimal():
        found = found.filter(team_id=int(team))
    page = page_of(request, found)
    context = {
        "kind": kind,
        "page": page,
        "rows": _rows(list(page)),
        "query": query_without_page(request),
        "q": words,
        "tier": tier,
        "team": team,
        "tiers": Tier.choices,
        "teams": Team.objects.all(),
        "is_filtered": bool(words or tier or team),
        "may_register": _may_register(request),
    }
    return render(request, "governance/asset_list.html", context)


def _may_register(request: Request) -> bool:
    targets = [Target(team_id=team) for team in request.actor.teams]
    return any(refusal(request.actor, Action.ASSET_REGISTER, target) is None for target in targets)


def _rows(assets: list[Asset]) -> list[dict[str, Any]]:
    newest = _newest_versions(assets)
    policies = in_force().values()
    verdicts = _verdicts({newest[asset.pk].pk: _judged(asset, policies) for asset in assets if asset.pk in newest})
    stages = _stages(assets)
    return [_row(asset, newest.get(asset.pk), verdicts, stages) for asset in assets]


def _row(asset: Asset, version: Version | None, verdicts: dict[int, str], stages: dict[int, list[Release]]) -> dict[str, Any]:
    done = None
    if version is not None:
        done = state_of(version.document)
    return {
        "asset": asset,
        "tone": TIER_TONES.get(asset.tier, "neutral"),
        "version": version,
        "completeness": done,
        "verdict": verdicts.get(version.pk) if version else None,
        "stages": stages.get(asset.pk, []),
    }


def _newest_versions(assets: list[Asset]) -> dict[int, Version]:
    newest = Version.objects.filter(asset=models.OuterRef("pk")).order_by("-pk").values("pk")[:1]
    keys = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).annotate(newest=models.Subquery(newest))
    versions = Version.objects.filter(pk__in=keys.values("newest")).select_related("document")
    return {version.asset_id: version for version in versions}


def _judged(asset: Asset, policies: Iterable[Policy]) -> frozenset[str]:
    """Return the metrics that the policy of the asset's tier asks for in the last environment; none means all."""
    asked = [policy.evaluations for policy in policies if policy.tier == asset.tier and asset.is_model]
    return frozenset(asked[-1].metrics) if asked and asked[-1] else frozenset()


def _verdicts(wanted: dict[int, frozenset[str]]) -> dict[int, str]:
    """Return the worst verdict, on the metrics asked for, of the newest finished evaluation of each version."""
    newest: dict[int, str] = {}
    finished = Evaluation.objects.filter(version_id__in=list(wanted), state=JobState.DONE)
    for evaluation in finished.order_by("finished_at", "pk").defer("counts", "witness").prefetch_related("findings"):
        asked = wanted[evaluation.version_id] or frozenset(EVERY_METRIC)
        found = {finding.verdict for finding in evaluation.findings.all() if finding.metric in asked}
        newest[evaluation.version_id] = next((verdict for verdict in VERDICT_ORDER if verdict in found), "")
    return newest


def _stages(assets: list[Asset]) -> dict[int, list[Release]]:
    stages: dict[int, list[Release]] = {}
    promoted = Release.objects.filter(version__asset_id__in=[asset.pk for asset in assets], state__in=[*LIVE_STATES, *OPEN_STATES])
    for release in promoted.select_related("version", "place").order_by("place__order", "pk"):
        stages.setdefault(release.version.asset_id, []).append(release)
    return stages
