"""The journal: everything that happened, in a chain under a tree.

The rule: a service calls ``record`` as its last movement, inside its
transaction, so that the change and its entry are kept together or not at
all. Writers queue on one row (the head); locking the newest entry instead
would lose writes. On PostgreSQL a trigger refuses UPDATE and DELETE of
entries; anywhere, ``verify`` finds the first entry that was changed, removed,
reordered, or cut off the end, and checkpoints show it to whoever holds one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.db import connection, models, transaction
from django.utils import timezone

from registry.audit import tree
from registry.audit.tree import consistency
from registry.audit.verifying import COLUMNS, GENESIS, HEAD, Mark, Progress, Row, Verification, bytes_of, verify
from registry.digest import canonical, sha256
from registry.merkle import Inclusion
from registry.models.audit import AuditEntry, Checkpoint, JournalHead, JournalNode
from registry.policy import Action, Actor

__all__ = [
    "AuditEntry",
    "Checkpoint",
    "Inclusion",
    "JournalHead",
    "JournalNode",
    "Mark",
    "Progress",
    "Verification",
    "check",
    "consistency",
    "detail_of",
    "digest_of",
    "head_mark",
    "history",
    "inclusion",
    "line_of",
    "record",
    "verify",
]

SUBJECT_LENGTH: Final = 300


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
    head, _ = JournalHead.objects.select_for_update(no_key=True).get_or_create(pk=HEAD, defaults={"digest": GENESIS})
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
    tree.grow(head, entry.digest)
    head.number, head.digest = entry.number, entry.digest
    head.save(update_fields=["number", "digest", "peaks"])
    return entry


def check(*, progress: Progress = lambda _: None) -> Verification:
    """Verify the journal and keep what was found: while it is broken, the gate is closed.

    A fault is believed only when it is still there while nobody can write.
    """
    found = verify(progress=progress)
    with transaction.atomic():
        head = JournalHead.objects.select_for_update(no_key=True).filter(pk=HEAD).first()
        if found.broken is not None:
            found = verify(progress=progress)
        if head is not None and head.broken != found.broken:
            head.broken = found.broken
            head.save(update_fields=["broken"])
    return found


def digest_of(entry: AuditEntry) -> str:
    """Return the SHA-256 over everything an entry says and the digest before it."""
    return sha256(bytes_of(_row(entry)))


def inclusion(number: int, size: int | None = None) -> Inclusion:
    """Return the proof that an entry is in the journal, as it is now or as it was at a size.

    Raises:
        ValueError: the journal has no such entry or was never that long.
    """
    return tree.inclusion(number, _head().number if size is None else size)


def head_mark() -> Mark | None:
    """Return what a checkpoint taken now would say; None while nothing has happened."""
    head = _head()
    return Mark(head.number, tree.root_of(head), head.digest) if head.number else None


def history(
    subject: str = "", *, actor: str = "", action: str = "", since: datetime | None = None, until: datetime | None = None
) -> models.QuerySet[AuditEntry]:
    """Return entries, the newest first.

    Args:
        subject: what they are about, and everything below it.
        actor: name of who did it.
        action: what was done.
        since: from this time on.
        until: before this time.
    """
    entries = AuditEntry.objects.order_by("-number")
    if subject:
        entries = entries.filter(models.Q(subject=subject) | _below(subject))
    wanted = {"actor_name": actor, "action": action, "at__gte": since, "at__lt": until}
    return entries.filter(**{key: value for key, value in wanted.items() if value})


def detail_of(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry's detail as a dict."""
    value: dict[str, Any] = json.loads(entry.detail)
    return value


def line_of(entry: AuditEntry) -> str:
    """Return an entry as one line of JSON: what its digest is over, and the digest."""
    return f'{bytes_of(_row(entry)).decode()[:-1]},"digest":"{entry.digest}"}}'


def _row(entry: AuditEntry) -> Row:
    return cast("Row", tuple(getattr(entry, column) for column in COLUMNS))


def _below(subject: str) -> models.Q:
    """Return what finds the subjects below another by an index: SQLite compares bytes, PostgreSQL has one for LIKE."""
    if connection.vendor == "sqlite":
        return models.Q(subject__gte=f"{subject}/", subject__lt=f"{subject}0")
    return models.Q(subject__startswith=f"{subject}/")


def _head() -> JournalHead:
    return JournalHead.objects.filter(pk=HEAD).first() or JournalHead(digest=GENESIS)
