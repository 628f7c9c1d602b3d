"""Intervals: Wilson for a rate, a row bootstrap for a gap.

A bootstrap over rows draws, for each cell of the count table, how often it is
drawn; that is exactly one multinomial draw over the cells, so a replicate
costs the number of cells and not of rows. Approximate are the number of
replicates, the percentile method, rates of exactly 0 or 1, and weights that
differ inside a cell; the functions say how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.counting import AttributeCounts, Counts
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
JEFFREYS: Final = 0.5
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


@dataclass(frozen=True)
class Draws:
    """Count tables drawn again from one attribute's counts.

    Attributes:
        tables: shape (replicates, groups, 4), cells tp, fp, fn, tn; records or sums of weights.
        observed: what was counted, shape (groups, 4).
        size: the records that each cell is worth (Kish 1965: all weights squared over the sum of squares), same shape.
        seed: of the draws.
    """

    tables: np.ndarray
    observed: np.ndarray
    size: np.ndarray
    seed: int


def bootstrap(counts: AttributeCounts, *, seed: int, replicates: int = REPLICATES) -> Draws:
    """Draw count tables as a bootstrap over the rows would.

    Without weights, or when all rows of a cell weigh the same, the draw is
    exactly that of a row bootstrap. Otherwise a cell's drawn weight is
    approximate: drawn rows times the cell's mean weight, plus a normal
    deviation with the variance of the weights inside the cell.
    """
    import numpy as np

    observed = _cells(counts.groups, counts.groups)
    rows = _cells(counts.groups, {name: counts.evidence(name) for name in counts.groups})
    squares = _cells(counts.groups, counts.squares) if counts.squares else rows
    random = np.random.default_rng(seed)
    drawn: Any = random.multinomial(round(rows.sum()), (rows / rows.sum()).ravel(), size=replicates)
    tables = np.asarray(drawn.reshape(replicates, *rows.shape), dtype=float)
    if not counts.rows:
        return Draws(tables, observed, rows, seed)
    filled = np.maximum(rows, 1)
    mean = observed / filled
    spread = np.sqrt(np.maximum(squares / filled - mean**2, 0))
    noise = random.standard_normal(tables.shape)
    weighed = np.maximum(tables * mean + np.sqrt(tables) * spread * noise, 0)
    size = np.divide(observed**2, squares, out=np.zeros_like(observed), where=squares > 0)
    return Draws(weighed, observed, size, seed)


def gap_interval(metric: Metric, draws: Draws, value: Fraction) -> tuple[Fraction, Fraction] | None:
    """Return the 95 % percentile interval of a gap over bootstrap draws, or None when it is undefined in all.

    A gap is a largest minus a smallest, which noise pushes apart; so the
    percentiles lie too far out, and for a small gap may even leave out its
    value. The interval is widened to hold it.

    A rate of exactly 0 or 1 never changes in a bootstrap, however few records
    it rests on, so that it would look certain. There the rate is drawn from
    its Jeffreys posterior, Beta(part + 1/2, rest + 1/2), instead.

    Replicates in which a group has no rate, or in which nothing was picked,
    are left out of the percentiles.

    Source:
        Efron and Tibshirani 1993, chapter 13 (percentile interval); Brown,
        Cai and DasGupta 2001 (Jeffreys prior for a share near 0 or 1).
    """
    import numpy as np

    values = [_gaps(draws, *CELLS[rate], is_ratio=metric.is_ratio) for rate in metric.rates]
    worst = np.minimum.reduce(values) if metric.is_ratio else np.maximum.reduce(values)
    defined = worst[~np.isnan(worst)]
    if not defined.size:
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return min(rounded(float(low)), value), max(rounded(float(high)), value)


def denominator(rate: Rate, counts: Counts) -> Fraction:
    """Return the records that a rate of a group rests on."""
    cells = tuple(vars(counts).values())
    return sum((cells[which] for which in CELLS[rate][1]), Fraction(0))


def rounded(value: float) -> Fraction:
    """Return a number as a fraction of six decimals."""
    return Fraction(round(value * 10**DIGITS), 10**DIGITS)


def _cells(names: Iterable[str], counts: Mapping[str, Counts]) -> np.ndarray:
    import numpy as np

    return np.array([[float(cell) for cell in vars(counts[name]).values()] for name in names])


def _gaps(draws: Draws, part: tuple[int, ...], whole: tuple[int, ...], *, is_ratio: bool) -> np.ndarray:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        rates = draws.tables[:, :, list(part)].sum(axis=2) / draws.tables[:, :, list(whole)].sum(axis=2)
        _loosen(rates, draws, part, whole)
        largest, smallest = rates.max(axis=1), rates.min(axis=1)
        gaps: np.ndarray = smallest / largest if is_ratio else largest - smallest
    return gaps


def _loosen(rates: np.ndarray, draws: Draws, part: tuple[int, ...], whole: tuple[int, ...]) -> None:
    """Draw the rates that are exactly 0 or 1 from their posterior."""
    import numpy as np

    rest = [which for which in whole if which not in part]
    hits, misses = (draws.observed[:, list(cells)].sum(axis=1) for cells in (part, rest))
    fixed = np.flatnonzero((hits == 0) != (misses == 0))
    random = np.random.default_rng([draws.seed, *part, *whole])
    for group in fixed:
        records = float(draws.size[group, list(whole)].sum())
        part_records, rest_records = (0.0, records) if hits[group] == 0 else (records, 0.0)
        rates[:, group] = random.beta(part_records + JEFFREYS, rest_records + JEFFREYS, size=len(rates))
