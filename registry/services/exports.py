"""A version as the formats of others name it."""

from __future__ import annotations

from typing import Any, Final

from registry.exchange.about import About, File
from registry.exchange.formats import FORMATS
from registry.models import Version
from registry.services.figures import figures_of

# Our own format keeps the tokens of claims, so that an import brings them back; others read the numbers.
WITH_TOKENS: Final = "json"


def about(version: Version) -> About:
    """Return what an export says of a version beside its document's own words."""
    files = version.artifacts.order_by("name", "sha256").values_list("name", "sha256")
    return About(version.asset.name, version.name, version.subject, tuple(File(*one) for one in files))


def content_for(version: Version, key: str) -> dict[str, Any]:
    """Return the content of a version's document for a format, with numbers in place of claims where nobody knows those."""
    content: dict[str, Any] = version.document.content
    if key == WITH_TOKENS:
        return content
    filled: dict[str, Any] = figures_of(version, content).filled(content)
    return filled


def filename(version: Version, key: str) -> str:
    """Return what a download is called: letters, digits, points and dashes only."""
    return f"{version.asset.slug}-{version.name}-{key}{FORMATS[key].suffix}"
