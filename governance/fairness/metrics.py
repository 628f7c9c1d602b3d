"""Rates of a group; exact fractions, undefined is None.

Names and values are those of fairlearn 0.15, except that a rate with an empty
denominator is undefined here, where some of fairlearn's are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from governance.fairness.counts import Amount, Counts

Rate = Callable[[Counts], Fraction | None]


def _share(part: Amount, whole: Amount) -> Fraction | None:
    return Fraction(part) / whole if whole else None


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


def false_discovery_rate(counts: Counts) -> Fraction | None:
    """Return the share of the picked that are undeserving."""
    return _share(counts.fp, counts.tp + counts.fp)


def balanced_accuracy(counts: Counts) -> Fraction | None:
    """Return the mean of the true positive and the true negative rate."""
    positive, negative = true_positive_rate(counts), true_negative_rate(counts)
    return None if positive is None or negative is None else (positive + negative) / 2


def f1_score(counts: Counts) -> Fraction | None:
    """Return the harmonic mean of precision and recall; undefined where nobody is deserving or picked."""
    return _share(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn)


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
        "false_discovery_rate": ("False discovery rate", false_discovery_rate),
        "false_omission_rate": ("False omission rate", false_omission_rate),
        "accuracy": ("Accuracy", accuracy),
        "balanced_accuracy": ("Balanced accuracy", balanced_accuracy),
        "f1_score": ("F1 score", f1_score),
        "treatment_equality": ("False negatives per false positive", treatment_equality),
    }
)
