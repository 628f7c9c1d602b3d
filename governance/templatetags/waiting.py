"""What stands in an emergency of a model, on pages that are about something else."""

from __future__ import annotations

from typing import Any, Final

from django import template

from governance.models import Emergency
from registry.models import Asset

register = template.Library()

MOST: Final = 8


@register.inclusion_tag("governance/emergency_notes.html")
def emergencies_of(asset: Asset) -> dict[str, Any]:
    """Show what stands in an emergency of a model that may be seen."""
    notes = Emergency.objects.for_page().standing().filter(release__version__asset=asset.pk)
    return {"notes": notes.order_by("review_due", "pk")[:MOST]}
