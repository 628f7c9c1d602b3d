"""Datasheets as Croissant with the RAI vocabulary, and back.

The rule: a property is rewritten only when its field was changed. A file that
was imported keeps everything else as it was (files, record sets, context); a
field that has no property of its own travels in ``assay:fields``.

Source:
    Croissant 1.0 and 1.1, Croissant RAI 1.0 (mlcommons.org/croissant).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import yaml

from registry.catalog.loader import DATA
from registry.catalog.parsing import Loader
from registry.catalog.schema import FieldType, Template
from registry.exchange.about import About
from registry.exchange.front_matter import kept_mapping, kept_text
from registry.exchange.imported import FRONT_MATTER, ExchangeError, Imported
from registry.exchange.values import LISTS, accepted
from registry.exchange.vocabulary import vocabulary

KEY: Final = "croissant"
TEMPLATE: Final = "datasheet"
OWN: Final = "assay:fields"
VERSIONS: Final = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "citeAs": "cr:citeAs",
    "recordSet": "cr:recordSet",
}
OWN_CONTEXT: Final[dict[str, Any]] = {"rai": "http://mlcommons.org/croissant/RAI/", OWN: {"@id": "urn:assay:fields", "@type": "@json"}}
PREFIXES: Final = {
    "sc": ("", "sc:", "schema:", "https://schema.org/", "http://schema.org/"),
    "rai": ("rai:", "", "http://mlcommons.org/croissant/RAI/"),
}


def is_croissant(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a Croissant or schema.org data set."""
    kinds = value.get("@type")
    return any(str(kind).rpartition(":")[2].rpartition("/")[2] == "Dataset" for kind in (kinds if isinstance(kinds, list) else [kinds]))


def read(value: Mapping[str, Any]) -> Imported:
    """Read a Croissant file into a datasheet.

    Raises:
        ExchangeError: it is larger than a document holds.
    """
    template = vocabulary(TEMPLATE).template
    fields, warnings = _own(template, value), []
    written = _properties(template, fields)
    for name, raw in _said(value).items():
        if name in fields and _texts(written.get(name)) == _texts(raw):
            continue
        found = _value(template, name, raw)
        if found is None:
            warnings.append(f"“{template.field(name).title}” could not hold what the file says; it stays with the file's other keys.")
        else:
            fields[name] = found
    kept = accepted(template.field(FRONT_MATTER), kept_text({KEY: dict(value)}))
    if kept is None or kept_mapping(kept) is None:
        message = "The file is larger than a document holds. Take record sets or example records out of it."
        raise ExchangeError(message)
    return Imported(TEMPLATE, fields, value, (), tuple(warnings), {FRONT_MATTER: kept})


def write(template_key: str, content: Mapping[str, Any], about: About) -> str:
    """Return a datasheet as Croissant 1.1, or as the version that was imported."""
    template = vocabulary(template_key).template
    front = kept_mapping(content.get(FRONT_MATTER)) or {}
    before = front.pop(KEY, None)
    result = copy.deepcopy(before) if isinstance(before, dict) else _new(about)
    said = {name: found for name, raw in _said(result).items() if (found := _value(template, name, raw)) is not None}
    properties = _properties(template, content)
    for name, property_value in properties.items():
        if said.get(name) != content[name]:
            _put(result, name, property_value)
    rest = {name: value for name, value in content.items() if name != FRONT_MATTER and _said_by(template, result, name) != value}
    if front:
        rest[FRONT_MATTER] = kept_text(front)
    elif FRONT_MATTER in content and not isinstance(before, dict):
        rest[FRONT_MATTER] = content[FRONT_MATTER]
    result.pop(OWN, None)
    if rest:
        result[OWN] = rest
        context = result.get("@context")
        result["@context"] = [*context, OWN_CONTEXT] if isinstance(context, list) else _with_own(context)
    return json.dumps(result, ensure_ascii=False, indent=2) + "\n"


def _with_own(context: Any) -> Any:
    return {**context, **OWN_CONTEXT} if isinstance(context, dict) else [context, OWN_CONTEXT]


def _new(about: About) -> dict[str, Any]:
    made = {"@context": dict(CONTEXT), "@type": "sc:Dataset", "conformsTo": list(VERSIONS), "name": about.name, "version": about.version}
    files = [
        {"@type": "cr:FileObject", "@id": f"file-{number}", "name": one.name, "sha256": one.sha256}
        for number, one in enumerate(about.artifacts, 1)
    ]
    return {**made, "distribution": files} if files else made


@cache
def _table() -> dict[str, Any]:
    content: dict[str, Any] = yaml.load((DATA / "exchange" / "croissant.yaml").read_text(), Loader=Loader)  # noqa: S506 - a safe loader
    return content


def _names() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each field with the spellings of each of its properties."""
    for vocabulary_name, prefixes in PREFIXES.items():
        for name, properties in _table()[vocabulary_name].items():
            yield name, [[prefix + one for prefix in prefixes] for one in properties]


def _said(value: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what each field's properties hold, one after the other."""
    found: dict[str, list[Any]] = {}
    for name, properties in _names():
        for spellings in properties:
            key = next((one for one in spellings if one in value), None)
            if key is not None and value[key] not in (None, "", []):
                found.setdefault(name, []).extend(value[key] if isinstance(value[key], list) else [value[key]])
    return found


def _put(result: dict[str, Any], name: str, property_value: Any) -> None:
    """Write a field's first property, and take its others away, whose text the field holds now."""
    properties = dict(_names())[name]
    present = [one for spellings in properties for one in spellings if one in result]
    target = present[0] if present else properties[0][0]
    for one in present[1:]:
        del result[one]
    result[target] = property_value


def _properties(template: Template, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of a property for each field that has one."""
    licenses = _table()["licenses"]
    made = {name: fields[name] for name, _ in _names() if fields.get(name)}
    return {
        name: licenses.get(value, [value])[0] if template.field(name).type is FieldType.CHOICE else value for name, value in made.items()
    }


def _own(template: Template, value: Mapping[str, Any]) -> dict[str, Any]:
    own = value.get(OWN)
    known = {field.id for field in template.fields()} - {FRONT_MATTER}
    raw = own.items() if isinstance(own, dict) else ()
    return {name: found for name, given in raw if name in known and (found := accepted(template.field(name), given)) is not None}


def _said_by(template: Template, value: Mapping[str, Any], name: str) -> Any:
    raw = _said(value).get(name)
    return None if raw is None else _value(template, name, raw)


def _value(template: Template, name: str, raw: list[Any]) -> Any:
    field, texts = template.field(name), _texts(raw)
    if field.type is FieldType.CHOICE:
        licenses = _table()["licenses"]
        plain = [one.rstrip("/").casefold() for one in texts]
        spelled = {one.rstrip("/").casefold(): key for key, ones in licenses.items() for one in (*ones, key)}
        return spelled.get(plain[0], plain[0] if plain[0] in field.choices else "other") if plain else None
    if field.type in LISTS:
        return accepted(field, texts)
    return accepted(field, "\n\n".join(texts))


def _texts(raw: Any) -> list[str]:
    """Return property values as text: a name for a person or an organisation, JSON for what has none."""
    return [text for one in (raw if isinstance(raw, list) else [raw]) if (text := _text(one).strip())]


def _text(one: Any) -> str:
    if isinstance(one, dict):
        named = one.get("name") or one.get("@value") or one.get("@id") or one.get("url")
        extra = one.get("email") if "name" in one else None
        return f"{named} ({extra})" if named and extra else str(named or json.dumps(one, ensure_ascii=False))
    return one if isinstance(one, str) else "" if one is None else json.dumps(one, ensure_ascii=False)
