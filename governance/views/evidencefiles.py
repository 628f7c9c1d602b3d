"""Files of evidence, of versions and of the organisation alike: taken in and handed out."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse

from governance.models import Evidence
from governance.services import evidence, files


def handed_out(piece: Evidence) -> FileResponse:
    """Answer with a file, never to be shown by the browser itself."""
    path = files.path_of(evidence.SHELF, piece.sha256)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=evidence.download_name(piece), content_type=piece.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def file_text() -> str:
    """Return what a form says of the files that it takes."""
    return f"Up to {settings.EVIDENCE_MAX_BYTES // 1024**2} MB. It is kept by its SHA-256."
