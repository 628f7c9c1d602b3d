"""A version as the formats of others name it."""

from __future__ import annotations

from registry.exchange.about import About, File
from registry.models import Version


def about(version: Version) -> About:
    """Return what an export says of a version beside its document's own words."""
    files = version.artifacts.order_by("name", "sha256").values_list("name", "sha256")
    return About(version.asset.name, version.name, version.subject, tuple(File(*one) for one in files))
