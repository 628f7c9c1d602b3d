"""What a file is, told by its first bytes and never by its name.

The rule: nothing is guessed that changes a count. A byte order mark settles an
encoding; without one a file is UTF-8, unless a person names another. The
header settles the delimiter and the columns. Every row is read strictly later,
by the reader that also counts.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from governance.fairness.problems import EXPORT, PredictionsError

OPENING: Final = 65_536
MOST_COLUMNS: Final = 500
MOST_LINE: Final = 1_000_000
DELIMITERS: Final = (",", ";", "\t", "|")
MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OPENERS: Final = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
}


def dialect_of(path: Path, *, filename: str, delimiter: str = "") -> dict[str, Any]:
    """Settle how a file is read: its format, and for CSV its delimiter and columns.

    Args:
        path: a UTF-8 text, or a Parquet file.
        filename: as the person knows it, for the sentences.
        delimiter: of a CSV; left empty, the one that the header holds most of.

    Raises:
        PredictionsError: it is empty or not a table.
    """
    with path.open("rb") as stream:
        opening = stream.read(OPENING)
    if opening.startswith(b"PAR1"):
        return {"format": "parquet"}
    if what := _what_else(opening):
        message = f"“{filename}” {what}"
        raise PredictionsError(message)
    try:
        return _csv_dialect(path, filename, delimiter)
    except UnicodeDecodeError as error:
        message = f"“{filename}” is not UTF-8 text (byte {error.start + 1:,}). In a spreadsheet choose “CSV UTF-8” when you save it."
        raise PredictionsError(message) from error
    except csv.Error as error:
        message = f"“{filename}” is not a whole table: {error}. {EXPORT}"
        raise PredictionsError(message) from error


def encoding_of(path: Path) -> str:
    """Return the encoding that a byte order mark tells, or an empty string."""
    with path.open("rb") as stream:
        opening = stream.read(4)
    return next((name for mark, name in MARKS if opening.startswith(mark)), "")


@contextmanager
def as_utf8(path: Path, *, filename: str, encoding: str = "") -> Iterator[Path]:
    """Yield the file itself when it is UTF-8 or Parquet, else a copy in UTF-8 that lives as long as the block.

    Raises:
        PredictionsError: no such encoding, or the bytes are not of it.
    """
    told = encoding or encoding_of(path)
    try:
        is_utf8 = not told or codecs.lookup(told).name in {"utf-8", "utf-8-sig"}
    except LookupError as error:
        message = f"There is no encoding “{told}”. Name one such as utf-8, cp1252 or utf-16."
        raise PredictionsError(message) from error
    if is_utf8:
        yield path
        return
    with NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as copy:
        try:
            with path.open(encoding=told, newline="", errors="strict") as stream:
                while part := stream.read(OPENING):
                    copy.write(part)
        except (UnicodeError, ValueError) as error:
            message = f"“{filename}” is not {told} text throughout. Save it as UTF-8."
            raise PredictionsError(message) from error
        copy.flush()
        yield Path(copy.name)


def check_names(names: tuple[str, ...], filename: str) -> None:
    """Refuse column names that cannot be told apart.

    Raises:
        PredictionsError: too many, one is empty, or two differ at most in capitals.
    """
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


def _what_else(opening: bytes) -> str:
    """Return what a file is instead of a table, or an empty string."""
    if not opening.strip():
        return "is empty. Choose the file that holds the predictions."
    if kind := next((kind for opener, kind in OPENERS.items() if opening.startswith(opener)), ""):
        return f"is {kind}, not a table. {EXPORT}"
    if opening.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return f"is a web page or XML, not a table. {EXPORT}"
    return f"is not text. {EXPORT}" if b"\0" in opening and not opening.startswith(UTF16) else ""


def _csv_dialect(path: Path, filename: str, delimiter: str) -> dict[str, Any]:
    with path.open(encoding="utf-8-sig", newline="", errors="strict") as stream:
        line = stream.readline(MOST_LINE)
        if len(line) == MOST_LINE:
            message = f"“{filename}” has a line of more than {MOST_LINE:,} characters, so it is not a table of rows. {EXPORT}"
            raise PredictionsError(message)
        chosen = delimiter or max(DELIMITERS, key=line.count)
        if chosen not in line:
            message = f"“{filename}” has one column only. Separate columns by comma, semicolon, tab or |."
            raise PredictionsError(message)
        stream.seek(0)
        names = tuple(name.strip() for name in next(csv.reader(stream, delimiter=chosen, strict=True), []))
    check_names(names, filename)
    return {"format": "csv", "delimiter": chosen, "columns": list(names)}
