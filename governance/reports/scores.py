"""What an evaluation says of the score: quality by group, calibration curves and ROC curves, each with its table.

The rule: the engine's decimal text is shown with four decimals, undefined stays
undefined, and no more curves are drawn than can be told apart; the rest is in
the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext

from governance.charts import Curve, CurvePlot, calibration_plot, percent, roc_plot
from governance.charts.curves import MOST_CURVES, at

# Key, title, and how to read it.
METRICS: Final = (
    ("auc", "AUC", "1: every positive is scored above every negative; 0.5: no better than chance."),
    ("ece", "Calibration error", "ECE over ten equal bins: the mean distance of score and observed rate; ideal 0."),
    ("mean_gap", "Mean score − observed", "Above 0: the score promises too much; below 0: too little."),
    ("brier", "Brier score", "The mean squared distance of score and outcome; smaller is better."),
    ("log_loss", "Log loss", "Punishes sure and wrong scores; smaller is better."),
)
FEW: Final = 30
MOST_GROUPS: Final = 25
FALSE_POSITIVE_RATES: Final = tuple(Fraction(step, 20) for step in (1, 2, 4, 6, 10))


@dataclass(frozen=True)
class Measured:
    """One number with its interval, as decimal text; empty is undefined."""

    metric: str
    value: str
    low: str
    high: str


@dataclass(frozen=True)
class ScoredGroup:
    """One group with its score metrics, in the order of ``METRICS``."""

    name: str
    records: int
    positives: int
    measured: tuple[Measured, ...]


@dataclass(frozen=True)
class Bin:
    """One bin of the score, and in each charted group: mean score, observed rate, records; or nothing."""

    title: str
    cells: tuple[tuple[str, str, int] | None, ...]


@dataclass(frozen=True)
class ScoredAttribute:
    """The score by one attribute.

    Attributes:
        charted: the groups that have curves, in the order of the tables' columns and rows.
        bins: the numbers of the calibration curves.
        roc_rows: by group: true positive rates at ``FALSE_POSITIVE_RATES``.
        left_out: groups that are in no table, because there are too many.
    """

    attribute: str
    unknown: int
    groups: tuple[ScoredGroup, ...]
    left_out: int
    charted: tuple[str, ...]
    calibration: CurvePlot | None
    roc: CurvePlot | None
    bins: tuple[Bin, ...]
    roc_rows: tuple[tuple[str, tuple[str, ...]], ...]


def scored(scores: Mapping[str, Any] | None) -> dict[str, ScoredAttribute]:
    """Return by attribute what is shown of the score; empty when the evaluation had none."""
    return {part["attribute"]: _attribute(part) for part in (scores or {}).get("attributes", [])}


def method(scores: Mapping[str, Any] | None) -> str:
    """Return how the AUC was computed, as a sentence; empty without a score."""
    if not scores:
        return ""
    if scores["exact"]:
        return "AUC is exact, by ranks."
    return f"AUC was computed in bins of the score; it lies within {scores['auc_error_bound']} of the exact value."


def rates_of_roc() -> tuple[str, ...]:
    """Return the false positive rates of the ROC table, in percent."""
    return tuple(percent(rate, places=0) for rate in FALSE_POSITIVE_RATES)


def _attribute(part: Mapping[str, Any]) -> ScoredAttribute:
    attribute = part["attribute"]
    largest = sorted(part["groups"], key=lambda group: -group["n"])
    shown = {group["group"] for group in largest[:MOST_GROUPS]}
    drawn = {group["group"] for group in largest[:MOST_CURVES]}
    groups = [group for group in part["groups"] if group["group"] in shown]
    charted = [group for group in groups if group["group"] in drawn]
    calibrated = [group for group in charted if group["calibration"]]
    traced = [group for group in charted if group["roc"]]
    return ScoredAttribute(
        attribute=attribute,
        unknown=part["unknown"],
        groups=tuple(_group(group) for group in groups),
        left_out=len(part["groups"]) - len(groups),
        charted=tuple(group["group"] for group in calibrated),
        calibration=calibration_plot(
            gettext("Calibration by %(attribute)s") % {"attribute": attribute}, [_calibration(one) for one in calibrated]
        )
        if calibrated
        else None,
        roc=roc_plot(gettext("ROC by %(attribute)s") % {"attribute": attribute}, [_roc(one) for one in traced]) if traced else None,
        bins=_bins(calibrated),
        roc_rows=tuple((one["group"], _heights(one)) for one in traced),
    )


def _group(part: Mapping[str, Any]) -> ScoredGroup:
    measured = tuple(
        Measured(key, **{name: _short(part.get(key, {}).get(name, "")) for name in ("value", "low", "high")}) for key, _, _ in METRICS
    )
    return ScoredGroup(part["group"], part["n"], part["positives"], measured)


def _calibration(part: Mapping[str, Any]) -> Curve:
    bins = part["calibration"]
    words = "; ".join(f"mean score {_short(one['mean_score'])}, observed {_short(one['observed'])}, n = {one['n']}" for one in bins)
    return Curve(
        part["group"],
        tuple((Fraction(one["mean_score"]), Fraction(one["observed"])) for one in bins),
        f"{part['group']}: {words}.",
        tuple(one["n"] < FEW for one in bins),
    )


def _roc(part: Mapping[str, Any]) -> Curve:
    auc = _short(part["auc"].get("value", "")) or "undefined"
    return Curve(part["group"], _points(part), f"{part['group']}: AUC {auc}.")


def _points(part: Mapping[str, Any]) -> tuple[tuple[Fraction, Fraction], ...]:
    return tuple((Fraction(x), Fraction(y)) for x, y in part["roc"])


def _heights(part: Mapping[str, Any]) -> tuple[str, ...]:
    found = [at(_points(part), rate) for rate in FALSE_POSITIVE_RATES]
    return tuple("–" if height is None else percent(height) for height in found)


def _bins(groups: Sequence[Mapping[str, Any]]) -> tuple[Bin, ...]:
    found = sorted({(Fraction(one["from"]), one["from"], one["to"]) for group in groups for one in group["calibration"]})
    by_start = [{Fraction(one["from"]): one for one in group["calibration"]} for group in groups]
    return tuple(Bin(f"{start} – {end}", tuple(_cell(own.get(place)) for own in by_start)) for place, start, end in found)


def _cell(part: Mapping[str, Any] | None) -> tuple[str, str, int] | None:
    return None if part is None else (_short(part["mean_score"]), _short(part["observed"]), part["n"])


def _short(text: str) -> str:
    """Return decimal text with four decimals, as every other number of the page has it."""
    return f"{Decimal(text):.4f}" if text else ""
