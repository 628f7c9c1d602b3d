"""What a change would cost the people who have approved, told before it is saved.

The rule: the registry knows no releases, so the settings name who does. Pages
and programs ask here; the answer is read fresh each time and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from registry.catalog.claims import claims_of
from registry.models import Asset, Version

Teller = Callable[..., tuple[str, ...]]


def impact_on(thing: Version | Asset, *parts: str) -> tuple[str, ...]:
    """Return a sentence for each open release whose approvals a change would make stale.

    Args:
        thing: a version, or an asset when all its versions change with it.
        parts: parts of the snapshot that change: ``document``, ``version``, ``lineage``, ``assessments``, ``evaluations``, …
    """
    if isinstance(thing, Version) and "evaluations" in parts and claims_of(thing.document.content):
        parts = (*parts, "claims")  # a later evaluation supersedes what the card takes from an earlier one
    tell = cast("Teller", import_string(settings.IMPACT_OF_A_CHANGE))
    return tell(thing, *parts)
