"""Templates of documents and frameworks of checklists, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from registry.errors import DomainError


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

    def reference(self) -> dict[str, str]:
        """Return what a snapshot names it by."""
        return {"key": self.key, "version": self.version, "digest": self.digest}


@dataclass(frozen=True)
class Item:
    """One question of a checklist, by its official id."""

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
class Framework:
    """What a checklist asks."""

    key: str
    version: str
    title: str
    source: str
    note: str
    digest: str
    lifecycle: Mapping[str, str]
    characteristics: Mapping[str, str]
    groups: tuple[Group, ...]

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
