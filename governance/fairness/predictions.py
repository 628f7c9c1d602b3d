"""Looking into an uploaded file of predictions before anything is counted.

The rule: what the file is, is told by its bytes and never by its name; a file
that is not a whole table is refused with a sentence that says how to mend it.
CSV is read here row by row with the standard library, which is strict where
guessing readers are not; Parquet is opened by DuckDB, locked down.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from governance.fairness.table import open_table, text_of
from registry.errors import DomainError

FIRST_ROWS: Final = 10
MOST_DISTINCT: Final = 25
MOST_COLUMNS: Final = 500
DELIMITERS: Final = (",", ";", "\t", "|")
OPENERS: Final = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
}
EXPORT: Final = "Export the table as CSV (UTF-8) or Parquet and upload that."


class PredictionsError(DomainError):
    """The file or the choice of columns cannot be used; the message says how to mend it."""


@dataclass(frozen=True)
class Column:
    """One column, as far as it was looked at.

    Attributes:
        distinct: up to 25 different values, sorted.
        has_more: whether there are more.
        blanks: rows without a value.
        is_numeric: whether every value is a number.
    """

    name: str
    distinct: tuple[str, ...]
    has_more: bool
    blanks: int
    is_numeric: bool


@dataclass(frozen=True)
class Preview:
    """What a file holds: its columns, its first rows, and how to read it again."""

    format: str
    columns: tuple[Column, ...]
    first_rows: tuple[tuple[str, ...], ...]
    rows: int
    dialect: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the preview as JSON."""
        return {
            "format": self.format,
            "columns": [{**vars(column), "distinct": list(column.distinct)} for column in self.columns],
            "first_rows": [list(row) for row in self.first_rows],
            "rows": self.rows,
            "dialect": dict(self.dialect),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Preview:
        """Return the preview that ``to_json`` described."""
        columns = tuple(Column(**{**part, "distinct": tuple(part["distinct"])}) for part in content["columns"])
        rows = tuple(tuple(row) for row in content["first_rows"])
        return cls(content["format"], columns, rows, content["rows"], content["dialect"])

    def column(self, name: str) -> Column | None:
        """Return a column by name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def inspect(path: Path, *, filename: str) -> Preview:
    """Look into a file.

    Raises:
        PredictionsError: it is empty, not a table, or damaged.
    """
    with path.open("rb") as stream:
        opening = stream.read(4096)
    if not opening.strip():
        message = f"“{filename}” is empty. Choose the file that holds the predictions."
        raise PredictionsError(message)
    if opening.startswith(b"PAR1"):
        return _preview(path, filename, {"format": "parquet"})
    for opener, kind in OPENERS.items():
        if opening.startswith(opener):
            message = f"“{filename}” is {kind}, not a table. {EXPORT}"
            raise PredictionsError(message)
    if opening.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        message = f"“{filename}” is a web page or XML, not a table. {EXPORT}"
        raise PredictionsError(message)
    return _preview(path, filename, _csv_dialect(path, filename))


def suggest(preview: Preview) -> dict[str, Any]:
    """Guess which column means what, from names and values; a person corrects it."""
    names = {column.name.lower(): column.name for column in preview.columns}

    def first(*words: str) -> str:
        return next((names[word] for word in words if word in names), "")

    label = first("y_true", "label", "target", "actual", "truth", "outcome", "repaid")
    prediction = first("y_pred", "prediction", "predicted", "pred", "decision", "approved")
    score = first("score", "probability", "proba", "y_score", "p")
    weight = first("weight", "sample_weight")
    taken = {label, prediction, score, weight}
    attributes = [
        column.name
        for column in preview.columns
        if column.name not in taken and not column.has_more and len(column.distinct) > 1 and not column.is_numeric
    ]
    found = preview.column(label)
    values = found.distinct if found else ()
    favourable = "1" if "1" in values else (values[-1] if values else "")
    return {
        "label": label,
        "prediction": prediction,
        "score": score,
        "weight": weight,
        "favourable": favourable,
        "attributes": attributes,
    }


def _csv_dialect(path: Path, filename: str) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="strict") as stream:
            return _settle(stream, filename)
    except UnicodeDecodeError as error:
        message = f"“{filename}” is not UTF-8 text (byte {error.start + 1:,}). In a spreadsheet choose “CSV UTF-8” when you save it."
        raise PredictionsError(message) from error
    except csv.Error as error:
        message = f"“{filename}” is not a whole table: {error}. {EXPORT}"
        raise PredictionsError(message) from error


def _settle(stream: TextIO, filename: str) -> dict[str, Any]:
    """Settle the delimiter and read every row once, strictly, so that nothing is guessed later."""
    first_line = stream.readline()
    if "\0" in first_line:
        message = f"“{filename}” is not text. {EXPORT}"
        raise PredictionsError(message)
    delimiter = max(DELIMITERS, key=first_line.count)
    if not first_line.count(delimiter):
        message = f"“{filename}” has one column only. Separate columns by comma, semicolon, tab or |."
        raise PredictionsError(message)
    stream.seek(0)
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    names = _names(next(reader), filename)
    rows, width = 0, len(names)
    for row in reader:
        if len(row) == width:
            rows += 1
        elif row:
            message = (
                f"Line {reader.line_num:,} of “{filename}” has {len(row)} values and the header has {width}. "
                "Put values that hold the separator into double quotes."
            )
            raise PredictionsError(message)
    return {"format": "csv", "delimiter": delimiter, "columns": list(names), "rows": rows}


def _names(header: list[str], filename: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in header)
    if len(names) > MOST_COLUMNS:
        message = f"“{filename}” has {len(names)} columns; {MOST_COLUMNS} are allowed. Leave out what is not needed."
        raise PredictionsError(message)
    if "" in names:
        message = f"Column {names.index('') + 1} of “{filename}” has no name. The first line must name each column."
        raise PredictionsError(message)
    if twice := {name for name in names if names.count(name) > 1}:
        message = f"“{filename}” names the column {', '.join(sorted(twice))} more than once. Rename one of them."
        raise PredictionsError(message)
    return names


def _preview(path: Path, filename: str, dialect: dict[str, Any]) -> Preview:
    """Ask DuckDB, locked down, what the columns hold."""
    import duckdb

    try:
        with open_table(path, dialect) as connection:
            described = connection.execute("DESCRIBE SELECT * FROM predictions").fetchall()
            names = _names([str(row[0]) for row in described], filename)
            rows = _count(connection.execute("SELECT count(*) FROM predictions").fetchone())
            if not rows:
                message = f"“{filename}” has a header and no rows. Choose the file that holds the predictions."
                raise PredictionsError(message)
            columns = tuple(_column(connection, name) for name in names)
            shown = ", ".join(text_of(name) for name in names)
            first = connection.execute(f"SELECT {shown} FROM predictions LIMIT {FIRST_ROWS}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        message = f"“{filename}” is damaged and cannot be read as {dialect['format'].upper()}. Write it again and upload that."
        raise PredictionsError(message) from error
    if dialect.get("rows", rows) != rows:
        message = f"“{filename}” reads as {dialect['rows']:,} rows one way and {rows:,} another. {EXPORT}"
        raise PredictionsError(message)
    first_rows = tuple(tuple((value or "")[:80] for value in row) for row in first)
    return Preview(dialect["format"], columns, first_rows, rows, {**dialect, "columns": list(names), "rows": rows})


def _column(connection: Any, name: str) -> Column:
    text = text_of(name)
    sql = f"SELECT DISTINCT {text} AS v FROM predictions WHERE {text} <> '' ORDER BY v LIMIT {MOST_DISTINCT + 1}"  # noqa: S608
    values = [row[0] for row in connection.execute(sql).fetchall()]
    counted = connection.execute(
        f"SELECT count(*) FILTER (coalesce({text}, '') = ''), count(*) FILTER (coalesce({text}, '') <> '' "  # noqa: S608
        f"AND NOT coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)) FROM predictions"
    ).fetchone()
    blanks, words = counted or (0, 0)
    is_numeric = words == 0 and bool(values)
    return Column(name, tuple(values[:MOST_DISTINCT]), len(values) > MOST_DISTINCT, int(blanks), is_numeric)


def _count(row: Any) -> int:
    return int(row[0]) if row else 0
