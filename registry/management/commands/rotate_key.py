"""``manage.py rotate_key``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.errors import DomainError
from registry.policy import SYSTEM
from registry.services.keys import rotate_key


class Command(BaseCommand):
    """Sign with a new key from now on; what the earlier one signed stays good."""

    help = "Make a new signing key. The earlier one's public half is kept, so that what it signed can still be checked."

    def handle(self, *_: Any, **__: Any) -> None:
        """Rotate and print."""
        try:
            key = rotate_key(actor=SYSTEM)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"From now on the key {key.public.key_id} signs ({key.public.algorithm}).")
