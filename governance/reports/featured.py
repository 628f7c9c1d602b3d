"""Which groups of an attribute are shown when there are too many to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from governance.fairness.counts import AttributeCounts

MOST_GROUPS: Final = 25


def featured(counts: AttributeCounts, bodies: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return all groups, or those at the ends of a gap and the largest; in the order of the counts.

    Args:
        counts: of the attribute.
        bodies: the attribute's findings as the engine said them.
    """
    if len(counts.groups) <= MOST_GROUPS:
        return list(counts.groups)
    ends = [body[end] for body in bodies for end in ("worst_group", "best_group") if body[end] in counts.groups]
    largest = sorted(counts.groups, key=lambda name: -counts.groups[name].n)
    chosen = set(list(dict.fromkeys([*ends, *largest]))[:MOST_GROUPS])
    return [name for name in counts.groups if name in chosen]
