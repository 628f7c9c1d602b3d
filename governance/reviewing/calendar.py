"""What comes to an end when, as plain values: sorted, grouped by week or month, and as an iCalendar file.

Source: RFC 5545; lines end in CRLF and are folded at 75 octets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Final

FOLD: Final = 75
ESCAPES: Final = ((("\\", "\\\\")), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n"))


class EntryKind(StrEnum):
    """What comes to an end."""

    REVIEW = "review"
    APPROVAL = "approval"
    REREVIEW = "rereview"
    EVALUATION = "evaluation"
    EMERGENCY = "emergency"
    SECTION = "section"
    ITEM = "item"
    EVIDENCE = "evidence"
    WAIVER = "waiver"
    RISK = "risk"
    ACCEPTANCE = "acceptance"
    ACTION = "action"
    KEY_DATE = "key-date"


TITLES: Final[Mapping[EntryKind, str]] = MappingProxyType(
    {
        EntryKind.REVIEW: "Review due",
        EntryKind.APPROVAL: "Approval ends",
        EntryKind.REREVIEW: "Re-review begins",
        EntryKind.EVALUATION: "Evaluation too old",
        EntryKind.EMERGENCY: "Emergency review owed",
        EntryKind.SECTION: "Section due",
        EntryKind.ITEM: "Checklist items due",
        EntryKind.EVIDENCE: "Evidence expires",
        EntryKind.WAIVER: "Waiver ends",
        EntryKind.RISK: "Risk review due",
        EntryKind.ACCEPTANCE: "Risk acceptance ends",
        EntryKind.ACTION: "Risk action due",
        EntryKind.KEY_DATE: "Key date",
    }
)


@dataclass(frozen=True, order=True)
class Entry:
    """One thing that is due or ends on a day.

    Attributes:
        on: the day.
        kind: what it is.
        title: what, in words.
        note: more words.
        url: path of its page.
        key: tells it from every other entry, and stays the same.
    """

    on: date
    kind: EntryKind
    title: str
    note: str
    url: str
    key: str


@dataclass(frozen=True)
class Group:
    """Entries of one week or month."""

    title: str
    entries: tuple[Entry, ...]


def by_month(entries: Iterable[Entry], today: date) -> list[Group]:
    """Return entries in order, month by month; what is past comes first."""
    return list(_grouped(entries, today, lambda day: f"{day:%B %Y}"))


def by_week(entries: Iterable[Entry], today: date) -> list[Group]:
    """Return entries in order, ISO week by ISO week; what is past comes first."""
    return list(_grouped(entries, today, _week))


def icalendar(entries: Iterable[Entry], *, base: str, name: str, now: datetime) -> str:
    """Return entries as an iCalendar object with one all-day event each.

    Args:
        entries: what is in it.
        base: address of the installation, such as ``https://assay.example``.
        name: what a calendar program calls it.
        now: when it was made, in UTC.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Assay//Calendar//EN", "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{_text(name)}"]
    for entry in sorted(entries):
        lines += _event(entry, base, now)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(entry: Entry, base: str, now: datetime) -> list[str]:
    host = base.partition("://")[2].partition("/")[0] or "assay"
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(entry.key)}@{host}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'{TITLES[entry.kind]}: {entry.title}')}",
        *([f"DESCRIPTION:{_text(entry.note)}"] if entry.note else []),
        f"URL:{base}{entry.url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _text(words: str) -> str:
    for plain, escaped in ESCAPES:
        words = words.replace(plain, escaped)
    return "".join(sign for sign in words if sign >= " " or sign == "\t")


def _folded(line: str) -> str:
    """Break a line so that no part is longer than 75 octets, never inside a character."""
    parts: list[str] = []
    part, length = "", 0
    for sign in line:
        size = len(sign.encode())
        if length + size > FOLD - (1 if parts else 0):
            parts.append(part)
            part, length = "", 0
        part, length = part + sign, length + size
    return "\r\n ".join([*parts, part])


def _week(day: date) -> str:
    monday = day - timedelta(days=day.weekday())
    sunday = monday + timedelta(days=6)
    return f"Week {day.isocalendar().week}: {monday.day} {monday:%B} to {sunday.day} {sunday:%B %Y}"


def _grouped(entries: Iterable[Entry], today: date, name: Callable[[date], str]) -> Iterator[Group]:
    for title, found in groupby(sorted(entries), key=lambda entry: "Past" if entry.on < today else name(entry.on)):
        yield Group(title, tuple(found))
