"""``manage.py export_keys``."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from registry.services.keys import told_keys


class Command(BaseCommand):
    """Print the public keys, as ``/.well-known/assay-keys.json`` has them."""

    help = "Print the public keys of the house as JSON, the present one first."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print."""
        self.stdout.write(json.dumps(told_keys(), indent=2))
