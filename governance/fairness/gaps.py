"""Gaps between groups: which rates are compared, how, and against which threshold.

Values are those of fairlearn 0.15, under its names where it has one; a group
whose rate is undefined is named and never makes a gap look even.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from governance.fairness.counts import Counts
from governance.fairness.metrics import (
    Rate,
    accuracy,
    false_discovery_rate,
    false_negative_rate,
    false_omission_rate,
    false_positive_rate,
    precision,
    selection_rate,
    treatment_equality,
    true_positive_rate,
)
from governance.fairness.ratetable import matrix, rates_of


@dataclass(frozen=True)
class Metric:
    """A gap between groups.

    Attributes:
        key: as in the facts of the standards.
        rates: the rates that are compared; of several, the worst counts.
        is_ratio: smallest over largest (ideal 1) instead of largest minus smallest (ideal 0).
        threshold: usual threshold; None where none is agreed on.
        threshold_source: where it comes from.
        fairlearn: the function of ``fairlearn.metrics`` with the same value, if there is one.
        when: when it fits.
        not_when: when it does not.
        is_mean: of several rates their mean counts, not the worst.
    """

    key: str
    title: str
    rates: tuple[Rate, ...]
    is_ratio: bool
    threshold: Fraction | None
    threshold_source: str
    when: str
    not_when: str
    fairlearn: str = ""
    is_mean: bool = False

    @property
    def name(self) -> str:
        """Fairlearn's name, or our key where it has none."""
        return self.fairlearn or self.key


TENTH: Final = Fraction(1, 10)
FOUR_FIFTHS: Final = Fraction(4, 5)
CLOSE: Final = 1e-9
HABIT: Final = "a habit without authority"
ODDS: Final = (true_positive_rate, false_positive_rate)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        metric.key: metric
        for metric in (
            Metric(
                "dp_ratio", "Demographic parity ratio", (selection_rate,), True, FOUR_FIFTHS,
                "borrowed from the four-fifths rule, 29 CFR 1607.4(D)",
                "The good should be spread evenly, or the labels cannot be trusted.",
                "Base rates differ for a legitimate reason.", "demographic_parity_ratio",
            ),
            Metric(
                "dp_difference", "Demographic parity difference", (selection_rate,), False, TENTH, HABIT,
                "The good should be spread evenly, or the labels cannot be trusted.",
                "Base rates differ for a legitimate reason.", "demographic_parity_difference",
            ),
            Metric(
                "di_four_fifths", "Disparate impact ratio", (selection_rate,), True, FOUR_FIFTHS, "the four-fifths rule, 29 CFR 1607.4(D)",
                "Selection for a job, where the rule is the law's own rule of thumb.",
                "Outside selection decisions, or with tiny groups.",
            ),
            Metric(
                "eopp_difference", "Equal opportunity difference", (true_positive_rate,), False, TENTH, HABIT,
                "Missing a deserving person is the main harm.",
                "A false positive is what hurts people.", "equal_opportunity_difference",
            ),
            Metric(
                "eopp_ratio", "Equal opportunity ratio", (true_positive_rate,), True, FOUR_FIFTHS, HABIT,
                "Missing a deserving person is the main harm.",
                "A false positive is what hurts people.", "equal_opportunity_ratio",
            ),
            Metric(
                "eo_difference", "Equalized odds difference", ODDS, False, TENTH, HABIT,
                "Both kinds of error hurt and the labels can be trusted.",
                "Labels are missing for those who were not picked.", "equalized_odds_difference",
            ),
            Metric(
                "eo_ratio", "Equalized odds ratio", ODDS, True, FOUR_FIFTHS, HABIT,
                "Both kinds of error hurt and the labels can be trusted.",
                "Labels are missing for those who were not picked.", "equalized_odds_ratio",
            ),
            Metric(
                "eo_difference_mean", "Equalized odds difference, mean", ODDS, False, TENTH, HABIT,
                "Both kinds of error hurt and are to be weighed alike.",
                "One of the two is what hurts.", is_mean=True,
            ),
            Metric(
                "fpr_difference", "False positive rate difference", (false_positive_rate,), False, TENTH, HABIT,
                "Being flagged is the harm.", "A group has few true negatives.", "false_positive_rate_difference",
            ),
            Metric(
                "fpr_ratio", "False positive rate ratio", (false_positive_rate,), True, FOUR_FIFTHS, HABIT,
                "Being flagged is the harm.",
                "The rates are tiny, so that a ratio swings.", "false_positive_rate_ratio",
            ),
            Metric(
                "fnr_difference", "False negative rate difference", (false_negative_rate,), False, TENTH, HABIT,
                "Being missed is the harm.", "A group has few true positives.", "false_negative_rate_difference",
            ),
            Metric(
                "fnr_ratio", "False negative rate ratio", (false_negative_rate,), True, FOUR_FIFTHS, HABIT,
                "Being missed is the harm.",
                "The rates are tiny, so that a ratio swings.", "false_negative_rate_ratio",
            ),
            Metric(
                "ppv_difference", "Predictive parity difference", (precision,), False, TENTH, HABIT,
                "A person acts on the flag, and it should mean the same for everybody.",
                "Base rates differ strongly.",
            ),
            Metric(
                "fdr_difference", "False discovery rate difference", (false_discovery_rate,), False, TENTH, HABIT,
                "A flag punishes, and wrong flags should be as frequent for everybody.",
                "Base rates differ strongly.",
            ),
            Metric(
                "for_difference", "False omission rate difference", (false_omission_rate,), False, TENTH, HABIT,
                "Help is denied to those who are not picked.",
                "The outcome of those not picked is unknown.",
            ),
            Metric(
                "accuracy_difference", "Accuracy difference", (accuracy,), False, Fraction(1, 20),
                "our own choice", "Both outcomes are about as frequent.",
                "Costs of errors differ or one outcome is rare.", "accuracy_score_difference",
            ),
            Metric(
                "accuracy_ratio", "Accuracy ratio", (accuracy,), True, Fraction(95, 100), "our own choice",
                "Both outcomes are about as frequent.",
                "Costs of errors differ or one outcome is rare.", "accuracy_score_ratio",
            ),
            Metric(
                "treatment_equality_ratio", "Treatment equality ratio", (treatment_equality,), True, None, "none is agreed on",
                "The balance between the two kinds of error is the question.",
                "Counts are small; never by itself.",
            ),
        )
    }
)  # fmt: skip


SCORE_METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        metric.key: metric
        for metric in (
            Metric(
                "auc_difference", "AUC difference", (), False, Fraction(1, 20), "our own choice",
                "People are ranked, and no one threshold decides.",
                "One fixed threshold decides.",
            ),
            Metric(
                "calibration", "Calibration error difference", (), False, Fraction(1, 20), "our own choice",
                "The score itself is read as a probability.",
                "Only the decision is used, or a group has fewer than about 100 records.",
            ),
        )
    }
)  # fmt: skip
EVERY_METRIC: Final[Mapping[str, Metric]] = MappingProxyType({**METRICS, **SCORE_METRICS})


@dataclass(frozen=True)
class Gap:
    """The value of a metric over some groups.

    Attributes:
        value: None when fewer than two groups have a rate, or nothing was picked at all.
        best: group with the largest rate that made the gap.
        worst: group with the smallest.
        incomplete: groups whose rate is undefined; they are not in the value.
    """

    value: Fraction | None
    best: str = ""
    worst: str = ""
    incomplete: tuple[str, ...] = ()


class Rates:
    """Rates of some groups, each computed once however many metrics ask."""

    def __init__(self, groups: Mapping[str, Counts]) -> None:
        self.groups = groups
        self.names = list(groups)
        self.cells = matrix(groups.values())
        self._gaps: dict[Rate, _Ends] = {}

    def ends(self, rate: Rate) -> _Ends:
        """Return the largest and the smallest of a rate, exactly, and the groups without one."""
        if rate not in self._gaps:
            self._gaps[rate] = self._found(rate)
        return self._gaps[rate]

    def _found(self, rate: Rate) -> _Ends:
        """Floats narrow down which groups are at the ends; among those, fractions decide."""
        import numpy as np

        values = rates_of(rate, self.cells)
        undefined = tuple(sorted(self.names[place] for place in np.flatnonzero(np.isnan(values))))
        if len(self.names) - len(undefined) < 2:  # noqa: PLR2004 - a gap needs two sides
            return _Ends(undefined)
        ends = []
        for pick, bound in ((max, np.nanmax(values)), (min, np.nanmin(values))):
            close = [self.names[place] for place in np.flatnonzero(np.abs(values - bound) <= CLOSE * max(1.0, abs(bound)))]
            exact = {name: rate(self.groups[name]) or Fraction(0) for name in close}
            ends.append(pick(close, key=lambda name: exact[name]))
        best, worst = ends
        return _Ends(undefined, best, worst, rate(self.groups[best]), rate(self.groups[worst]))


@dataclass(frozen=True)
class _Ends:
    """The groups with the largest and the smallest of a rate."""

    undefined: tuple[str, ...]
    best: str = ""
    worst: str = ""
    largest: Fraction | None = None
    smallest: Fraction | None = None

    def gap(self, *, is_ratio: bool) -> Gap:
        """Return how far apart they are."""
        if self.largest is None or self.smallest is None:
            return Gap(None, incomplete=self.undefined)
        if not is_ratio:
            return Gap(self.largest - self.smallest, self.best, self.worst, self.undefined)
        return Gap(self.smallest / self.largest if self.largest else None, self.best, self.worst, self.undefined)


def gap(metric: Metric, groups: Mapping[str, Counts] | Rates) -> Gap:
    """Return a metric's value over groups: the worst over its rates, or their mean."""
    rates = groups if isinstance(groups, Rates) else Rates(groups)
    found = [rates.ends(rate).gap(is_ratio=metric.is_ratio) for rate in metric.rates]
    incomplete = tuple(sorted({name for one in found for name in one.incomplete}))
    values = [one.value for one in found if one.value is not None]
    if len(values) < len(found):
        return Gap(None, incomplete=incomplete)
    pick = min if metric.is_ratio else max
    worst = found[values.index(pick(values))]
    value = sum(values, Fraction(0)) / len(values) if metric.is_mean else worst.value
    return Gap(value, worst.best, worst.worst, incomplete)


def metric_named(name: str) -> Metric | None:
    """Return the metric with our key or Fairlearn's name, or None."""
    return EVERY_METRIC.get(name) or next((metric for metric in METRICS.values() if metric.fairlearn == name), None)
