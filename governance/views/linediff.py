"""What changed between two texts, line by line, with some lines around each change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

AROUND = 3


@dataclass(frozen=True)
class Line:
    """A line of a difference; a gap stands for lines that are the same."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str


def line_diff(before: str, after: str) -> list[Line]:
    """Return the changed lines of two texts and what is around them; nothing when they are the same."""
    old, new = before.splitlines(), after.splitlines()
    groups = list(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND))
    found: list[Line] = []
    for number, group in enumerate(groups):
        if number or group[0][1]:
            found.append(Line("gap", "…"))
        for step in group:
            found += _lines(old, new, step)
    if groups and groups[-1][-1][2] < len(old):
        found.append(Line("gap", "…"))
    return found


def _lines(old: list[str], new: list[str], step: tuple[str, int, int, int, int]) -> Iterator[Line]:
    tag, start, end, new_start, new_end = step
    if tag == "equal":
        yield from (Line("same", text) for text in old[start:end])
        return
    yield from (Line("removed", text) for text in old[start:end])
    yield from (Line("added", text) for text in new[new_start:new_end])
