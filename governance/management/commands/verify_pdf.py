"""``manage.py verify_pdf FILE``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.services.verification import verify_pdf
from registry.errors import DomainError


class Command(BaseCommand):
    """Check a PDF; exit 0 when it is what was issued and holds, 1 when it is not or does not, 2 when it cannot be read."""

    help = "Check a PDF that was issued here: signature, digest, snapshot, attestation, journal, and whether the promotion still holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="the PDF, as it was downloaded")

    def handle(self, *_: Any, **options: Any) -> None:
        """Check and print."""
        try:
            found = verify_pdf(options["file"].read_bytes())
        except (OSError, DomainError) as error:
            raise CommandError(str(error), returncode=2) from error
        if found.about:
            self.stdout.write(found.about)
        for line in (*found.checks, *found.now):
            self.stdout.write(f"{'good' if line.is_good else 'BAD '}  {line.title}: {line.text}")
        if not (found.is_authentic and found.is_in_force):
            sys.exit(1)
