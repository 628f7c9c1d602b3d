"""``manage.py verify_journal [--checkpoint FILE]``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry import audit
from registry.errors import DomainError
from registry.services.checkpoints import read_checkpoint
from registry.services.keys import public_keys


class Command(BaseCommand):
    """Read the whole journal; exit 0 when it is whole, 1 with the first broken entry, 2 when a checkpoint cannot be read."""

    help = (
        "Verify the journal: every entry, the chain, the tree over it, its end and, when one is given, a checkpoint. "
        "Exits 0 when it is whole, 1 when an entry was changed, removed or moved, 2 when the checkpoint is not one of ours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint that was downloaded earlier")

    def handle(self, *_: Any, **options: Any) -> None:
        """Verify and print."""
        mark = self._mark(options["checkpoint"])
        found = audit.check(progress=self._progress)
        if mark and found.broken is None:
            found = audit.verify(mark=mark, progress=self._progress)
        if options["json"]:
            answer = {"whole": found.broken is None, "entries": found.entries, "broken": found.broken}
            self.stdout.write(json.dumps({**answer, "reason": found.reason}, indent=2))
        elif found.broken is None:
            entries = "entry" if found.entries == 1 else "entries"
            self.stdout.write(f"The journal is whole: {found.entries} {entries}.")
            if mark:
                self.stdout.write(f"Its first {mark.number} are those that the checkpoint was signed over.")
        else:
            self.stdout.write(f"The journal is broken at entry {found.broken}. {found.reason}")
        if found.broken is not None:
            sys.exit(1)

    def _mark(self, file: Path | None) -> audit.Mark | None:
        if file is None:
            return None
        try:
            return read_checkpoint(file.read_bytes(), public_keys())
        except (OSError, DomainError) as error:
            raise CommandError(str(error), returncode=2) from error

    def _progress(self, entries: int) -> None:
        """Count on a terminal; a pipe is told only the result."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{entries:,} entries read", ending="")
            self.stderr.flush()
