"""Canonical bytes and their SHA-256.

The only way content becomes bytes: RFC 8785 (JSON Canonicalization Scheme),
minus floating-point numbers, because a digest must not depend on how a
machine prints 0.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import IO, Any

import rfc8785

CHUNK = 1024 * 1024


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises:
        TypeError: a float, or anything JSON does not have.
    """
    _refuse_floats(value)
    return rfc8785.dumps(value)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def bare(text: str) -> str:
    """Return a SHA-256 as somebody typed it, in lower case and without blanks and prefix; it may still be none."""
    return text.strip().lower().removeprefix("sha256:")


def sha256_of_stream(stream: IO[bytes]) -> tuple[str, int]:
    """Read a stream to its end; return its SHA-256 and its length in bytes."""
    hasher, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        hasher.update(chunk)
        size += len(chunk)
    return hasher.hexdigest(), size


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        message = f"Canonical content holds no floating-point numbers; got {value!r}."
        raise TypeError(message)
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            _refuse_floats(item)
