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

from governance.fairness.counting import AttributeCounts, Counts, CountTable
from governance.fairness.fractions import fraction_text, parse_fraction
from governance.fairness.intervals import REPLICATES, Draws, bootstrap, denominator, gap_interval
from governance.fairness.metrics import METRICS, Gap, Metric, gap

MINIMUM_GROUP: Final = 30
# What a rate must rest on: a true positive rate of a large group may rest on two people.
MINIMUM_DENOMINATOR: Final = 5
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
    threshold: Fraction
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
        draws = bootstrap(counts, seed=seed, replicates=replicates) if counts.groups else None
        for key in metrics:
            metric = METRICS[key]
            threshold = (thresholds or {}).get(key, metric.threshold)
            found.append(_finding(metric, counts, threshold, draws, minimum_group))
    return found


def judge(metric: Metric, low: Fraction, high: Fraction, threshold: Fraction) -> Verdict:
    """Judge an interval against a threshold."""
    if metric.is_ratio:
        return Verdict.PASS if low >= threshold else Verdict.FAIL if high < threshold else Verdict.INCONCLUSIVE
    return Verdict.PASS if high <= threshold else Verdict.FAIL if low > threshold else Verdict.INCONCLUSIVE


def _finding(metric: Metric, counts: AttributeCounts, threshold: Fraction, draws: Draws | None, minimum_group: int) -> Finding:
    found = gap(metric, counts.groups)
    small = tuple(sorted(name for name in counts.groups if _is_small(metric, counts.evidence(name), minimum_group)))
    interval = None if draws is None or found.value is None else gap_interval(metric, draws, found.value)
    low, high = interval or (None, None)
    verdict = Verdict.NOT_JUDGED
    if low is not None and high is not None and not small and not found.incomplete:
        verdict = judge(metric, low, high, threshold)
    return Finding(
        metric=metric.key,
        attribute=counts.attribute,
        value=found.value,
        low=low,
        high=high,
        threshold=threshold,
        verdict=verdict,
        sentence=_sentence(metric, counts, found, small=small, interval=(low, high), threshold=threshold, verdict=verdict),
        best_group=found.best,
        worst_group=found.worst,
        too_small=small,
        incomplete_groups=found.incomplete,
    )


def _is_small(metric: Metric, records: Counts, minimum_group: int) -> bool:
    """Whether a group, or what one of its rates rests on, is too small; no records at all is incomplete, not small."""
    if records.n < minimum_group:
        return True
    return any(0 < denominator(rate, records) < MINIMUM_DENOMINATOR for rate in metric.rates)


def _sentence(
    metric: Metric,
    counts: AttributeCounts,
    found: Gap,
    *,
    small: tuple[str, ...],
    interval: Interval,
    threshold: Fraction,
    verdict: Verdict,
) -> str:
    name = f"{metric.title} by {counts.attribute}"
    if found.value is None:
        return f"{name} is undefined: {_undefined(found)}"
    low, high = interval
    value = f"{name} is {_number(found.value)} ({_number(low)} to {_number(high)})"
    between = f"between “{found.worst}” and “{found.best}”"
    if verdict is Verdict.NOT_JUDGED:
        why = f"{', '.join(small)} has too few records" if small else f"{', '.join(found.incomplete)} has no rate"
        return f"{value} {between}, and is not judged: {why}."
    bound = f"the threshold of {_number(threshold)}"
    if verdict is Verdict.PASS:
        return f"{value} {between}; the whole interval keeps {bound}."
    if verdict is Verdict.FAIL:
        return f"{value} {between}; the whole interval misses {bound}."
    return f"{value} {between}; the interval crosses {bound}. {_more(counts, found.value, interval, threshold)}"


def _undefined(found: Gap) -> str:
    if found.incomplete:
        return f"{', '.join(found.incomplete)} has no record that it could be computed on."
    return "there are fewer than two groups, or nobody was picked."


def _more(counts: AttributeCounts, value: Fraction, interval: Interval, threshold: Fraction) -> str:
    """Say how many records would settle it, if the value stayed; the width shrinks with the square root."""
    low, high = interval
    distance = abs(value - threshold)
    if not distance or low is None or high is None:
        return "The value lies on the threshold, so that more records may not settle it."
    wide = max(high - value, value - low)
    factor = float(wide / distance) ** 2
    records = float(sum(counts.evidence(name).n for name in counts.groups))
    needed = ceil(max(0.0, records * (factor - 1)) / 100) * 100
    return f"About {max(needed, 100):,} more records would settle it, if the value stays."


def _number(value: Fraction | None) -> str:
    return "undefined" if value is None else f"{float(value):.3f}"
