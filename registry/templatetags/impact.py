"""What a change would cost those who have approved, on every page on which somebody edits."""

from __future__ import annotations

from typing import Any

from django import template

from registry.models import Asset, Version
from registry.services.impact import impact_on

register = template.Library()


@register.inclusion_tag("components/impact.html")
def impact(thing: Version | Asset, *parts: str) -> dict[str, Any]:
    """Say whose approvals a change of some parts would make stale; nothing when there are none."""
    return {"sentences": impact_on(thing, *parts)}
