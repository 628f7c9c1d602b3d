"""Fairlearn as witness: the same data through MetricFrame, and the largest difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.columns import Columns, canonical_value
from governance.fairness.counting import CROSS, AttributeCounts, CountTable
from governance.fairness.metrics import METRICS, RATES, gap
from governance.fairness.table import open_table, text_of

if TYPE_CHECKING:
    import pandas as pd

ROW_LIMIT: Final = 200_000
TOLERANCE: Final = 1e-9
SAME_NAMES: Final = ("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate")


@dataclass(frozen=True)
class Witness:
    """What Fairlearn said.

    Attributes:
        rows: rows that it looked at; 0 when the file was over the limit.
        largest_difference: over everything compared, decimal text.
        checked: names of what was compared, such as ``sex: dp_ratio``.
        agrees: whether the difference is at most 1e-9.
        note: what was not compared and why, as a sentence.
    """

    rows: int
    largest_difference: str
    checked: tuple[str, ...]
    agrees: bool
    note: str

    def to_json(self) -> dict[str, Any]:
        """Return the witness as JSON."""
        return {**vars(self), "checked": list(self.checked)}


def witness(path: Path, *, dialect: Mapping[str, Any], columns: Columns, table: CountTable, row_limit: int = ROW_LIMIT) -> Witness:
    """Let Fairlearn compute the same rates and gaps, and compare.

    Groups without a rate are compared nowhere: fairlearn gives them 0.
    """
    if table.rows > row_limit:
        note = f"The file has more than {row_limit:,} rows, so Fairlearn was not asked."
        return Witness(0, "0", (), agrees=True, note=note)
    frame = _frame(path, dialect, columns)
    differences: dict[str, float] = {}
    for names in columns.sets:
        differences |= _compare(frame, names, table.by(CROSS.join(names)), columns)
    largest = max(differences.values(), default=0.0)
    return Witness(
        rows=table.rows,
        largest_difference=f"{largest:.3e}",
        checked=tuple(differences),
        agrees=largest <= TOLERANCE,
        note="Groups without a rate were left out: Fairlearn reports 0 where the rate is undefined.",
    )


def _frame(path: Path, dialect: Mapping[str, Any], columns: Columns) -> pd.DataFrame:
    import pandas as pd

    names = [columns.label, columns.prediction, *columns.attributes, *filter(None, [columns.weight])]
    shown = ", ".join(f"coalesce({text_of(name)}, '')" for name in names)
    with open_table(path, dialect) as connection:
        rows = connection.execute(f"SELECT {shown} FROM predictions").fetchall()  # noqa: S608
    frame = pd.DataFrame(rows, columns=names)
    good = canonical_value(columns.favourable)
    for name in (columns.label, columns.prediction):
        frame[name] = [int(canonical_value(value) == good) for value in frame[name]]
    if columns.weight:
        frame[columns.weight] = frame[columns.weight].astype(float)
    return frame


def _compare(frame: pd.DataFrame, names: tuple[str, ...], counts: AttributeCounts, columns: Columns) -> dict[str, float]:
    known = frame[(frame[list(names)] != "").all(axis=1)]
    if known.empty:
        return {}
    groups = known[list(names)].agg(CROSS.join, axis=1)
    weights = known[columns.weight] if columns.weight else None
    arrays = (known[columns.label], known[columns.prediction])
    return {
        f"{counts.attribute}: {name}": difference
        for name, difference in {
            **_rates(*arrays, groups, weights, counts),
            **_gaps(*arrays, groups, weights, counts),
        }.items()
    }


def _rates(truth: Any, predicted: Any, groups: Any, weights: Any, counts: AttributeCounts) -> dict[str, float]:
    from fairlearn import metrics as fairlearn

    functions = {name: getattr(fairlearn, name) for name in SAME_NAMES}
    given = {name: {"sample_weight": weights} for name in SAME_NAMES} if weights is not None else None
    frame = fairlearn.MetricFrame(metrics=functions, y_true=truth, y_pred=predicted, sensitive_features=groups, sample_params=given)
    worst: dict[str, float] = {}
    for name in SAME_NAMES:
        for group, group_counts in counts.groups.items():
            ours = RATES[name][1](group_counts)
            if ours is not None:
                theirs = float(frame.by_group[name][group])
                worst[name] = max(worst.get(name, 0.0), _distance(ours, theirs))
    return worst


def _gaps(truth: Any, predicted: Any, groups: Any, weights: Any, counts: AttributeCounts) -> dict[str, float]:
    from fairlearn import metrics as fairlearn

    found: dict[str, float] = {}
    for key, metric in METRICS.items():
        ours = gap(metric, counts.groups)
        if not metric.fairlearn or ours.value is None or ours.incomplete:
            continue
        function = getattr(fairlearn, metric.fairlearn)
        given = {"sample_weight": weights} if weights is not None else {}
        theirs = float(function(truth, predicted, sensitive_features=groups, **given))
        found[key] = _distance(ours.value, theirs)
    return found


def _distance(ours: Fraction, theirs: float) -> float:
    """Return how far apart two values are; undefined there and defined here is as far as can be."""
    return inf if isnan(theirs) else abs(float(ours) - theirs)
