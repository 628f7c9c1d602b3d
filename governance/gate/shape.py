"""What a policy file may hold, checked before anything is built from it.

The rule: a policy that is misread asks for less than its author meant, so
nothing is guessed. Every key has one kind of value, no row is said twice, and
an empty ``evaluations`` is an error instead of no requirement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from registry.policy import REVIEWER_ROLES

Check = Callable[[Any], str]
Path = tuple[str | int, ...]

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


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: where: keys, and places in lists from 0.
        text: what, to be read after the path.
        is_of_value: whether the text goes on from the key (``must be text``) and is no clause of its own.
    """

    path: Path
    text: str
    is_of_value: bool = True

    @property
    def place(self) -> str:
        """The path as people write it: ``evaluations.metrics``, ``approvals[1].role``, counted from 1."""
        return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in self.path).removeprefix(".")

    @property
    def sentence(self) -> str:
        """Place and problem in one sentence."""
        if not self.place:
            return f"{self.text}."
        return f"{self.place} {self.text}." if self.is_of_value else f"{self.place}: {self.text}."


@dataclass(frozen=True)
class Block:
    """A mapping: the kind of each key, and which must be there."""

    kinds: Mapping[str, Check | Block | Rows]
    required: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """A list of mappings; the first required key names a row and must not repeat."""

    kinds: Mapping[str, Check | Block | Rows]
    required: tuple[str, ...]


def problems_of(content: Any) -> Iterator[Problem]:
    """Return everything that is wrong with a policy's content, in the order of the schema."""
    yield from _problems(content, POLICY, ())


def _problems(value: Any, kind: Check | Block | Rows, path: Path) -> Iterator[Problem]:
    if isinstance(kind, Block):
        if isinstance(value, dict):
            yield from _of_mapping(value, kind, path)
        else:
            yield Problem(path, "must be a mapping")
    elif isinstance(kind, Rows):
        yield from _of_rows(value, kind, path)
    elif text := kind(value):
        yield Problem(path, text)


def _of_mapping(value: Mapping[str, Any], kind: Block | Rows, path: Path) -> Iterator[Problem]:
    for key in sorted(set(value) - set(kind.kinds), key=str):
        yield Problem((*path, str(key)) if path else path, f"unknown key {key}", is_of_value=False)
    for key in kind.required:
        if key not in value:
            yield Problem(path, f"the key '{key}' is missing", is_of_value=False)
    for key, inner in kind.kinds.items():
        if key in value:
            yield from _problems(value[key], inner, (*path, key))


def _of_rows(value: Any, kind: Rows, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        yield Problem(path, "must be a list of mappings")
        return
    for number, row in enumerate(value):
        yield from _of_mapping(row, kind, (*path, number))
    names = [str(row.get(kind.required[0])) for row in value]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(path, f"names {name} twice")


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
KEYS: Final[Mapping[str, Check | Block | Rows]] = {
    **dict.fromkeys((*REQUIRED, "forbidden"), _text),
    "documents": Rows(DOCUMENT, ("template", "essential_percent")),
    "frameworks": Rows(FRAMEWORK, ("framework", "answered_percent")),
    "evaluations": Block(EVALUATION, tuple(key for key in EVALUATION if key not in LATER)),
    "artifacts": _number(0),
    "git_commit": _flag,
    "training_datasets": _number(0),
    "data_contract": _flag,
    "risks": Block({"above_appetite": _number(0)}, ("above_appetite",)),
    "preceding": Block(PRECEDING, tuple(PRECEDING)),
    "exclude": _each_of(*EXCLUDED),
    "reauthenticate": _one_of(*PROOFS),
    "waivers": Block(WAIVERS, tuple(WAIVERS)),
    "emergency": Block(EMERGENCY, tuple(EMERGENCY)),
    "rereview_days": _number(1),
    "approvals": Rows(APPROVAL, ("role", "quorum")),
    "validity_days": _number(1),
}
POLICY: Final = Block(KEYS, REQUIRED)
