"""What the fields of a document may refer to: datasets and evaluations, people and teams.

A value is text that can be read anywhere: a label with what it stands for in
brackets. Whoever types one, the label is set to the name that the thing has
when it is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string

from registry.catalog.documents import REFERENCE
from registry.catalog.schema import Field, FieldType, Template
from registry.models import Kind, Person, Team, Version

KINDS: Final = {FieldType.REFERENCE, FieldType.PERSON}
PEOPLE: Final = ("person", "team")
MOST: Final = 200


def options(version: Version, fields: Iterable[Field]) -> dict[str, list[str]]:
    """Return the values that each field may take, by field id; nothing is asked when no field refers to anything."""
    asked = [field for field in fields if field.type in KINDS]
    kinds = {kind for field in asked for kind in _kinds(field)}
    found = {kind: list(_offered(version, kind).values()) for kind in sorted(kinds)}
    return {field.id: [value for kind in _kinds(field) for value in found[kind]] for field in asked}


def settle(version: Version, made_from: Template, cleaned: dict[str, Any], errors: dict[str, str]) -> None:
    """Give each reference the label of what it stands for, and move one that stands for nothing to the errors."""
    for key in [key for key, value in cleaned.items() if value is not None and made_from.field(key).type in KINDS]:
        found = REFERENCE.fullmatch(cleaned[key])
        value = _offered(version, found["kind"], found["key"]).get(found["key"]) if found else None
        if value is None:
            title = made_from.field(key).title
            errors[key] = f"{title}: there is no such entry, or this version cannot refer to it. Choose from the list."
            del cleaned[key]
        else:
            cleaned[key] = value


def _kinds(field: Field) -> tuple[str, ...]:
    return PEOPLE if field.type is FieldType.PERSON else field.refers_to


def _offered(version: Version, kind: str, key: str | None = None) -> Mapping[str, str]:
    """Return what a version may refer to, by key; at most some hundreds, or the one that is asked for."""
    team = version.asset.team_id
    if kind == "evaluation":
        return {one: _value(name, kind, one) for one, name in import_string(settings.EVALUATIONS_SOURCE)(version)}
    if kind == "dataset":
        rows = Version.objects.filter(asset__team_id=team, asset__kind=Kind.DATASET).select_related("asset").order_by("-pk")
        if key is not None:
            slug, _, name = key.partition("/")
            rows = rows.filter(asset__slug=slug, name=name)
        names = [(f"{row.asset.slug}/{row.name}", f"{row.asset.name} {row.name}") for row in rows[:MOST]]
    elif kind == "person":
        people = Person.objects.filter(memberships__team_id=team, is_active=True).order_by("name", "pk")
        names = [(str(pk), name) for pk, name in people.values_list("pk", "name")[:MOST]]
    else:
        names = [(str(pk), name) for pk, name in Team.objects.filter(pk=team).values_list("pk", "name")]
    return {one: _value(name, kind, one) for one, name in names}


def _value(name: str, kind: str, key: str) -> str:
    return f"{' '.join(name.split())} ({kind} {key})"
