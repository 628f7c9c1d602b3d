"""The score of a framework that is scored, from the answers to its items.

The rule: pure and exact. A yes is one point, a partly half a point, and the
whole is as good as its weakest section.

Source: Breck et al., The ML Test Score, 2017, section VI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from registry.catalog.schema import Framework

POINTS: Final[Mapping[str, Fraction]] = MappingProxyType({"yes": Fraction(1), "partly": Fraction(1, 2)})


@dataclass(frozen=True)
class Score:
    """A score with the sums of the sections (points), and what it means."""

    total: Fraction
    sections: tuple[tuple[str, Fraction], ...]
    meaning: str


def score_of(framework: Framework, values: Mapping[str, str]) -> Score | None:
    """Return the score; None for a framework that is not scored.

    Args:
        framework: what was asked.
        values: answers (yes, partly, no, not-applicable) by item id; an item without one brings no point.
    """
    if not framework.bands:
        return None
    sections = tuple(
        (group.title, sum((POINTS.get(values.get(item.id, ""), Fraction(0)) for item in group.items), Fraction(0)))
        for group in framework.groups
    )
    total = min(points for _, points in sections)
    return Score(total, sections, next(band.meaning for band in framework.bands if total <= band.up_to))
