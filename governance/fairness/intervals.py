"""Intervals: Wilson for a rate, a row bootstrap for a gap.

A bootstrap over rows draws, for each cell of the count table, how often it is
drawn; that is exactly one multinomial draw over the cells, so a replicate
costs the number of cells and not of rows. Approximate are only the number of
replicates and the percentile method.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.counting import Counts
from governance.fairness.metrics import (
    Metric,
    Rate,
    accuracy,
    false_negative_rate,
    false_omission_rate,
    false_positive_rate,
    precision,
    selection_rate,
    true_positive_rate,
)

if TYPE_CHECKING:
    import numpy as np

Z: Final = 1.959963984540054
REPLICATES: Final = 2000
DIGITS: Final = 6
# Numerator and denominator cells (tp, fp, fn, tn) of each rate that a gap compares.
CELLS: Final[Mapping[Rate, tuple[tuple[int, ...], tuple[int, ...]]]] = {
    selection_rate: ((0, 1), (0, 1, 2, 3)),
    true_positive_rate: ((0,), (0, 2)),
    false_negative_rate: ((2,), (0, 2)),
    false_positive_rate: ((1,), (1, 3)),
    precision: ((0,), (0, 1)),
    false_omission_rate: ((2,), (2, 3)),
    accuracy: ((0, 3), (0, 1, 2, 3)),
}


def wilson(part: Fraction, whole: Fraction) -> tuple[Fraction, Fraction] | None:
    """Return the 95 % Wilson score interval of a share, or None for an empty whole.

    Source:
        Wilson 1927; the interval is approximate (score method), rounded to six decimals.
    """
    if not whole:
        return None
    n, p = float(whole), float(part / whole)
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return rounded(max(0.0, middle - half)), rounded(min(1.0, middle + half))


def bootstrap(groups: Mapping[str, Counts], *, seed: int, replicates: int = REPLICATES) -> np.ndarray:
    """Draw count tables; shape (replicates, groups, 4), cells tp, fp, fn, tn.

    Weighted counts are scaled to the effective number of records only by
    their sum; see the note on weights in the documentation.
    """
    import numpy as np

    cells = np.array([[float(counts.tp), float(counts.fp), float(counts.fn), float(counts.tn)] for counts in groups.values()])
    total = cells.sum()
    random = np.random.default_rng(seed)
    drawn: Any = random.multinomial(round(total), (cells / total).ravel(), size=replicates)
    return np.asarray(drawn.reshape(replicates, *cells.shape), dtype=float)


def gap_interval(metric: Metric, draws: np.ndarray, value: Fraction) -> tuple[Fraction, Fraction] | None:
    """Return the 95 % percentile interval of a gap over bootstrap draws, or None when it is undefined in all.

    A gap is a largest minus a smallest, which noise pushes apart; so the
    percentiles lie too far out, and for a small gap may even leave out its
    value. The interval is widened to hold it.

    Replicates in which a group has no rate, or in which nothing was picked,
    are left out of the percentiles.
    """
    import numpy as np

    values = [_gaps(draws, *CELLS[rate], is_ratio=metric.is_ratio) for rate in metric.rates]
    worst = np.minimum.reduce(values) if metric.is_ratio else np.maximum.reduce(values)
    defined = worst[~np.isnan(worst)]
    if not defined.size:
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return min(rounded(float(low)), value), max(rounded(float(high)), value)


def rounded(value: float) -> Fraction:
    """Return a number as a fraction of six decimals."""
    return Fraction(round(value * 10**DIGITS), 10**DIGITS)


def _gaps(draws: np.ndarray, part: tuple[int, ...], whole: tuple[int, ...], *, is_ratio: bool) -> np.ndarray:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        rates = draws[:, :, list(part)].sum(axis=2) / draws[:, :, list(whole)].sum(axis=2)
        largest, smallest = rates.max(axis=1), rates.min(axis=1)
        gaps: np.ndarray = smallest / largest if is_ratio else largest - smallest
    return gaps
