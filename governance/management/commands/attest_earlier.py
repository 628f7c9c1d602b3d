"""``manage.py attest_earlier``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from governance.services.attestations import attest_earlier


class Command(BaseCommand):
    """Attest promotions that were made before Assay wrote attestations; doing it twice does nothing more."""

    help = "Sign an attestation for each promotion that was made before there were any. Run it once after an upgrade."

    def handle(self, *_: Any, **options: Any) -> None:
        """Attest and print."""
        made = attest_earlier()
        if made or options["verbosity"] > 0:
            self.stdout.write(f"{made} promotion{'' if made == 1 else 's'} attested.")
