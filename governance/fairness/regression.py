"""Errors of a number that is predicted: per group how large, and in which direction.

An error is the prediction minus the truth: a negative mean says that the
group is under-predicted. Errors may be equal in size and opposite in sign, so
both are always told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from governance.fairness.columns import CROSS, Columns
from governance.fairness.grouping import MOST_CELLS, attribute_value
from governance.fairness.intervals import REPLICATES
from governance.fairness.problems import PredictionsError
from governance.fairness.ratetable import Z
from governance.fairness.scores import Estimate
from governance.fairness.source import Counting

UNDEFINED: Final = Estimate(None)
MISSING: Final = "label_or_prediction_not_a_number"


@dataclass(frozen=True)
class Sums:
    """Sums over the records of a group: records, errors, absolute errors, squares, fourth powers."""

    n: float = 0.0
    error: float = 0.0
    absolute: float = 0.0
    square: float = 0.0
    fourth: float = 0.0


@dataclass(frozen=True)
class GroupErrors:
    """The errors of one group, in the unit of the prediction."""

    values: tuple[str, ...]
    n: int
    mean_absolute_error: Estimate
    root_mean_squared_error: Estimate
    mean_residual: Estimate


@dataclass(frozen=True)
class ErrorTable:
    """Errors by attribute and group, the rows read, and those left out."""

    rows: int
    excluded: int
    unknown: Mapping[str, int]
    groups: Mapping[str, Mapping[str, GroupErrors]]


def count_errors(source: Counting, columns: Columns) -> ErrorTable:
    """Sum up the errors of every group in one GROUP BY for each set of attributes.

    Raises:
        PredictionsError: no row has both numbers, or there are too many groups.
    """
    truth, predicted = source.double(columns.label), source.double(columns.prediction)
    unknown: dict[str, int] = {}
    groups: dict[str, dict[str, GroupErrors]] = {}
    rows = excluded = 0
    for names in columns.sets:
        keys = [f"CAST({attribute_value(source, columns, name)} AS {source.text})" for name in names]
        inner = ", ".join(f"{key} AS k{place}" for place, key in enumerate(keys))
        places = ", ".join(f"k{place}" for place in range(len(keys)))
        sql = (
            f"SELECT {places}, count(*), count(e), sum(e), sum(abs(e)), sum(e * e), sum(e * e * e * e) "  # noqa: S608
            f"FROM (SELECT {inner}, {predicted} - {truth} AS e FROM {source.table}) AS errors GROUP BY {places} LIMIT {MOST_CELLS + 1}"
        )
        cells = source.rows(sql)
        if len(cells) > MOST_CELLS:
            message = f"“{CROSS.join(names)}” has more than {MOST_CELLS:,} groups. Put numbers into classes first, such as age groups."
            raise PredictionsError(message)
        rows = sum(int(cell[len(names)]) for cell in cells)
        excluded = rows - sum(int(cell[len(names) + 1]) for cell in cells)
        found, unknown[CROSS.join(names)] = _groups(cells, names, columns)
        groups[CROSS.join(names)] = {name: _errors(values, sums) for name, (values, sums) in sorted(found.items())}
    if rows == excluded:
        message = f"“{columns.label}” and “{columns.prediction}” hold no row in which both are numbers."
        raise PredictionsError(message)
    return ErrorTable(rows, excluded, unknown, groups)


def error_gaps(groups: Mapping[str, GroupErrors], *, seed: int) -> dict[str, Estimate]:
    """Return how far groups are apart: ``mae_difference``, ``mae_ratio`` (worst over best), ``mean_residual_gap``.

    Intervals are drawn from the normal distributions of the group means, which
    is approximate; the bound towards equality is that of the two groups
    furthest apart. A gap is undefined with fewer than two groups.
    """
    import numpy as np

    known = [group for group in groups.values() if group.mean_absolute_error.value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a gap needs two sides
        return dict.fromkeys(("mae_difference", "mae_ratio", "mean_residual_gap"), UNDEFINED)
    random = np.random.default_rng(seed)
    absolute = _drawn([group.mean_absolute_error for group in known], random, floor=0.0)
    residual = _drawn([group.mean_residual for group in known], random, floor=None)
    return {
        "mae_difference": _difference([group.mean_absolute_error for group in known], absolute),
        "mae_ratio": _ratio([group.mean_absolute_error for group in known], absolute),
        "mean_residual_gap": _difference([group.mean_residual for group in known], residual),
    }


def _groups(cells: list[tuple[Any, ...]], names: tuple[str, ...], columns: Columns) -> tuple[dict[str, tuple[tuple[str, ...], Sums]], int]:
    blank = {"", *columns.missing}
    found: dict[str, tuple[tuple[str, ...], Sums]] = {}
    unknown = 0
    for cell in cells:
        values, (_, counted, *sums) = cell[: len(names)], cell[len(names) :]
        if any(value is None or value.strip() in blank for value in values):
            unknown += int(counted)
        elif counted:
            found[CROSS.join(values)] = (tuple(values), Sums(float(counted), *(float(one) for one in sums)))
    return found, unknown


def _errors(values: tuple[str, ...], sums: Sums) -> GroupErrors:
    n = sums.n
    absolute, mean, square = sums.absolute / n, sums.error / n, sums.square / n
    root = sqrt(square)
    spread = sqrt(max(0.0, sums.fourth / n - square**2))
    return GroupErrors(
        values=values,
        n=int(n),
        mean_absolute_error=_normal(absolute, sqrt(max(0.0, square - absolute**2)), n, floor=0.0),
        root_mean_squared_error=_normal(root, spread / (2 * root) if root else 0.0, n, floor=0.0),
        mean_residual=_normal(mean, sqrt(max(0.0, square - mean**2)), n, floor=None),
    )


def _normal(value: float, deviation: float, n: float, *, floor: float | None) -> Estimate:
    half = Z * deviation / sqrt(n)
    return Estimate(value, value - half if floor is None else max(floor, value - half), value + half)


def _drawn(estimates: list[Estimate], random: Any, *, floor: float | None) -> Any:
    import numpy as np

    middle = np.array([estimate.value for estimate in estimates], dtype=float)
    error = (np.array([estimate.high for estimate in estimates], dtype=float) - middle) / Z
    drawn = random.normal(middle, error, size=(REPLICATES, len(estimates)))
    return drawn if floor is None else np.maximum(drawn, floor)


def _difference(estimates: list[Estimate], drawn: Any) -> Estimate:
    import numpy as np

    values = np.array([estimate.value for estimate in estimates], dtype=float)
    most, least = int(values.argmax()), int(values.argmin())
    low = max(0.0, float(np.percentile(drawn[:, most] - drawn[:, least], 2.5)))
    high = float(np.percentile(drawn.max(axis=1) - drawn.min(axis=1), 97.5))
    value = float(values[most] - values[least])
    return Estimate(value, min(value, low), max(value, high))


def _ratio(estimates: list[Estimate], drawn: Any) -> Estimate:
    """Return the worst over the best, undefined where the best makes no error."""
    import numpy as np

    values = np.array([estimate.value for estimate in estimates], dtype=float)
    most, least = int(values.argmax()), int(values.argmin())
    if not values[least]:
        return UNDEFINED
    with np.errstate(divide="ignore", invalid="ignore"):
        pair, every = drawn[:, most] / drawn[:, least], drawn.max(axis=1) / drawn.min(axis=1)
    value = float(values[most] / values[least])
    low = max(1.0, float(np.percentile(pair[np.isfinite(pair)], 2.5)))
    return Estimate(value, min(value, low), max(value, float(np.percentile(every[np.isfinite(every)], 97.5))))
