"""Intervals of rates in closed form, and of gaps by a row bootstrap.

A bootstrap over rows draws, for each cell of the count table, how often it is
drawn; that is exactly one multinomial draw over the cells, so a replicate
costs the number of cells and not of rows. Approximate are the number of
replicates, the percentile method, rates of exactly 0 or 1, and weights that
differ inside a cell; the functions say how.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.counts import Amount, AttributeCounts
from governance.fairness.gaps import Metric
from governance.fairness.metrics import Rate
from governance.fairness.ratetable import CELLS, OF_SHARE, Cells, matrix, rates_of, wilson_bounds

if TYPE_CHECKING:
    import numpy as np

REPLICATES: Final = 2000
DIGITS: Final = 6
JEFFREYS: Final = 0.5
# Draws of cells that one attribute may cost, and that are held at once.
MOST_DRAWS: Final = 8_000_000
AT_ONCE: Final = 1_000_000
LEAST_REPLICATES: Final = 100
DRAWERS: Final = 2


def wilson(part: Amount, whole: Amount) -> tuple[Fraction, Fraction] | None:
    """Return the 95 % Wilson score interval of a share, or None for an empty whole.

    Source:
        Wilson 1927; the interval is approximate (score method), rounded to six decimals.
    """
    if not whole:
        return None
    low, high = wilson_bounds(float(Fraction(part) / whole), float(whole))
    return rounded(float(low)), rounded(float(high))


class Draws:
    """Count tables drawn again from one attribute's counts, and the intervals of gaps over them.

    Without weights, or when all rows of a cell weigh the same, a draw is
    exactly that of a row bootstrap. Otherwise a cell's drawn weight is
    approximate: drawn rows times the cell's mean weight, plus a normal
    deviation with the variance of the weights inside the cell.

    Args:
        counts: of one attribute or intersection.
        seed: of the draws; the same seed gives the same intervals.
        replicates: wanted; with very many groups fewer are drawn, at least 100 (``self.replicates`` tells).
    """

    def __init__(self, counts: AttributeCounts, *, seed: int, replicates: int = REPLICATES) -> None:
        self.counts = counts
        self.seed = seed
        self.replicates = replicates_for(len(counts.groups), replicates)
        self.observed = matrix(counts.groups.values())
        self.rows = matrix(counts.evidence(name) for name in counts.groups)
        self.squares = matrix(counts.squares[name] for name in counts.groups) if counts.squares else self.rows

    def intervals(self, metrics: Sequence[Metric], values: Mapping[str, Fraction]) -> dict[str, tuple[Fraction, Fraction]]:
        """Return the 95 % percentile interval of each gap by metric key, without those that are undefined in all draws.

        A gap is a largest minus a smallest, which noise pushes apart: drawn
        again, it is never zero, even where the groups are equal. So the bound
        towards equality is that of the two groups that made the gap, with its
        sign, and ends at 0 (for a ratio at 1); the bound away from it is that
        of the drawn gaps. The interval is widened to hold its value.

        A rate of exactly 0 or 1 never changes in a bootstrap, however few records
        it rests on, so that it would look certain. There the rate is drawn from
        its Jeffreys posterior, Beta(part + 1/2, rest + 1/2), instead.

        Replicates in which a group has no rate, or in which nothing was picked,
        are left out of the percentiles.

        Source:
            Efron and Tibshirani 1993, chapter 13 (percentile interval); Brown,
            Cai and DasGupta 2001 (Jeffreys prior for a share near 0 or 1).
        """
        asked = [metric for metric in metrics if metric.key in values]
        drawn: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {metric.key: [] for metric in asked}
        loosen = _Loosened(self)
        ends = {rate: _ends(rates_of(rate, self.observed)) for metric in asked for rate in metric.rates}
        for tables in self.tables():
            rates: dict[Rate, np.ndarray] = {}
            for metric in asked:
                for rate in metric.rates:
                    if rate not in rates:
                        rates[rate] = _redrawn(rate, tables, loosen)
                drawn[metric.key].append(_gaps(metric, [(rates[rate], ends[rate]) for rate in metric.rates]))
        found = {metric.key: _bounds(drawn[metric.key], values[metric.key], is_ratio=metric.is_ratio) for metric in asked}
        return {key: bounds for key, bounds in found.items() if bounds is not None}

    def tables(self) -> Iterable[np.ndarray]:
        """Yield the drawn tables in portions, shape (some replicates, groups, 4); records, or sums of weights.

        Portions are drawn two at a time, each from its own stream of random
        numbers, so that the result does not depend on which is ready first.
        """
        portion = max(1, AT_ONCE // max(1, 4 * len(self.rows)))
        sizes = [min(portion, self.replicates - start) for start in range(0, self.replicates, portion)]
        if len(sizes) == 1:
            yield self._portion(0, sizes[0])
            return
        with ThreadPoolExecutor(DRAWERS) as pool:
            waiting: deque[Future[np.ndarray]] = deque()
            for place, size in enumerate(sizes):
                waiting.append(pool.submit(self._portion, place, size))
                if len(waiting) > DRAWERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _portion(self, place: int, size: int) -> np.ndarray:
        import numpy as np

        random = np.random.default_rng([self.seed, place])
        shares = (self.rows / self.rows.sum()).ravel()
        drawn: Any = random.multinomial(round(self.rows.sum()), shares, size=size)
        tables = np.asarray(drawn.reshape(size, *self.rows.shape), dtype=float)
        if not self.counts.rows:
            return tables
        filled = np.maximum(self.rows, 1)
        mean = self.observed / filled
        spread = np.sqrt(np.maximum(self.squares / filled - mean**2, 0))
        noise = random.standard_normal(tables.shape)
        return np.asarray(np.maximum(tables * mean + np.sqrt(tables) * spread * noise, 0))

    @property
    def size(self) -> np.ndarray:
        """The records that each cell is worth (Kish 1965: all weights squared over the sum of squares), shape (groups, 4)."""
        import numpy as np

        if not self.counts.rows:
            return self.rows
        worth: np.ndarray = np.divide(self.observed**2, self.squares, out=np.zeros_like(self.observed), where=self.squares > 0)
        return worth


class _Loosened:
    """Draws rates that are exactly 0 or 1 from their posterior, each rate with its own stream of random numbers."""

    def __init__(self, draws: Draws) -> None:
        self.observed, self.size, self.seed = draws.observed, draws.size, draws.seed
        self.streams: dict[tuple[Cells, Cells], Any] = {}

    def __call__(self, rates: np.ndarray, part: Cells, whole: Cells) -> None:
        import numpy as np

        rest = [which for which in whole if which not in part]
        hits, misses = (self.observed[:, list(cells)].sum(axis=1) for cells in (part, rest))
        fixed = np.flatnonzero((hits == 0) != (misses == 0))
        if not fixed.size:
            return
        random = self.streams.setdefault((part, whole), np.random.default_rng([self.seed, *part, *whole]))
        # Beta(1/2, m + 1/2) as Gamma(1/2) over the sum of two gammas; Gamma(1/2) is half a squared normal.
        few = random.standard_normal((len(rates), fixed.size), dtype=np.float32) ** 2 / 2
        shape = (self.size[fixed][:, list(whole)].sum(axis=1) + JEFFREYS).astype(np.float32)
        many = random.standard_gamma(shape, (len(rates), fixed.size), dtype=np.float32)
        share = few / (few + many)
        rates[:, fixed] = np.where(hits[fixed] == 0, share, 1 - share)


def replicates_for(groups: int, wanted: int) -> int:
    """Return how many replicates are drawn: as many as wanted, unless so many groups make them dear."""
    return max(1, min(wanted, max(LEAST_REPLICATES, MOST_DRAWS // (4 * max(1, groups)))))


def rounded(value: float) -> Fraction:
    """Return a number as a fraction of six decimals."""
    return Fraction(round(value * 10**DIGITS), 10**DIGITS)


def _redrawn(rate: Rate, tables: np.ndarray, loosen: _Loosened) -> np.ndarray:
    import numpy as np

    part, whole = CELLS[rate]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.asarray(tables[:, :, list(part)].sum(axis=2) / tables[:, :, list(whole)].sum(axis=2))
        loosen(shares, part, whole)
        redrawn = OF_SHARE[rate](shares) if rate in OF_SHARE else shares
    return np.asarray(redrawn)


def _ends(rates: np.ndarray) -> tuple[int, int]:
    """Return the places of the largest and the smallest of some rates; there are at least two."""
    import numpy as np

    return int(np.nanargmax(rates)), int(np.nanargmin(rates))


def _gaps(metric: Metric, drawn: list[tuple[np.ndarray, tuple[int, int]]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the gaps of drawn rates, and the signed gaps between the groups that made the gap in truth."""
    import numpy as np

    gaps, signed = [], []
    with np.errstate(divide="ignore", invalid="ignore"):
        for rates, (best, worst) in drawn:
            largest, smallest = rates.max(axis=1), rates.min(axis=1)
            gaps.append(smallest / largest if metric.is_ratio else largest - smallest)
            signed.append(rates[:, worst] / rates[:, best] if metric.is_ratio else rates[:, best] - rates[:, worst])
    if metric.is_mean:
        return np.mean(gaps, axis=0), np.mean(signed, axis=0)
    pick = np.minimum if metric.is_ratio else np.maximum
    return pick.reduce(gaps), pick.reduce(signed)


def _bounds(drawn: list[tuple[np.ndarray, np.ndarray]], value: Fraction, *, is_ratio: bool) -> tuple[Fraction, Fraction] | None:
    import numpy as np

    gaps, signed = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    gaps, signed = gaps[np.isfinite(gaps)], signed[np.isfinite(signed)]
    if not gaps.size or not signed.size:
        return None
    if is_ratio:
        low, high = np.percentile(gaps, 2.5), min(1.0, np.percentile(signed, 97.5))
    else:
        low, high = max(0.0, np.percentile(signed, 2.5)), np.percentile(gaps, 97.5)
    return min(rounded(float(low)), value), max(rounded(float(high)), value)
