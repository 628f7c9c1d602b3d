"""From a card's headings to fields.

The rule: a heading that the vocabulary knows opens its field; a heading below
it that is unknown belongs to that field and keeps its line; everything else
stays under its own heading. A heading that comes a second time is added to
its field with its line, where the field holds prose or a list.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.schema import FieldType
from registry.exchange.imported import KEEPING, Unmapped
from registry.exchange.markdown_text import Body, Section
from registry.exchange.outline import Entry
from registry.exchange.values import LISTS, choice_in, exact_value, list_style, value_of
from registry.exchange.vocabulary import Vocabulary, plain

LONGEST: Final = 60
PROSE: Final = LISTS | {FieldType.TEXT}


@dataclass
class Piece:
    """A heading of the card, the field that it opens or None, and the texts below."""

    section: Section
    field: str | None
    texts: list[str] = dataclasses.field(default_factory=list)

    @property
    def text(self) -> str:
        """The texts, one after the other."""
        return "\n\n".join(filter(None, self.texts))


@dataclass(frozen=True)
class Found:
    """What a body says."""

    fields: dict[str, Any]
    unmapped: tuple[Unmapped, ...]
    outline: tuple[Entry, ...]


def read(words: Vocabulary, body: Body, said: Mapping[str, Any]) -> Found:
    """Read a body into fields, keeping what no field takes.

    Args:
        words: the vocabulary of the template.
        body: the sections.
        said: what the front matter says; where a text says something else, it stays text.
    """
    fields: dict[str, Any] = {}
    unmapped: list[Unmapped] = []
    outline: list[Entry] = []
    exact, unfit = _marked(words, body)
    for piece in _pieces(words, body.sections):
        value = _value(words, piece)
        text = piece.text
        is_said_otherwise = piece.field in words.keys and said.get(piece.field or "", value) != value
        takes = value is not None and piece.field not in exact and not is_said_otherwise
        if takes:
            fields[piece.field or ""] = value
        elif text or _is_unknown(words, piece):
            unmapped.append(Unmapped(piece.section.level, piece.section.title, text))
            fields |= _hint(words, piece, {**said, **fields})
        outline += _entry(words, piece, takes=takes)
    return Found(fields | exact, (*unmapped, *unfit), tuple(outline))


def _marked(words: Vocabulary, body: Body) -> tuple[dict[str, Any], list[Unmapped]]:
    """Return the values between marks, and the texts between marks that fit no field."""
    exact: dict[str, Any] = {}
    unfit = []
    for name, text in body.marked:
        value = exact_value(words.template.field(name), text) if name in words.headings and name not in exact else None
        if value is not None:
            exact[name] = value
        elif text.strip():
            unfit.append(Unmapped(2, words.headings.get(name, name), text.strip("\n")))
    return exact, unfit


def _pieces(words: Vocabulary, sections: Sequence[Section]) -> list[Piece]:
    pieces: list[Piece] = []
    taken: dict[str, Piece] = {}
    above: list[tuple[int, Piece | None]] = []
    for section in sections:
        while above and above[-1][0] >= section.level:
            above.pop()
        owner = _owner(words, section, pieces, above[-1][1] if above else None, taken)
        if owner is None:
            owner = Piece(section, _opened(words, section, is_first=not any(one.section.level for one in pieces)))
            pieces += _with_opening(words, owner, taken)
        else:
            owner.texts.append(section.whole)
        belongs = owner if owner.field and not _is_title(words, owner) and section.level else None
        above.append((section.level, belongs))
    return pieces


def _owner(words: Vocabulary, section: Section, pieces: list[Piece], above: Piece | None, taken: dict[str, Piece]) -> Piece | None:
    """Return the piece that a section is added to, or None when it opens its own."""
    if words.knows(section.title) and section.level:
        name = words.field_of(section.title)
        earlier = taken.get(name or "")
        if earlier is None or not section.text:
            return None
        field = words.template.field(name or "")
        return earlier if field.type in PROSE and field.format != "line" else None
    if not pieces or section.has_mark or _is_keeping(words, section):
        return None
    return taken.setdefault(above.field or "", above) if above else None


def _opened(words: Vocabulary, section: Section, *, is_first: bool) -> str | None:
    """Return the field that a section opens."""
    if section.level == 0:
        return words.opening
    if words.knows(section.title):
        return words.field_of(section.title)
    return words.title if section.level == 1 and is_first else None


def _with_opening(words: Vocabulary, piece: Piece, taken: dict[str, Piece]) -> list[Piece]:
    """Return a new piece, and the opening that stands below a card's first heading."""
    text = piece.section.text
    if _is_title(words, piece):
        taken.setdefault(words.title or "", piece)
        if words.opening is None or words.opening in taken or not text:
            if words.opening and words.opening in taken and text:
                taken[words.opening].texts.append(text)
            return [piece]
        opening = Piece(Section(0, ""), words.opening, [text])
        taken[words.opening] = opening
        return [piece, opening]
    piece.texts.append(text)
    if piece.field in taken:
        piece.field = None
    elif piece.field and text:
        taken[piece.field] = piece
    return [piece]


def _is_title(words: Vocabulary, piece: Piece) -> bool:
    return piece.field is not None and piece.field == words.title and not words.knows(piece.section.title)


def _is_unknown(words: Vocabulary, piece: Piece) -> bool:
    """Whether an empty heading is worth keeping as text: not a known one, nor one that an export wrote."""
    section = piece.section
    is_title = section.level == 1 and piece.field is None and words.title is None
    return not (words.knows(section.title) or piece.field or _is_keeping(words, section) or is_title)


def _is_keeping(words: Vocabulary, section: Section) -> bool:
    """Whether an export writes this heading above what no other field takes."""
    return len(section.title) < LONGEST and plain(section.title) in {plain(words.headings[name]) for name in KEEPING}


def _value(words: Vocabulary, piece: Piece) -> Any:
    if piece.field is None:
        return None
    field = words.template.field(piece.field)
    if _is_title(words, piece):
        return value_of(field, words.without_prefix(piece.section.title))
    return value_of(field, piece.text) if piece.text else None


def _hint(words: Vocabulary, piece: Piece, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choice that an answer begins with; its text is kept beside it."""
    if piece.field is None or piece.field in fields:
        return {}
    choice = choice_in(words.template.field(piece.field), piece.text)
    return {} if choice is None else {piece.field: choice}


def _entry(words: Vocabulary, piece: Piece, *, takes: bool) -> list[Entry]:
    if piece.section.level == 0 and not piece.text:
        return []
    style = ""
    if takes and piece.field and words.template.field(piece.field).type in LISTS:
        style = list_style(piece.text)
    return [Entry(piece.section.heading, piece.field if takes else None, style or "-")]
