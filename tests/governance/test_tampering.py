"""Whatever byte is changed past the services: verification names the row, and the gate closes.

Hypothesis chooses the row, the column and the byte. Each change is made in the
database itself and taken back afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from django.db import DataError, IntegrityError, models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.models import Attestation, Decision, Release, Waiver
from governance.services import promotions, records
from governance.services.gatekeeping import GateAnswer, ask_about_version
from registry import audit
from registry.audit import AuditEntry
from registry.models import Snapshot
from registry.policy import SYSTEM, Action
from registry.tasks import checkpoint as call_checkpoint
from tests import factories
from tests.tampering import unguard

pytestmark = pytest.mark.django_db
EXAMPLES: Final = settings(max_examples=40, deadline=None)

# What each row says, as far as verification speaks of it; the others are keys that the database itself holds together.
SAID: Final[dict[type[models.Model], tuple[str, ...]]] = {
    AuditEntry: ("at", "actor_id", "actor_name", "action", "subject", "detail", "previous", "digest"),
    Decision: ("person_id", "role", "step", "comment", "decided_at", "consent", "conflict"),
    Snapshot: ("text", "digest"),
    Attestation: ("text", "step", "kind"),
    Waiver: (
        *("requirement", "title", "role", "state", "reason", "days", "requested_at", "decided_at", "comment", "until"),
        *("requested_by_id", "decided_by_id"),
    ),
}


@pytest.fixture
def promoted() -> Release:
    """A promotion that rests on a decision and a waiver."""
    owner = factories.engineer()
    asked = factories.release(owner, factories.filled_version(owner, tier="limited"))
    factories.decide(factories.reviewer(), asked)
    factories.waiver(owner, asked, "framework:oecd_ai_principles", granted_by=factories.reviewer())
    release = promotions.promote(actor=owner, release_id=asked.pk)
    unguard("registry_auditentry", "governance_attestation", "governance_decision", "governance_waiver", "registry_snapshot")
    return release


def ask(release: Release) -> GateAnswer:
    version = release.version
    return ask_about_version(asker=SYSTEM, model=version.asset.slug, version=version.name, environment=release.environment)


def allowed(release: Release) -> bool:
    return ask(release).allowed


def bent(value: Any, data: st.DataObject) -> Any:
    """The value with one byte, or one unit, changed."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=data.draw(st.sampled_from([1, -1, 10**6, 86_400 * 10**6])))
    if value is None:
        return 1
    if isinstance(value, int):
        return value + data.draw(st.sampled_from([1, -1, 1000]))
    if not value:
        return "x"
    raw = value.encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    letter = data.draw(st.sampled_from("aZ0 {}\"'"))
    changed = (raw[:at] + letter.encode() + raw[at + 1 :]).decode(errors="ignore")
    return changed if changed != value else f"{value}x"


def change(row: models.Model, column: str, value: Any) -> bool:
    """Write one column past the services; whether the database let it happen."""
    try:
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{column: value})
    except (IntegrityError, DataError):
        return False
    return True


def named() -> bool:
    """Whether a person who verifies is told that something is wrong."""
    return audit.check().broken is not None or any(records.faults())


def test_any_byte_that_is_changed_is_named_and_closes_the_gate(promoted):
    @EXAMPLES
    @given(st.data())
    def walk(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(list(SAID)))
        row = data.draw(st.sampled_from(list(kind._default_manager.order_by("pk"))))
        column = data.draw(st.sampled_from(SAID[kind]))
        with transaction.atomic():
            if change(row, column, bent(getattr(row, column), data)):
                assert named(), (kind, row.pk, column)
                assert not allowed(promoted), (kind, row.pk, column)
            transaction.set_rollback(True)
        assert allowed(promoted)

    assert allowed(promoted)
    assert not named()
    walk()


@pytest.mark.parametrize("kind", [Decision, Waiver, Attestation])
def test_a_row_that_is_taken_away_is_named_and_closes_the_gate(promoted, kind):
    for row in kind.objects.filter(release=promoted):
        with transaction.atomic():
            kind.objects.filter(pk=row.pk).delete()
            assert named()
            assert not allowed(promoted)
            transaction.set_rollback(True)


def test_a_journal_that_is_found_broken_closes_the_gate_until_it_is_whole_again(promoted):
    entry = AuditEntry.objects.get(number=2)
    AuditEntry.objects.filter(number=2).update(actor_name="Mallory")
    call_checkpoint()
    answer = ask(promoted)
    assert (answer.allowed, "journal" in answer.reasons[0]) == (False, True)
    AuditEntry.objects.filter(number=2).update(actor_name=entry.actor_name)
    call_checkpoint()
    assert allowed(promoted)


def test_no_checkpoint_is_signed_over_a_broken_journal(promoted):
    AuditEntry.objects.filter(number=2).update(actor_name="Mallory")
    signed = audit.Checkpoint.objects.count()
    with transaction.atomic():
        audit.record(SYSTEM, Action.KEY_MANAGE, "key/x", {})
    call_checkpoint()
    assert audit.Checkpoint.objects.count() == signed
