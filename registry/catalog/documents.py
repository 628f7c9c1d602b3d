"""What can be said of a document's content with its template in hand; pure.

Content is a dict from field id to value: text, number (decimal text), choice
and date are strings, a list and links are lists of strings, a table is a list
of rows. A field that is not answered is absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from registry.catalog.schema import Field, FieldType, Section, Template
from registry.errors import DomainError

# A card with its tables; the largest in the wild have about 200,000.
MOST_LETTERS: Final = 400_000
MOST_ENTRIES: Final = 500
MOST_DIGITS: Final = 40
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class FieldError(DomainError):
    """A value does not fit its field; the message says how to mend it."""


@dataclass(frozen=True)
class SectionProgress:
    """How far a section is filled."""

    section: Section
    filled: int
    total: int
    essential_filled: int
    essential_total: int

    @property
    def percent(self) -> int:
        """Share of the essential fields, floored; 100 when there are none."""
        return _percent(self.essential_filled, self.essential_total)


@dataclass(frozen=True)
class Completeness:
    """How far a document is filled, counting the fields that apply."""

    filled: int
    total: int
    essential_filled: int
    essential_total: int
    missing: tuple[Field, ...]
    sections: tuple[SectionProgress, ...]

    @property
    def percent(self) -> int:
        """Share of the essential fields, floored; 100 when there are none."""
        return _percent(self.essential_filled, self.essential_total)


def clean(field: Field, raw: Any) -> Any:
    """Return a raw value as it is stored, or None when it is blank.

    Raises:
        FieldError: it does not fit the field.
    """
    if field.type is FieldType.TABLE:
        return _table(field, raw)
    if field.type in {FieldType.LIST, FieldType.LINK}:
        return _entries(field, raw)
    text = _text(field, raw)
    if not text:
        return None
    kinds: dict[FieldType, Callable[[Field, str], str]] = {
        FieldType.NUMBER: _number,
        FieldType.CHOICE: _choice,
        FieldType.DATE: _date,
    }
    return kinds.get(field.type, _as_it_is)(field, text)


def is_filled(value: Any) -> bool:
    """Whether a field has a value."""
    return value is not None and value not in ("", [], {})


def applies(field: Field, content: Mapping[str, Any]) -> bool:
    """Whether a field is asked, given the answers so far."""
    return field.condition is None or content.get(field.condition.field) == field.condition.equals


def completeness(template: Template, content: Mapping[str, Any]) -> Completeness:
    """Count what is filled of what applies."""
    sections = tuple(_progress(section, content) for section in template.sections)
    missing = tuple(
        field for field in template.fields() if field.essential and applies(field, content) and not is_filled(content.get(field.id))
    )
    return Completeness(
        filled=sum(section.filled for section in sections),
        total=sum(section.total for section in sections),
        essential_filled=sum(section.essential_filled for section in sections),
        essential_total=sum(section.essential_total for section in sections),
        missing=missing,
        sections=sections,
    )


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of fields whose values differ, sorted."""
    return tuple(sorted(key for key in {*before, *after} if before.get(key) != after.get(key)))


def _progress(section: Section, content: Mapping[str, Any]) -> SectionProgress:
    asked = [field for field in section.fields if applies(field, content)]
    essential = [field for field in asked if field.essential]
    return SectionProgress(
        section=section,
        filled=sum(is_filled(content.get(field.id)) for field in asked),
        total=len(asked),
        essential_filled=sum(is_filled(content.get(field.id)) for field in essential),
        essential_total=len(essential),
    )


def _percent(part: int, whole: int) -> int:
    return 100 if whole == 0 else part * 100 // whole


def _text(field: Field, raw: Any) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        message = f"{field.title}: write text."
        raise FieldError(message)
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if CONTROL.search(text):
        message = f"{field.title}: the text holds control characters. Paste it as plain text."
        raise FieldError(message)
    if len(text) > MOST_LETTERS:
        message = f"{field.title}: the text has {len(text):,} characters; {MOST_LETTERS:,} are allowed."
        raise FieldError(message)
    return text


def _as_it_is(_: Field, text: str) -> str:
    return text


def _number(field: Field, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(text) > MOST_DIGITS or abs(number.adjusted()) > MOST_DIGITS:
        message = f"{field.title}: write a number with a point, such as 0.5."
        raise FieldError(message)
    return f"{number:f}"


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        message = f"{field.title}: choose one of {', '.join(field.choices)}."
        raise FieldError(message)
    return text


def _date(field: Field, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        message = f"{field.title}: write the date as year-month-day, such as 2026-11-23."
        raise FieldError(message) from error


def _entries(field: Field, raw: Any) -> list[str] | None:
    parts = raw if isinstance(raw, list) else _typed_entries(_text(field, raw))
    entries = [text for part in parts if (text := _text(field, part))]
    if len(entries) > MOST_ENTRIES:
        message = f"{field.title}: {len(entries)} entries are too many; {MOST_ENTRIES} are allowed."
        raise FieldError(message)
    if field.type is FieldType.LINK:
        for entry in entries:
            _check_link(field, entry)
    return entries or None


def _typed_entries(text: str) -> list[str]:
    """Return one entry a line; a line that begins with two blanks belongs to the entry above."""
    return [part.replace("\0", "\n") for part in text.replace("\n  ", "\0").split("\n")]


def _check_link(field: Field, entry: str) -> None:
    try:
        parts = urlsplit(entry)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in entry
    except ValueError:
        is_web = False
    if not is_web:
        message = f"{field.title}: “{entry[:80]}” is not a web address. Write one a line, each from https://."
        raise FieldError(message)


def _table(field: Field, raw: Any) -> list[dict[str, str]] | None:
    if raw in (None, ""):
        return None
    if not isinstance(raw, list) or not all(isinstance(row, Mapping) for row in raw):
        message = f"{field.title}: a table is a list of rows."
        raise FieldError(message)
    keys = [column.id for column in field.columns]
    rows = [{key: text for key in keys if (text := _text(field, row.get(key)))} for row in raw]
    rows = [row for row in rows if row]
    if len(rows) > MOST_ENTRIES:
        message = f"{field.title}: {len(rows)} rows are too many; {MOST_ENTRIES} are allowed."
        raise FieldError(message)
    return rows or None
