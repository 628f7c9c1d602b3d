"""Reading templates and frameworks from YAML; each file is read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from registry.catalog.schema import (
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
    UnknownItemError,
)
from registry.digest import canonical, sha256

DATA: Final = Path(__file__).parent / "data"
Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def templates() -> Mapping[str, Template]:
    """Return every template by key."""
    found = [load_template(path.read_text(), path.name) for path in sorted((DATA / "templates").glob("*.yaml"))]
    return MappingProxyType({template.key: template for template in found})


@cache
def frameworks() -> Mapping[str, Framework]:
    """Return every framework by key."""
    found = [load_framework(path.read_text(), path.name) for path in sorted((DATA / "frameworks").glob("*.yaml"))]
    return MappingProxyType({framework.key: framework for framework in found})


def template(key: str) -> Template:
    """Return one template.

    Raises:
        UnknownItemError: there is none of this key.
    """
    if key not in templates():
        message = f"There is no template “{key}”."
        raise UnknownItemError(message)
    return templates()[key]


def framework(key: str) -> Framework:
    """Return one framework.

    Raises:
        UnknownItemError: there is none of this key.
    """
    if key not in frameworks():
        message = f"There is no framework “{key}”."
        raise UnknownItemError(message)
    return frameworks()[key]


def load_template(text: str, place: str) -> Template:
    """Read a template.

    Raises:
        CatalogError: it is not YAML, or a key is missing or of the wrong kind.
    """
    content = _yaml(text, place)
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
    content = _yaml(text, place)
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
            groups=tuple(_group(part) for part in content["groups"]),
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
    )


def _group(part: Mapping[str, Any]) -> Group:
    return Group(
        id=part["id"],
        slug=part["slug"],
        title=part["title"],
        purpose=part["purpose"],
        categories=tuple(_category(category) for category in part["categories"]),
    )


def _category(part: Mapping[str, Any]) -> Category:
    return Category(
        id=part["id"],
        title=part["title"],
        outcome=part["outcome"],
        items=tuple(_item(item) for item in part["items"]),
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
        crosswalk=_lists(part.get("crosswalk", {})),
    )


def _lists(part: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(values) for key, values in part.items()})


def _yaml(text: str, place: str) -> dict[str, Any]:
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
