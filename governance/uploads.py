"""How a file of predictions comes in through a form: to disk, hashed on the way, and not a byte past the limit.

The rule: a view that takes such a file sets this handler before anything
reads the body, so that a refused caller's file is never read.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from governance.services.files import Staged
from registry.digest import CHUNK
from registry.errors import DomainError


class StagedUpload(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that is on disk already, with its digest; Django closes it with the request."""

    def __init__(self, staging: Staged, name: str | None, content_type: str | None) -> None:
        super().__init__(None, name, content_type, staging.size)
        self.staging = staging

    def close(self) -> None:
        """Delete the staged file unless it was kept."""
        self.staging.close()


class StagingHandler(FileUploadHandler):
    """Write the first file of a form to disk, and stop reading when it passes the limit.

    Attributes:
        refusal: why the file was not taken, or nothing.
    """

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes, self.refusal = most_bytes, ""
        self.file: Staged | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open a staged file; a form has one file, and what else is sent is passed over."""
        super().new_file(*args, **kwargs)
        if self.file is not None:
            raise SkipFile
        self.file = Staged(self.most_bytes, self.file_name or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write some bytes, or stop the upload."""
        assert self.file is not None  # noqa: S101 - new_file comes first
        try:
            self.file.write(raw_data)
        except DomainError as error:
            self.refusal = error.message
            self.file.close()
            raise StopUpload(connection_reset=True) from error

    def file_complete(self, file_size: int) -> StagedUpload | None:
        """Return the file for the form."""
        return StagedUpload(self.file.finish(), self.file_name, self.content_type) if self.file else None

    def upload_interrupted(self) -> None:
        """Delete what came before the upload broke off."""
        if self.file is not None:
            self.file.close()
