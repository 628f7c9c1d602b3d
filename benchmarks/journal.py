"""The journal when it is long: ``python -m benchmarks.journal [--entries 1000000]``.

On the database that the settings name (``DATABASE_URL``), inside one
transaction that is rolled back: what an append costs among many entries
against what it costs among few, what a page and a proof cost among many, and
how many entries a second are verified.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

import django

from benchmarks.measure import Claims, quickest

FEW = 1_000
APPENDS = 500
VERIFIED = 50_000
BATCH = 5_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args().entries
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    claims = Claims()
    with transaction.atomic():
        _write(FEW)
        few = _append()
        _write(entries - FEW)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        many = (_append(), *(quickest(page) for page in _pages()))
        claims.tell(f"an append among {entries:,} entries", f"{many[0] / few:.2f} ×", "≤ 1.2 ×", is_met=many[0] <= 1.2 * few)
        for name, seconds in zip(("the newest page", "a page far back", "a page of one subject", "a proof"), many[1:], strict=True):
            claims.tell(f"{name} among {entries:,} entries", f"{seconds * 1e3:.1f} ms", "≤ 20 ms", is_met=seconds <= 0.02)
        _verify(claims)
        transaction.set_rollback(True)
    return claims.end()


def _verify(claims: Claims) -> None:
    from registry import audit

    start = time.perf_counter()
    found = audit.verify()
    rate = found.entries / (time.perf_counter() - start)
    is_whole = found.broken is None
    claims.tell("entries verified a second", f"{rate:,.0f}", f"≥ {VERIFIED:,}", is_met=is_whole and rate >= VERIFIED)


def _append() -> float:
    """Return the seconds of one append, over a few hundred."""
    from registry import audit
    from registry.policy import SYSTEM, Action

    start = time.perf_counter()
    for number in range(APPENDS):
        audit.record(SYSTEM, Action.DOCUMENT_WRITE, f"model/model-{number % 97}", {"revision": number})
    return (time.perf_counter() - start) / APPENDS


def _pages() -> tuple[Callable[[], object], ...]:
    from registry import audit

    middle = audit.history().first()
    assert middle is not None
    half = middle.number // 2
    return (
        lambda: list(audit.history()[:26]),
        lambda: list(audit.history().filter(number__lt=half)[:26]),
        lambda: list(audit.history("model/model-7")[:26]),
        lambda: audit.inclusion(half),
    )


def _write(count: int) -> None:
    """Append many entries as ``record`` would, in bulk."""
    from django.utils import timezone

    from registry import audit, merkle
    from registry.audit import AuditEntry, JournalHead, JournalNode
    from registry.audit.verifying import GENESIS, HEAD

    head, _ = JournalHead.objects.get_or_create(pk=HEAD, defaults={"digest": GENESIS})
    tree = merkle.Growing.read(head.number, head.peaks)
    entries, nodes = [], []
    for _ in range(count):
        number = head.number + 1
        entry = AuditEntry(
            number=number,
            at=timezone.now(),
            actor_name="Assay",
            action="document.write",
            subject=f"model/model-{number % 997}",
            detail=f'{{"revision":{number}}}',
            previous=head.digest,
        )
        head.number, head.digest = number, audit.digest_of(entry)
        entry.digest = head.digest
        entries.append(entry)
        below = tree.add(merkle.leaf_hash(bytes.fromhex(head.digest)))
        nodes += [JournalNode(number=number, level=level, digest=node.hex()) for (level, _), node in below]
        if len(entries) >= BATCH:
            AuditEntry.objects.bulk_create(entries)
            JournalNode.objects.bulk_create(nodes)
            entries, nodes = [], []
    AuditEntry.objects.bulk_create(entries)
    JournalNode.objects.bulk_create(nodes)
    head.peaks = tree.text
    head.save()


if __name__ == "__main__":
    sys.exit(main())
