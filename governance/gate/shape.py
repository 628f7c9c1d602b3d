"""What a policy file may hold, checked before anything is built from it.

The rule: a policy that is misread asks for less than its author meant, so
nothing is guessed. Every key has one kind of value, no row is said twice, and
an empty ``evaluations`` is an error instead of no requirement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from registry.policy import REVIEWER_ROLES

Check = Callable[[Any], str]

DECIMAL: Final = re.compile(r"0(\.[0-9]+)?|1(\.0+)?")
METRICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dp_ratio": "Demographic parity ratio",
        "dp_difference": "Demographic parity difference",
        "eopp_difference": "Equal opportunity difference",
        "eopp_ratio": "Equal opportunity ratio",
        "eo_difference": "Equalized odds difference",
        "eo_ratio": "Equalized odds ratio",
        "fpr_difference": "False positive rate difference",
        "fnr_difference": "False negative rate difference",
        "ppv_difference": "Predictive parity difference",
        "for_difference": "False omission rate difference",
        "accuracy_difference": "Accuracy difference",
        "di_four_fifths": "Disparate impact ratio",
        "eo_difference_mean": "Equalized odds difference, mean",
        "fpr_ratio": "False positive rate ratio",
        "fnr_ratio": "False negative rate ratio",
        "fdr_difference": "False discovery rate difference",
        "accuracy_ratio": "Accuracy ratio",
        "treatment_equality_ratio": "Treatment equality ratio",
        "auc_difference": "AUC difference",
        "calibration": "Calibration error difference",
    }
)


# The parts of a snapshot that a role's approval may be limited to; asset and policy belong to every scope.
SCOPES: Final = ("version", "document", "lineage", "assessments", "evaluations", "contract", "risks")
# The kinds of requirements that a policy may let somebody set aside: what stands before the colon of a requirement's key.
WAIVABLE: Final = (
    "document", "framework", "evaluation", "metric", "artifacts", "commit", "lineage", "contract", "risks", "preceding",
)  # fmt: skip
# Who never decides besides the authors, who never do.
EXCLUDED: Final = ("team",)
# What a person shows again at the moment of decision.
PROOFS: Final = ("password", "second-factor")


def problem_of(content: Mapping[str, Any]) -> str:
    """Return what is wrong with a policy's content as a sentence, or nothing."""
    return _mapping(content, POLICY, REQUIRED)


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "must be text, in quotes where it looks like a number"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _texts(value: Any) -> str:
    return "" if isinstance(value, list) and not any(_text(one) for one in value) else "must be a list of texts"


def _number(low: int, high: int | None = None) -> Check:
    def check(value: Any) -> str:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and value >= low and (high is None or value <= high):
            return ""
        return f"must be a whole number of at least {low}" if high is None else f"must be a whole number from {low} to {high}"

    return check


def _one_of(*choices: str) -> Check:
    def check(value: Any) -> str:
        return "" if value in choices else f"must be one of {', '.join(choices)}"

    return check


def _each_of(*choices: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list) or not value:
            return f"must be a list of at least one of {', '.join(choices)}"
        wrong = [str(one) for one in value if one not in choices]
        return f"names {', '.join(wrong)}; choose from {', '.join(choices)}" if wrong else ""

    return check


def _thresholds(value: Any) -> str:
    if not isinstance(value, dict) or not value:
        return "must name at least one metric with its threshold"
    for metric, threshold in value.items():
        if metric not in METRICS:
            return f"names “{metric}”, which is not a metric"
        if not isinstance(threshold, str) or not DECIMAL.fullmatch(threshold):
            return f'must give {metric} a decimal from 0 to 1 in quotes, such as "0.8"'
    return ""


def _rows(kinds: Mapping[str, Check], required: tuple[str, ...]) -> Check:
    """Return a check for a list of mappings; the first required key names a row and must not repeat."""

    def check(value: Any) -> str:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            return "must be a list of mappings"
        for row in value:
            if problem := _mapping(row, kinds, required):
                return f"has a row that is wrong: {problem.removesuffix('.')}"
        names = [row[required[0]] for row in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        return f"names {', '.join(twice)} twice" if twice else ""

    return check


def _block(kinds: Mapping[str, Check], required: tuple[str, ...]) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return "must be a mapping"
        problem = _mapping(value, kinds, required)
        return f"is wrong: {problem.removesuffix('.')}" if problem else ""

    return check


def _mapping(content: Mapping[str, Any], kinds: Mapping[str, Check], required: tuple[str, ...]) -> str:
    if unknown := sorted(str(key) for key in set(content) - set(kinds)):
        return f"unknown key {', '.join(unknown)}."
    if missing := [key for key in required if key not in content]:
        return f"the key '{missing[0]}' is missing."
    for key, value in content.items():
        if problem := kinds[key](value):
            return f"{key} {problem}."
    return ""


PERCENT: Final = _number(0, 100)
DOCUMENT: Final[Mapping[str, Check]] = {"template": _one_of("model_card", "datasheet"), "essential_percent": PERCENT}
FRAMEWORK: Final[Mapping[str, Check]] = {
    "framework": _text,
    "answered_percent": PERCENT,
    "must_hold": _texts,
    "must_be_yes": _texts,
}
ROLE: Final = _one_of(*REVIEWER_ROLES)
APPROVAL: Final[Mapping[str, Check]] = {
    "role": ROLE,
    "quorum": _number(1),
    "scope": _each_of(*SCOPES),
    "due_days": _number(1),
}
PRECEDING: Final[Mapping[str, Check]] = {"environment": _text, "days": _number(0)}
WAIVERS: Final[Mapping[str, Check]] = {"role": ROLE, "longest_days": _number(1), "requirements": _each_of(*WAIVABLE)}
EMERGENCY: Final[Mapping[str, Check]] = {"role": ROLE, "validity_days": _number(1), "review_days": _number(1)}
EVALUATION: Final[Mapping[str, Check]] = {
    "max_age_days": _number(1),
    "minimum_rows": _number(1),
    "minimum_attributes": _number(1),
    "attributes": _texts,
    "metrics": _thresholds,
    "on_inconclusive": _one_of("block", "allow"),
    "keep_predictions_days": _number(0),
}
# What a policy of an earlier edition may leave out.
LATER: Final = frozenset({"keep_predictions_days", "attributes"})
REQUIRED: Final = ("key", "version", "title", "tier", "environment", "summary")
POLICY: Final[Mapping[str, Check]] = {
    **dict.fromkeys((*REQUIRED, "forbidden"), _text),
    "documents": _rows(DOCUMENT, ("template", "essential_percent")),
    "frameworks": _rows(FRAMEWORK, ("framework", "answered_percent")),
    "evaluations": _block(EVALUATION, tuple(key for key in EVALUATION if key not in LATER)),
    "artifacts": _number(0),
    "git_commit": _flag,
    "training_datasets": _number(0),
    "data_contract": _flag,
    "risks": _block({"above_appetite": _number(0)}, ("above_appetite",)),
    "preceding": _block(PRECEDING, tuple(PRECEDING)),
    "exclude": _each_of(*EXCLUDED),
    "reauthenticate": _one_of(*PROOFS),
    "waivers": _block(WAIVERS, tuple(WAIVERS)),
    "emergency": _block(EMERGENCY, tuple(EMERGENCY)),
    "rereview_days": _number(1),
    "approvals": _rows(APPROVAL, ("role", "quorum")),
    "validity_days": _number(1),
}
