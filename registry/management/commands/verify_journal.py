"""``manage.py verify_journal``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry import audit


class Command(BaseCommand):
    """Read the whole journal; exit 0 when it is whole, 1 with the first broken entry otherwise."""

    help = "Verify the journal's chain. Exits 0 when it is whole and 1 when an entry was changed, removed or moved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        """Verify and print."""
        found = audit.verify()
        if options["json"]:
            answer = {"whole": found.broken is None, "entries": found.entries, "broken": found.broken}
            self.stdout.write(json.dumps({**answer, "reason": found.reason}, indent=2))
        elif found.broken is None:
            entries = "entry" if found.entries == 1 else "entries"
            self.stdout.write(f"The journal is whole: {found.entries} {entries}.")
        else:
            self.stdout.write(f"The journal is broken at entry {found.broken}. {found.reason}")
        if found.broken is not None:
            sys.exit(1)
