"""Templates of documents and frameworks of checklists, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeVar

from registry.catalog.crosswalk import Kind, Ref
from registry.errors import DomainError

# The source of fields that keep what an import brings.
KEEPS: Final = "exchange"


class CatalogError(DomainError):
    """A catalog file cannot be read; the message names the place and what is wrong."""


class UnknownItemError(DomainError):
    """There is no such field, section or item."""

    status = 404


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LIST = "list"
    NUMBER = "number"
    CHOICE = "choice"
    TABLE = "table"
    LINK = "link"
    DATE = "date"
    REFERENCE = "reference"
    PERSON = "person"


@dataclass(frozen=True)
class Column:
    """One column of a table field."""

    id: str
    title: str


@dataclass(frozen=True)
class Condition:
    """A field applies only while another field has a value."""

    field: str
    equals: str


@dataclass(frozen=True)
class Field:
    """One question of a document.

    Attributes:
        format: ``line`` for short text, ``markdown`` for prose.
        legal_note: what a reviewer reads in the answer.
        maps: counterparts in other formats, by format.
        is_hidden: no longer asked; what was written stays with the document.
        units: of a number; with several, the value names one of them.
        refers_to: what a reference may be to: ``dataset``, ``evaluation``.
        live: what stands below the answer and is measured, not typed: ``findings``, ``datasheets`` or nothing.
        prompts: questions that help to begin.
        reviewer_asks: what a reviewer will ask about the answer.
    """

    id: str
    title: str
    type: FieldType
    format: str
    essential: bool
    prompt: str
    legal_note: str
    source: str
    choices: tuple[str, ...]
    columns: tuple[Column, ...]
    condition: Condition | None
    good_example: str
    bad_example: str
    maps: Mapping[str, tuple[str, ...]]
    is_hidden: bool = False
    units: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    live: str = ""
    prompts: tuple[str, ...] = ()
    reviewer_asks: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether a person is asked; some fields only keep what an imported file said besides, and some are hidden."""
        return self.source != KEEPS and not self.is_hidden


@dataclass(frozen=True)
class Section:
    """A group of questions."""

    id: str
    number: str
    title: str
    essence: str
    fields: tuple[Field, ...]


Named = TypeVar("Named", Field, Section)


@dataclass(frozen=True)
class Template:
    """What a document asks."""

    key: str
    version: str
    title: str
    kind: str
    source: str
    digest: str
    sections: tuple[Section, ...]

    def fields(self) -> tuple[Field, ...]:
        """Return every field, in order."""
        return tuple(field for section in self.sections for field in section.fields)

    def field(self, key: str) -> Field:
        """Return one field.

        Raises:
            UnknownItemError: there is none of this id.
        """
        return _one(self.fields(), key, "field")

    def section(self, key: str) -> Section:
        """Return one section.

        Raises:
            UnknownItemError: there is none of this id.
        """
        return _one(self.sections, key, "section")

    def following(self, section: Section) -> Section | None:
        """Return the section after another, or None at the end."""
        place = self.sections.index(section) + 1
        return self.sections[place] if place < len(self.sections) else None

    def preceding(self, section: Section) -> Section | None:
        """Return the section before another, or None at the beginning."""
        place = self.sections.index(section)
        return self.sections[place - 1] if place else None

    def reference(self) -> dict[str, str]:
        """Return what a snapshot names it by."""
        return {"key": self.key, "version": self.version, "digest": self.digest}


ALWAYS: Final = "always"


@dataclass(frozen=True)
class Item:
    """One question of a checklist, by its official id.

    Attributes:
        crosswalk: ids of the items of other frameworks that it names, by framework.
        kinds: what these are to it, where the framework itself says more than “related”.
    """

    id: str
    slug: str
    title: str
    outcome: str
    question: str
    evidence: tuple[str, ...]
    lifecycle: tuple[str, ...]
    characteristics: tuple[str, ...]
    scope: str
    crosswalk: Mapping[str, tuple[str, ...]]
    kinds: Mapping[Ref, Kind] = field(default_factory=dict)

    @property
    def is_of_organisation(self) -> bool:
        """Whether it is answered once for the organisation, and inherited by every model."""
        return self.scope == "organisation"


@dataclass(frozen=True)
class Category:
    """Items that belong together."""

    id: str
    title: str
    outcome: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Group:
    """A function of the framework, or a family of principles."""

    id: str
    slug: str
    title: str
    purpose: str
    categories: tuple[Category, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item, in order."""
        return tuple(item for category in self.categories for item in category.items)


@dataclass(frozen=True)
class Band:
    """What a score up to a number means."""

    up_to: Fraction
    meaning: str


@dataclass(frozen=True)
class Framework:
    """What a checklist asks.

    Attributes:
        applies: ``always``, or a word for when a model is asked it; then people choose it for the model.
        bands: how a score is read, the smallest first; empty for a framework that is not scored.
        scoring: how the score is made, in words.
        linked_by: who published the links to another framework, by its key; other links are the author's judgement.
    """

    key: str
    version: str
    title: str
    source: str
    note: str
    digest: str
    lifecycle: Mapping[str, str]
    characteristics: Mapping[str, str]
    groups: tuple[Group, ...]
    applies: str = ALWAYS
    scoring: str = ""
    bands: tuple[Band, ...] = ()
    linked_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_basic(self) -> bool:
        """Whether every model is asked it."""
        return self.applies == ALWAYS

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item, in order."""
        return tuple(item for group in self.groups for item in group.items)

    def item(self, slug: str) -> Item:
        """Return one item.

        Raises:
            UnknownItemError: there is none of this slug.
        """
        for item in self.items:
            if item.slug == slug:
                return item
        message = f"{self.title} has no item “{slug}”."
        raise UnknownItemError(message)

    def reference(self) -> dict[str, str]:
        """Return what a snapshot names it by."""
        return {"key": self.key, "version": self.version, "digest": self.digest}


def _one(found: Sequence[Named], key: str, word: str) -> Named:
    for one in found:
        if one.id == key:
            return one
    message = f"There is no {word} “{key}”."
    raise UnknownItemError(message)
