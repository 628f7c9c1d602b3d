"""Group names that look alike, or like a blank: kept apart, and pointed out."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

BLANK_WORDS: Final = frozenset({"na", "n/a", "#n/a", "<na>", "nan", "null", "none", "unknown", "missing", "?", "-", "."})
SHOWN: Final = 5


def notes_on(attribute: str, values: Collection[str]) -> Iterator[str]:
    """Yield sentences on what a person should look at among an attribute's values."""
    alike: dict[str, list[str]] = {}
    for value in sorted(values):
        alike.setdefault(folded(value), []).append(value)
    for spellings in [found for found in alike.values() if len(found) > 1][:SHOWN]:
        shown = " and ".join(f"“{value}”" for value in spellings[:SHOWN])
        yield (
            f"{shown} of “{attribute}” differ in capitals, spaces or Unicode form only. They are counted as different groups; "
            "write them alike if they are one."
        )
    for value in sorted(values):
        if value.strip().lower() in BLANK_WORDS:
            yield (
                f"“{value}” is counted as a group of “{attribute}”. Leave the cell blank, or name the word as missing, if it means unknown."
            )


def folded(value: str) -> str:
    """Return what a name is without its capitals, outer and double spaces, and Unicode form."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
