"""Reading the whole journal again: the chain, the tree over it, its head, and a checkpoint.

The rule: everything is computed anew from what the entries say; what is
stored beside them is only compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Final

from registry import merkle
from registry.digest import sha256
from registry.models.audit import AuditEntry, JournalHead, JournalNode

GENESIS: Final = "0" * 64
HEAD: Final = 1
CHUNK: Final = 2000
COLUMNS: Final = ("number", "at", "actor_id", "actor_name", "action", "subject", "detail", "previous", "digest")
Row = tuple[int, datetime, int | None, str, str, str, str, str, str]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Verification:
    """What reading the whole journal showed.

    Attributes:
        entries: how many entries were read and found whole.
        broken: number of the first entry that is not, or None.
        reason: what is wrong with it, as a sentence.
    """

    entries: int
    broken: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Mark:
    """What a checkpoint says of the journal: the root and the last digest, hex, after so many entries."""

    number: int
    root: str
    digest: str


def verify(*, mark: Mark | None = None, progress: Progress = lambda _: None) -> Verification:
    """Read the whole journal and say whether it is what was written.

    Args:
        mark: a checkpoint that it must have passed through.
        progress: called with the number of entries that were read, every few thousand.
    """
    number, digest, tree, nodes = 0, GENESIS, merkle.Growing(), _nodes()
    for row in _in_order():
        number += 1
        if reason := _fault(row, number, digest) or _tree_fault(tree, nodes, row) or _mark_fault(tree, mark, row):
            return Verification(number - 1, number, reason)
        digest = row[8]
        if not number % CHUNK:
            progress(number)
    progress(number)
    if fault := _head_fault(number, digest, tree):
        return fault
    if next(nodes, None) is not None:
        return Verification(number, number + 1, "The tree over the journal has parts that no entry made.")
    if mark and mark.number > number:
        return Verification(number, number + 1, f"The checkpoint covers {mark.number} entries, of which only {number} are there.")
    return Verification(number)


def bytes_of(row: Row) -> bytes:
    """Return what an entry's digest is over: RFC 8785 of its columns, written out because a journal is long."""
    number, at, actor, name, action, subject, detail, previous, _ = row
    return (
        f'{{"action":{encode_basestring(action)},"actor":{"null" if actor is None else actor},'
        f'"at":"{at.astimezone(UTC).isoformat(timespec="microseconds")}","detail":{encode_basestring(detail)},'
        f'"name":{encode_basestring(name)},"number":{number},"previous":{encode_basestring(previous)},'
        f'"subject":{encode_basestring(subject)}}}'
    ).encode()


def _fault(row: Row, number: int, previous: str) -> str:
    if row[0] != number:
        return f"Entry {number} is missing; entry {row[0]} stands in its place."
    if row[7] != previous:
        return f"Entry {number} does not follow the entry before it."
    if row[8] != sha256(bytes_of(row)):
        return f"Entry {number} was changed after it was written."
    return ""


def _tree_fault(tree: merkle.Growing, nodes: Iterator[tuple[int, int, str]], row: Row) -> str:
    """Add an entry to the tree and compare the subtrees that it completes with those that are stored."""
    for (level, _), node in tree.add(merkle.leaf_hash(bytes.fromhex(row[8]))):
        if next(nodes, None) != (row[0], level, node.hex()):
            return f"The tree over the journal is not what entry {row[0]} made of it."
    return ""


def _mark_fault(tree: merkle.Growing, mark: Mark | None, row: Row) -> str:
    if mark is None or row[0] != mark.number or (row[8], tree.root().hex()) == (mark.digest, mark.root):
        return ""
    return f"The first {mark.number} entries are not those of the checkpoint."


def _head_fault(number: int, digest: str, tree: merkle.Growing) -> Verification | None:
    head = JournalHead.objects.filter(pk=HEAD).first()
    if head is None:
        return Verification(number, number, "The head of the journal was removed.") if number else None
    if head.number > number:
        return Verification(number, number + 1, f"Entries {number + 1} to {head.number} were cut off the end.")
    if (head.number, head.digest, head.peaks) != (number, digest, tree.text):
        return Verification(number, number, "The end of the chain is not the one that was last written.")
    return None


def _in_order() -> Iterator[Row]:
    return AuditEntry.objects.order_by("number").values_list(*COLUMNS).iterator(chunk_size=CHUNK)


def _nodes() -> Iterator[tuple[int, int, str]]:
    nodes = JournalNode.objects.order_by("number", "level").values_list("number", "level", "digest")
    return iter(nodes.iterator(chunk_size=CHUNK))
