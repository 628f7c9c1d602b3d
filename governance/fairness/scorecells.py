"""Scores grouped where the rows are: how many records of each group, label and score.

Up to a million different scores are kept apart, so that ranks are exact; above
that they fall into 65,536 equal bins between the smallest and the largest, and
what that can cost is bounded in the result. Either way the scan is one
GROUP BY over small whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.columns import CROSS, Columns
from governance.fairness.counts import CountTable
from governance.fairness.grouping import attribute_value
from governance.fairness.source import Counting
from governance.fairness.table import quoted

if TYPE_CHECKING:
    import numpy as np

BINS: Final = 65_536
MOST_DISTINCT: Final = 1_000_000
MOST_GROUPS: Final = 200
MOST_JOINT: Final = 400
# What sklearn.metrics.log_loss keeps from the logarithm of 0.
CLIP: Final = 2.220446049250313e-16


@dataclass(frozen=True)
class ScoreCells:
    """Cells of one set of attributes, one entry each; arrays of equal length.

    Attributes:
        group: index into ``names``; -1 is unknown.
        label: 1 favourable, 0 not.
        score: the score itself, or the number of its bin.
        n: records, or the sum of their weights.
        rows: records.
        squares: sum of squared weights (records, when nothing is weighted).
        total: sum of scores.
        total_squares: sum of squared scores.
        loss: sum of logarithmic losses; 0 where scores are no probabilities.
    """

    attribute: str
    names: tuple[str, ...]
    group: np.ndarray
    label: np.ndarray
    score: np.ndarray
    n: np.ndarray
    rows: np.ndarray
    squares: np.ndarray
    total: np.ndarray
    total_squares: np.ndarray
    loss: np.ndarray


@dataclass(frozen=True)
class ScoreScan:
    """What was read of the scores.

    Attributes:
        is_exact: scores are kept apart; otherwise they are in bins.
        is_probability: every score lies in 0..1.
        missing: counted rows without a score; they are in no cell.
        too_many: sets of more than 200 groups, of which nothing was read.
        low: smallest score.
        high: largest score.
    """

    sets: tuple[ScoreCells, ...]
    is_exact: bool
    is_probability: bool
    missing: int
    too_many: tuple[str, ...]
    low: float
    high: float

    def unknown(self, attribute: str) -> int:
        """Return the scored rows whose attribute is unknown."""
        return int(next((one.rows[one.group < 0].sum() for one in self.sets if one.attribute == attribute), 0))


def scan_scores(source: Counting, columns: Columns, table: CountTable, *, most_distinct: int = MOST_DISTINCT) -> ScoreScan | None:
    """Group the scores of a source by label and by every set of attributes; None when no row has a score.

    Args:
        source: the rows.
        columns: with a score.
        table: what ``count_in`` has found in the same rows.
        most_distinct: different scores up to which each is kept apart.
    """
    if not table.spellings:
        return None
    score = source.double(columns.score or "")
    label = label_of(source, columns, table)
    looks = f"min({score}), max({score}), {source.distinct(score)}, count(*), count({score})"
    low, high, distinct, rows, scored = source.rows(f"SELECT {looks} FROM {source.table} WHERE {label} IS NOT NULL")[0]  # noqa: S608
    if not scored:
        return None
    is_exact, is_probability = distinct <= most_distinct, low >= 0 and high <= 1
    value = score if is_exact else binned(score, float(low), float(high))
    wanted = [names for names in columns.sets if len(table.by(CROSS.join(names)).groups) <= MOST_GROUPS]
    values = {name: _values(table, name) for names in wanted for name in names}
    found: list[ScoreCells] = []
    joint = _product(len(found) + 1 for found in values.values())
    for names in [tuple(values)] if joint <= MOST_JOINT else wanted:
        cells = _arrays(source, _sql(source, columns, names, values, (label, score, value), is_probability=is_probability))
        found += [_folded(cells, names, values, one) for one in wanted if set(one) <= set(names) and (joint <= MOST_JOINT or one == names)]
    return ScoreScan(
        sets=tuple(found),
        is_exact=is_exact,
        is_probability=is_probability,
        missing=int(rows) - int(scored),
        too_many=tuple(CROSS.join(names) for names in columns.sets if names not in wanted),
        low=float(low),
        high=float(high),
    )


def binned(score: str, low: float, high: float) -> str:
    """Return SQL for the number of the bin of a score, 0 to 65,535."""
    width = (high - low) or 1.0
    return f"least({BINS - 1}, floor(({score} - {low!r}) / {width!r} * {BINS}))"


def label_of(source: Counting, columns: Columns, table: CountTable) -> str:
    """Return SQL for the label of a counted row, 1 or 0; NULL for a row that was excluded."""
    label, prediction = (f"CAST({source.quote(name)} AS {source.text})" for name in (columns.label, columns.prediction))
    spelled = {good: [quoted(text) for text, is_good in table.spellings.items() if is_good is good] for good in (True, False)}
    every = ", ".join(spelled[True] + spelled[False])
    counted = f"{prediction} IN ({every})"
    if columns.weight:
        counted += f" AND {source.decimal(columns.weight)} IS NOT NULL"
    cases = [f"WHEN {label} IN ({', '.join(texts)}) THEN {int(good)}" for good, texts in spelled.items() if texts]
    return f"CASE WHEN NOT ({counted}) THEN NULL {' '.join(cases)} END"


def _values(table: CountTable, name: str) -> list[str]:
    """Return the values of an attribute that make groups, alone or crossed."""
    found: dict[str, None] = {}
    for counts in table.attributes:
        names = counts.attribute.split(CROSS)
        if name in names:
            found |= dict.fromkeys(counts.values(group)[names.index(name)] for group in counts.groups)
    return list(found)


def _sql(
    source: Counting,
    columns: Columns,
    names: tuple[str, ...],
    values: Mapping[str, list[str]],
    expressions: tuple[str, str, str],
    *,
    is_probability: bool,
) -> str:
    label, score, value = expressions
    codes, stride = [], 1
    for name in names:
        text = f"CAST({attribute_value(source, columns, name)} AS {source.text})"
        cases = " ".join(f"WHEN {quoted(one)} THEN {place * stride}" for place, one in enumerate(values[name], start=1))
        codes.append(f"CASE {text} {cases} ELSE 0 END")
        stride *= len(values[name]) + 1
    weight = f"CAST({source.decimal(columns.weight)} AS {source.real})" if columns.weight else "1"
    loss = f"-ln(greatest(CASE WHEN y = 1 THEN s ELSE 1 - s END, {CLIP!r}))" if is_probability else "0.0"
    return (
        f"SELECT g, y, b, sum(w) AS n, count(*) AS counted, sum(w * w) AS squares, sum(w * s) AS total, sum(w * s * s) AS total_squares, "  # noqa: S608
        f"sum(w * {loss}) AS loss FROM (SELECT {' + '.join(codes)} AS g, {label} AS y, {score} AS s, {value} AS b, {weight} AS w "
        f"FROM {source.table}) AS scored WHERE y IS NOT NULL AND s IS NOT NULL GROUP BY g, y, b"
    )


def _arrays(source: Counting, sql: str) -> list[np.ndarray]:
    import numpy as np

    arrays = getattr(source, "arrays", None)
    if arrays is not None:
        return [np.asarray(column) for column in arrays(sql).values()]
    rows = source.rows(sql)
    return [np.array(column, dtype=float) for column in zip(*rows, strict=True)]


def _folded(cells: list[np.ndarray], names: tuple[str, ...], values: Mapping[str, list[str]], wanted: tuple[str, ...]) -> ScoreCells:
    """Return the cells with the groups of one set instead of those of all attributes at once."""
    import numpy as np

    code = cells[0].astype(np.int64)
    parts: dict[str, np.ndarray] = {}
    for name in names:
        size = len(values[name]) + 1
        parts[name], code = code % size, code // size
    known = np.logical_and.reduce([parts[name] > 0 for name in wanted])
    number, labels = np.zeros(len(known), dtype=np.int64), [""]
    for name in wanted:
        number = number * len(values[name]) + np.maximum(parts[name] - 1, 0)
        labels = [CROSS.join(filter(None, (before, one))) for before in labels for one in values[name]]
    present = np.unique(number[known])
    where = np.full(len(labels), -1, dtype=np.int64)
    where[present] = np.arange(len(present))
    group = np.where(known, where[number], -1)
    return ScoreCells(
        CROSS.join(wanted), tuple(labels[one] for one in present), group, *(np.asarray(one, dtype=float) for one in cells[1:])
    )


def _product(sizes: Any) -> int:
    found = 1
    for size in sizes:
        found *= size
    return found
