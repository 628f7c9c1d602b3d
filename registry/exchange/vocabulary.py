"""Which headings, questions and keys of foreign cards belong to which field; read once from the catalog's YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import yaml

from registry.catalog.loader import DATA, key_of, template
from registry.catalog.parsing import Loader
from registry.catalog.schema import CatalogError, Template
from registry.exchange.imported import KEEPING

MOST_LETTERS: Final = 300
LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
TAG: Final = re.compile(r"<[^<>]*>")
NUMBER: Final = re.compile(r"(\d+|[a-z]|[ivx]+)([.)]\d*)+\s+")
OTHER: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Vocabulary:
    """The words of one template in other formats.

    Attributes:
        title: the field that a card's first heading fills, or None.
        opening: the field of the text before the first section, or None.
        headings: what an export writes above each field, by field id.
        known: field ids by a heading as ``plain`` returns it; None for a heading that only groups others.
        questions: how questions begin, with their field ids.
        keys: front-matter keys by field id.
        model_types: kinds of model by the Hub's name of a task.
    """

    template: Template
    title: str | None
    title_prefixes: tuple[str, ...]
    opening: str | None
    headings: Mapping[str, str]
    known: Mapping[str, str | None]
    questions: tuple[tuple[str, str], ...]
    keys: Mapping[str, str]
    model_types: Mapping[str, str]

    def knows(self, title: str) -> bool:
        """Whether a heading is in the table."""
        return self._entry(title)[0]

    def field_of(self, title: str) -> str | None:
        """Return the field that a heading belongs to, or None."""
        return self._entry(title)[1]

    def _entry(self, title: str) -> tuple[bool, str | None]:
        if title.startswith("**") and self.questions:
            words = plain(title)
            return next(((True, field) for start, field in self.questions if words.startswith(start)), (False, None))
        if len(title) > MOST_LETTERS:
            return False, None
        words = plain(title)
        return words in self.known, self.known.get(words)

    def without_prefix(self, title: str) -> str:
        """Return a card's first heading without words such as “Model card for”."""
        for prefix in self.title_prefixes:
            if title.casefold().startswith(prefix):
                rest = title[len(prefix) :].lstrip(" :–—-")
                return rest or title
        return title


@lru_cache(maxsize=10_000)
def plain(title: str) -> str:
    """Return a heading as headings are compared: lower case, no punctuation, numbering, links or emphasis."""
    text = TAG.sub(" ", LINK.sub(r"\1", title)).casefold().replace("&", " and ")
    text = NUMBER.sub("", text.strip(), count=1) if text[:1].isalnum() else text
    return OTHER.sub(" ", text).strip()


@lru_cache(maxsize=100)
def vocabulary(name: str) -> Vocabulary:
    """Return the vocabulary of a template, or of an edition of one: fields that it adds stand below their titles.

    Raises:
        UnknownItemError: there is no such template.
        CatalogError: the file names a field that the template has not, or a heading twice.
    """
    made_from, key = template(name), key_of(name)
    content = yaml.load((DATA / "exchange" / f"{key}.yaml").read_text(), Loader=Loader)  # noqa: S506 - a safe loader
    known = _known(key, content)
    fields: dict[str, Any] = {**content["fields"], **_added(made_from, content["fields"], known)}
    for section in made_from.sections:
        known.setdefault(plain(section.title), None)
    if set(fields) != {field.id for field in made_from.fields()} or (name == key and set(fields) != set(content["fields"])):
        wrong = set(content["fields"]) ^ {field.id for field in made_from.fields()}
        message = f"exchange/{key}.yaml and the template differ in the fields {', '.join(sorted(wrong))}."
        raise CatalogError(message)
    return Vocabulary(
        template=made_from,
        title=content["title"],
        title_prefixes=tuple(content["title_prefixes"]),
        opening=content["opening"],
        headings=MappingProxyType({name: part["heading"] for name, part in fields.items()}),
        known=MappingProxyType(known),
        questions=tuple((start, name) for name, part in fields.items() for start in part.get("questions", ())),
        keys=MappingProxyType(dict(content["keys"])),
        model_types=MappingProxyType({task: name for name, tasks in content["model_types"].items() for task in tasks}),
    )


def _added(made_from: Template, shipped: Mapping[str, Any], known: dict[str, str | None]) -> dict[str, Any]:
    """Return the fields that an edition adds, each with a heading that no other field has, and make them known."""
    added = {}
    for field in made_from.fields():
        if field.id not in shipped:
            heading = field.title if plain(field.title) not in known else f"{field.title} ({field.id})"
            known[plain(heading)] = field.id
            added[field.id] = {"heading": heading}
    return added


def _known(key: str, content: Mapping[str, Any]) -> dict[str, str | None]:
    known: dict[str, str | None] = {plain(words): None for words in content["containers"]}
    for name, part in content["fields"].items():
        for words in {plain(one) for one in (part["heading"], *part["synonyms"])}:
            if words in known:
                message = f"exchange/{key}.yaml: the heading “{words}” occurs twice."
                raise CatalogError(message)
            known[words] = name
    for name in KEEPING:
        known.pop(plain(content["fields"][name]["heading"]), None)
    return known
