"""``manage.py load_policies``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from governance.services.shipped import install_shipped
from registry.policy import SYSTEM


class Command(BaseCommand):
    """Bring the shipped policies into the table; doing it twice does nothing more."""

    help = "Propose the policies that came with this version of Assay, where others are in force. Run it after an upgrade."

    def handle(self, *_: Any, **options: Any) -> None:
        """Load and print."""
        made = install_shipped(actor=SYSTEM)
        for edition in made:
            self.stdout.write(f"{edition.key}, version {edition.version}: {edition.state}")
        if not made and options["verbosity"] > 0:
            self.stdout.write("Nothing new.")
