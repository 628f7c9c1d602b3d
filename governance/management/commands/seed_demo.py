"""``manage.py seed_demo``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from governance.demo import workspace


class Command(BaseCommand):
    """Fill an empty installation with the demo workspace; a second run changes nothing."""

    help = "Seed the demo workspace through the services. Needs no worker and no broker; a second run changes nothing."

    def handle(self, *_: Any, **__: Any) -> None:
        """Seed, unless it was done."""
        if workspace.is_seeded():
            self.stdout.write("The demo workspace is there already; nothing was changed.")
            return
        workspace.seed()
        self.stdout.write("The demo workspace is ready. Sign in with the password “assay-demo” as:")
        for email, name, _roles in workspace.PEOPLE:
            self.stdout.write(f"  {email:<24} {name}")
