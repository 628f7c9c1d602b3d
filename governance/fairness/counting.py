"""Counting: one GROUP BY over attributes, label and prediction.

Every confusion-matrix metric of every attribute and intersection is a
function of these cells, so the rows are read once. They are grouped as they
stand, and only the cells are cleaned: every row lands in a group, among the
unknown of an attribute, or among the excluded with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from governance.fairness.columns import BINARY, CROSS, MISSING_WORDS, SHOWN, Columns, canonical_value, pairs
from governance.fairness.counts import AttributeCounts, Counts, CountTable
from governance.fairness.grouping import Plan, group_by
from governance.fairness.likeness import notes_on
from governance.fairness.problems import PredictionsError
from governance.fairness.source import Counting, open_source

__all__ = ["CROSS", "AttributeCounts", "CountTable", "Counts", "count", "count_in"]

LONGEST_NAME: Final = 500
MISSING_LABEL: Final = "label_missing"
MISSING_PREDICTION: Final = "prediction_missing"
MISSING_WEIGHT: Final = "weight_not_a_number"


def count(path: Path, *, dialect: Mapping[str, Any], columns: Columns, progress: Callable[[int], None] | None = None) -> CountTable:
    """Count the records of a file in each cell.

    Args:
        path: the file.
        dialect: how to read it, from ``inspect`` or ``dialect_of``.
        columns: which column means what.
        progress: called with the percent done.

    Raises:
        PredictionsError: the file is not what the dialect says, or its outcomes are not two.
    """
    tell = progress or (lambda _: None)
    with open_source(path, dialect) as source:
        tell(10)
        found = count_in(source, columns)
        tell(90)
    refuse_change(dialect, found.rows)
    return found


def refuse_change(dialect: Mapping[str, Any], rows: int) -> None:
    """Refuse a file that has another number of rows than when it was looked into.

    Raises:
        PredictionsError: with both numbers.
    """
    if dialect.get("rows", rows) != rows:
        message = f"The file has {rows:,} rows now and had {dialect['rows']:,} when it was uploaded. Upload it again."
        raise PredictionsError(message)


def count_in(source: Counting, columns: Columns) -> CountTable:
    """Count the records of a source in each cell, wherever its rows are.

    Raises:
        PredictionsError: the outcomes are not two, or the weights no numbers.
    """
    plan, cells = group_by(source, columns)
    if not cells:
        message = f"“{source.label}” has a header and no rows. Choose the file that holds the predictions."
        raise PredictionsError(message)
    return _Counter(columns, plan).table(cells)


class _Outcomes:
    """Reads labels and predictions: favourable, unfavourable, or missing."""

    def __init__(self, columns: Columns, spellings: Iterable[Any]) -> None:
        self.good = canonical_value(columns.favourable)
        self.meaning: dict[Any, bool | None] = {}
        values = set()
        for spelling in spellings:
            value = canonical_value(str(spelling)) if spelling is not None else ""
            if not value or (value.lower() in MISSING_WORDS and value != self.good):
                self.meaning[spelling] = None
                continue
            values.add(value)
            self.meaning[spelling] = value == self.good
        _refuse_outcomes(columns, values, self.good)


class _Counter:
    """Folds cells into one table."""

    def __init__(self, columns: Columns, plan: Plan) -> None:
        self.columns = columns
        self.plan = plan
        self.is_weighted = bool(columns.weight)
        self.width = len(columns.attributes)
        self.missing = {word.strip() for word in columns.missing} | {""}
        self.excluded: dict[str, int] = {}
        self.rows = 0
        self.overall = self._empty()
        pairs_besides = [] if plan.masks else [one for one in pairs(columns.attributes) if one not in columns.sets]
        every = (*columns.sets, *pairs_besides)
        self.sets = [_Tally(one, [columns.attributes.index(name) for name in one], is_weighted=self.is_weighted) for one in every]

    def table(self, cells: list[tuple[Any, ...]]) -> CountTable:
        """Return what the cells hold.

        Raises:
            PredictionsError: outcomes that are not two, weights below zero, names that cannot be told apart.
        """
        at = self.width
        outcomes = _Outcomes(self.columns, {value for cell in cells for value in cell[at : at + 2]})
        values = [set() for _ in range(at)]  # type: list[set[str]]
        for mask, cell in self.plan.split(cells):
            label, prediction = outcomes.meaning[cell[at]], outcomes.meaning[cell[at + 1]]
            amounts = self._amounts(cell[at + 2 :], is_first=mask is None or mask == self.plan.first)
            if label is None or prediction is None:
                self._exclude(MISSING_LABEL if label is None else MISSING_PREDICTION, amounts[-1], mask)
                continue
            place = (0 if label else 1) if prediction else (2 if label else 3)
            if mask is None or mask == self.plan.first:
                _add(self.overall, place, amounts)
            keys = [None if value is None or value.strip() in self.missing else value for value in cell[:at]]
            for one in self.sets:
                if mask is None or mask == one.mask:
                    one.add([keys[index] for index in one.places], place, amounts)
            for index, key in enumerate(keys):
                if key is not None:
                    values[index].add(key)
        self._refuse_emptiness(values)
        self._refuse_names(values)
        notes = [note for name, found in zip(self.columns.attributes, values, strict=True) for note in notes_on(name, found)]
        overall = self.overall[1] if self.is_weighted else self.overall[0]
        asked = len(self.columns.sets)
        return CountTable(
            rows=self.rows,
            overall=Counts(*overall),
            attributes=tuple(one.counts() for one in self.sets[:asked]),
            is_weighted=self.is_weighted,
            excluded=self.excluded,
            notes=tuple(notes),
            crossed=tuple(one.counts() for one in self.sets[asked:] if one.is_telling),
            spellings={str(text): is_good for text, is_good in outcomes.meaning.items() if is_good is not None},
        )

    def _amounts(self, parts: tuple[Any, ...], *, is_first: bool) -> list[Any]:
        """Return rows, and for weights their sum and the sum of their squares; the rows read stand last."""
        if not self.is_weighted:
            rows = int(parts[0])
            self.rows += rows if is_first else 0
            return [rows, rows]
        read, usable, weight, squares, negative = parts[:5]
        self.rows += int(read) if is_first else 0
        if negative:
            message = (
                f"The weight column “{self.columns.weight}” is negative in {negative:,} rows. "
                "A weight says how many records a row stands for."
            )
            raise PredictionsError(message)
        if is_first:
            self._exclude(MISSING_WEIGHT, int(read) - int(usable), None)
        return [int(usable), Fraction(str(weight or 0)), Fraction(float(squares or 0)), int(usable)]

    def _exclude(self, reason: str, rows: int, mask: int | None) -> None:
        if rows and (mask is None or mask == self.plan.first):
            self.excluded[reason] = self.excluded.get(reason, 0) + rows

    def _refuse_emptiness(self, values: list[set[str]]) -> None:
        if not any(self.overall[0]):
            why = " and ".join(f"{rows:,} rows: {reason.replace('_', ' ')}" for reason, rows in self.excluded.items())
            message = f"No row could be counted ({why}). Look at the columns of the label and the prediction."
            raise PredictionsError(message)
        for name, found in zip(self.columns.attributes, values, strict=True):
            if not found:
                message = f"The column “{name}” is blank in every row, so there are no groups to compare."
                raise PredictionsError(message)

    def _refuse_names(self, values: list[set[str]]) -> None:
        for name, found in zip(self.columns.attributes, values, strict=True):
            if any(len(value) > LONGEST_NAME or "\0" in value for value in found):
                message = f"The column “{name}” holds values of more than {LONGEST_NAME} characters or with NUL bytes; those are no groups."
                raise PredictionsError(message)

    def _empty(self) -> list[list[Any]]:
        return [[0, 0, 0, 0] for _ in range(3 if self.is_weighted else 1)]


class _Tally:
    """One attribute or intersection while it is counted: rows, and with weights their sums and squares."""

    def __init__(self, names: tuple[str, ...], places: list[int], *, is_weighted: bool) -> None:
        self.names = names
        self.places = places
        self.mask = sum(1 << place for place in places)
        self.layers = 3 if is_weighted else 1
        self.groups: dict[tuple[str, ...], list[list[Any]]] = {}
        self.unknown = [[0, 0, 0, 0] for _ in range(self.layers)]

    def add(self, keys: list[str | None], place: int, amounts: list[Any]) -> None:
        if None in keys:
            _add(self.unknown, place, amounts)
            return
        parts = tuple(key for key in keys if key is not None)
        group = self.groups.get(parts)
        if group is None:
            group = self.groups[parts] = [[0, 0, 0, 0] for _ in range(self.layers)]
        _add(group, place, amounts)

    @property
    def is_telling(self) -> bool:
        """Whether every group has a name of its own."""
        return len({CROSS.join(one) for one in self.groups}) == len(self.groups)

    def counts(self) -> AttributeCounts:
        """Return the counts by group name.

        Raises:
            PredictionsError: two groups would have one name.
        """
        attribute = CROSS.join(self.names)
        parts = {CROSS.join(one): one for one in sorted(self.groups)}
        if not self.is_telling:
            message = f"Two groups of “{attribute}” would bear one name. Write these columns without “{CROSS.strip()}”."
            raise PredictionsError(message)
        if self.layers > 1:
            for group in self.groups.values():
                group[2] = [_rounded(amount) for amount in group[2]]
        layers = [{name: Counts(*self.groups[one][layer]) for name, one in parts.items()} for layer in range(self.layers)]
        if self.layers == 1:
            return AttributeCounts(attribute, layers[0], Counts(*self.unknown[0]), parts=parts)
        return AttributeCounts(attribute, layers[1], Counts(*self.unknown[1]), layers[0], layers[2], parts=parts)


def _add(layers: list[list[Any]], place: int, amounts: list[Any]) -> None:
    for layer, amount in zip(layers, amounts, strict=False):
        layer[place] += amount


def _refuse_outcomes(columns: Columns, found: set[str], good: str) -> None:
    """Refuse what ``check_columns`` would have refused, so that no row is ever counted as something that it is not."""
    if columns.is_assumed and len(found) <= BINARY and not found <= {"0", "1"}:
        shown = ", ".join(f"“{value}”" for value in sorted(found)[:SHOWN])
        message = f"“{columns.label}” and “{columns.prediction}” hold {shown} and not 0 and 1. Say which is favourable, with --positive."
        raise PredictionsError(message)
    if len(found | {good}) > BINARY:
        shown = ", ".join(f"“{value}”" for value in sorted(found)[:SHOWN])
        more = " …" if len(found) > SHOWN else ""
        message = (
            f"“{columns.label}” and “{columns.prediction}” hold {shown}{more}; "
            f"they need the favourable outcome “{good}” and one other value."
        )
        raise PredictionsError(message)


def _rounded(amount: Fraction) -> Fraction:
    """Return a sum of squares, which comes from floats, with six significant digits."""
    return Fraction(f"{float(amount):.5e}")
