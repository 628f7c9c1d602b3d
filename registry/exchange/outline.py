"""The order of a card: its headings, each with the field whose text stands below it.

One entry is a heading as Markdown writes it, `` = ``, and a field's id or
``-``; a list's bullet may follow. ``(opening)`` stands for the text before
the first heading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

OPENING: Final = "(opening)"
NOTHING: Final = "-"


@dataclass(frozen=True)
class Entry:
    """One heading of a card, or one question of a datasheet.

    Attributes:
        heading: with its marks; empty for the opening.
        field: id of the field below it, or None.
        style: bullet of a list.
    """

    heading: str
    field: str | None
    style: str = ""

    @property
    def level(self) -> int:
        """1 to 6; 0 for the opening."""
        return len(self.heading) - len(self.heading.lstrip("#"))

    @property
    def is_question(self) -> bool:
        """Whether it is a bold question in a list."""
        return self.heading.startswith("- **")

    @property
    def title(self) -> str:
        """The heading's words."""
        return self.heading.removeprefix("- ").lstrip("#").strip()

    def __str__(self) -> str:
        style = f", {self.style}" if self.style and self.style != "-" else ""
        return f"{self.heading or OPENING} = {self.field or NOTHING}{style}"


def read(lines: Iterable[str], known: Iterable[str]) -> list[Entry]:
    """Return the entries that can be understood, in order."""
    fields = set(known)
    return [entry for line in lines if (entry := _entry(line, fields)) is not None]


def _entry(line: str, fields: set[str]) -> Entry | None:
    heading, found, rest = line.rpartition(" = ")
    name, _, style = rest.partition(", ")
    if not found or name not in fields | {NOTHING}:
        return None
    if heading == OPENING:
        heading = ""
    elif not heading.startswith(("#", "- **")) or "\n" in heading:
        return None
    return Entry(heading, None if name == NOTHING else name, style or "-")
