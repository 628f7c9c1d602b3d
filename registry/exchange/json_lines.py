"""On which lines of a JSON text values begin.

The rule: the text was read as JSON before, so nothing is checked here; of a
long text only the lines that somebody asks for are kept.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from registry.catalog.editions import Path

TOKEN: Final = re.compile(r'\n|"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],:"]+')


def lines_of(text: str, wanted: Iterable[Path]) -> dict[Path, int]:
    """Return the line, from 1, of each wanted path that the text has, and of each path above it; a key counts as the beginning."""
    sought = {path[:end] for path in wanted for end in range(len(path) + 1)}
    walk = _Walk(sought)
    for token in TOKEN.finditer(text):
        walk.take(token.group())
    return walk.found


class _Walk:
    """Where one is in the text, token by token."""

    def __init__(self, sought: Iterable[Path]) -> None:
        self.found: dict[Path, int] = {}
        self._sought = frozenset(sought)
        self._deepest = max((len(path) for path in self._sought), default=0)
        self._path: list[str | int] = []
        self._line = 1
        self._awaits_key = False

    def take(self, word: str) -> None:
        """Take the next token."""
        if word == "\n":
            self._line += 1
        elif word in "}]":
            self._path.pop()
            self._awaits_key = False
        elif word == ",":
            last = self._path[-1]
            self._awaits_key = isinstance(last, str)
            if isinstance(last, int):
                self._path[-1] = last + 1
        elif self._awaits_key:
            self._path[-1], self._awaits_key = json.loads(word), False
            self._note()
        else:
            self._note()
            if word in "{[":
                self._path.append("" if word == "{" else 0)
                self._awaits_key = word == "{"

    def _note(self) -> None:
        if len(self._path) <= self._deepest and (path := tuple(self._path)) in self._sought:
            self.found.setdefault(path, self._line)
