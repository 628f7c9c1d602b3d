"""Whether the shipped catalogs are whole: ids, references and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from registry.catalog.links import faults, refs_of
from registry.catalog.loader import frameworks, templates
from registry.catalog.schema import Field, Framework, Template

NIST: Final = "nist_ai_rmf"
OECD: Final = "oecd_ai_principles"
# Fields of the standard, our own, and those that keep what an import brings.
FIELDS: Final = {"model_card": 34 + 18 + 3, "datasheet": 57 + 1 + 3}
ITEMS: Final = {
    NIST: 72,
    OECD: 27 + 14,
    "nist_ai_600_1": 12,
    "eu_ai_act": 7 + 25,
    "iso_42001": 38,
    "technical_debt": 37,
    "ml_test_score": 28,
    "privacy_review": 15,
}
FUNCTIONS: Final = {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}
CATEGORIES: Final = 19


def problems() -> list[str]:
    """Return a sentence for each thing that is wrong with the catalogs."""
    return [*_templates(), *_frameworks(), *_references(), *faults()]


def _templates() -> Iterator[str]:
    for key, count in FIELDS.items():
        if key not in templates():
            yield f"The template {key} is missing."
            continue
        yield from _template(templates()[key], count)


def _template(template: Template, count: int) -> Iterator[str]:
    ids = [field.id for field in template.fields()]
    if len(ids) != count:
        yield f"{template.key} has {len(ids)} fields; it should have {count}."
    yield from (f"{template.key}: the field {one} occurs twice." for one in _twice(ids))
    for field in template.fields():
        if field.condition and field.condition.field not in ids:
            yield f"{template.key}: {field.id} depends on {field.condition.field}, which is not there."
        if field.type == "choice" and not field.choices:
            yield f"{template.key}: {field.id} has no choices."
        if field.type == "table" and not field.columns:
            yield f"{template.key}: {field.id} has no columns."
        if field.is_asked and not (field.good_example and field.bad_example):
            yield f"{template.key}: {field.id} has no good or no bad example."
        yield from _kind(template, field)


def _kind(template: Template, field: Field) -> Iterator[str]:
    refers = set(field.refers_to)
    if (field.type == "reference") != bool(refers) or not refers <= {"dataset", "evaluation"}:
        yield f"{template.key}: {field.id} must refer to datasets, evaluations or both when it is a reference, and to nothing otherwise."
    if field.live not in {"", "findings", "datasheets"}:
        yield f"{template.key}: {field.id} shows “{field.live}”, which nobody measures."
    if any(" " in unit or not unit for unit in field.units):
        yield f"{template.key}: a unit of {field.id} is empty or has a blank."


def _frameworks() -> Iterator[str]:
    yield from (f"The framework {key} is shipped and nobody counts its items." for key in frameworks() if key not in ITEMS)
    for key, count in ITEMS.items():
        if key not in frameworks():
            yield f"The framework {key} is missing."
            continue
        yield from _framework(frameworks()[key], count)
    if NIST in frameworks():
        nist = frameworks()[NIST]
        found = {group.id: len(group.items) for group in nist.groups}
        if found != FUNCTIONS:
            yield f"{NIST}: the functions have {found} items; they should have {FUNCTIONS}."
        if (number := sum(len(group.categories) for group in nist.groups)) != CATEGORIES:
            yield f"{NIST} has {number} categories; it should have {CATEGORIES}."


def _framework(framework: Framework, count: int) -> Iterator[str]:
    if len(framework.items) != count:
        yield f"{framework.key} has {len(framework.items)} items; it should have {count}."
    for name in ("id", "slug"):
        values = [getattr(item, name) for item in framework.items]
        yield from (f"{framework.key}: the {name} {one} occurs twice." for one in _twice(values))
    for item in framework.items:
        for quality in item.characteristics:
            if quality not in framework.characteristics:
                yield f"{framework.key}: {item.id} names the characteristic {quality}, which is not there."
        for stage in item.lifecycle:
            if stage not in framework.lifecycle:
                yield f"{framework.key}: {item.id} names the lifecycle stage {stage}, which is not there."


def _references() -> Iterator[str]:
    ids = {key: {item.id for item in framework.items} for key, framework in frameworks().items()}
    for framework in frameworks().values():
        for item in framework.items:
            for other, links in item.crosswalk.items():
                yield from _unknown(f"{framework.key}: {item.id}", links, ids.get(other))
    for template in templates().values():
        for field in template.fields():
            for ref in sorted(refs_of(field)):
                yield from _unknown(f"{template.key}: {field.id}", (ref.item,), ids.get(ref.framework))


def _unknown(place: str, links: tuple[str, ...], known: set[str] | None) -> Iterator[str]:
    for link in links:
        if known is not None and link not in known:
            yield f"{place} points to {link}, which is not there."


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
