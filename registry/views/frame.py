"""What every page below a version shares: finding it, its head and its tabs."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from registry.http import Request
from registry.models import Asset, Kind, Version
from registry.policy import Action, Actor, refusal
from registry.services.documents import template_of

MODEL_TABS: Final = (
    ("Overview", "version"),
    ("Card", "document"),
    ("Data", "version-data"),
    ("Checklists", "checklist-list"),
    ("Risks", "risk-list"),
    ("Evaluations", "evaluation-list"),
    ("Releases", "version-releases"),
    ("Journal", "version-journal"),
)
DATASET_TABS: Final = (
    ("Overview", "version"),
    ("Datasheet", "document"),
    ("Files", "version-data"),
    ("Journal", "version-journal"),
)
TIER_TONES: Final = {"prohibited": "bad", "high": "warning", "limited": "info", "minimal": "neutral"}


def find_asset(actor: Actor, kind: str, slug: str) -> Asset:
    """Return an asset that the actor sees, or answer 404."""
    return get_object_or_404(Asset.objects.visible_to(actor).select_related("team"), kind=kind, slug=slug)


def find_version(actor: Actor, kind: str, slug: str, name: str) -> Version:
    """Return a version that the actor sees, with what its head shows, or answer 404."""
    versions = Version.objects.visible_to(actor).for_page()
    return get_object_or_404(versions, asset__kind=kind, asset__slug=slug, name=name)


def find_model_version(actor: Actor, kind: str, slug: str, name: str) -> Version:
    """Return a model's version that the actor sees; datasets have no such page and answer 404."""
    if kind != Kind.MODEL:
        message = "Only models have this page"
        raise Http404(message)
    return find_version(actor, kind, slug, name)


def version_frame(request: Request, version: Version, current: str, title: str = "") -> dict[str, Any]:
    """Return the context of the head that every page of a version has.

    Args:
        request: the request.
        version: from ``find_version``.
        current: label of the tab that is open.
        title: what the page is about, for the browser's title.
    """
    tabs = MODEL_TABS if version.asset.is_model else DATASET_TABS
    return {
        "version": version,
        "asset": version.asset,
        "page_title": title or current,
        "breadcrumb": breadcrumb(version.asset),
        "badges": badges(version),
        "tabs": [{"label": label, "url": reverse(name, args=version.url_args), "is_current": label == current} for label, name in tabs],
        "why_not_write": refusal(request.actor, Action.VERSION_EDIT, version.target),
        "document_title": template_of(version.document).title,
    }


def breadcrumb(asset: Asset) -> list[dict[str, str]]:
    """Return the way from the list to the asset."""
    lists = ("Models", "model-list") if asset.is_model else ("Datasets", "dataset-list")
    return [
        {"label": lists[0], "url": reverse(lists[1])},
        {"label": asset.name, "url": asset.get_absolute_url()},
    ]


def badges(version: Version) -> list[dict[str, str]]:
    """Return the badges beside a version's name."""
    found = [{"label": version.asset.team.name, "tone": "neutral", "icon": "none"}]
    if version.asset.is_model:
        tier = version.asset.tier
        found.append({"label": f"{version.asset.get_tier_display()} risk tier", "tone": TIER_TONES[tier]})
    return found
