"""The median of a score over all records, and who lies above it (New York City Local Law 144, 6 RCNY 5-300)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from governance.fairness.columns import CROSS, Columns
from governance.fairness.counts import CountTable
from governance.fairness.grouping import attribute_value
from governance.fairness.scorecells import MOST_DISTINCT, ScoreScan, binned, label_of
from governance.fairness.source import Counting

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class MedianSplit:
    """The median of the full sample, and per attribute and group the records strictly above it and all records."""

    median: float
    groups: Mapping[str, Mapping[str, tuple[int, int]]]


def median_split(source: Counting, columns: Columns, table: CountTable, scan: ScoreScan) -> MedianSplit | None:
    """Return the split at the exact median; with an even number of records it is the mean of the middle two.

    None when nothing was scanned, or when more than a million different
    scores crowd in the bin of the median.
    """
    if not scan.sets:
        return None
    label, score = label_of(source, columns, table), source.double(columns.score or "")
    middle = _median(source, scan, label, score)
    if middle is None:
        return None
    groups: dict[str, dict[str, tuple[int, int]]] = {}
    for one in scan.sets:
        names = one.attribute.split(CROSS)
        keys = [f"CAST({attribute_value(source, columns, name)} AS {source.text})" for name in names]
        places = ", ".join(str(place) for place in range(1, len(keys) + 1))
        sql = (
            f"SELECT {', '.join(keys)}, sum(CASE WHEN {score} > {middle!r} THEN 1 ELSE 0 END), count({score}) FROM {source.table} "  # noqa: S608
            f"WHERE {label} IS NOT NULL GROUP BY {places}"
        )
        found: dict[str, tuple[int, int]] = {}
        for *values, above, rows in source.rows(sql):
            name = CROSS.join("" if value is None else value for value in values)
            if name in one.names:
                found[name] = (int(above), int(rows))
        groups[one.attribute] = found
    return MedianSplit(middle, groups)


def _median(source: Counting, scan: ScoreScan, label: str, score: str) -> float | None:
    import numpy as np

    cells = scan.sets[0]
    order, inverse = np.unique(cells.score, return_inverse=True)
    running = np.cumsum(np.bincount(inverse, weights=cells.rows))
    total = int(running[-1])
    found = [_at(source, scan, label, score, (order, running, place)) for place in ((total - 1) // 2, total // 2)]
    return None if None in found else sum(value for value in found if value is not None) / len(found)


def _at(source: Counting, scan: ScoreScan, label: str, score: str, where: tuple[np.ndarray, np.ndarray, int]) -> float | None:
    """Return the score at a place in the order of all scores, counted from 0."""
    import numpy as np

    order, running, place = where
    bin_place = int(np.searchsorted(running, place, side="right"))
    if scan.is_exact:
        return float(order[bin_place])
    before = int(running[bin_place - 1]) if bin_place else 0
    inside = f"y IS NOT NULL AND {binned('s', scan.low, scan.high)} = {int(order[bin_place])}"
    scored = f"(SELECT {score} AS s, {label} AS y FROM {source.table}) AS scored"  # noqa: S608
    rows = source.rows(f"SELECT s, count(*) FROM {scored} WHERE {inside} GROUP BY s ORDER BY s LIMIT {MOST_DISTINCT + 1}")  # noqa: S608
    if len(rows) > MOST_DISTINCT:
        return None
    for value, count in rows:
        before += int(count)
        if before > place:
            return float(value)
    return None
