"""Which column means what, and whether a file can bear it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, Final

from governance.fairness.problems import PredictionsError

if TYPE_CHECKING:
    from governance.fairness.predictions import Column, Preview

CROSS: Final = " × "
MOST_ATTRIBUTES: Final = 6
DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MISSING_WORDS: Final = frozenset({"na", "n/a", "#n/a", "<na>", "nan", "null", "none"})
TRUTHS: Final = {"true": "1", "false": "0"}
BINARY: Final = 2
SHOWN: Final = 5


@dataclass(frozen=True)
class Columns:
    """Which column means what.

    Attributes:
        label: what really happened; two values.
        prediction: what the model said; the same two values.
        favourable: the value that is good for the person.
        score: the model's score, optional.
        weight: how many records a row stands for, optional.
        attributes: sensitive attributes, at least one.
        intersections: attributes taken together.
        bins: cut points of numeric attributes, ascending decimals as text; a value on a cut point is in the class above it.
        missing: words that mean unknown in an attribute, beside the blank.
        is_assumed: nobody named the favourable value, so outcomes must be 0 and 1.
        asked: the sets of attributes to compare, when they are not each attribute and the intersections.
        others: metrics of Fairlearn and scikit-learn to run through MetricFrame beside ours.
    """

    label: str
    prediction: str
    favourable: str
    score: str | None = None
    weight: str | None = None
    attributes: tuple[str, ...] = ()
    intersections: tuple[tuple[str, ...], ...] = ()
    bins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    is_assumed: bool = False
    asked: tuple[tuple[str, ...], ...] = ()
    others: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the columns as JSON."""
        return {
            **vars(self),
            "attributes": list(self.attributes),
            "intersections": [list(one) for one in self.intersections],
            "bins": {name: list(edges) for name, edges in self.bins.items()},
            "missing": list(self.missing),
            "asked": [list(one) for one in self.asked],
            "others": list(self.others),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Columns:
        """Return the columns that ``to_json`` described."""
        return cls(
            **{
                **content,
                "attributes": tuple(content["attributes"]),
                "intersections": tuple(tuple(one) for one in content["intersections"]),
                "bins": {name: tuple(edges) for name, edges in content.get("bins", {}).items()},
                "missing": tuple(content.get("missing", ())),
                "asked": tuple(tuple(one) for one in content.get("asked", ())),
                "others": tuple(content.get("others", ())),
            }
        )

    @property
    def sets(self) -> tuple[tuple[str, ...], ...]:
        """What was asked for: else every attribute by itself, then the intersections."""
        return self.asked or (*((attribute,) for attribute in self.attributes), *self.intersections)


def check_columns(preview: Preview, columns: Columns) -> None:
    """Refuse a choice of columns that the file cannot bear.

    Raises:
        PredictionsError: with a sentence that says which and why.
    """
    if not columns.attributes:
        message = "Choose at least one sensitive attribute; fairness compares groups."
        raise PredictionsError(message)
    if len(columns.attributes) > MOST_ATTRIBUTES:
        message = f"Choose at most {MOST_ATTRIBUTES} sensitive attributes in one evaluation."
        raise PredictionsError(message)
    named = [columns.label, columns.prediction, columns.score, columns.weight, *columns.attributes]
    for name in filter(None, named):
        _column(preview, name)
    if len(set(filter(None, named))) != len(list(filter(None, named))):
        message = "Each column can have one meaning only; a column was chosen twice."
        raise PredictionsError(message)
    _check_outcomes(preview, columns)
    _check_groups(preview, columns)
    _check_numbers(preview, columns)


def canonical_value(text: str) -> str:
    """Return one spelling for what is the same: 1, 1.0 and true are “1”."""
    text = text.strip()
    lowered = text.lower()
    if lowered in TRUTHS:
        return TRUTHS[lowered]
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else text


def pairs(attributes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every pair of attributes."""
    return tuple(combinations(attributes, 2))


def _column(preview: Preview, name: str) -> Column:
    found = preview.column(name)
    if found is None:
        message = f"The file has no column “{name}”. Choose one of {', '.join(c.name for c in preview.columns)}."
        raise PredictionsError(message)
    if name in preview.dialect.get("nested", ()):
        message = f"The column “{name}” holds lists or records instead of single values. Choose another, or flatten it first."
        raise PredictionsError(message)
    return found


def _check_outcomes(preview: Preview, columns: Columns) -> None:
    label, prediction = _column(preview, columns.label), _column(preview, columns.prediction)
    labels = sorted(_outcomes(label, columns))
    if label.has_more or len(labels) != BINARY:
        shown = ", ".join(labels[:SHOWN]) + (" …" if len(labels) > SHOWN or label.has_more else "")
        message = (
            f"The label “{label.name}” has the values {shown}; it needs exactly two, such as 0 and 1. "
            "Map your classes to two outcomes first."
        )
        raise PredictionsError(message)
    if odd := sorted(_outcomes(prediction, columns) - set(labels)):
        message = (
            f"The prediction “{prediction.name}” holds {', '.join(odd[:SHOWN])}, which the label does not have "
            f"({', '.join(labels)}). If these are scores, choose the column of decisions."
        )
        raise PredictionsError(message)
    if canonical_value(columns.favourable) not in labels:
        message = f"The favourable outcome must be one of {', '.join(labels)}: which is good for the person?"
        raise PredictionsError(message)


def _outcomes(column: Column, columns: Columns) -> set[str]:
    """Return the outcomes that a column shows; words for a missing value are none, unless they are the favourable one."""
    good = canonical_value(columns.favourable)
    return {value for value in map(canonical_value, column.distinct) if value.lower() not in MISSING_WORDS or value == good}


def _check_groups(preview: Preview, columns: Columns) -> None:
    for name in columns.attributes:
        column = _column(preview, name)
        if name in columns.bins:
            _check_bins(column, columns.bins[name])
            continue
        if not column.distinct:
            message = f"The column “{name}” is blank in every row, so there are no groups to compare."
            raise PredictionsError(message)
        if column.has_more:
            message = (
                f"The column “{name}” has more than {len(column.distinct)} different values. "
                "Put them into classes first, such as age groups."
            )
            raise PredictionsError(message)
        if len(column.distinct) < BINARY:
            message = f"The column “{name}” has one group only ({column.distinct[0]}); fairness compares groups."
            raise PredictionsError(message)


def _check_bins(column: Column, edges: Sequence[str]) -> None:
    if not column.is_numeric:
        message = f"The column “{column.name}” is not a number in every row, so it cannot be cut into classes."
        raise PredictionsError(message)
    check_edges(column.name, edges)


def check_edges(name: str, edges: Sequence[str]) -> None:
    """Refuse cut points that are no rising numbers.

    Raises:
        PredictionsError: with a sentence that shows how they are written.
    """
    numbers = [Decimal(edge) for edge in edges if DECIMAL.fullmatch(edge)]
    if not edges or len(numbers) < len(edges) or any(low >= high for low, high in pairwise(numbers)):
        message = f"Give the cut points of “{name}” as rising numbers, such as 25, 40, 60."
        raise PredictionsError(message)


def _check_numbers(preview: Preview, columns: Columns) -> None:
    for name, word in ((columns.score, "score"), (columns.weight, "weight")):
        column = preview.column(name) if name else None
        if column is None:
            continue
        if not column.is_numeric or column.blanks:
            message = f"The {word} column “{name}” must be a number in every row."
            raise PredictionsError(message)
