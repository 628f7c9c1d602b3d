"""Fairlearn as witness: the same rows through MetricFrame, and the largest difference.

The rule: the rows are grouped by pandas and Fairlearn alone, from their values
as the file holds them, so that a fault in our counting cannot hide in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.columns import CROSS, MISSING_WORDS, Columns, canonical_value
from governance.fairness.counting import count_in
from governance.fairness.counts import AttributeCounts, CountTable
from governance.fairness.gaps import METRICS, gap
from governance.fairness.grouping import attribute_value
from governance.fairness.metrics import RATES
from governance.fairness.source import FileCounting, open_source

if TYPE_CHECKING:
    import pandas as pd

ROW_LIMIT: Final = 200_000
GROUP_LIMIT: Final = 1_000
SAMPLE_SEED: Final = 20190129
TOLERANCE: Final = 1e-9
SAME_NAMES: Final = ("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate")
UNDEFINED: Final = "Groups without a rate were left out: Fairlearn reports 0 where the rate is undefined."


@dataclass(frozen=True)
class Witness:
    """What Fairlearn said.

    Attributes:
        rows: rows that it looked at.
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

    Of more rows than the limit a random sample with a fixed seed is drawn, and
    both sides look at the sample. Groups without a rate are compared nowhere:
    fairlearn gives them 0. A set of more than 1,000 groups is not compared.

    Raises:
        PredictionsError: the file cannot be read any more.
    """
    with open_source(path, dialect) as source:
        note = UNDEFINED
        if table.rows > row_limit:
            sample(source, columns, row_limit)
            table = count_in(source, columns)
            note = f"Both sides looked at a random sample of {row_limit:,} rows. {UNDEFINED}"
        frame = frame_of(source, columns)
    differences: dict[str, float] = {}
    for names in columns.sets:
        counts = table.by(CROSS.join(names))
        if len(counts.groups) > GROUP_LIMIT:
            note += f" {counts.attribute} has more than {GROUP_LIMIT:,} groups, so Fairlearn was not asked about it."
        else:
            differences |= _compare(frame, names, counts, columns)
    largest = max(differences.values(), default=0.0)
    return Witness(
        rows=table.rows,
        largest_difference=f"{largest:.3e}",
        checked=tuple(differences),
        agrees=largest <= TOLERANCE,
        note=note,
    )


def sample(source: FileCounting, columns: Columns, rows: int) -> None:
    """Let a source be a random sample of its rows, drawn with a fixed seed; all of them, when they are fewer."""
    named = [columns.label, columns.prediction, *columns.attributes, *filter(None, [columns.weight, columns.score])]
    shown = ", ".join(source.quote(name) for name in named)
    drawn = f"SELECT {shown} FROM {source.table} USING SAMPLE reservoir({rows} ROWS) REPEATABLE ({SAMPLE_SEED})"  # noqa: S608
    source.rows(f"CREATE TEMP TABLE sampled AS {drawn}")
    source.table = "sampled"


def frame_of(source: FileCounting, columns: Columns) -> pd.DataFrame:
    """Return the rows that count: label and prediction 0 or 1, unknown attributes empty text, weight and score as floats."""
    import pandas as pd

    named = [columns.label, columns.prediction, *columns.attributes]
    shown = [f"CAST({source.quote(name)} AS VARCHAR)" for name in named[:2]]
    shown += [f"CAST({attribute_value(source, columns, name)} AS VARCHAR)" for name in columns.attributes]
    if columns.weight:
        named.append(columns.weight)
        shown.append(f"CAST({source.decimal(columns.weight)} AS DOUBLE)")
    if columns.score:
        named.append(columns.score)
        shown.append(source.double(columns.score))
    rows = source.rows(f"SELECT {', '.join(shown)} FROM {source.table}")  # noqa: S608
    frame = pd.DataFrame(rows, columns=named, dtype=object)
    for name in named[:2]:
        frame[name] = pd.Series([_read(value, columns) for value in frame[name]], dtype=object)
    unknown = {"", *columns.missing}
    for name in columns.attributes:
        frame[name] = ["" if value is None or value.strip() in unknown else value for value in frame[name]]
    if columns.weight:
        frame = frame[frame[columns.weight].notna()]
    known = frame[frame[columns.label].notna() & frame[columns.prediction].notna()]
    floats = dict.fromkeys(filter(None, [columns.weight, columns.score]), float)
    return known.astype({columns.label: int, columns.prediction: int, **floats})


def _read(value: str | None, columns: Columns) -> int | None:
    good = canonical_value(columns.favourable)
    text = "" if value is None else canonical_value(value)
    return None if not text or (text.lower() in MISSING_WORDS and text != good) else int(text == good)


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
                theirs = float(frame.by_group[name].get(group, inf))
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
