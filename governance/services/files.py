"""Uploaded files, kept by their SHA-256.

The rule: the stored name is made from the digest alone, so that no name a
person typed ever reaches the file system, and the same bytes are kept once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from registry.digest import sha256_of_stream
from registry.errors import ConflictError


@contextmanager
def staged(stream: IO[bytes]) -> Iterator[Path]:
    """Put a stream into a file under a name of our own, for a look before it is kept."""
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="staged-") as copy:
        stream.seek(0)
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield Path(copy.name)


def keep(shelf: str, stream: IO[bytes], *, suffix: str = "") -> tuple[str, int]:
    """Keep a stream on a shelf; return its SHA-256 and its length in bytes."""
    stream.seek(0)
    digest, size = sha256_of_stream(stream)
    name = name_of(shelf, digest, suffix)
    if default_storage.exists(name) and not is_intact(shelf, digest, suffix=suffix):
        default_storage.delete(name)
    if not default_storage.exists(name):
        stream.seek(0)
        stored = default_storage.save(name, File(stream, name=digest))
        if stored != name:  # somebody else kept the same bytes in the same moment
            default_storage.delete(stored)
    return digest, size


def name_of(shelf: str, digest: str, suffix: str = "") -> str:
    """Return the stored name of a digest."""
    return f"{shelf}/{digest[:2]}/{digest}{suffix}"


def path_of(shelf: str, digest: str, *, suffix: str = "") -> Path:
    """Return the local path of a kept file whose bytes are still those of its digest.

    Raises:
        ConflictError: the file is gone or was changed.
    """
    if not is_intact(shelf, digest, suffix=suffix):
        message = "The stored file is missing or was changed since it was uploaded. Upload it again."
        raise ConflictError(message)
    return Path(default_storage.path(name_of(shelf, digest, suffix)))


def is_intact(shelf: str, digest: str, *, suffix: str = "") -> bool:
    """Whether the stored bytes are there and have the digest that names them."""
    name = name_of(shelf, digest, suffix)
    if not default_storage.exists(name):
        return False
    with default_storage.open(name, "rb") as stream:
        return sha256_of_stream(stream)[0] == digest
