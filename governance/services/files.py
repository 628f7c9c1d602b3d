"""Uploaded files, kept by their SHA-256.

The rule: the stored name is made from the digest alone, so that no name a
person typed ever reaches the file system, and the same bytes are kept once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final, Protocol

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat

from registry.digest import CHUNK, sha256_of_stream
from registry.errors import ConflictError, DomainError

STAGED: Final = "staged-"


class Readable(Protocol):
    """Anything that gives bytes until there are none, such as an open file or a request."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


class Staged:
    """A file under a name of our own, written chunk by chunk, whose SHA-256 is known when the last byte is.

    It is closed by whoever opened it; what was not kept by then is deleted.

    Attributes:
        path: where the bytes are.
        size: bytes written so far.
    """

    def __init__(self, most_bytes: int, filename: str = "") -> None:
        self._most_bytes, self._filename, self._hasher = most_bytes, filename, hashlib.sha256()
        self._file = NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix=STAGED, delete=False)  # noqa: SIM115 - closed by close()
        self.path, self.size = Path(self._file.name), 0

    def write(self, chunk: bytes) -> None:
        """Add some bytes.

        Raises:
            DomainError: with them the file would be larger than the limit.
        """
        if self.size + len(chunk) > self._most_bytes:
            raise DomainError(too_large(self._filename, self._most_bytes))
        self._file.write(chunk)
        self._hasher.update(chunk)
        self.size += len(chunk)

    def finish(self) -> Staged:
        """Let others read what was written."""
        self._file.flush()
        return self

    @property
    def sha256(self) -> str:
        """The digest of what was written, as 64 lower-case hex digits."""
        return self._hasher.hexdigest()

    def close(self) -> None:
        """Let go of the file, and delete it unless it was kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def staged(stream: Readable, *, most_bytes: int, filename: str = "") -> Iterator[Staged]:
    """Write a stream to disk as it comes, for a look before it is kept.

    Raises:
        DomainError: it is larger than the limit; what follows is not read.
    """
    copy = Staged(most_bytes, filename)
    try:
        while chunk := stream.read(CHUNK):
            copy.write(chunk)
        yield copy.finish()
    finally:
        copy.close()


def too_large(filename: str, most_bytes: int) -> str:
    """Return the sentence about a file that is over the limit."""
    return (
        f"“{filename}” is too large; the limit is {filesizeformat(most_bytes)}. "
        "Save it as Parquet, or leave out columns that are not needed."
    )


def keep_staged(shelf: str, staging: Staged) -> None:
    """Keep a staged file on a shelf under its SHA-256: moved where the shelf is on the same disk, not copied."""
    name = name_of(shelf, staging.sha256)
    if default_storage.exists(name):
        if is_intact(shelf, staging.sha256):
            return
        default_storage.delete(name)
    with staging.path.open("rb") as stream:
        stored = default_storage.save(name, TemporaryUploaded(stream, staging.path))
    if stored != name:  # somebody else kept the same bytes in the same moment
        default_storage.delete(stored)


class TemporaryUploaded(File):  # type: ignore[type-arg]
    """A file that a storage on the same disk may move instead of copying it."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        super().__init__(stream, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Return where the file is now."""
        return str(self._path)


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
