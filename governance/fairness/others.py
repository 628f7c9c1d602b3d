"""Metrics that counts cannot give, or that a person wants in scikit-learn's own words: they run through MetricFrame.

They need the rows and are slow, so that they look at a sample of large files;
they have no intervals and no verdicts.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any, Final

from governance.fairness.columns import CROSS, Columns
from governance.fairness.problems import PredictionsError
from governance.fairness.source import open_source
from governance.fairness.witness import GROUP_LIMIT, ROW_LIMIT, frame_of, sample

# The module that has the function, and whether it wants the score instead of the decision.
OTHERS: Final[Mapping[str, tuple[str, bool]]] = {
    "matthews_corrcoef": ("sklearn.metrics", False),
    "cohen_kappa_score": ("sklearn.metrics", False),
    "jaccard_score": ("sklearn.metrics", False),
    "zero_one_loss": ("sklearn.metrics", False),
    "mean_prediction": ("fairlearn.metrics", False),
    "average_precision_score": ("sklearn.metrics", True),
    "roc_auc_score": ("sklearn.metrics", True),
    "d2_brier_score": ("sklearn.metrics", True),
}
DIGITS: Final = 12


@dataclass(frozen=True)
class Other:
    """One metric by one set of attributes; None where it is undefined.

    Attributes:
        groups: the value of each group.
        difference: the largest minus the smallest.
    """

    metric: str
    attribute: str
    rows: int
    groups: Mapping[str, float | None]
    difference: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the metric as JSON without floats."""
        return {
            "metric": self.metric,
            "attribute": self.attribute,
            "rows": self.rows,
            "groups": [{"group": name, "value": _text(value)} for name, value in self.groups.items()],
            "difference": _text(self.difference),
        }


def others(path: Path, *, dialect: Mapping[str, Any], columns: Columns, metrics: Sequence[str], row_limit: int = ROW_LIMIT) -> list[Other]:
    """Compute metrics of Fairlearn or scikit-learn for every group.

    Raises:
        PredictionsError: no such metric, or it wants a score and there is none.
    """
    for name in metrics:
        _refuse(name, columns)
    if not metrics:
        return []
    with open_source(path, dialect) as source:
        sample(source, columns, row_limit)
        frame = frame_of(source, columns)
    return [_other(frame, name, names, columns) for name in metrics for names in columns.sets]


def _refuse(name: str, columns: Columns) -> None:
    if name not in OTHERS:
        message = f"There is no metric “{name}” to run through MetricFrame. Choose one of {', '.join(OTHERS)}."
        raise PredictionsError(message)
    if OTHERS[name][1] and not columns.score:
        message = f"“{name}” needs the score. Say which column holds it."
        raise PredictionsError(message)


def _other(frame: Any, metric: str, names: tuple[str, ...], columns: Columns) -> Other:
    from fairlearn.metrics import MetricFrame

    module, wants_score = OTHERS[metric]
    function, attribute = getattr(import_module(module), metric), CROSS.join(names)
    known = frame[(frame[list(names)] != "").all(axis=1)]
    if wants_score:
        known = known[known[columns.score].notna()]
    groups = known[list(names)].agg(CROSS.join, axis=1) if len(known) else known[columns.label]
    if not 1 < groups.nunique() <= GROUP_LIMIT:
        return Other(metric, attribute, len(known), {}, None)

    def defined(truth: Any, predicted: Any, **more: Any) -> float:
        try:
            return float(function(truth, predicted, **more))
        except ValueError:  # scikit-learn's word for a group that has no such value, such as one with a single label
            return float("nan")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        measured = MetricFrame(
            metrics=defined,
            y_true=known[columns.label],
            y_pred=known[columns.score] if wants_score else known[columns.prediction],
            sensitive_features=groups,
            sample_params={"sample_weight": known[columns.weight]} if columns.weight else None,
        )
    values = {str(name): _number(value) for name, value in measured.by_group.items()}
    told = [value for value in values.values() if value is not None]
    complete = len(told) == len(values) > 1
    return Other(metric, attribute, len(known), values, max(told) - min(told) if complete else None)


def _number(value: Any) -> float | None:
    return float(value) if isfinite(float(value)) else None


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}g}"
