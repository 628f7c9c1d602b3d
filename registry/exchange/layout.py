"""A document as the body of a card: in the order of its outline, or in the usual one.

The rule: every value that is not skipped is written exactly once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from registry.exchange import outline
from registry.exchange.imported import FURTHER_TEXT, KEEPING, OUTLINE
from registry.exchange.markdown_text import Section, below, between_marks, split
from registry.exchange.outline import Entry
from registry.exchange.values import exact_text, text_of
from registry.exchange.vocabulary import Vocabulary


def compose(words: Vocabulary, content: Mapping[str, Any], *, skip: Collection[str], marked: Collection[str]) -> tuple[str, list[Entry]]:
    """Return the body of a card and its outline.

    Args:
        words: the vocabulary of the template.
        content: cleaned values by field id.
        skip: fields that stand elsewhere, as in the front matter.
        marked: fields to be written between marks.
    """
    return _Writer(words, content, skip, marked).written()


def _key(one: Section | Entry) -> str:
    """Return by what a heading of the outline is found in the text; a question is found however it is marked."""
    return one.title if one.title.startswith("**") else one.heading


class _Writer:
    """Writes each value once, and notes the headings that it writes."""

    def __init__(self, words: Vocabulary, content: Mapping[str, Any], skip: Collection[str], marked: Collection[str]) -> None:
        self.words, self.marked = words, marked
        self.left = {name: content[name] for name in words.headings if name in content and name not in {*skip, *KEEPING}}
        self.keeping = {name: content[name] for name in KEEPING if name in content and name in marked}
        self.ordered = outline.read(content.get(OUTLINE) or (), words.headings)
        further = content.get(FURTHER_TEXT, "")
        self.further = list(split(further, has_questions=False).sections) if further else []
        self.elsewhere = Counter[str]()
        if FURTHER_TEXT in marked:
            # Line by line, since a heading may stand in code that was never closed.
            lines = [line.rstrip() for line in further.split("\n") if line.startswith("#")]
            self.elsewhere.update([*lines, *(line.lstrip("#").strip() for line in lines)])
            self.further = []
        self.inside = Counter(_key(section) for section in self.further)
        self.waiting = Counter(_key(entry) for entry in self.ordered)
        self.parts: list[str] = []
        self.entries: list[Entry] = []

    def written(self) -> tuple[str, list[Entry]]:
        """Return the body and its outline."""
        for entry in self.ordered:
            self.waiting[_key(entry)] -= 1
            if entry.field is None:
                self._further(entry)
            else:
                self._ordered_field(entry)
        self._usual()
        self._rest()
        return "\n\n".join(part for part in self.parts if part), self.entries

    def _ordered_field(self, entry: Entry) -> None:
        if entry.field not in self.left or (not entry.heading and not self._is_open()):
            return
        value = self.left[entry.field]
        if entry.field == self.words.title and not self.words.knows(entry.title):
            self._title(value, entry)
        else:
            self._field(entry.field, entry)

    def _title(self, value: str, entry: Entry) -> None:
        is_same = self.words.without_prefix(entry.title) == value
        is_marked = self.words.title in self.marked
        self._add(entry.heading if is_same or is_marked else f"# {value}", entry)
        if is_marked:
            self.parts.append(between_marks(str(self.words.title), value))
        del self.left[str(self.words.title)]

    def _field(self, name: str, entry: Entry) -> None:
        field, value = self.words.template.field(name), self.left.pop(name)
        if name in self.marked:
            self._add(f"### {entry.title}" if entry.is_question else entry.heading, entry)
            self.parts.append(between_marks(name, exact_text(field, value)))
        else:
            self._add(below(entry.heading, text_of(field, value, entry.style)), entry)

    def _further(self, entry: Entry) -> None:
        """Write the text that stands below a heading which no field takes, and what hangs on it."""
        if self.elsewhere[_key(entry)] > 0:
            self.elsewhere[_key(entry)] -= 1
            return
        if self.inside[_key(entry)] == 0:
            self._add(entry.heading, entry)
            return
        start = next(number for number, one in enumerate(self.further) if _key(one) == _key(entry))
        end = start + 1
        while end < len(self.further) and not entry.is_question and self._hangs(self.further[end], entry.level):
            end += 1
        self.inside.subtract(_key(section) for section in self.further[start:end])
        self._sections(self.further[start:end], entry)
        del self.further[start:end]

    def _hangs(self, section: Section, level: int) -> bool:
        return section.level > level and self.waiting[_key(section)] == 0

    def _sections(self, sections: list[Section], entry: Entry | None = None) -> None:
        for section in sections:
            self.parts.append(below(entry.heading, section.text) if entry else section.whole)
            self.entries.append(entry or Entry(section.heading, None))
            entry = None

    def _usual(self) -> None:
        """Write the fields that no outline places, under the titles of their sections."""
        words = self.words
        if words.title in self.left and not self.parts:
            self._title(self.left[words.title], Entry(f"# {self.left[words.title]}" if self._is_line() else "# Model card", words.title))
            if words.opening in self.left:
                self._field(words.opening, Entry("", words.opening))
        for section in words.template.sections:
            inside = [field.id for field in section.fields if field.id in self.left]
            if inside:
                self._add(f"## {section.title}", Entry(f"## {section.title}", None))
            for name in inside:
                self._field(name, Entry(f"### {words.headings[name]}", name))

    def _is_open(self) -> bool:
        """Whether text without a heading would still stand before the first section."""
        return all(entry.field == self.words.title for entry in self.entries)

    def _is_line(self) -> bool:
        return self.words.title not in self.marked

    def _rest(self) -> None:
        self._sections(self.further)
        for name, value in self.keeping.items():
            heading = f"## {self.words.headings[name]}"
            self.parts += [heading, between_marks(name, exact_text(self.words.template.field(name), value))]

    def _add(self, heading: str, entry: Entry) -> None:
        self.parts.append(heading)
        self.entries.append(entry)
