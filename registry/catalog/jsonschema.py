"""The JSON Schema of a document's content, made from its template; pure."""

from __future__ import annotations

import re
from typing import Any, Final

from registry.catalog.documents import MOST_ENTRIES, MOST_LETTERS
from registry.catalog.schema import Field, FieldType, Template

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NUMBER: Final = r"-?[0-9]+(\.[0-9]+)?"
TEXT: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS}


def json_schema(template: Template, address: str) -> dict[str, Any]:
    """Return the schema of a document's content.

    A document is written over time, so no field is required here; which ones
    a release asks for stands in ``x-essential``. Answers to questions that an
    edition no longer asks stay with a document, so further keys are allowed.
    """
    fields = template.fields()
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": f"{template.title}, version {template.version}",
        "description": f"The content of a document: answers by field id. {template.source}.",
        "type": "object",
        "properties": {field.id: _property(field) for field in fields},
        "x-essential": [field.id for field in fields if field.essential and field.is_asked],
        "x-template": template.reference(),
    }


def _property(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"title": field.title, "description": field.prompt, **_kind(field)}
    if field.is_hidden:
        found["deprecated"] = True
    if field.condition:
        found["x-condition"] = {"field": field.condition.field, "equals": field.condition.equals}
    if field.maps:
        found["x-maps"] = {key: list(values) for key, values in field.maps.items()}
    return found


def _kind(field: Field) -> dict[str, Any]:
    row = {"type": "object", "properties": {column.id: TEXT for column in field.columns}, "additionalProperties": False}
    kinds: dict[FieldType, dict[str, Any]] = {
        FieldType.TEXT: {**TEXT, "contentMediaType": "text/markdown"} if field.format == "markdown" else TEXT,
        FieldType.NUMBER: {"type": "string", "pattern": rf"^{NUMBER}{_unit(field)}$"},
        FieldType.REFERENCE: {"type": "string", "pattern": rf"^[^\n]+ \(({'|'.join(field.refers_to)}) [^ ()]+\)$"},
        FieldType.PERSON: {"type": "string", "pattern": r"^[^\n]+ \((person|team) [0-9]+\)$"},
        FieldType.CHOICE: {"enum": list(field.choices)},
        FieldType.DATE: {"type": "string", "format": "date"},
        FieldType.LIST: {"type": "array", "items": TEXT, "minItems": 1, "maxItems": MOST_ENTRIES},
        FieldType.LINK: {"type": "array", "items": {"type": "string", "format": "uri"}, "minItems": 1, "maxItems": MOST_ENTRIES},
        FieldType.TABLE: {"type": "array", "items": row, "minItems": 1, "maxItems": MOST_ENTRIES},
    }
    return dict(kinds.get(field.type, {}))


def _unit(field: Field) -> str:
    """Return the pattern of a number's unit, which stands in the text only where there are several."""
    return f" ({'|'.join(re.escape(unit) for unit in field.units)})" if len(field.units) > 1 else ""
