"""Verdicts that know their uncertainty.

Pass when the whole interval clears the threshold, fail when the whole
interval misses it, inconclusive in between; not judged when a group is too
small or has no rate. A sentence says it plainly, and none calls a metric
proof of fairness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any, Final

from governance.fairness.counts import AttributeCounts, CountTable
from governance.fairness.fractions import fraction_text, parse_fraction
from governance.fairness.gaps import METRICS, Gap, Metric, Rates, gap
from governance.fairness.intervals import REPLICATES, Draws
from governance.fairness.ratetable import CELLS, matrix

MINIMUM_GROUP: Final = 30
# What a rate must rest on: a true positive rate of a large group may rest on two people.
MINIMUM_DENOMINATOR: Final = 5
MOST_NAMED: Final = 5
Interval = tuple[Fraction | None, Fraction | None]

__all__ = ["Finding", "Verdict", "findings", "parse_fraction"]


class Verdict(StrEnum):
    """What can be said of a gap."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_JUDGED = "not-judged"


@dataclass(frozen=True)
class Finding:
    """A metric on an attribute, with interval and verdict.

    Attributes:
        value: over all groups that have a rate; None is undefined.
        low: lower end of the 95 % interval.
        high: upper end.
        too_small: groups of too few records, or whose rate rests on too few; they are in the value.
        incomplete_groups: groups without a rate; they are not in the value.
    """

    metric: str
    attribute: str
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    threshold: Fraction | None
    verdict: Verdict
    sentence: str
    best_group: str
    worst_group: str
    too_small: tuple[str, ...]
    incomplete_groups: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON; fractions are ``n/d`` in text, undefined is empty."""
        return {
            **vars(self),
            "value": fraction_text(self.value),
            "low": fraction_text(self.low),
            "high": fraction_text(self.high),
            "threshold": fraction_text(self.threshold),
            "verdict": self.verdict.value,
            "too_small": list(self.too_small),
            "incomplete_groups": list(self.incomplete_groups),
        }


def findings(
    table: CountTable,
    *,
    seed: int,
    thresholds: Mapping[str, Fraction] | None = None,
    metrics: Sequence[str] = tuple(METRICS),
    minimum_group: int = MINIMUM_GROUP,
    replicates: int = REPLICATES,
) -> list[Finding]:
    """Judge every metric on every attribute.

    Args:
        table: the counts.
        seed: of the bootstrap, so that the same counts give the same intervals.
        thresholds: instead of the usual ones, by metric key.
        metrics: keys, in the order wanted.
        minimum_group: records under which a group is too small to judge.
        replicates: bootstrap draws.
    """
    found: list[Finding] = []
    for counts in table.attributes:
        found += attribute_findings(
            counts, seed=seed, thresholds=thresholds or {}, metrics=metrics, minimum_group=minimum_group, replicates=replicates
        )
    return found


def attribute_findings(
    counts: AttributeCounts,
    *,
    seed: int,
    thresholds: Mapping[str, Fraction],
    metrics: Sequence[str],
    minimum_group: int,
    replicates: int,
) -> list[Finding]:
    """Judge every metric on one attribute or intersection; the arguments are those of ``findings``."""
    rates, sizes = Rates(counts.groups), _Sizes(counts, minimum_group)
    asked = [METRICS[key] for key in metrics]
    gaps = {metric.key: gap(metric, rates) for metric in asked}
    values = {key: one.value for key, one in gaps.items() if one.value is not None}
    drawn = Draws(counts, seed=seed, replicates=replicates).intervals(asked, values) if values else {}
    return [
        finding_of(
            metric,
            counts.attribute,
            gaps[metric.key],
            interval=drawn.get(metric.key),
            threshold=thresholds.get(metric.key, metric.threshold),
            small=sizes.small(metric),
            records=sizes.records,
        )
        for metric in asked
    ]


class _Sizes:
    """How many records groups and their rates rest on, whatever they weigh."""

    def __init__(self, counts: AttributeCounts, minimum_group: int) -> None:
        self.names = list(counts.groups)
        self.cells = matrix(counts.evidence(name) for name in counts.groups)
        self.few = self.cells.sum(axis=1) < minimum_group

    @property
    def records(self) -> float:
        """The records of all groups."""
        return float(self.cells.sum())

    def small(self, metric: Metric) -> tuple[str, ...]:
        """Return the groups that are too small, or one of whose rates rests on too few; on none at all is incomplete, not small."""
        import numpy as np

        found = self.few
        for rate in metric.rates:
            rests_on = self.cells[:, list(CELLS[rate][1])].sum(axis=1)
            found = found | ((rests_on > 0) & (rests_on < MINIMUM_DENOMINATOR))
        return tuple(sorted(self.names[place] for place in np.flatnonzero(found)))


def judge(low: Fraction, high: Fraction, threshold: Fraction, *, is_ratio: bool) -> Verdict:
    """Judge an interval against a threshold: at least it for a ratio, at most it otherwise."""
    if is_ratio:
        return Verdict.PASS if low >= threshold else Verdict.FAIL if high < threshold else Verdict.INCONCLUSIVE
    return Verdict.PASS if high <= threshold else Verdict.FAIL if low > threshold else Verdict.INCONCLUSIVE


def finding_of(
    metric: Metric,
    attribute: str,
    found: Gap,
    *,
    interval: tuple[Fraction, Fraction] | None,
    threshold: Fraction | None,
    small: tuple[str, ...],
    records: float,
) -> Finding:
    """Judge a gap by its interval, and say it in a sentence.

    Args:
        metric: what was compared.
        attribute: between whose groups.
        found: the gap.
        interval: 95 %, or None when the gap is undefined.
        threshold: None when none was set and none is agreed on.
        small: groups that are too small to be judged.
        records: that all groups together rest on.
    """
    low, high = interval or (None, None)
    verdict = Verdict.NOT_JUDGED
    if low is not None and high is not None and threshold is not None and not small and not found.incomplete:
        verdict = judge(low, high, threshold, is_ratio=metric.is_ratio)
    told = _Told(f"{metric.title} by {attribute}", found, small, (low, high), threshold, records)
    return Finding(
        metric=metric.key,
        attribute=attribute,
        value=found.value,
        low=low,
        high=high,
        threshold=threshold,
        verdict=verdict,
        sentence=told.sentence(verdict),
        best_group=found.best,
        worst_group=found.worst,
        too_small=small,
        incomplete_groups=found.incomplete,
    )


@dataclass(frozen=True)
class _Told:
    """What a sentence about a gap is made of."""

    name: str
    found: Gap
    small: tuple[str, ...]
    interval: Interval
    threshold: Fraction | None
    records: float

    def sentence(self, verdict: Verdict) -> str:
        """Say the gap and its verdict plainly."""
        found = self.found
        if found.value is None:
            return f"{self.name} is undefined: {self._undefined()}"
        low, high = self.interval
        value = f"{self.name} is {_number(found.value)} ({_number(low)} to {_number(high)}) between “{found.worst}” and “{found.best}”"
        if verdict is Verdict.NOT_JUDGED or self.threshold is None:
            return f"{value}, and is not judged: {self._not_judged()}."
        bound = f"the threshold of {_number(self.threshold)}"
        if verdict is Verdict.PASS:
            return f"{value}; the whole interval keeps {bound}."
        if verdict is Verdict.FAIL:
            return f"{value}; the whole interval misses {bound}."
        return f"{value}; the interval crosses {bound}. {self._more(found.value, self.threshold)}"

    def _not_judged(self) -> str:
        if self.small:
            return f"{_some(self.small)} has too few records"
        if self.found.incomplete:
            return f"{_some(self.found.incomplete)} has no rate"
        return "its interval is undefined" if None in self.interval else "no threshold was set, and none is agreed on"

    def _undefined(self) -> str:
        if self.found.incomplete:
            return f"{_some(self.found.incomplete)} has no record that it could be computed on."
        return "there are fewer than two groups, or nobody was picked."

    def _more(self, value: Fraction, threshold: Fraction) -> str:
        """Say how many records would settle it, if the value stayed; the width shrinks with the square root."""
        low, high = self.interval
        distance = abs(value - threshold)
        if not distance or low is None or high is None:
            return "The value lies on the threshold, so that more records may not settle it."
        factor = float(max(high - value, value - low) / distance) ** 2
        needed = ceil(max(0.0, self.records * (factor - 1)) / 100) * 100
        return f"About {max(needed, 100):,} more records would settle it, if the value stays."


def _some(names: tuple[str, ...]) -> str:
    """Return some names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _number(value: Fraction | None) -> str:
    return "undefined" if value is None else f"{float(value):.3f}"
