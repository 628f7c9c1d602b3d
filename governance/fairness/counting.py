"""Counting: one GROUP BY over attributes, label and prediction.

Every confusion-matrix metric of every attribute and intersection is a
function of these cells, so the file is read once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from governance.fairness.fractions import fraction_text
from governance.fairness.predictions import Column, PredictionsError, Preview
from governance.fairness.table import open_table, text_of

MOST_GROUPS: Final = 50
MOST_ATTRIBUTES: Final = 6
CROSS: Final = " × "
TRUTHS: Final = {"true": "1", "false": "0"}
BINARY: Final = 2


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


@dataclass(frozen=True)
class Counts:
    """Records of one group: true and false positives and negatives; positive is favourable."""

    tp: Fraction = Fraction(0)
    fp: Fraction = Fraction(0)
    fn: Fraction = Fraction(0)
    tn: Fraction = Fraction(0)

    @property
    def n(self) -> Fraction:
        """All records."""
        return self.tp + self.fp + self.fn + self.tn

    def plus(self, other: Counts) -> Counts:
        """Return the sum of two groups."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    def cells(self) -> dict[str, str]:
        """Return the four counts as exact text."""
        return {name: fraction_text(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class AttributeCounts:
    """Counts by group of one attribute or intersection; unknown is counted beside the groups."""

    attribute: str
    groups: Mapping[str, Counts]
    unknown: Counts


@dataclass(frozen=True)
class CountTable:
    """Everything that was counted."""

    rows: int
    overall: Counts
    attributes: tuple[AttributeCounts, ...]
    is_weighted: bool = False

    def by(self, attribute: str) -> AttributeCounts:
        """Return the counts by one attribute."""
        return next(one for one in self.attributes if one.attribute == attribute)

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON without floats."""
        return {
            "rows": self.rows,
            "weighted": self.is_weighted,
            "overall": self.overall.cells(),
            "attributes": [
                {
                    "attribute": one.attribute,
                    "groups": [{"group": name, **counts.cells()} for name, counts in one.groups.items()],
                    "unknown": one.unknown.cells(),
                }
                for one in self.attributes
            ],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> CountTable:
        """Return the table that ``to_json`` described."""
        attributes = tuple(
            AttributeCounts(
                part["attribute"],
                {group["group"]: _counts(group) for group in part["groups"]},
                _counts(part["unknown"]),
            )
            for part in content["attributes"]
        )
        return cls(content["rows"], _counts(content["overall"]), attributes, content["weighted"])

    def to_csv(self) -> str:
        """Return the counts as CSV: attribute, group, tp, fp, fn, tn."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["attribute", "group", "tp", "fp", "fn", "tn"])
        for one in self.attributes:
            for name, counts in one.groups.items():
                writer.writerow([one.attribute, name, *counts.cells().values()])
            writer.writerow([one.attribute, "(unknown)", *one.unknown.cells().values()])
        return text.getvalue()


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


def count(path: Path, *, dialect: Mapping[str, Any], columns: Columns, progress: Callable[[int], None] | None = None) -> CountTable:
    """Count a file of predictions.

    Args:
        path: a regular file under a name of our own.
        dialect: how to read it, from its preview.
        columns: which column means what.
        progress: told the percent that is done.

    Raises:
        PredictionsError: the file cannot be read as it was previewed.
    """
    import duckdb

    tell = progress or (lambda _: None)
    try:
        with open_table(path, dialect) as connection:
            tell(10)
            rows = int((connection.execute("SELECT count(*) FROM predictions").fetchone() or (0,))[0])
            tell(30)
            _refuse_negative(connection, columns)
            cells = connection.execute(_sql(columns)).fetchall()
            tell(90)
    except duckdb.Error as error:
        message = f"The file could not be counted: {str(error).splitlines()[0]}"
        raise PredictionsError(message) from error
    if rows != dialect["rows"]:
        message = f"The file has {rows:,} rows now and had {dialect['rows']:,} when it was uploaded. Upload it again."
        raise PredictionsError(message)
    return _table(rows, columns, cells)


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


def _refuse_negative(connection: Any, columns: Columns) -> None:
    if columns.weight is None:
        return
    sql = f"SELECT count(*) FROM predictions WHERE TRY_CAST({text_of(columns.weight)} AS DOUBLE) < 0"  # noqa: S608
    if (found := connection.execute(sql).fetchone()) and found[0]:
        message = f"The weight column “{columns.weight}” is negative in {found[0]:,} rows."
        raise PredictionsError(message)


def _sql(columns: Columns) -> str:
    keys = [f"coalesce({text_of(name)}, '')" for name in columns.attributes]
    outcomes = [f"coalesce({text_of(name)}, '')" for name in (columns.label, columns.prediction)]
    amount = "count(*)"
    if columns.weight:
        amount = f"CAST(sum(CAST({text_of(columns.weight)} AS DECIMAL(28, 9))) AS VARCHAR)"
    every = ", ".join([*keys, *outcomes])
    return f"SELECT {every}, {amount} FROM predictions GROUP BY ALL"  # noqa: S608


def _table(rows: int, columns: Columns, cells: list[tuple[Any, ...]]) -> CountTable:
    good = canonical_value(columns.favourable)
    overall = Counts()
    groups: dict[str, dict[str, Counts]] = {CROSS.join(one): {} for one in columns.sets}
    unknown = dict.fromkeys(groups, Counts())
    for *keys, label, prediction, amount in cells:
        counts = _cell(canonical_value(label) == good, canonical_value(prediction) == good, Fraction(str(amount)))
        overall = overall.plus(counts)
        values = dict(zip(columns.attributes, keys, strict=True))
        for one in columns.sets:
            attribute, parts = CROSS.join(one), [values[name] for name in one]
            if not all(parts):
                unknown[attribute] = unknown[attribute].plus(counts)
                continue
            name = CROSS.join(parts)
            groups[attribute][name] = groups[attribute].get(name, Counts()).plus(counts)
    attributes = tuple(AttributeCounts(attribute, dict(sorted(found.items())), unknown[attribute]) for attribute, found in groups.items())
    return CountTable(rows, overall, attributes, bool(columns.weight))


def _cell(is_good: bool, is_predicted: bool, amount: Fraction) -> Counts:
    names = {(True, True): "tp", (False, True): "fp", (True, False): "fn", (False, False): "tn"}
    return Counts(**{names[is_good, is_predicted]: amount})


def _counts(part: Mapping[str, str]) -> Counts:
    return Counts(**{name: Fraction(part[name]) for name in ("tp", "fp", "fn", "tn")})


def _column(preview: Preview, name: str) -> Column:
    found = preview.column(name)
    if found is None:
        message = f"The file has no column “{name}”. Choose one of {', '.join(c.name for c in preview.columns)}."
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
        shown = ", ".join(labels[:5]) + (" …" if len(labels) > 5 or label.has_more else "")  # noqa: PLR2004
        message = (
            f"The label “{label.name}” has the values {shown}; it needs exactly two, such as 0 and 1. "
            "Map your classes to two outcomes first."
        )
        raise PredictionsError(message)
    if odd := sorted({canonical_value(value) for value in prediction.distinct} - set(labels)):
        message = (
            f"The prediction “{prediction.name}” holds {', '.join(odd[:5])}, which the label does not have "
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
