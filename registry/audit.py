"""The journal: everything that happened, in a chain.

The rule: a service calls ``record`` as its last movement, inside its
transaction, so that the change and its entry are kept together or not at
all. Writers queue on one row (the head); locking the newest entry instead
would lose writes. On PostgreSQL a trigger refuses UPDATE and DELETE of
entries; anywhere, ``verify`` finds the first entry that was changed, removed,
reordered, or cut off the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone

from registry.digest import canonical, sha256
from registry.models.audit import AuditEntry, JournalHead
from registry.policy import Action, Actor

__all__ = ["AuditEntry", "JournalHead", "Verification", "detail_of", "digest_of", "history", "record", "verify"]

GENESIS: Final = "0" * 64
HEAD: Final = 1
SUBJECT_LENGTH: Final = 300


@dataclass(frozen=True)
class Verification:
    """What reading the whole chain showed.

    Attributes:
        entries: how many entries were read and found whole.
        broken: number of the first entry that is not, or None.
        reason: what is wrong with it, as a sentence.
    """

    entries: int
    broken: int | None = None
    reason: str = ""


def record(actor: Actor, action: Action, subject: str, detail: Mapping[str, Any] | None = None) -> AuditEntry:
    """Append one entry.

    Args:
        actor: who did it.
        action: what was done.
        subject: to what, as a path such as ``model/credit-scoring/2.1.0``.
        detail: JSON without floats.

    Raises:
        RuntimeError: outside a transaction, where change and entry could part.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "The journal is written inside the transaction of the change."
        raise RuntimeError(message)
    head, _ = JournalHead.objects.select_for_update().get_or_create(pk=HEAD, defaults={"digest": GENESIS})
    entry = AuditEntry(
        number=head.number + 1,
        at=timezone.now(),
        actor_id=actor.person_id,
        actor_name=actor.name,
        action=action.value,
        subject=subject[:SUBJECT_LENGTH],
        detail=canonical(dict(detail or {})).decode(),
        previous=head.digest,
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    head.number, head.digest = entry.number, entry.digest
    head.save(update_fields=["number", "digest"])
    return entry


def digest_of(entry: AuditEntry) -> str:
    """Return the SHA-256 over everything an entry says and the digest before it."""
    at: datetime = entry.at.astimezone(UTC)
    return sha256(
        canonical(
            {
                "number": entry.number,
                "at": at.isoformat(timespec="microseconds"),
                "actor": entry.actor_id,
                "name": entry.actor_name,
                "action": entry.action,
                "subject": entry.subject,
                "detail": entry.detail,
                "previous": entry.previous,
            }
        )
    )


def history(subject: str = "") -> models.QuerySet[AuditEntry]:
    """Return entries about a subject and everything below it, the newest first."""
    entries = AuditEntry.objects.order_by("-number")
    if not subject:
        return entries
    return entries.filter(models.Q(subject=subject) | models.Q(subject__startswith=f"{subject}/"))


def detail_of(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry's detail as a dict."""
    value: dict[str, Any] = json.loads(entry.detail)
    return value


def verify() -> Verification:
    """Read the whole chain and say whether it is what was written."""
    number, digest = 0, GENESIS
    for entry in _in_order():
        number += 1
        if reason := _fault(entry, number, digest):
            return Verification(number - 1, number, reason)
        digest = entry.digest
    head = JournalHead.objects.filter(pk=HEAD).first()
    if head is None:
        if number == 0:
            return Verification(0)
        return Verification(number, number, "The head of the journal was removed.")
    if head.number > number:
        return Verification(number, number + 1, f"Entries {number + 1} to {head.number} were cut off the end.")
    if (head.number, head.digest) != (number, digest):
        return Verification(number, number, "The end of the chain is not the one that was last written.")
    return Verification(number)


def _in_order() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("number").iterator(chunk_size=2000)


def _fault(entry: AuditEntry, number: int, previous: str) -> str:
    if entry.number != number:
        return f"Entry {number} is missing; entry {entry.number} stands in its place."
    if entry.previous != previous:
        return f"Entry {number} does not follow the entry before it."
    if entry.digest != digest_of(entry):
        return f"Entry {number} was changed after it was written."
    return ""
