"""Whether a difference between selection rates is more than chance.

Each group is compared with the one that is selected most: a pooled z test, or
Fisher's exact test where an expected cell is below five; p values are
corrected for the number of comparisons (Holm). Records are taken as
independent and unweighted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import erfc, exp, lgamma, sqrt
from typing import Any, Final

from governance.fairness.counts import AttributeCounts, Counts

ALPHA: Final = 0.05
LEAST_EXPECTED: Final = 5
MOST_GROUPS: Final = 200
SAME: Final = 1 + 1e-7
DIGITS: Final = 6


@dataclass(frozen=True)
class Comparison:
    """One group against the most selected.

    Attributes:
        test: ``z`` or ``fisher``.
        statistic: z, the reference minus the group; None for Fisher's test.
        p: two-sided.
        p_holm: corrected for all comparisons of the attribute.
    """

    attribute: str
    group: str
    reference: str
    test: str
    statistic: float | None
    p: float
    p_holm: float

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON without floats; numbers are decimal text."""
        return {
            **vars(self),
            "statistic": "" if self.statistic is None else f"{self.statistic:.{DIGITS}f}",
            "p": f"{self.p:.{DIGITS}g}",
            "p_holm": f"{self.p_holm:.{DIGITS}g}",
            "significant": self.p_holm < ALPHA,
        }


def comparisons(counts: AttributeCounts) -> list[Comparison]:
    """Compare every group of an attribute with the one that is selected most.

    Nothing is compared when there are fewer than two groups or more than 200.

    Source:
        Hazelwood School District v. United States, 433 U.S. 299 (1977), for two
        or three standard deviations; Fisher 1922; Holm 1979.
    """
    groups = {name: counts.evidence(name) for name in counts.groups if counts.evidence(name).n}
    if not 1 < len(groups) <= MOST_GROUPS:
        return []
    reference = max(groups, key=lambda name: _selected(groups[name]) / float(groups[name].n))
    found = [(name, *_test(groups[reference], group)) for name, group in groups.items() if name != reference]
    corrected = holm([p for *_, p in found])
    return [
        Comparison(counts.attribute, name, reference, test, statistic, p, adjusted)
        for (name, test, statistic, p), adjusted in zip(found, corrected, strict=True)
    ]


def pooled_z(selected_1: float, n_1: float, selected_2: float, n_2: float) -> tuple[float, float]:
    """Return z and the two-sided p of two selection rates; 0 and 1 when everybody or nobody is selected."""
    pooled = (selected_1 + selected_2) / (n_1 + n_2)
    spread = sqrt(pooled * (1 - pooled) * (1 / n_1 + 1 / n_2))
    if not spread:
        return 0.0, 1.0
    z = (selected_1 / n_1 - selected_2 / n_2) / spread
    return z, erfc(abs(z) / sqrt(2))


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Return the two-sided p of Fisher's exact test of the table ((a, b), (c, d)): all tables that are no likelier."""
    row, column, total = a + b, a + c, a + b + c + d
    low, high = max(0, column - (total - row)), min(row, column)
    fixed = _log_choose(total, column)

    def log_probability(x: int) -> float:
        return _log_choose(row, x) + _log_choose(total - row, column - x) - fixed

    bound = exp(log_probability(a)) * SAME
    return min(1.0, sum(p for p in (exp(log_probability(x)) for x in range(low, high + 1)) if p <= bound))


def holm(values: list[float]) -> list[float]:
    """Return p values corrected by Holm's step-down method, in their order."""
    adjusted, most = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        most = max(most, min(1.0, values[place] * (len(values) - rank)))
        adjusted[place] = most
    return adjusted


def _test(reference: Counts, group: Counts) -> tuple[str, float | None, float]:
    one, n_1, other, n_2 = _selected(reference), float(reference.n), _selected(group), float(group.n)
    if min(_expected(one + other, n_1, n_2)) < LEAST_EXPECTED:
        return "fisher", None, fisher(*(round(cell) for cell in (one, n_1 - one, other, n_2 - other)))
    z, p = pooled_z(one, n_1, other, n_2)
    return "z", z, p


def _expected(selected: float, n_1: float, n_2: float) -> Iterator[float]:
    total = n_1 + n_2
    for n in (n_1, n_2):
        yield selected * n / total
        yield (total - selected) * n / total


def _selected(counts: Counts) -> float:
    return float(counts.tp + counts.fp)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
