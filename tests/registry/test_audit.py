"""The journal: written with the change, in a chain that shows every break."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from registry import audit
from registry.audit import AuditEntry, JournalHead
from registry.policy import SYSTEM, Action
from tests.tampering import unguard

SUBJECT = "model/loans/1.0.0"


def write(count: int = 5) -> None:
    with transaction.atomic():
        for number in range(count):
            audit.record(SYSTEM, Action.DOCUMENT_WRITE, SUBJECT, {"revision": number})


@pytest.fixture
def chain(db: None) -> None:
    write()


@pytest.fixture
def open_journal(chain: None) -> None:
    """Take PostgreSQL's trigger away, as an attacker with the database would."""
    unguard("registry_auditentry")


@pytest.mark.django_db
def test_an_empty_journal_is_whole():
    assert audit.verify() == audit.Verification(0)


def test_an_untouched_chain_is_whole(chain):
    assert audit.verify() == audit.Verification(5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor_name", "Mallory"),
        ("actor_id", 99),
        ("action", "release.promote"),
        ("subject", "model/other"),
        ("detail", '{"revision":7}'),
        ("digest", "0" * 64),
        ("previous", "1" * 64),
    ],
)
def test_a_changed_entry_is_the_first_broken_one(open_journal, field, value):
    AuditEntry.objects.filter(number=3).update(**{field: value})
    assert audit.verify().broken == 3


def test_a_changed_time_is_found(open_journal):
    entry = AuditEntry.objects.get(number=2)
    AuditEntry.objects.filter(number=2).update(at=entry.at.replace(year=2001))
    assert audit.verify().broken == 2


def test_a_removed_entry_is_found(open_journal):
    AuditEntry.objects.filter(number=2).delete()
    found = audit.verify()
    assert (found.broken, found.reason) == (2, "Entry 2 is missing; entry 3 stands in its place.")


def test_two_entries_in_each_others_place_are_found(open_journal):
    second, third = AuditEntry.objects.get(number=2), AuditEntry.objects.get(number=3)
    AuditEntry.objects.filter(number__in=[2, 3]).delete()
    second.number, third.number = 3, 2
    AuditEntry.objects.bulk_create([second, third])
    assert audit.verify().broken == 2


def test_a_cut_off_end_is_found(open_journal):
    AuditEntry.objects.filter(number__gte=4).delete()
    found = audit.verify()
    assert (found.broken, found.reason) == (4, "Entries 4 to 5 were cut off the end.")


def test_a_removed_head_is_found(open_journal):
    JournalHead.objects.all().delete()
    assert audit.verify().broken == 5


def test_an_emptied_journal_is_found(open_journal):
    AuditEntry.objects.all().delete()
    assert audit.verify().broken == 1


def test_the_command_exits_1_and_names_the_first_broken_entry(open_journal):
    AuditEntry.objects.filter(number=4).update(actor_name="Mallory")
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_journal", stdout=out)
    assert ended.value.code == 1
    assert "broken at entry 4" in out.getvalue()


def test_the_command_says_when_all_is_whole(chain):
    out = io.StringIO()
    call_command("verify_journal", stdout=out)
    assert out.getvalue() == "The journal is whole: 5 entries.\n"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record(SYSTEM, Action.DOCUMENT_WRITE, SUBJECT)


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_when_its_transaction_fails():
    def change_that_breaks() -> None:
        with transaction.atomic():
            audit.record(SYSTEM, Action.DOCUMENT_WRITE, SUBJECT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_that_breaks()
    assert audit.history().count() == 0


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_lose_nothing():
    def work() -> None:
        try:
            for _ in range(5):
                write(2)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.verify() == audit.Verification(40)


@pytest.mark.django_db
def test_history_finds_what_lies_below_a_subject_and_not_beside_it():
    with transaction.atomic():
        for subject in ("model/loans", "model/loans/1.0.0", "model/loans-old", "model/loans/1.0.0/release/3"):
            audit.record(SYSTEM, Action.DOCUMENT_WRITE, subject)
    found = [entry.subject for entry in audit.history("model/loans")]
    assert found == ["model/loans/1.0.0/release/3", "model/loans/1.0.0", "model/loans"]


@pytest.mark.django_db
def test_postgresql_refuses_to_change_or_delete_an_entry():
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"
        return
    write(1)
    for statement in ("UPDATE registry_auditentry SET actor_name = 'x'", "DELETE FROM registry_auditentry"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
