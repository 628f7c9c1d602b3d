"""The gap matrix of an intersection: a chosen rate where two attributes meet, from the counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext

from governance.charts import Entry, GapMatrix, fits, gap_matrix
from governance.fairness.columns import CROSS
from governance.fairness.counts import Amount, AttributeCounts, Counts, CountTable
from governance.fairness.metrics import RATES
from governance.reports.frame import said

USUAL: Final = "selection_rate"
FEW: Final = 30
FEWEST: Final = 5
# The records that a rate rests on.
WHOLES: Final[Mapping[str, Callable[[Counts], Amount]]] = MappingProxyType(
    {
        "base_rate": lambda counts: counts.n,
        "selection_rate": lambda counts: counts.n,
        "true_positive_rate": lambda counts: counts.tp + counts.fn,
        "false_negative_rate": lambda counts: counts.tp + counts.fn,
        "false_positive_rate": lambda counts: counts.fp + counts.tn,
        "true_negative_rate": lambda counts: counts.fp + counts.tn,
        "precision": lambda counts: counts.tp + counts.fp,
        "accuracy": lambda counts: counts.n,
    }
)


def rates() -> list[tuple[str, str]]:
    """Return the rates that a matrix can show: keys and titles."""
    return [(key, RATES[key][0]) for key in WHOLES]


def matrix_of(table: CountTable, counts: AttributeCounts, rate: str = USUAL) -> GapMatrix | None:
    """Return the matrix of an intersection of two attributes; None for anything else.

    Args:
        table: all counts, with the single attributes that meet.
        counts: of the intersection.
        rate: one of ``rates()``; anything else gives the usual one.
    """
    single = {one.attribute: tuple(one.groups) for one in table.attributes}
    pair = next((pair for pair in _pairs(single) if CROSS.join(pair) == counts.attribute), None)
    if pair is None:
        return None
    # On a tie the first attribute gives the rows.
    across, down = pair if len(single[pair[0]]) < len(single[pair[1]]) else pair[::-1]
    key = rate if rate in WHOLES else USUAL
    found = {
        (row, column): _entry(key, counts, name)
        for row in (single[down] if fits(single[down], single[across]) else ())
        for column in single[across]
        if (name := CROSS.join((row, column) if pair[0] == down else (column, row))) in counts.groups
    }
    words = {"rate": said(RATES[key][0]), "down": down, "across": across}
    title = gettext("%(rate)s by %(down)s (rows) and %(across)s (columns)") % words
    return gap_matrix(title, single[down], single[across], found, RATES[key][1](table.overall))


def _pairs(single: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(one, other) for one in single for other in single if one != other]


def _entry(key: str, counts: AttributeCounts, name: str) -> Entry:
    group, evidence = counts.groups[name], counts.evidence(name)
    records = f"{group.n.numerator:,}" if group.n.denominator == 1 else f"{float(group.n):,.1f}"
    return Entry(RATES[key][1](group), records, evidence.n < FEW or 0 < WHOLES[key](evidence) < FEWEST)
