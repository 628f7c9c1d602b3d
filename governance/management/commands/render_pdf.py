"""``manage.py render_pdf RELEASE --output FILE`` and ``render_pdf --all --output FOLDER``."""

from __future__ import annotations

from typing import Any

from governance.management.rendering import Rendering, choices_in
from governance.services import dossiers, pdfs
from registry.policy import SYSTEM


class Command(Rendering):
    """Make PDFs here and now."""

    help = "Make the PDF of a release, or of all, without a worker or a broker. What was made before and still holds is not made again."

    def made(self, number: int, options: dict[str, Any]) -> tuple[str, bytes]:
        """Return the finished PDF of a release."""
        made = dossiers.make_now(actor=SYSTEM, release_id=number, choices=choices_in(options))
        return dossiers.download_name(made), pdfs.path_of(made).read_bytes()
