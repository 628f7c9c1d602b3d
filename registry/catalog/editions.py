"""Changing a template: what may change, and how; pure.

The rule: a field is never taken out of a template and never changes its type,
so that whatever was written in any edition fits every later one. A field that
is no longer wanted is hidden. Functions work on the content of a template's
file (``dict``), hand back a new one, and never change what they were given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.parsing import template_from
from registry.catalog.schema import CatalogError, FieldType, UnknownItemError

ID: Final = re.compile(r"[a-z][a-z0-9_]{1,59}")
# Words that stand in the addresses of a document's pages.
RESERVED: Final = frozenset({"history", "import", "export", "confirm", "template"})
LONGEST: Final = 2_000
MOST_FIELDS: Final = 300
FIELD_KEYS: Final = frozenset(
    {"id", "title", "type", "format", "essential", "prompt", "legal_note", "source", "choices", "columns", "condition", "good_example"}
    | {"bad_example", "maps", "hidden", "units", "refers_to", "live", "prompts", "reviewer_asks"}
)
EXAMPLES: Final = ("good_example", "bad_example")
LISTS: Final = ("prompts", "reviewer_asks")
# What a field says to its writer.
WORDS: Final = ("title", "prompt", "legal_note", *LISTS, *EXAMPLES)
# What else the editor's form sends.
TAKEN: Final = frozenset({"based_on", "session", "note"})
REFERS_TO: Final = frozenset({"dataset", "evaluation"})
LIVE: Final = frozenset({"", "findings", "datasheets"})
SECTION_KEYS: Final = frozenset({"id", "number", "title", "essence", "fields"})
TEMPLATE_KEYS: Final = frozenset({"key", "version", "title", "kind", "source", "sections"})
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a template.

    Attributes:
        path: where, such as ``sections[2].fields[0].type``.
    """

    path: Path
    sentence: str

    @property
    def place(self) -> str:
        """The path as a person reads it."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.lstrip(".") or "the file"


def problems(content: Any, earlier: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a template's content, also as a successor of the current edition; empty when it is sound."""
    found = list(_shape(content))
    if not found:
        found = [*_sense(content), *_continuity(content, earlier)]
    if not found:
        try:
            template_from(content, "the template")
        except CatalogError as error:
            found = [Problem((), error.message)]
    return found


def with_field(content: Mapping[str, Any], section: str, field: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with a field at the end of a section."""
    new = deepcopy(dict(content))
    for part in new["sections"]:
        if part["id"] == section:
            part["fields"].append(dict(field))
    return new


def with_section(content: Mapping[str, Any], section: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with an empty section before the last one, which keeps what imports bring."""
    new = deepcopy(dict(content))
    new["sections"].insert(len(new["sections"]) - 1, {**section, "number": str(len(new["sections"]) - 1), "fields": []})
    new["sections"][-1]["number"] = str(len(new["sections"]) - 1)
    return new


def with_mark(content: Mapping[str, Any], field: str, key: str, *, value: bool) -> dict[str, Any]:
    """Return the content with a field made essential or not, hidden or not."""
    new = deepcopy(dict(content))
    for part in new["sections"]:
        for one in part["fields"]:
            if one["id"] == field:
                one[key] = value
    return new


def with_words(content: Mapping[str, Any], field: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with other words of a field; what is blank goes."""
    new = deepcopy(dict(content))
    for part in new["sections"]:
        for one in part["fields"]:
            if one["id"] == field:
                one.update(words)
                for key in [key for key, value in words.items() if not value and key not in {"title", "prompt"}]:
                    del one[key]
    return new


def words_of(content: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Return the words of a field: title, question, help and examples; empty where there are none.

    Raises:
        UnknownItemError: there is no such field.
    """
    for section in content["sections"]:
        for one in section["fields"]:
            if one["id"] == field:
                return {key: one.get(key, [] if key in LISTS else "") for key in WORDS}
    message = f"There is no field “{field}”."
    raise UnknownItemError(message)


def _shape(content: Any) -> Iterator[Problem]:
    """Keys and kinds of values."""
    if not isinstance(content, dict):
        yield Problem((), "Write a mapping with the keys key, version, title, kind, source and sections.")
        return
    yield from _keys((), content, TEMPLATE_KEYS, TEMPLATE_KEYS)
    sections = content.get("sections")
    if not isinstance(sections, list) or not sections:
        yield Problem(("sections",), "Write a list of sections.")
        return
    for number, section in enumerate(sections):
        path: Path = ("sections", number)
        if not isinstance(section, dict):
            yield Problem(path, "A section is a mapping with id, number, title, essence and fields.")
            continue
        yield from _keys(path, section, SECTION_KEYS, SECTION_KEYS)
        fields = section.get("fields")
        if not isinstance(fields, list):
            yield Problem((*path, "fields"), "Write a list of fields; an empty section has [].")
            continue
        for place, field in enumerate(fields):
            yield from _field_shape((*path, "fields", place), field)


def _field_shape(path: Path, field: Any) -> Iterator[Problem]:
    if not isinstance(field, dict):
        yield Problem(path, "A field is a mapping with id, title, type, essential and prompt.")
        return
    yield from _keys(path, field, FIELD_KEYS, frozenset({"id", "title", "type", "essential", "prompt"}))
    for key in ("essential", "hidden"):
        if key in field and not isinstance(field[key], bool):
            yield Problem((*path, key), "Write true or false.")
    if field.get("type") not in {kind.value for kind in FieldType}:
        yield Problem((*path, "type"), f"Choose one of {', '.join(kind.value for kind in FieldType)}.")
    if field.get("format", "markdown") not in {"line", "markdown"}:
        yield Problem((*path, "format"), "Choose line (short text) or markdown (prose).")
    yield from _parts(path, field)


def _parts(path: Path, field: Mapping[str, Any]) -> Iterator[Problem]:
    choices, columns, condition = field.get("choices", []), field.get("columns", []), field.get("condition")
    if not isinstance(choices, list) or not all(isinstance(one, str) and one for one in choices):
        yield Problem((*path, "choices"), "Write a list of words.")
    if not isinstance(columns, list) or not all(isinstance(one, dict) and {"id", "title"} <= one.keys() for one in columns):
        yield Problem((*path, "columns"), "Write a list of columns, each with id and title.")
    if condition is not None and not (isinstance(condition, dict) and {"field", "equals"} <= condition.keys()):
        yield Problem((*path, "condition"), "Write the field and the value that it must equal.")
    for key in ("units", "refers_to", "prompts", "reviewer_asks"):
        if not isinstance(words := field.get(key, []), list) or not all(isinstance(one, str) and 0 < len(one) <= LONGEST for one in words):
            yield Problem((*path, key), "Write a list of texts.")
    if field.get("live", "") not in LIVE:
        yield Problem((*path, "live"), "Write findings or datasheets, or leave it out.")
    if not isinstance(maps := field.get("maps", {}), dict) or not all(isinstance(value, list) for value in maps.values()):
        yield Problem((*path, "maps"), "Write a mapping of formats to lists.")


def _keys(path: Path, part: Mapping[str, Any], known: frozenset[str], needed: frozenset[str]) -> Iterator[Problem]:
    for key in sorted(str(key) for key in part.keys() - known):
        yield Problem((*path, key), f"This key is unknown here. Known are {', '.join(sorted(known))}.")
    for key in sorted(needed - part.keys()):
        yield Problem(path, f"The key {key} is missing.")
    for key in ("id", "key", "version", "number", "title", "essence", "prompt", "kind", "source", "legal_note", *EXAMPLES):
        if key in part and key in known and not (isinstance(part[key], str) and len(part[key]) <= LONGEST):
            yield Problem((*path, key), f"Write text of at most {LONGEST:,} characters, in quotes if it looks like a number.")


def _sense(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Ids, references, and what a type needs."""
    seen: set[str] = set()
    sections: set[str] = set()
    fields = {field["id"]: field for section in content["sections"] for field in section["fields"]}
    if len(fields) > MOST_FIELDS:
        yield Problem(("sections",), f"{len(fields)} fields are too many; {MOST_FIELDS} are allowed.")
    for number, section in enumerate(content["sections"]):
        path: Path = ("sections", number)
        yield from _id(path, section["id"], sections)
        if section["id"] in RESERVED:
            yield Problem((*path, "id"), f"“{section['id']}” is a word of the addresses; choose another id.")
        for place, field in enumerate(section["fields"]):
            yield from _field_sense((*path, "fields", place), field, seen, fields)


def _field_sense(path: Path, field: Mapping[str, Any], seen: set[str], fields: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    yield from _id(path, field["id"], seen)
    if not field["title"].strip() or not field["prompt"].strip():
        yield Problem(path, "Give the field a title and a question.")
    if field["type"] == FieldType.CHOICE and not field.get("choices"):
        yield Problem((*path, "choices"), "A choice needs choices.")
    if field["type"] == FieldType.TABLE and not field.get("columns"):
        yield Problem((*path, "columns"), "A table needs columns.")
    if field["id"] in TAKEN:
        yield Problem((*path, "id"), f"“{field['id']}” is a word of the editor's form; choose another id.")
    if (field["type"] == FieldType.REFERENCE) != bool(field.get("refers_to")) or not set(field.get("refers_to", ())) <= REFERS_TO:
        yield Problem((*path, "refers_to"), "A reference, and nothing else, names what it refers to: dataset, evaluation or both.")
    if any(" " in unit for unit in field.get("units", ())):
        yield Problem((*path, "units"), "A unit has no blanks.")
    condition = field.get("condition")
    if condition and condition["field"] not in fields:
        yield Problem((*path, "condition", "field"), f"There is no field “{condition['field']}”.")


def _id(path: Path, key: str, seen: set[str]) -> Iterator[Problem]:
    if not ID.fullmatch(key):
        yield Problem((*path, "id"), f"“{key[:80]}” is no id: small letters, digits and _, beginning with a letter, 2 to 60 of them.")
    if key in seen:
        yield Problem((*path, "id"), f"The id “{key}” occurs twice.")
    seen.add(key)


def _continuity(content: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[Problem]:
    """What was asked before is still there, of the same type, so that no answer loses its field."""
    for key in ("key", "kind"):
        if content[key] != earlier[key]:
            yield Problem((key,), f"This must stay “{earlier[key]}”.")
    now = {
        field["id"]: (("sections", number, "fields", place), field)
        for number, section in enumerate(content["sections"])
        for place, field in enumerate(section["fields"])
    }
    for section in earlier["sections"]:
        for field in section["fields"]:
            if field["id"] not in now:
                yield Problem(("sections",), f"The field {field['id']} is missing. Fields are hidden (hidden: true), not taken out.")
                continue
            path, present = now[field["id"]]
            yield from _same(path, field, present)


def _same(path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Problem]:
    if before["type"] != after["type"]:
        yield Problem((*path, "type"), f"The type must stay {before['type']}: documents hold answers of that type. Add another field.")
    if before.get("source") == "exchange" and before != after:
        yield Problem(path, "This field keeps what imported files say besides; it cannot be changed.")
    if (len(before.get("units", ())) > 1) != (len(after.get("units", ())) > 1):
        yield Problem((*path, "units"), "With several units an answer names one; that cannot begin or end here. Add another field.")
    words: tuple[tuple[str, Callable[[Any], str]], ...] = (
        ("choices", str),
        ("refers_to", str),
        ("columns", lambda column: str(column["id"])),
        *((("units", str),) if len(before.get("units", ())) > 1 else ()),
    )
    for key, name in words:
        if gone := {name(one) for one in before.get(key, ())} - {name(one) for one in after.get(key, ())}:
            yield Problem((*path, key), f"{', '.join(sorted(gone))} must stay: documents may hold it.")
