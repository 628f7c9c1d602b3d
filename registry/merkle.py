"""Merkle trees over a growing list, as RFC 6962 (section 2.1) hashes them.

The rule: pure, and small enough to check. A leaf is hashed behind a zero byte,
an inner node behind a one, so that neither can be taken for the other. What a
tree looks like at any size follows from its perfect subtrees alone: the one of
``2 ** level`` leaves that begins at leaf ``index * 2 ** level`` is named
``(level, index)``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

EMPTY: Final = hashlib.sha256(b"").digest()
Place = tuple[int, int]
Look = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Inclusion:
    """That an entry is in a journal of a size, for anybody to check.

    Attributes:
        number: the entry, from 1; its leaf is the one before.
        digest: the entry's digest, hex; the leaf's data.
        size: entries of the tree that the path leads to the root of.
        root: that root, hex.
        path: siblings on the way, hex, the nearest first.
    """

    number: int
    digest: str
    size: int
    root: str
    path: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the path leads from the entry to the root."""
        leaf, path = leaf_hash(bytes.fromhex(self.digest)), [bytes.fromhex(step) for step in self.path]
        return is_included(leaf, self.number - 1, self.size, path, bytes.fromhex(self.root))

    def to_json(self) -> dict[str, Any]:
        """Return the proof as attestations and downloads carry it."""
        return {"entry": self.number, "digest": self.digest, "size": self.size, "root": self.root, "path": list(self.path)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Inclusion:
        """Read a proof."""
        return cls(body["entry"], body["digest"], body["size"], body["root"], tuple(body["path"]))


@dataclass
class Growing:
    """A tree that is only added to; it keeps its perfect subtrees, the largest first.

    Attributes:
        size: leaves so far.
        peaks: roots of the perfect subtrees that make up the tree, one for each bit of ``size``.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def read(cls, size: int, text: str) -> Growing:
        """Return the tree of a size whose peaks were written by ``text``."""
        return cls(size, [bytes.fromhex(peak) for peak in text.split()])

    @property
    def text(self) -> str:
        """The peaks in hex, with blanks between."""
        return " ".join(peak.hex() for peak in self.peaks)

    def add(self, leaf: bytes) -> list[tuple[Place, bytes]]:
        """Add a leaf by its hash; return the inner perfect subtrees that it completes, the smallest first."""
        made, level, index = [], 0, self.size
        while index & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            level, index = level + 1, index >> 1
            made.append(((level, index), leaf))
        self.peaks.append(leaf)
        self.size += 1
        return made

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _bagged(self.peaks)


def root_at(size: int, look: Look) -> bytes:
    """Return the root that the tree had at a size."""
    return _range(0, size, look) if size else EMPTY


def inclusion(number: int, size: int, look: Look) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, section 2.1.1), the nearest sibling first.

    Args:
        number: the leaf, from 0.
        size: leaves of the tree that the path leads to the root of.
        look: gives the perfect subtree ``(level, index)``.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= number < size:
        message = f"A tree of {size} leaves has no leaf {number}."
        raise ValueError(message)
    return list(_path(number, 0, size, look))


def consistency(first: int, second: int, look: Look) -> list[bytes]:
    """Return the proof that a tree of ``first`` leaves is the beginning of one of ``second`` (section 2.1.2).

    Raises:
        ValueError: the sizes are not ``0 < first <= second``.
    """
    if not 0 < first <= second:
        message = f"A tree of {first} leaves is no beginning of one of {second}."
        raise ValueError(message)
    return list(_beginning(first, 0, second, whole=True, look=look))


def needed(work: Callable[[Look], object]) -> set[Place]:
    """Return the perfect subtrees that a computation looks at, so that they can be fetched at once."""
    places: set[Place] = set()

    def look(level: int, index: int) -> bytes:
        places.add((level, index))
        return EMPTY

    work(look)
    return places


def is_included(leaf: bytes, number: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether an audit path leads from a leaf's hash to a root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= number < size:
        return False
    at, last, found = number, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            at, last = _risen(at, last)
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: int, second: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree with one root grew into the tree with the other (section 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and old == new
    is_perfect = first & (first - 1) == 0
    return _grown(first - 1, second - 1, [old, *proof] if is_perfect else proof) == (old, new)


def _grown(at: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots of both trees that a consistency proof leads to, or None when it is too long or too short."""
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0] if steps else EMPTY
    for step in steps[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            at, last = _risen(at, last)
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return (before, after) if last == 0 else None


def _risen(at: int, last: int) -> tuple[int, int]:
    """Climb over the levels on which a node on the right edge has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _bagged(peaks: Iterable[bytes]) -> bytes:
    """Return the root over perfect subtrees, the largest first."""
    rest = list(peaks)
    if not rest:
        return EMPTY
    found = rest.pop()
    while rest:
        found = node_hash(rest.pop(), found)
    return found


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than a count of at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(start: int, count: int, look: Look) -> bytes:
    """Return the root over leaves from a start that is a multiple of the power of two that the count fits in."""
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return look(level, start >> level)
    left = _split(count)
    return node_hash(_range(start, left, look), _range(start + left, count - left, look))


def _path(number: int, start: int, count: int, look: Look) -> Iterator[bytes]:
    if count == 1:
        return
    left = _split(count)
    if number < left:
        yield from _path(number, start, left, look)
        yield _range(start + left, count - left, look)
    else:
        yield from _path(number - left, start + left, count - left, look)
        yield _range(start, left, look)


def _beginning(first: int, start: int, count: int, *, whole: bool, look: Look) -> Iterator[bytes]:
    if first == count:
        if not whole:
            yield _range(start, count, look)
        return
    left = _split(count)
    if first <= left:
        yield from _beginning(first, start, left, whole=whole, look=look)
        yield _range(start + left, count - left, look)
    else:
        yield from _beginning(first - left, start + left, count - left, whole=False, look=look)
        yield _range(start, left, look)
