"""A version as the formats of others name it."""

from __future__ import annotations

from registry.exchange.about import About, File
from registry.exchange.formats import FORMATS
from registry.models import Version


def about(version: Version) -> About:
    """Return what an export says of a version beside its document's own words."""
    files = version.artifacts.order_by("name", "sha256").values_list("name", "sha256")
    return About(version.asset.name, version.name, version.subject, tuple(File(*one) for one in files))


def filename(version: Version, key: str) -> str:
    """Return what a download is called: letters, digits, points and dashes only."""
    return f"{version.asset.slug}-{version.name}-{key}{FORMATS[key].suffix}"
