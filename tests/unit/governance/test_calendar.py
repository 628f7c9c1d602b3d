"""The calendar as plain values and as an iCalendar file, which another program reads back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from governance.reviewing.calendar import TITLES, Entry, EntryKind, by_month, by_week, icalendar

TODAY = date(2026, 11, 29)
NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200)


def entry(on=TODAY, title="Loan 1.0 in production", note="", key="approval-1", kind=EntryKind.APPROVAL):
    return Entry(on, kind, title, note, "/models/loan/1.0/releases/1/", key)


def written(*entries):
    return icalendar(entries, base="https://assay.example", name="Assay", now=NOW)


ENTRIES = st.lists(
    st.builds(
        entry,
        on=st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days)),
        title=WORDS,
        note=WORDS,
        key=st.integers(1, 10**6).map(lambda number: f"review-{number}"),
        kind=st.sampled_from(EntryKind),
    ),
    max_size=8,
)


def test_every_kind_has_a_title():
    assert set(TITLES) == set(EntryKind)


def test_an_event_lasts_its_whole_day_and_leads_to_the_page():
    event = Calendar.from_ical(written(entry(note="It closes.")).encode()).walk("VEVENT")[0]
    assert event.decoded("dtstart") == TODAY
    assert event.decoded("dtend") == TODAY + timedelta(days=1)
    assert str(event["summary"]) == "Approval ends: Loan 1.0 in production"
    assert str(event["description"]) == "It closes."
    assert str(event["url"]) == "https://assay.example/models/loan/1.0/releases/1/"
    assert str(event["uid"]) == "approval-1@assay.example"


def test_a_calendar_without_entries_is_still_one():
    assert Calendar.from_ical(written()).walk("VEVENT") == []


@given(ENTRIES)
def test_another_program_reads_back_what_was_written(entries):
    text = written(*entries)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == [f"{TITLES[one.kind]}: {one.title}" for one in sorted(entries)]
    assert [event.decoded("dtstart") for event in events] == [one.on for one in sorted(entries)]


def test_no_text_makes_a_line_of_its_own():
    text = written(entry(title="A\r\nATTENDEE:mailto:x@example.org", note="b\nEND:VCALENDAR"))
    assert len(Calendar.from_ical(text).walk("VEVENT")) == 1
    assert "\r\nATTENDEE" not in text


@given(ENTRIES)
def test_groups_hold_every_entry_once_and_in_order(entries):
    for group in (by_week, by_month):
        groups = group(entries, TODAY)
        assert [one for found in groups for one in found.entries] == sorted(entries)
        assert len({found.title for found in groups}) == len(groups)


def test_what_is_past_stands_first_and_apart():
    groups = by_month([entry(TODAY + timedelta(days=5)), entry(TODAY - timedelta(days=40)), entry(TODAY)], TODAY)
    assert [(found.title, len(found.entries)) for found in groups] == [("Past", 1), ("November 2026", 1), ("December 2026", 1)]


def test_a_week_says_its_days():
    assert by_week([entry(date(2026, 12, 31))], TODAY)[0].title == "Week 53: 28 December to 3 January 2027"
