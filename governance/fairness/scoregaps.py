"""Gaps between groups in what a score is worth, judged like all others."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from governance.fairness.gaps import SCORE_METRICS, Gap, Metric
from governance.fairness.intervals import REPLICATES, rounded
from governance.fairness.ratetable import Z
from governance.fairness.scores import Estimate, GroupScores
from governance.fairness.verdicts import Finding, finding_of

FIELDS: Final = {"auc_difference": "auc", "calibration": "ece"}
MINIMUM: Final = {"auc_difference": 30, "calibration": 100}


def score_findings(
    attribute: str,
    groups: Mapping[str, GroupScores],
    *,
    seed: int,
    thresholds: Mapping[str, Fraction],
    minimum_group: int,
) -> list[Finding]:
    """Judge the AUC and calibration gaps of one attribute.

    Values are rounded to six decimals. Intervals are drawn from the normal
    distributions that the groups' own intervals stand for, which is
    approximate; the bound towards 0 is that of the two groups furthest apart. Calibration asks for 100
    records a group, whatever the minimum.
    """
    found = []
    for metric in SCORE_METRICS.values():
        estimates: dict[str, Estimate] = {name: getattr(group, FIELDS[metric.key]) for name, group in groups.items()}
        least = max(minimum_group, MINIMUM[metric.key])
        small = tuple(sorted(name for name, group in groups.items() if group.n < least))
        gap, interval = _gap(metric, estimates, seed)
        records = sum(group.n for group in groups.values())
        threshold = thresholds.get(metric.key, metric.threshold)
        found.append(finding_of(metric, attribute, gap, interval=interval, threshold=threshold, small=small, records=records))
    return found


def _gap(metric: Metric, estimates: Mapping[str, Estimate], seed: int) -> tuple[Gap, tuple[Fraction, Fraction] | None]:
    import numpy as np

    known = {name: estimate for name, estimate in estimates.items() if estimate.value is not None}
    incomplete = tuple(sorted(set(estimates) - set(known)))
    if len(known) < 2:  # noqa: PLR2004 - a gap needs two sides
        return Gap(None, incomplete=incomplete), None
    values = {name: float(estimate.value or 0) for name, estimate in known.items()}
    best, worst = max(values, key=lambda name: values[name]), min(values, key=lambda name: values[name])
    if metric.key == "calibration":  # the larger error is the worse
        best, worst = worst, best
    value = rounded(abs(values[best] - values[worst]))
    middle = np.array(list(values.values()))
    error = np.array([(_number(one.high, one.value) - _number(one.low, one.value)) / (2 * Z) for one in known.values()])
    drawn = np.clip(np.random.default_rng(seed).normal(middle, error, size=(REPLICATES, len(known))), 0, 1)
    names = list(known)
    pair = drawn[:, names.index(best)] - drawn[:, names.index(worst)]
    low = max(0.0, float(np.percentile(pair if middle[names.index(best)] >= middle[names.index(worst)] else -pair, 2.5)))
    high = float(np.percentile(drawn.max(axis=1) - drawn.min(axis=1), 97.5))
    return Gap(value, best, worst, incomplete), (min(value, rounded(float(low))), max(value, rounded(float(high))))


def _number(bound: Any, value: Any) -> float:
    return float(value if bound is None else bound)
