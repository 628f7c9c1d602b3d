"""``manage.py render_dossier RELEASE --format md --output FILE`` and ``render_dossier --all --format html --output FOLDER``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from governance.management.rendering import Rendering, choices_in
from governance.services import editions
from registry.policy import SYSTEM


class Command(Rendering):
    """Write dossiers in forms other than PDF."""

    help = "Write the dossier of a release, or of all, as one HTML file, as Markdown, or the card as DOCX. For PDF there is render_pdf."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--format", choices=[str(form) for form in editions.Form], required=True, help="docx is the card alone")

    def made(self, number: int, options: dict[str, Any]) -> tuple[str, bytes]:
        """Return a release's dossier as it is now."""
        form = editions.Form(options["format"])
        edition = editions.make_edition(actor=SYSTEM, release_id=number, form=form, choices=choices_in(options))
        return edition.name, edition.content
