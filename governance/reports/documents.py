"""A card or a datasheet, from a snapshot's content to printed sections.

The rule: sections and titles come from the template in the catalog, values
from the snapshot; a value whose field the template no longer has is printed
under its id, so that nothing that was approved is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from governance.reports.frame import day
from registry.catalog.documents import applies, is_filled
from registry.catalog.loader import name_of, template, templates
from registry.catalog.schema import Column, Field, FieldType, Section, Template

SHORT_TEXT: Final = 600
SHORT_LIST: Final = 10
SHORT_LIVE: Final = 4


@dataclass(frozen=True)
class PrintedField:
    """One question with its answer.

    Attributes:
        kind: markdown, line, list, link, choice, table.
        live: what was measured of the thing that it asks about: title and rows.
        is_short: it fits on one page and is not to be broken.
        anchor: a name that is unique in the file.
        id: of the field in the catalog; empty when it is no longer there.
    """

    title: str
    kind: str
    value: Any
    is_filled: bool
    is_short: bool
    columns: tuple[Column, ...] = ()
    anchor: str = ""
    id: str = ""
    live: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class PrintedSection:
    """A group of questions.

    Attributes:
        fields: answered ones, and the essential ones that are not.
        unanswered: titles of optional questions without an answer.
        idle: titles of questions that were not asked, given the other answers.
    """

    anchor: str
    number: str
    title: str
    fields: tuple[PrintedField, ...]
    unanswered: tuple[str, ...]
    idle: tuple[str, ...]

    @property
    def has_answers(self) -> bool:
        """Whether any of its questions is answered."""
        return any(field.is_filled for field in self.fields)

    @property
    def answered(self) -> tuple[PrintedField, ...]:
        """Its answered questions."""
        return tuple(field for field in self.fields if field.is_filled)


@dataclass(frozen=True)
class PrintedDocument:
    """A card or a datasheet.

    Attributes:
        made_from: the template as it is today; None when there is none any more.
        is_revised: the template has changed since the content was frozen.
    """

    anchor: str
    label: str
    title: str
    source: str
    completeness: Mapping[str, int]
    sections: tuple[PrintedSection, ...]
    made_from: Template | None
    is_revised: bool


def document(part: Mapping[str, Any], *, label: str, anchor: str) -> PrintedDocument:
    """Return a snapshot's document as it is printed."""
    reference, content = part["template"], part["content"]
    made_from = template(name_of(reference["key"], reference["digest"])) if reference["key"] in templates() else None
    sections = [_section(section, content, anchor, part.get("live", {})) for section in made_from.sections] if made_from else []
    known = {field.id for field in made_from.fields() if not field.is_hidden} if made_from else set()
    titles = {field.id: field.title for field in made_from.fields()} if made_from else {}
    if others := {titles.get(key, key): value for key, value in content.items() if key not in known}:
        sections.append(_others(others, anchor))
    return PrintedDocument(
        anchor=anchor,
        label=label,
        title=made_from.title if made_from else reference["key"],
        source=made_from.source if made_from else "",
        completeness=part["completeness"],
        sections=tuple(sections),
        made_from=made_from,
        is_revised=made_from is None or made_from.digest != reference["digest"],
    )


def _section(section: Section, content: Mapping[str, Any], anchor: str, live: Mapping[str, Any]) -> PrintedSection:
    asked = [field for field in section.fields if applies(field, content)]
    shown = [field for field in asked if field.essential or is_filled(content.get(field.id))]
    return PrintedSection(
        anchor=f"{anchor}-{section.id}",
        number=section.number,
        title=section.title,
        fields=tuple(_field(field, content.get(field.id), anchor, live.get(field.id)) for field in shown),
        unanswered=tuple(field.title for field in asked if field not in shown),
        idle=tuple(field.title for field in section.fields if field not in asked),
    )


def _field(field: Field, value: Any, anchor: str, live: Mapping[str, Any] | None = None) -> PrintedField:
    kind = field.type.value
    if field.type is FieldType.TEXT:
        kind = field.format
    elif field.type is FieldType.DATE and value:
        kind, value = "line", day(date.fromisoformat(value))
    elif field.type is FieldType.NUMBER:
        kind, value = "line", f"{value} {field.units[0]}" if value and len(field.units) == 1 else value
    elif field.type in {FieldType.REFERENCE, FieldType.PERSON}:
        kind = "line"
    name = f"{anchor}-field-{field.id}"
    is_short = _is_short(value) and len((live or {}).get("rows", ())) <= SHORT_LIVE
    return PrintedField(field.title, kind, value, is_filled(value), is_short, field.columns, name, field.id, live)


def _others(content: Mapping[str, Any], anchor: str) -> PrintedSection:
    fields = tuple(
        PrintedField(key, "line", value if isinstance(value, str) else str(value), is_filled=True, is_short=_is_short(value))
        for key, value in sorted(content.items())
    )
    return PrintedSection(f"{anchor}-others", "", "Answers to questions that are no longer asked", fields, (), ())


def _is_short(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= SHORT_LIST and len(str(value)) <= 2 * SHORT_TEXT
    return len(str(value or "")) <= SHORT_TEXT
