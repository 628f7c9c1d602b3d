"""From what a catalog's file holds to templates and frameworks as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

import yaml

from registry.catalog.crosswalk import Kind, Ref
from registry.catalog.schema import (
    ALWAYS,
    Band,
    CatalogError,
    Category,
    Column,
    Condition,
    Field,
    FieldType,
    Framework,
    Group,
    Item,
    Section,
    Template,
)
from registry.digest import canonical, sha256

Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_template(text: str, place: str) -> Template:
    """Read a template.

    Raises:
        CatalogError: it is not YAML, or a key is missing or of the wrong kind.
    """
    return template_from(yaml_of(text, place), place)


def template_from(content: Mapping[str, Any], place: str) -> Template:
    """Return a template from what its file holds.

    Raises:
        CatalogError: a key is missing or of the wrong kind.
    """
    try:
        return Template(
            key=content["key"],
            version=content["version"],
            title=content["title"],
            kind=content["kind"],
            source=content["source"],
            digest=sha256(canonical(content)),
            sections=tuple(_section(part) for part in content["sections"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _error(place, error) from error


def load_framework(text: str, place: str) -> Framework:
    """Read a framework.

    Raises:
        CatalogError: it is not YAML, or a key is missing or of the wrong kind.
    """
    return framework_from(yaml_of(text, place), place)


def framework_from(content: Mapping[str, Any], place: str) -> Framework:
    """Return a framework from what its file holds; items that are hidden are left out.

    Raises:
        CatalogError: a key is missing or of the wrong kind.
    """
    try:
        return Framework(
            key=content["key"],
            version=content["version"],
            title=content["title"],
            source=content["source"],
            note=content["note"],
            digest=sha256(canonical(content)),
            lifecycle=MappingProxyType(dict(content.get("lifecycle", {}))),
            characteristics=MappingProxyType(dict(content.get("characteristics", {}))),
            groups=tuple(group for part in content["groups"] if (group := _group(part)).categories),
            applies=content.get("applies", ALWAYS),
            scoring=content.get("scoring", {}).get("rule", ""),
            bands=tuple(Band(Fraction(part["up_to"]), part["meaning"]) for part in content.get("scoring", {}).get("bands", ())),
            linked_by=MappingProxyType(dict(content.get("linked_by", {}))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _error(place, error) from error


def _section(part: Mapping[str, Any]) -> Section:
    return Section(
        id=part["id"],
        number=part["number"],
        title=part["title"],
        essence=part["essence"],
        fields=tuple(_field(field) for field in part["fields"]),
    )


def _field(part: Mapping[str, Any]) -> Field:
    condition = part.get("condition")
    return Field(
        id=part["id"],
        title=part["title"],
        type=FieldType(part["type"]),
        format=part.get("format", "markdown"),
        essential=part["essential"],
        prompt=part["prompt"],
        legal_note=part.get("legal_note", ""),
        source=part.get("source", ""),
        choices=tuple(part.get("choices", ())),
        columns=tuple(Column(column["id"], column["title"]) for column in part.get("columns", ())),
        condition=Condition(condition["field"], condition["equals"]) if condition else None,
        good_example=part.get("good_example", ""),
        bad_example=part.get("bad_example", ""),
        maps=_lists(part.get("maps", {})),
        is_hidden=part.get("hidden", False),
        units=tuple(part.get("units", ())),
        refers_to=tuple(part.get("refers_to", ())),
        live=part.get("live", ""),
        prompts=tuple(part.get("prompts", ())),
        reviewer_asks=tuple(part.get("reviewer_asks", ())),
    )


def _group(part: Mapping[str, Any]) -> Group:
    return Group(
        id=part["id"],
        slug=part["slug"],
        title=part["title"],
        purpose=part["purpose"],
        categories=tuple(found for category in part["categories"] if (found := _category(category)).items),
    )


def _category(part: Mapping[str, Any]) -> Category:
    return Category(
        id=part["id"],
        title=part["title"],
        outcome=part["outcome"],
        items=tuple(_item(item) for item in part["items"] if not item.get("hidden")),
    )


def _item(part: Mapping[str, Any]) -> Item:
    return Item(
        id=part["id"],
        slug=part["slug"],
        title=part["title"],
        outcome=part["outcome"],
        question=part["question"],
        evidence=tuple(part.get("evidence", ())),
        lifecycle=tuple(part.get("lifecycle", ())),
        characteristics=tuple(part.get("characteristics", ())),
        scope=part.get("scope", "system"),
        crosswalk=MappingProxyType({key: _named(others) for key, others in part.get("crosswalk", {}).items()}),
        kinds=MappingProxyType(
            {
                Ref(key, one): Kind(word)
                for key, others in part.get("crosswalk", {}).items()
                if isinstance(others, Mapping)
                for word, ids in others.items()
                for one in ids
            }
        ),
    )


def _named(others: Sequence[str] | Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the ids of items that are named plainly, or by what they are."""
    return tuple(one for ids in others.values() for one in ids) if isinstance(others, Mapping) else tuple(others)


def _lists(part: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(values) for key, values in part.items()})


def yaml_of(text: str, place: str) -> dict[str, Any]:
    """Return what a YAML file of ours holds.

    Raises:
        CatalogError: it is not YAML, or no mapping.
    """
    try:
        content = yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader, the fast one where there is one
    except yaml.YAMLError as error:
        message = f"{place} is not valid YAML: {error}"
        raise CatalogError(message) from error
    if not isinstance(content, dict):
        message = f"{place} must be a mapping of keys to values."
        raise CatalogError(message)
    return content


def _error(place: str, error: Exception) -> CatalogError:
    why = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
    return CatalogError(f"{place}: {why}.")
