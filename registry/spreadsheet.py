"""Cells of a CSV that a spreadsheet program opens: formulas are defused, numbers stay numbers.

The rule: pure, and it comes back. A text that a spreadsheet would run gets an
apostrophe in front; reading takes exactly that apostrophe away again. Plain
numbers with a sign (-5, +49 30 1234, -0.3 %) run nothing and are left as they are.

Source: OWASP, CSV Injection: cells that begin with = + - @, tab or carriage return.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "'"
NUMBER: Final = re.compile(r"[+-]?\d+([., ]\d+)*\s?%?")
# What is left after spaces and earlier marks decides; a full-width sign is run by some programs too.
RUNS: Final = re.compile(r"[\s']*[=+\-@＝＋－＠]|[\t\r\n]")


def defused(text: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"{MARK}{text}" if _runs(text) else text


def original(cell: str) -> str:
    """Return what was written before a cell was defused."""
    return cell[1:] if cell.startswith(MARK) and _runs(cell[1:]) else cell


def to_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV (RFC 4180, CRLF) with every cell defused."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([defused(cell) for cell in head])
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()


def _runs(text: str) -> bool:
    return bool(RUNS.match(text)) and not NUMBER.fullmatch(text)
