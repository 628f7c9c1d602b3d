"""What can be wrong with predictions, as sentences that say how to mend it."""

from __future__ import annotations

import re
from typing import Final

from registry.errors import DomainError

EXPORT: Final = "Export the table as CSV (UTF-8) or Parquet and upload that."
LINE: Final = re.compile(r"CSV Error on Line: (\d+)")
WIDTH: Final = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


SIGNS: Final = {
    "unterminated quote": "opens a double quote that is not closed as it should be. Close it, or double it inside a value.",
    "nvalid unicode": "is not UTF-8 text. In a spreadsheet choose “CSV UTF-8” when you save it, or name its encoding.",
    "not utf-8": "is not UTF-8 text. In a spreadsheet choose “CSV UTF-8” when you save it, or name its encoding.",
    "Maximum line size": f"has more than a million characters, so it is not a table of rows. {EXPORT}",
}


class PredictionsError(DomainError):
    """The file or the choice of columns cannot be used; the message says how to mend it."""


def refused_by_reader(error: Exception, filename: str, kind: str) -> PredictionsError:
    """Return what the reader of tables found wrong, without its own words.

    Args:
        error: what DuckDB raised.
        filename: as the person knows it.
        kind: ``csv`` or ``parquet``.
    """
    text = str(error)
    if "Out of Memory" in text:
        message = f"“{filename}” has too many different values in the chosen columns. Put them into classes first."
    elif kind != "csv":
        message = f"“{filename}” is damaged and cannot be read as {kind.upper()}. Write it again and upload that."
    else:
        message = _in_csv(text, filename)
    return PredictionsError(message)


def _in_csv(text: str, filename: str) -> str:
    found = LINE.search(text)
    line = f"Line {int(found[1]):,} of “{filename}”" if found else f"“{filename}”"
    if widths := WIDTH.search(text):
        return (
            f"{line} has {int(widths[2])} values and the header has {int(widths[1])}. "
            "Put values that hold the separator into double quotes."
        )
    for sign, words in SIGNS.items():
        if sign in text:
            return f"{line} {words}"
    return f"“{filename}” cannot be read as CSV throughout; its lines may end in different ways. Save it again and upload that."
