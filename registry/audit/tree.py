"""The Merkle tree over the journal: grown with each entry, asked for roots and proofs.

The rule: a leaf is an entry's digest, which covers everything that the entry
says and the digest before it. Leaf 0 is entry 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Q

from registry import merkle
from registry.merkle import Inclusion
from registry.models.audit import AuditEntry, JournalHead, JournalNode

T = TypeVar("T")


def grow(head: JournalHead, digest: str) -> None:
    """Add the next entry's digest to the tree of the head; the head itself is saved by the caller."""
    growing = merkle.Growing.read(head.number, head.peaks)
    made = growing.add(merkle.leaf_hash(bytes.fromhex(digest)))
    if made:
        number = head.number + 1
        JournalNode.objects.bulk_create(JournalNode(number=number, level=level, digest=node.hex()) for (level, _), node in made)
    head.peaks = growing.text


def root_of(head: JournalHead) -> str:
    """Return the root over the whole journal, hex."""
    return merkle.Growing.read(head.number, head.peaks).root().hex()


def inclusion(number: int, size: int) -> Inclusion:
    """Return the proof that an entry is in the journal of a size (three queries).

    Raises:
        ValueError: the journal has no such entry or was never that long.
    """
    path, root = _looked(lambda look: (merkle.inclusion(number - 1, size, look), merkle.root_at(size, look)))
    digest = AuditEntry.objects.values_list("digest", flat=True).get(number=number)
    return Inclusion(number, digest, size, root.hex(), tuple(step.hex() for step in path))


def consistency(first: int, second: int) -> list[str]:
    """Return the proof that the journal of one size is the beginning of that of another, hex.

    Raises:
        ValueError: the sizes are not ``0 < first <= second``.
    """
    return [step.hex() for step in _looked(lambda look: merkle.consistency(first, second, look))]


def _looked(work: Callable[[merkle.Look], T]) -> T:
    """Run a computation over the stored subtrees, fetched at once."""
    places = merkle.needed(work)
    found = {}
    leaves = [index + 1 for level, index in places if level == 0]
    for number, digest in AuditEntry.objects.filter(number__in=leaves).values_list("number", "digest"):
        found[0, number - 1] = merkle.leaf_hash(bytes.fromhex(digest))
    nodes = Q(pk__in=[])
    for level, index in places:
        if level:
            nodes |= Q(level=level, number=(index + 1) << level)
    for level, number, digest in JournalNode.objects.filter(nodes).values_list("level", "number", "digest"):
        found[level, (number >> level) - 1] = bytes.fromhex(digest)
    if missing := places - found.keys():
        message = f"The journal's tree lacks {len(missing)} of its parts; it was shorter, or was changed."
        raise ValueError(message)
    return work(lambda level, index: found[level, index])
