"""Which column means what, and whether a file can bear it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from governance.fairness.predictions import Column, PredictionsError, Preview

MOST_ATTRIBUTES: Final = 6
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
    """

    label: str
    prediction: str
    favourable: str
    score: str | None = None
    weight: str | None = None
    attributes: tuple[str, ...] = ()
    intersections: tuple[tuple[str, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the columns as JSON."""
        return {
            **vars(self),
            "attributes": list(self.attributes),
            "intersections": [list(one) for one in self.intersections],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Columns:
        """Return the columns that ``to_json`` described."""
        return cls(
            **{
                **content,
                "attributes": tuple(content["attributes"]),
                "intersections": tuple(tuple(one) for one in content["intersections"]),
            }
        )

    @property
    def sets(self) -> tuple[tuple[str, ...], ...]:
        """Every attribute by itself, then the intersections."""
        return (*((attribute,) for attribute in self.attributes), *self.intersections)


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
    for column, word in ((label, "label"), (prediction, "prediction")):
        if column.blanks:
            message = f"The {word} column “{column.name}” is blank in {column.blanks:,} rows. Fill them or leave those rows out."
            raise PredictionsError(message)
    labels = sorted({canonical_value(value) for value in label.distinct})
    if label.has_more or len(labels) != BINARY:
        shown = ", ".join(labels[:SHOWN]) + (" …" if len(labels) > SHOWN or label.has_more else "")
        message = (
            f"The label “{label.name}” has the values {shown}; it needs exactly two, such as 0 and 1. "
            "Map your classes to two outcomes first."
        )
        raise PredictionsError(message)
    if odd := sorted({canonical_value(value) for value in prediction.distinct} - set(labels)):
        message = (
            f"The prediction “{prediction.name}” holds {', '.join(odd[:SHOWN])}, which the label does not have "
            f"({', '.join(labels)}). If these are scores, choose the column of decisions."
        )
        raise PredictionsError(message)
    if canonical_value(columns.favourable) not in labels:
        message = f"The favourable outcome must be one of {', '.join(labels)}: which is good for the person?"
        raise PredictionsError(message)


def _check_groups(preview: Preview, columns: Columns) -> None:
    for name in columns.attributes:
        column = _column(preview, name)
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


def _check_numbers(preview: Preview, columns: Columns) -> None:
    for name, word in ((columns.score, "score"), (columns.weight, "weight")):
        column = preview.column(name) if name else None
        if column is None:
            continue
        if not column.is_numeric or column.blanks:
            message = f"The {word} column “{name}” must be a number in every row."
            raise PredictionsError(message)
