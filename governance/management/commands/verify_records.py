"""``manage.py verify_records``."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from governance.services import records


class Command(BaseCommand):
    """Compare snapshots, decisions and promotions with the journal and the attestations; exit 0 or 1."""

    help = "Name every snapshot, decision and promotion that was changed past the services. Exits 0 when there is none, 1 otherwise."

    def handle(self, *_: Any, **__: Any) -> None:
        """Look and print."""
        count = 0
        for fault in records.faults():
            count += 1
            self.stdout.write(fault)
        if count:
            sys.exit(1)
        self.stdout.write("Snapshots, decisions and promotions are what the journal and the attestations say.")
