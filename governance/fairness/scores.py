"""What a score is worth in each group: ranking (AUC), calibration, Brier and logarithmic loss.

Values follow the definitions of scikit-learn; a metric that needs both labels,
or probabilities, is undefined without them. Intervals: DeLong's variance on
the logit scale for AUC, normal ones for means, and a bootstrap over the ten
bins for the calibration error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.ratetable import Z, wilson_bounds
from governance.fairness.scorecells import ScoreCells, ScoreScan

if TYPE_CHECKING:
    import numpy as np

CALIBRATION_BINS: Final = 10
ROC_POINTS: Final = 101
REPLICATES: Final = 1_000
DIGITS: Final = 6
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; None is undefined."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, str]:
        """Return the three as decimal text, undefined as empty."""
        return {name: "" if number is None else f"{number:.{DIGITS + 6}g}" for name, number in vars(self).items()}


UNDEFINED: Final = Estimate(None)


@dataclass(frozen=True)
class CalibrationBin:
    """The records of a group whose score lies in a tenth of 0..1."""

    low: float
    high: float
    n: float
    mean_score: float
    observed: float


@dataclass(frozen=True)
class GroupScores:
    """The score metrics of one group.

    Attributes:
        n: records, or the sum of their weights.
        positives: of them favourable.
        auc_error_bound: how far the AUC can be off because scores lie in bins; 0 when they are exact.
        roc: points (false positive rate, true positive rate), at most 101.
    """

    group: str
    n: float
    positives: float
    auc: Estimate
    auc_error_bound: float
    ece: Estimate = UNDEFINED
    mean_gap: Estimate = UNDEFINED
    brier: Estimate = UNDEFINED
    log_loss: Estimate = UNDEFINED
    calibration: tuple[CalibrationBin, ...] = ()
    roc: tuple[Bounds, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the metrics as JSON without floats."""
        return {
            "group": self.group,
            "n": round(self.n),
            "positives": round(self.positives),
            **{name: getattr(self, name).to_json() for name in METRIC_NAMES},
            "auc_error_bound": _text(self.auc_error_bound),
            "calibration": [
                {"from": _text(one.low), "to": _text(one.high), "n": round(one.n)}
                | {"mean_score": _text(one.mean_score), "observed": _text(one.observed)}
                for one in self.calibration
            ],
            "roc": [[_text(x), _text(y)] for x, y in self.roc],
        }


METRIC_NAMES: Final = ("auc", "ece", "mean_gap", "brier", "log_loss")


def group_scores(scan: ScoreScan, *, seed: int) -> dict[str, dict[str, GroupScores]]:
    """Return the score metrics of every group, by attribute and group name."""
    return {one.attribute: {name: _group(one, place, scan, seed) for place, name in enumerate(one.names)} for one in scan.sets}


def _group(cells: ScoreCells, place: int, scan: ScoreScan, seed: int) -> GroupScores:
    import numpy as np

    mine = cells.group == place
    label, score = cells.label[mine], cells.score[mine]
    n, squares = cells.n[mine], cells.squares[mine]
    order, inverse = np.unique(score, return_inverse=True)
    positive = np.bincount(inverse, weights=n * (label == 1), minlength=len(order))
    negative = np.bincount(inverse, weights=n * (label == 0), minlength=len(order))
    total = float(n.sum())
    worth = total**2 / float(squares.sum()) if squares.sum() else 0.0
    shrink = worth / total if total else 0.0
    auc = _auc(positive, negative, shrink)
    both = float(positive.sum() * negative.sum())
    bound = 0.0 if scan.is_exact or not both else float((positive * negative).sum()) / both / 2
    ranked = GroupScores(cells.names[place], total, float(positive.sum()), auc, bound, roc=_roc(positive, negative))
    if not scan.is_probability or not total:
        return ranked
    sums, square_sums, losses = cells.total[mine], cells.total_squares[mine], cells.loss[mine]
    filled = np.where(n > 0, n, 1)
    average = sums / filled
    brier = float((square_sums - 2 * label * sums + n * label).sum()) / total
    gap = float(sums.sum() - (n * label).sum()) / total
    log_loss = float(losses.sum()) / total
    bins = np.minimum((average * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    table = _calibration(bins, label, n, sums)
    return replace(
        ranked,
        ece=_ece(table, worth, seed),
        mean_gap=_mean(gap, max(0.0, brier - gap**2), worth, floor=-1.0),
        brier=_mean(brier, _variance((average - label) ** 2, n, brier), worth),
        log_loss=_mean(log_loss, _variance(losses / filled, n, log_loss), worth, most=None),
        calibration=_bins(table),
    )


def _auc(positive: np.ndarray, negative: np.ndarray, shrink: float) -> Estimate:
    """Return the area under the ROC curve by ranks, ties counting a half; undefined where a label is absent.

    Source:
        Hanley and McNeil 1982; DeLong, DeLong and Clarke-Pearson 1988 (variance).
    """
    import numpy as np

    ups, downs = float(positive.sum()), float(negative.sum())
    if not ups or not downs:
        return Estimate(None)
    below = np.cumsum(negative) - negative / 2
    above = ups - np.cumsum(positive) + positive / 2
    value = float((positive * below).sum()) / (ups * downs)
    spread_ups = float((positive * (below / downs - value) ** 2).sum()) / ups
    spread_downs = float((negative * (above / ups - value) ** 2).sum()) / downs
    variance = spread_ups / max(ups * shrink - 1, 1) + spread_downs / max(downs * shrink - 1, 1)
    return Estimate(value, *_logit_bounds(value, sqrt(variance), min(ups, downs) * shrink))


def _logit_bounds(value: float, error: float, records: float) -> Bounds:
    """Return bounds on the logit scale; an AUC of exactly 0 or 1 has Wilson's of the rarer label instead."""
    if error == 0 or not 0 < value < 1:
        low, high = wilson_bounds(value, records)
        return float(low), float(high)
    middle, half = log(value / (1 - value)), Z * error / (value * (1 - value))
    return 1 / (1 + exp(min(700.0, -(middle - half)))), 1 / (1 + exp(max(-700.0, -(middle + half))))


def _roc(positive: np.ndarray, negative: np.ndarray) -> tuple[Bounds, ...]:
    import numpy as np

    if not positive.sum() or not negative.sum():
        return ()
    x = np.concatenate([[0.0], np.cumsum(negative[::-1]) / negative.sum()])
    y = np.concatenate([[0.0], np.cumsum(positive[::-1]) / positive.sum()])
    # Points evenly along the curve, so that steep parts keep their shape.
    along = np.linspace(0, 2, ROC_POINTS)
    chosen = np.unique(np.searchsorted(x + y, along).clip(0, len(x) - 1)) if len(x) > ROC_POINTS else np.arange(len(x))
    chosen = np.unique(np.concatenate([chosen, [0, len(x) - 1]])) if len(chosen) < ROC_POINTS else chosen
    return tuple((float(x[one]), float(y[one])) for one in chosen)


def _calibration(bins: np.ndarray, label: np.ndarray, n: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return one row a bin: unfavourable records, favourable ones, sum of scores."""
    import numpy as np

    return np.stack(
        [np.bincount(bins, weights=weights, minlength=CALIBRATION_BINS) for weights in (n * (label == 0), n * (label == 1), sums)], axis=1
    )


def _bins(table: np.ndarray) -> tuple[CalibrationBin, ...]:
    found = []
    for place, (unfavourable, favourable, total) in enumerate(table):
        n = float(unfavourable + favourable)
        if n:
            low = place / CALIBRATION_BINS
            found.append(CalibrationBin(low, (place + 1) / CALIBRATION_BINS, n, float(total) / n, float(favourable) / n))
    return tuple(found)


def _ece(table: np.ndarray, worth: float, seed: int) -> Estimate:
    """Return the expected calibration error over ten equal bins, with a bootstrap interval.

    Drawn are the records of each bin and label; the mean score of a bin stays,
    which is approximate. Noise alone makes the error positive, so that its
    interval leans upward for small groups; it is widened to hold the value.

    Source:
        Naeini, Cooper and Hauskrecht 2015.
    """
    import numpy as np

    counts = table[:, :2]
    total = counts.sum()
    means = table[:, 2] / np.maximum(counts.sum(axis=1), 1e-300)
    value = float(_error(counts[None], means)[0])
    records = round(worth)
    if records < 2:  # noqa: PLR2004 - one record has no spread
        return Estimate(value)
    drawn = np.random.default_rng(seed).multinomial(records, (counts / total).ravel(), size=REPLICATES)
    low, high = np.percentile(_error(drawn.reshape(-1, *counts.shape), means), [2.5, 97.5])
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _error(counts: np.ndarray, means: np.ndarray) -> np.ndarray:
    import numpy as np

    n = counts.sum(axis=2)
    observed = counts[:, :, 1] / np.maximum(n, 1e-300)
    return np.asarray((n * np.abs(means - observed)).sum(axis=1) / n.sum(axis=1))


def _variance(values: np.ndarray, n: np.ndarray, mean: float) -> float:
    """Return the variance of a loss over records; within a bin of scores it is taken as even."""
    return float((n * (values - mean) ** 2).sum() / n.sum())


def _mean(value: float, variance: float, worth: float, *, floor: float = 0.0, most: float | None = 1.0) -> Estimate:
    half = Z * sqrt(variance / worth) if worth else 0.0
    high = value + half
    return Estimate(value, max(floor, value - half), high if most is None else min(most, high))


def _text(value: float) -> str:
    return f"{value:.{DIGITS + 6}g}"


def error_bound(found: Mapping[str, Mapping[str, GroupScores]]) -> float:
    """Return the largest certified error of an AUC over all groups (65,536 bins)."""
    return max((group.auc_error_bound for groups in found.values() for group in groups.values()), default=0.0)
