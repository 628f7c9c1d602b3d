"""The rate of one group with its interval, which rests on rows, whatever they weigh; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from governance.fairness.counts import Amount, Counts
from governance.fairness.intervals import wilson
from governance.fairness.metrics import RATES
from governance.fairness.verdicts import MINIMUM_GROUP

# Of what a rate is a share; the others are made of two shares and have no interval here.
WHOLES: Final[Mapping[str, Callable[[Counts], Amount]]] = MappingProxyType(
    {
        **dict.fromkeys(("base_rate", "selection_rate", "accuracy"), lambda counts: counts.n),
        **dict.fromkeys(("true_positive_rate", "false_negative_rate"), lambda counts: counts.tp + counts.fn),
        **dict.fromkeys(("false_positive_rate", "true_negative_rate"), lambda counts: counts.fp + counts.tn),
        **dict.fromkeys(("precision", "false_discovery_rate"), lambda counts: counts.tp + counts.fp),
        "false_omission_rate": lambda counts: counts.fn + counts.tn,
    }
)


@dataclass(frozen=True)
class GroupRate:
    """What was measured of one group; undefined is None.

    Attributes:
        records: rows of the group.
        is_small: it has too few of them to be judged.
    """

    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    records: Amount
    is_small: bool


def rate_of(metric: str, counts: Counts, evidence: Counts) -> GroupRate:
    """Return a rate of a group with its 95 % Wilson interval.

    Args:
        metric: a key of ``RATES``.
        counts: of the group, weighted where the evaluation is.
        evidence: its rows.
    """
    value = RATES[metric][1](counts)
    rows = WHOLES[metric](evidence) if metric in WHOLES else 0
    low, high = (None, None) if value is None else wilson(value * rows, rows) or (None, None)
    return GroupRate(value, low, high, evidence.n, evidence.n < MINIMUM_GROUP)
