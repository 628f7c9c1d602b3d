"""What can be said of a document's content with its template in hand; pure.

Content is a dict from field id to value: text, number (decimal text), choice
and date are strings (a number names its unit where there are several), a
reference and a person are a label with what it stands for in brackets, as in
“Loans 2026-10 (dataset loans/2026-10)”; a list and links are lists of strings, a table is a list
of rows. A field that is not answered is absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
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
# An essential field counts as much as this many others, where one number stands for the whole document.
WEIGHT: Final = 3
REFERENCE: Final = re.compile(r"(?P<label>[^\n]+) \((?P<kind>dataset|evaluation|person|team) (?P<key>[0-9A-Za-z][0-9A-Za-z._+/-]*)\)")
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
class Gap:
    """A field that is asked and not done: empty, or carried forward and to be confirmed."""

    field: Field
    section: Section
    is_to_confirm: bool


@dataclass(frozen=True)
class Completeness:
    """How far a document is filled, counting the fields that apply.

    Attributes:
        missing: essential fields that are empty or to be confirmed.
        gaps: every field that is, in the order of the template.
    """

    filled: int
    total: int
    essential_filled: int
    essential_total: int
    missing: tuple[Field, ...]
    sections: tuple[SectionProgress, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def percent(self) -> int:
        """Share of the essential fields, floored; 100 when there are none."""
        return _percent(self.essential_filled, self.essential_total)

    @property
    def weighted_percent(self) -> int:
        """Share of all fields with each essential one counted three times, floored; 100 when there are none."""
        extra = WEIGHT - 1
        return _percent(self.filled + extra * self.essential_filled, self.total + extra * self.essential_total)


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
        FieldType.REFERENCE: _reference,
        FieldType.PERSON: _reference,
    }
    return kinds.get(field.type, _as_it_is)(field, text)


def is_filled(value: Any) -> bool:
    """Whether a field has a value."""
    return value is not None and value not in ("", [], {})


def applies(field: Field, content: Mapping[str, Any]) -> bool:
    """Whether a field is asked, given the answers so far."""
    if field.is_hidden:
        return False
    return field.condition is None or content.get(field.condition.field) == field.condition.equals


def completeness(template: Template, content: Mapping[str, Any], to_confirm: Collection[str] = ()) -> Completeness:
    """Count what is filled of what applies; what was carried forward counts once somebody has confirmed it."""
    done = {key for key, value in content.items() if is_filled(value)}.difference(to_confirm)
    sections = tuple(_progress(section, content, done) for section in template.sections)
    gaps = tuple(
        Gap(field, section, field.id in to_confirm and is_filled(content.get(field.id)))
        for section in template.sections
        for field in section.fields
        if field.is_asked and applies(field, content) and field.id not in done
    )
    return Completeness(
        filled=sum(section.filled for section in sections),
        total=sum(section.total for section in sections),
        essential_filled=sum(section.essential_filled for section in sections),
        essential_total=sum(section.essential_total for section in sections),
        missing=tuple(gap.field for gap in gaps if gap.field.essential),
        sections=sections,
        gaps=gaps,
    )


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of fields whose values differ, sorted."""
    return tuple(sorted(key for key in {*before, *after} if before.get(key) != after.get(key)))


def _progress(section: Section, content: Mapping[str, Any], done: Collection[str]) -> SectionProgress:
    asked = [field for field in section.fields if field.is_asked and applies(field, content)]
    essential = [field for field in asked if field.essential]
    return SectionProgress(
        section=section,
        filled=sum(field.id in done for field in asked),
        total=len(asked),
        essential_filled=sum(field.id in done for field in essential),
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
    digits, unit = text, ""
    if len(field.units) > 1:
        digits, _, unit = text.partition(" ")
        if unit not in field.units:
            message = f"{field.title}: write a number and one of these units: {', '.join(field.units)}."
            raise FieldError(message)
    try:
        number = Decimal(digits)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(digits) > MOST_DIGITS or abs(number.adjusted()) > MOST_DIGITS:
        message = f"{field.title}: write a number with a point, such as 0.5."
        raise FieldError(message)
    return f"{number:f} {unit}".rstrip()


def _reference(field: Field, text: str) -> str:
    found = REFERENCE.fullmatch(text)
    kinds = {"person", "team"} if field.type is FieldType.PERSON else set(field.refers_to)
    if found is None or found["kind"] not in kinds:
        message = f"{field.title}: choose from the list. What is stored names its {' or '.join(sorted(kinds))} in brackets."
        raise FieldError(message)
    return text


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
