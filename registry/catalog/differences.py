"""What changed between two contents of a document, field by field; pure.

The rule: nothing that changed is left out. A field that the template does not
know is told by its id, and a value of an unknown shape by its JSON. Prose is
compared word by word; lists and tables entry by entry, and what took an
entry's place word by word; choices, numbers and dates as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from registry.catalog.documents import is_filled
from registry.catalog.schema import Field, FieldType, Section, Template
from registry.worddiff import Kind, Piece, word_diff

Fate = Literal["same", "added", "removed", "changed"]
# Letters of unchanged text that stay readable on each side of a change.
AROUND: Final = 160
WHOLE: Final = {FieldType.NUMBER, FieldType.CHOICE, FieldType.DATE, FieldType.REFERENCE, FieldType.PERSON}


@dataclass(frozen=True)
class Entry:
    """What became of one entry of a list, or of one row of a table: its cells."""

    kind: Fate
    cells: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class FieldChange:
    """What became of one field.

    Attributes:
        field: the field, or None when the template does not know it.
        section: the section in which it stands.
        kind: filled (added), emptied (removed) or changed.
        pieces: of text and of whole values; empty for lists and tables.
        columns: titles of a table's columns; empty for anything else.
        entries: of lists and tables.
    """

    key: str
    title: str
    field: Field | None
    section: Section | None
    kind: Fate
    pieces: tuple[Piece, ...] = ()
    columns: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


def document_changes(template: Template, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return each field whose value differs, in the order of the template; unknown fields come last."""
    known = {field.id: (field, section) for section in template.sections for field in section.fields}
    strange = sorted({*before, *after} - known.keys())
    found = []
    for key in [*known, *strange]:
        if before.get(key) != after.get(key):
            field, section = known.get(key, (None, None))
            found.append(field_change(key, field, section, before.get(key), after.get(key)))
    return found


def field_change(key: str, field: Field | None, section: Section | None, before: Any, after: Any) -> FieldChange:
    """Return what became of one field's value."""
    kind: Fate = "changed" if is_filled(before) and is_filled(after) else "added" if is_filled(after) else "removed"
    title = field.title if field else key
    if _is_table(before, after):
        columns = _columns(field, before, after)
        cells = [[tuple(_said(row.get(one)) for one in columns) for row in side or ()] for side in (before, after)]
        titles = tuple(columns.values())
        return FieldChange(key, title, field, section, kind, columns=titles, entries=tuple(_entries(*cells)))
    if _is_list(before, after):
        lines = [[(_said(entry),) for entry in side or ()] for side in (before, after)]
        return FieldChange(key, title, field, section, kind, entries=tuple(_entries(*lines)))
    is_whole = field is not None and field.type in WHOLE
    pieces = _whole(_said(before), _said(after)) if is_whole else folded(word_diff(_said(before), _said(after)))
    return FieldChange(key, title, field, section, kind, pieces=tuple(pieces))


def folded(pieces: Sequence[Piece], around: int = AROUND) -> list[Piece]:
    """Return the pieces with long unchanged stretches folded: their middle becomes a piece *folded*."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        head = 0 if place == 0 else around
        tail = 0 if place == len(pieces) - 1 else around
        if piece.kind != "same" or len(piece.text) <= head + tail + around:
            found.append(piece)
            continue
        middle = len(piece.text) - tail
        kinds: tuple[Kind, ...] = ("same", "folded", "same")
        texts = (piece.text[:head], piece.text[head:middle], piece.text[middle:])
        found.extend(Piece(kind, text) for kind, text in zip(kinds, texts, strict=True) if text)
    return found


def _is_table(*sides: Any) -> bool:
    return _is_list(*sides) and all(isinstance(row, Mapping) for side in sides for row in side or ())


def _is_list(*sides: Any) -> bool:
    return all(side is None or isinstance(side, list) for side in sides) and any(sides)


def _columns(field: Field | None, *sides: Any) -> dict[str, str]:
    titles = {column.id: column.title for column in field.columns} if field else {}
    keys = {key for side in sides for row in side or () for key in row}
    return {**{key: title for key, title in titles.items() if key in keys}, **{key: key for key in sorted(keys - titles.keys())}}


def _said(value: Any) -> str:
    """Return a value as text: a list has one entry a line, and what is neither is its JSON, keys in order."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _whole(before: str, after: str) -> list[Piece]:
    kinds: tuple[tuple[Kind, str], ...] = (("removed", before), ("added", after))
    return [Piece(kind, text) for kind, text in kinds if text]


def _entries(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> Iterator[Entry]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for word, left, left_end, right, right_end in matcher.get_opcodes():
        if word == "equal":
            yield from (_entry("same", row, row) for row in before[left:left_end])
            continue
        both = min(left_end - left, right_end - right)
        yield from (_entry("changed", before[left + step], after[right + step]) for step in range(both))
        yield from (_entry("removed", row, ("",) * len(row)) for row in before[left + both : left_end])
        yield from (_entry("added", ("",) * len(row), row) for row in after[right + both : right_end])


def _entry(kind: Fate, before: tuple[str, ...], after: tuple[str, ...]) -> Entry:
    return Entry(kind, tuple(tuple(word_diff(old, new)) for old, new in zip(before, after, strict=True)))
