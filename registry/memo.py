"""What was worked out from bytes that cannot change, remembered by their digest.

The rule: only what follows from the bytes alone, never a state, so that
nothing remembered can be out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """The newest results, none of which is None, by digest; the oldest goes first."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()

    def of(self, digest: str, work: Callable[[], T]) -> T:
        """Return what is remembered, or work it out; what fails is not remembered."""
        found = self._kept.get(digest)
        if found is None:
            found = self._kept[digest] = work()
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found
