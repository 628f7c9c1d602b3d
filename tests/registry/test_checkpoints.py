"""The tree over the journal and its signed checkpoints."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from registry import audit, merkle
from registry.audit import AuditEntry, Checkpoint, JournalHead, JournalNode
from registry.audit.verifying import bytes_of
from registry.digest import canonical
from registry.errors import DomainError
from registry.policy import SYSTEM, Action
from registry.services.checkpoints import PAYLOAD_TYPE, read_checkpoint, take_checkpoint
from registry.services.keys import public_keys, rotate_key, signing_key
from registry.signing import EnvelopeError, generate, sign
from tests.tampering import unguard

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def write(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            audit.record(SYSTEM, Action.DOCUMENT_WRITE, "model/loans", {"revision": number})


@pytest.fixture
def file(tmp_path):
    """A checkpoint over seven entries that somebody keeps, and six entries after it."""
    write(7)
    taken = take_checkpoint()
    assert taken is not None
    kept = tmp_path / "checkpoint.json"
    kept.write_text(taken.envelope)
    write(6)
    return kept


def verify(file) -> tuple[int, str]:
    out, code = io.StringIO(), 0
    try:
        call_command("verify_journal", "--checkpoint", str(file), stdout=out)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, out.getvalue()


@given(TEXT, TEXT, TEXT, st.none() | st.integers(1, 2**53 - 1))
def test_what_is_hashed_is_canonical_json(name, subject, detail, actor):
    row = (3, datetime(2026, 11, 24, 8, 0, tzinfo=UTC), actor, name, "asset.edit", subject, detail, "0" * 64, "")
    body = {
        "number": 3,
        "at": "2026-11-24T08:00:00.000000+00:00",
        "actor": actor,
        "name": name,
        "action": "asset.edit",
        "subject": subject,
        "detail": detail,
        "previous": "0" * 64,
    }
    assert bytes_of(row) == canonical(body)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13])
def test_every_entry_has_a_proof_for_every_size_since(size):
    write(size)
    for number in range(1, size + 1):
        for until in range(number, size + 1):
            proof = audit.inclusion(number, until)
            assert proof.holds
            assert proof.root == (audit.inclusion(until, until).root)
    mark = audit.head_mark()
    assert mark is not None
    assert mark.root == audit.inclusion(1).root


def test_the_proof_of_one_entry_proves_no_other():
    write(5)
    first, second = audit.inclusion(2), audit.inclusion(3)
    bent = audit.Inclusion(first.number, second.digest, first.size, first.root, first.path)
    assert first.holds
    assert not bent.holds


def test_the_journal_is_shown_to_have_grown():
    write(6)
    before = audit.head_mark()
    write(9)
    after = audit.head_mark()
    assert before is not None
    assert after is not None
    proof = [bytes.fromhex(step) for step in audit.consistency(6, 15)]
    assert merkle.is_consistent(6, 15, bytes.fromhex(before.root), bytes.fromhex(after.root), proof)


def test_a_proof_costs_the_same_in_a_longer_journal(django_assert_max_num_queries):
    write(40)
    with django_assert_max_num_queries(4):
        audit.inclusion(17)
    write(30)
    with django_assert_max_num_queries(4):
        audit.inclusion(17)


def test_a_checkpoint_says_where_the_journal_stood_and_verifies_later(file):
    mark = read_checkpoint(file.read_bytes(), public_keys())
    assert (mark.number, mark.root) == (7, audit.inclusion(1, 7).root)
    assert verify(file) == (0, "The journal is whole: 13 entries.\nIts first 7 are those that the checkpoint was signed over.\n")


def test_nothing_new_makes_no_new_checkpoint_and_an_empty_journal_none():
    assert take_checkpoint() is None
    write(2)
    first = take_checkpoint()
    assert take_checkpoint() == first
    assert Checkpoint.objects.count() == 1


def test_a_rewritten_journal_that_is_whole_in_itself_is_not_the_one_of_the_checkpoint(file):
    unguard("registry_auditentry", "registry_journalnode")
    for model in (AuditEntry, JournalNode, JournalHead):
        model.objects.all().delete()
    write(13)
    assert audit.verify().broken is None
    code, said = verify(file)
    assert (code, "not those of the checkpoint" in said) == (1, True)


def test_a_journal_that_was_cut_back_and_is_whole_in_itself_is_found(file):
    unguard("registry_auditentry", "registry_journalnode")
    for model in (AuditEntry, JournalNode, JournalHead):
        model.objects.all().delete()
    write(4)
    assert verify(file) == (1, "The journal is broken at entry 5. The checkpoint covers 7 entries, of which only 4 are there.\n")


def test_a_checkpoint_of_an_earlier_key_still_counts(file):
    rotate_key(actor=SYSTEM)
    assert verify(file)[0] == 0


def test_a_foreign_or_altered_checkpoint_is_refused(file, tmp_path):
    body = json.loads(file.read_text())
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps(sign(b"{}", PAYLOAD_TYPE, generate()).to_json()))
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps({**body, "payload": body["payload"][:-8] + "AAAAAAA="}))
    for bad in (foreign, altered, tmp_path / "absent.json"):
        with pytest.raises(CommandError) as refused:
            call_command("verify_journal", "--checkpoint", str(bad))
        assert refused.value.returncode == 2


def test_our_own_signature_over_something_else_is_no_checkpoint():
    for payload, kind in ((b'{"schema":"assay/checkpoint/1"}', PAYLOAD_TYPE), (b"{}", "text/plain")):
        with pytest.raises(DomainError, match="no checkpoint"):
            read_checkpoint(json.dumps(sign(payload, kind, signing_key()).to_json()), public_keys())
    with pytest.raises(EnvelopeError, match="not JSON"):
        read_checkpoint(json.dumps(sign(b"{", PAYLOAD_TYPE, signing_key()).to_json()), public_keys())


@pytest.mark.parametrize("values", [{"digest": "0" * 64}, {"level": 9}, {"number": 3}])
def test_a_changed_part_of_the_tree_is_found(values):
    write(8)
    unguard("registry_journalnode")
    node = JournalNode.objects.filter(number=4, level=2)
    assert node.update(**values) == 1
    found = audit.verify()
    assert found.broken == 4 if "number" not in values else found.broken in {3, 4}
    assert "tree" in found.reason


def test_a_part_of_the_tree_that_is_gone_or_too_much_is_found():
    write(8)
    unguard("registry_journalnode")
    JournalNode.objects.create(number=99, level=1, digest="0" * 64)
    assert "parts that no entry made" in audit.verify().reason
    JournalNode.objects.filter(number__in=[8, 99]).delete()
    assert audit.verify().broken == 8
    with pytest.raises(ValueError, match="lacks"):
        audit.inclusion(1)


def test_bent_peaks_of_the_head_are_found():
    write(3)
    head = JournalHead.objects.get()
    JournalHead.objects.update(peaks=" ".join(reversed(head.peaks.split())))
    assert audit.verify().reason == "The end of the chain is not the one that was last written."


def test_postgresql_refuses_to_change_or_delete_the_tree_and_checkpoints():
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"
        return
    write(2)
    take_checkpoint()
    for table in ("registry_journalnode", "registry_checkpoint"):
        for statement in (f"UPDATE {table} SET number = 9", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
