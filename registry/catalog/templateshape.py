"""Whether a template that somebody wrote or changed is whole, also as a successor of the present edition; pure.

The rule: everything that is wrong is told at once. What cannot be read is
told where it stands, and the rest is looked at as if that were right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.editions import EXAMPLES, Path, Problem
from registry.catalog.parsing import template_from
from registry.catalog.schema import CatalogError, FieldType

ID: Final = re.compile(r"[a-z][a-z0-9_]{1,59}")
# Words that stand in the addresses of a document's pages.
RESERVED: Final = frozenset({"history", "import", "export", "confirm", "template"})
LONGEST: Final = 2_000
MOST_FIELDS: Final = 300
FIELD_KEYS: Final = frozenset(
    {"id", "title", "type", "format", "essential", "prompt", "legal_note", "source", "choices", "columns", "condition", "good_example"}
    | {"bad_example", "maps", "hidden", "units", "refers_to", "live", "prompts", "reviewer_asks"}
)
# What else the editor's form sends.
TAKEN: Final = frozenset({"based_on", "session", "note"})
REFERS_TO: Final = frozenset({"dataset", "evaluation"})
LIVE: Final = frozenset({"", "findings", "datasheets"})
SECTION_KEYS: Final = frozenset({"id", "number", "title", "essence", "fields"})
TEMPLATE_KEYS: Final = frozenset({"key", "version", "title", "kind", "source", "sections"})


@dataclass(frozen=True)
class _Part:
    """A section or a field of a file that may be wrong elsewhere.

    Attributes:
        path: where it stands.
        part: what stands there; its id is text.
        is_sound: nothing is wrong with its keys and the kinds of its values, or with what stands in it.
    """

    path: Path
    part: Mapping[str, Any]
    is_sound: bool

    @property
    def is_field(self) -> bool:
        """Whether it is a field and not a section."""
        return "fields" in self.path


def problems(content: Any, earlier: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a template's content, also as a successor of the current edition; empty when it is sound."""
    shape = list(_shape(content))
    parts = _parts_of(content, {one.path for one in shape})
    found = [*shape, *_sense(parts), *_continuity(content, parts, earlier)]
    if not found:
        try:
            template_from(content, "the template")
        except CatalogError as error:
            found = [Problem((), error.message)]
    return found


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


def _parts_of(content: Any, broken: Collection[Path]) -> list[_Part]:
    """Return every section and field that is named, as far as the file can be read."""
    found = [
        part
        for number, section in _listed(content, "sections")
        for part in (
            (("sections", number), section),
            *((("sections", number, "fields", place), field) for place, field in _listed(section, "fields")),
        )
    ]
    return [_Part(path, part, not any(one[: len(path)] == path for one in broken)) for path, part in found if _is_text(part.get("id"))]


def _listed(part: Any, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if isinstance(part, dict) and isinstance(part.get(key), list):
        yield from ((number, one) for number, one in enumerate(part[key]) if isinstance(one, dict))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _sense(parts: Sequence[_Part]) -> Iterator[Problem]:
    """Ids, titles, references, and what a type needs."""
    seen: set[str] = set()
    sections: set[str] = set()
    titles: dict[Path, dict[str, str]] = {}
    fields = {one.part["id"] for one in parts if one.is_field}
    if len(fields) > MOST_FIELDS:
        yield Problem(("sections",), f"{len(fields)} fields are too many; {MOST_FIELDS} are allowed.")
    for one in parts:
        yield from _id(one.path, one.part["id"], seen if one.is_field else sections)
        if not one.is_field and one.part["id"] in RESERVED:
            yield Problem((*one.path, "id"), f"“{one.part['id']}” is a word of the addresses; choose another id.")
        if one.is_field and one.is_sound:
            yield from _field_sense(one.path, one.part, fields)
            yield from _title(one.path, one.part, titles.setdefault(one.path[:2], {}))


def _title(path: Path, field: Mapping[str, Any], titles: dict[str, str]) -> Iterator[Problem]:
    """Two questions of one title in a section could not be told apart in what is missing, in a history or in an export."""
    title = " ".join(field["title"].split()).casefold()
    if title and not field.get("hidden") and titles.setdefault(title, field["id"]) != field["id"]:
        yield Problem((*path, "title"), f"“{titles[title]}” has the title “{field['title'][:80]}” too. Give this one another.")


def _field_sense(path: Path, field: Mapping[str, Any], fields: Collection[str]) -> Iterator[Problem]:
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
    if condition and str(condition["field"]) not in fields:
        yield Problem((*path, "condition", "field"), f"There is no field “{condition['field']}”.")


def _id(path: Path, key: str, seen: set[str]) -> Iterator[Problem]:
    if not ID.fullmatch(key):
        yield Problem((*path, "id"), f"“{key[:80]}” is no id: small letters, digits and _, beginning with a letter, 2 to 60 of them.")
    if key in seen:
        yield Problem((*path, "id"), f"The id “{key}” occurs twice.")
    seen.add(key)


def _continuity(content: Any, parts: Sequence[_Part], earlier: Mapping[str, Any]) -> Iterator[Problem]:
    """What was asked before is still there, of the same type, so that no answer loses its field."""
    for key in ("key", "kind"):
        if isinstance(content, dict) and _is_text(content.get(key)) and content[key] != earlier[key]:
            yield Problem((key,), f"This must stay “{earlier[key]}”.")
    now = {one.part["id"]: one for one in parts if one.is_field}
    # A field that cannot be read may be the one that seems to be missing.
    is_whole = all(one.is_sound for one in parts) and bool(parts)
    for field in (field for section in earlier["sections"] for field in section["fields"]):
        found = now.get(field["id"])
        if found is not None and found.is_sound:
            yield from _same(found.path, field, found.part)
        elif found is None and is_whole:
            yield Problem(("sections",), f"The field {field['id']} is missing. Fields are hidden (hidden: true), not taken out.")


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
