"""Rates of many groups at once, with their intervals, as floats; NaN is undefined.

A quotient of whole numbers below 2**53 is the float nearest to the exact
rate, so that these are the exact rates rounded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.counts import Counts
from governance.fairness.metrics import (
    Rate,
    accuracy,
    balanced_accuracy,
    base_rate,
    f1_score,
    false_discovery_rate,
    false_negative_rate,
    false_omission_rate,
    false_positive_rate,
    precision,
    selection_rate,
    treatment_equality,
    true_negative_rate,
    true_positive_rate,
)

if TYPE_CHECKING:
    import numpy as np

Z: Final = 1.959963984540054
Cells = tuple[int, ...]
# Numerator and denominator cells (tp, fp, fn, tn) of each rate that is a share, or a rising function of one.
CELLS: Final[Mapping[Rate, tuple[Cells, Cells]]] = {
    base_rate: ((0, 2), (0, 1, 2, 3)),
    selection_rate: ((0, 1), (0, 1, 2, 3)),
    true_positive_rate: ((0,), (0, 2)),
    false_negative_rate: ((2,), (0, 2)),
    false_positive_rate: ((1,), (1, 3)),
    true_negative_rate: ((3,), (1, 3)),
    precision: ((0,), (0, 1)),
    false_discovery_rate: ((1,), (0, 1)),
    false_omission_rate: ((2,), (2, 3)),
    accuracy: ((0, 3), (0, 1, 2, 3)),
    treatment_equality: ((2,), (1, 2)),
    f1_score: ((0,), (0, 1, 2)),
}
# T = q / (1 - q) of q = FN / (FN + FP); F1 = 2 J / (1 + J) of J = TP / (TP + FP + FN).
OF_SHARE: Final[Mapping[Rate, Callable[[Any], Any]]] = {
    treatment_equality: lambda q: q / (1 - q),
    f1_score: lambda share: 2 * share / (1 + share),
}
Bounded = tuple["np.ndarray", "np.ndarray", "np.ndarray"]


def matrix(counts: Iterable[Counts]) -> np.ndarray:
    """Return cells as floats, shape (groups, 4): tp, fp, fn, tn."""
    import numpy as np

    return np.array([[float(cell) for cell in vars(one).values()] for one in counts]).reshape(-1, 4)


def rates_of(rate: Rate, cells: np.ndarray) -> np.ndarray:
    """Return a rate of each group, shape (groups,); cells may have leading axes of their own."""
    import numpy as np

    if rate is balanced_accuracy:
        return np.asarray((rates_of(true_positive_rate, cells) + rates_of(true_negative_rate, cells)) / 2)
    part, whole = (cells[..., list(which)].sum(axis=-1) for which in CELLS[rate])
    with np.errstate(divide="ignore", invalid="ignore"):
        if rate is treatment_equality:
            found = part / (whole - part)
        elif rate is f1_score:
            found = 2 * part / (whole + part)
        else:
            found = part / whole
    return np.where(np.isfinite(found), found, np.nan)


def bounded_rates(rate: Rate, cells: np.ndarray, evidence: np.ndarray) -> Bounded:
    """Return a rate of each group and the bounds of its 95 % interval, each of shape (groups,).

    Shares have a Wilson interval. F1 and false negatives over false positives
    are rising functions of a share and take its bounds; an infinite bound is
    NaN. Balanced accuracy is a mean of two independent shares, whose Wilson
    intervals are combined.

    Args:
        rate: one of ``RATES``.
        cells: counts or sums of weights, shape (groups, 4).
        evidence: the records behind them, on which the width rests, same shape.

    Source:
        Wilson 1927; Zou and Donner 2008 (variance recovered from two intervals).
    """
    import numpy as np

    values = rates_of(rate, cells)
    if rate is balanced_accuracy:
        (first, first_low, first_high), (second, second_low, second_high) = (
            bounded_rates(one, cells, evidence) for one in (true_positive_rate, true_negative_rate)
        )
        below = np.hypot(first - first_low, second - second_low) / 2
        above = np.hypot(first_high - first, second_high - second) / 2
        return values, np.maximum(values - below, 0), np.minimum(values + above, 1)
    part, whole = (cells[:, list(which)].sum(axis=1) for which in CELLS[rate])
    records = evidence[:, list(CELLS[rate][1])].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = wilson_bounds(part / whole, records)
        if rate in OF_SHARE:
            low, high = OF_SHARE[rate](low), OF_SHARE[rate](high)
    undefined = np.isnan(values) | ~np.isfinite(high)
    return values, np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def wilson_bounds(share: Any, records: Any) -> tuple[Any, Any]:
    """Return the 95 % Wilson score interval of shares of so many records; floats or arrays."""
    import numpy as np

    middle = (share + Z * Z / (2 * records)) / (1 + Z * Z / records)
    half = Z / (1 + Z * Z / records) * np.sqrt(share * (1 - share) / records + Z * Z / (4 * records * records))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
