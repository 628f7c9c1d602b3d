"""Rates of a group, and gaps between groups; exact fractions, undefined is None.

Names and values are those of fairlearn 0.15, except that a rate with an empty
denominator is undefined here, where some of fairlearn's are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from governance.fairness.counting import Counts

Rate = Callable[[Counts], Fraction | None]


def _share(part: Fraction, whole: Fraction) -> Fraction | None:
    return part / whole if whole else None


def selection_rate(counts: Counts) -> Fraction | None:
    """Return the share of the group that the model picks."""
    return _share(counts.tp + counts.fp, counts.n)


def base_rate(counts: Counts) -> Fraction | None:
    """Return the share of the group whose true outcome is the favourable one."""
    return _share(counts.tp + counts.fn, counts.n)


def accuracy(counts: Counts) -> Fraction | None:
    """Return the share of right predictions."""
    return _share(counts.tp + counts.tn, counts.n)


def true_positive_rate(counts: Counts) -> Fraction | None:
    """Return the share of the deserving that are picked (recall)."""
    return _share(counts.tp, counts.tp + counts.fn)


def false_negative_rate(counts: Counts) -> Fraction | None:
    """Return the share of the deserving that are missed."""
    return _share(counts.fn, counts.tp + counts.fn)


def false_positive_rate(counts: Counts) -> Fraction | None:
    """Return the share of the undeserving that are picked."""
    return _share(counts.fp, counts.fp + counts.tn)


def true_negative_rate(counts: Counts) -> Fraction | None:
    """Return the share of the undeserving that are left."""
    return _share(counts.tn, counts.fp + counts.tn)


def precision(counts: Counts) -> Fraction | None:
    """Return the share of the picked that are deserving."""
    return _share(counts.tp, counts.tp + counts.fp)


def false_omission_rate(counts: Counts) -> Fraction | None:
    """Return the share of those left that are deserving."""
    return _share(counts.fn, counts.fn + counts.tn)


def treatment_equality(counts: Counts) -> Fraction | None:
    """Return false negatives over false positives (Berk et al. 2018)."""
    return _share(counts.fn, counts.fp)


RATES: Final[Mapping[str, tuple[str, Rate]]] = MappingProxyType(
    {
        "base_rate": ("Base rate", base_rate),
        "selection_rate": ("Selection rate", selection_rate),
        "true_positive_rate": ("True positive rate", true_positive_rate),
        "false_positive_rate": ("False positive rate", false_positive_rate),
        "false_negative_rate": ("False negative rate", false_negative_rate),
        "true_negative_rate": ("True negative rate", true_negative_rate),
        "precision": ("Precision", precision),
        "accuracy": ("Accuracy", accuracy),
        "treatment_equality": ("False negatives per false positive", treatment_equality),
    }
)


@dataclass(frozen=True)
class Metric:
    """A gap between groups.

    Attributes:
        key: as in the facts of the standards.
        rates: the rates that are compared; of several, the worst counts.
        is_ratio: smallest over largest (ideal 1) instead of largest minus smallest (ideal 0).
        threshold: usual threshold, and where it comes from.
        fairlearn: the function of ``fairlearn.metrics`` with the same value, if there is one.
        when: when it fits.
        not_when: when it does not.
    """

    key: str
    title: str
    rates: tuple[Rate, ...]
    is_ratio: bool
    threshold: Fraction
    threshold_source: str
    when: str
    not_when: str
    fairlearn: str = ""


TENTH: Final = Fraction(1, 10)
FOUR_FIFTHS: Final = Fraction(4, 5)
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
                "fpr_difference", "False positive rate difference", (false_positive_rate,), False, TENTH, HABIT,
                "Being flagged is the harm.", "A group has few true negatives.", "false_positive_rate_difference",
            ),
            Metric(
                "fnr_difference", "False negative rate difference", (false_negative_rate,), False, TENTH, HABIT,
                "Being missed is the harm.", "A group has few true positives.", "false_negative_rate_difference",
            ),
            Metric(
                "ppv_difference", "Predictive parity difference", (precision,), False, TENTH, HABIT,
                "A person acts on the flag, and it should mean the same for everybody.",
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
        )
    }
)  # fmt: skip


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


def gap(metric: Metric, groups: Mapping[str, Counts]) -> Gap:
    """Return a metric's value over groups, the worst over its rates."""
    found = [_gap(rate, metric.is_ratio, groups) for rate in metric.rates]
    incomplete = tuple(sorted({name for one in found for name in one.incomplete}))
    values = [one for one in found if one.value is not None]
    if len(values) < len(found):
        return Gap(None, incomplete=incomplete)
    pick = min if metric.is_ratio else max
    worst = pick(values, key=lambda one: one.value or Fraction(0))
    return Gap(worst.value, worst.best, worst.worst, incomplete)


def _gap(rate: Rate, is_ratio: bool, groups: Mapping[str, Counts]) -> Gap:
    rates = {name: value for name, counts in groups.items() if (value := rate(counts)) is not None}
    incomplete = tuple(sorted(set(groups) - set(rates)))
    if len(rates) < 2:  # noqa: PLR2004 - a gap needs two sides
        return Gap(None, incomplete=incomplete)
    best = max(rates, key=lambda name: rates[name])
    worst = min(rates, key=lambda name: rates[name])
    if not is_ratio:
        return Gap(rates[best] - rates[worst], best, worst, incomplete)
    value = rates[worst] / rates[best] if rates[best] else None
    return Gap(value, best, worst, incomplete)
