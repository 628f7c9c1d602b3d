"""Looking into an uploaded file of predictions before anything is counted.

The rule: what the file is, is told by its bytes and never by its name; a file
that is not a whole table is refused with a sentence that says how to mend it.
CSV is read here row by row with the standard library, which is strict where
guessing readers are not; Parquet is opened by DuckDB, locked down. What the
columns hold is asked in few passes, whatever the size.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from governance.fairness.table import open_table, text_of
from registry.errors import DomainError

FIRST_ROWS: Final = 10
MOST_DISTINCT: Final = 25
MOST_COLUMNS: Final = 500
MOST_LINE: Final = 1_000_000
# Columns asked about in one pass; rows that show values of a column with many; and what HyperLogLog must count to call it many.
AT_ONCE: Final = 50
OPENING_ROWS: Final = 10_000
MANY: Final = 1_000
NESTED: Final = ("STRUCT", "MAP", "UNION")
SENSITIVE: Final = ("sex", "gender", "race", "ethnic", "age", "religion", "disab", "national", "foreign")
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
        if column.name not in taken and not column.has_more and len(column.distinct) > 1 and _is_attribute(column)
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


def _is_attribute(column: Column) -> bool:
    """Whether a column may hold groups: words do; of numbers, only what is called so, as a code for race."""
    words = column.name.lower().replace("-", "_").split("_")
    return not column.is_numeric or any(word.startswith(SENSITIVE) for word in words)


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
    first_line = next(_lines(stream, filename), "")
    if not first_line or "\0" in first_line:
        message = f"“{filename}” is not text. {EXPORT}"
        raise PredictionsError(message)
    delimiter = max(DELIMITERS, key=first_line.count)
    if not first_line.count(delimiter):
        message = f"“{filename}” has one column only. Separate columns by comma, semicolon, tab or |."
        raise PredictionsError(message)
    stream.seek(0)
    reader = csv.reader(_lines(stream, filename), delimiter=delimiter, strict=True)
    names = tuple(name.strip() for name in next(reader, []))
    _check_names(names, filename)
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


def _lines(stream: TextIO, filename: str) -> Iterator[str]:
    """Yield lines, and never hold more of a file than a line may have."""
    while line := stream.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            message = f"“{filename}” has a line of more than {MOST_LINE:,} characters, so it is not a table of rows. {EXPORT}"
            raise PredictionsError(message)
        yield line


def _check_names(names: tuple[str, ...], filename: str) -> None:
    if len(names) > MOST_COLUMNS:
        message = f"“{filename}” has {len(names)} columns; {MOST_COLUMNS} are allowed. Leave out what is not needed."
        raise PredictionsError(message)
    if "" in names:
        message = f"Column {names.index('') + 1} of “{filename}” has no name. The first line must name each column."
        raise PredictionsError(message)
    folded = Counter(name.casefold() for name in names)
    if twice := {name for name in names if folded[name.casefold()] > 1}:
        message = (
            f"“{filename}” names the column {', '.join(sorted(twice))} more than once. "
            "Capital letters make no difference; rename one of them."
        )
        raise PredictionsError(message)


def _preview(path: Path, filename: str, dialect: dict[str, Any]) -> Preview:
    """Ask DuckDB, locked down, what the columns hold."""
    import duckdb

    try:
        with open_table(path, dialect) as connection:
            described = connection.execute("DESCRIBE SELECT * FROM predictions").fetchall()
            names = tuple(str(row[0]) for row in described)
            _check_names(names, filename)
            nested = [str(row[0]) for row in described if str(row[1]).startswith(NESTED) or str(row[1]).endswith("]")]
            rows = _count(connection.execute("SELECT count(*) FROM predictions").fetchone())
            if not rows:
                message = f"“{filename}” has a header and no rows. Choose the file that holds the predictions."
                raise PredictionsError(message)
            columns = tuple(column for some in _batched(names) for column in _columns(connection, some, frozenset(nested)))
            shown = ", ".join(text_of(name) for name in names)
            first = connection.execute(f"SELECT {shown} FROM predictions LIMIT {FIRST_ROWS}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        message = f"“{filename}” is damaged and cannot be read as {dialect['format'].upper()}. Write it again and upload that."
        if dialect["format"] == "csv":
            message = f"“{filename}” cannot be read as CSV throughout; its lines may end in different ways. Save it again and upload that."
        raise PredictionsError(message) from error
    if dialect.get("rows", rows) != rows:
        message = f"“{filename}” reads as {dialect['rows']:,} rows one way and {rows:,} another. {EXPORT}"
        raise PredictionsError(message)
    first_rows = tuple(tuple((value or "")[:80] for value in row) for row in first)
    settled = {**dialect, "columns": list(names), "rows": rows} | ({"nested": nested} if nested else {})
    return Preview(dialect["format"], columns, first_rows, rows, settled)


def _batched(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the names in portions, each for one pass over the file."""
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]


def _columns(connection: Any, names: tuple[str, ...], nested: frozenset[str]) -> list[Column]:
    """Look at some columns: one pass for blanks, numbers and about how many values, one for the values of those with few.

    Memory stays bounded, because the values of a column with many are taken
    from the first rows only. A nested column has no values.
    """
    texts = {name: text_of(name) for name in names}
    counted = _row(
        connection,
        [
            f"count(*) FILTER (coalesce({text}, '') = ''), count(*) FILTER (coalesce({text}, '') <> '' "
            f"AND NOT coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)), approx_count_distinct({text})"
            for text in texts.values()
        ],
        "predictions",
    )
    looks = {name: counted[3 * place : 3 * place + 3] for place, name in enumerate(names)}
    few = [name for name in names if looks[name][2] <= MANY and name not in nested]
    many = [name for name in names if looks[name][2] > MANY and name not in nested]
    values = _values(connection, few, "predictions") | _values(connection, many, f"(FROM predictions LIMIT {OPENING_ROWS})")
    return [_column(name, values.get(name, ()), *looks[name], is_many=name in many) for name in names]


def _values(connection: Any, names: list[str], source: str) -> dict[str, tuple[str, ...]]:
    wanted = [f"list(DISTINCT {text_of(name)}) FILTER ({text_of(name)} <> '')" for name in names]
    found = _row(connection, wanted, source) if wanted else ()
    return {name: tuple(sorted(values or ())) for name, values in zip(names, found, strict=True)}


def _row(connection: Any, wanted: list[str], source: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(f"SELECT {', '.join(wanted)} FROM {source}").fetchone()  # noqa: S608
    return row


def _column(name: str, values: tuple[str, ...], blanks: int, words: int, _: int, *, is_many: bool) -> Column:
    has_more = is_many or len(values) > MOST_DISTINCT
    return Column(name, values[:MOST_DISTINCT], has_more, blanks, words == 0 and bool(values))


def _count(row: Any) -> int:
    return int(row[0]) if row else 0
