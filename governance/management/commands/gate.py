"""``manage.py gate MODEL VERSION --environment production``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.models import Environment
from governance.services.gatekeeping import ask_about_version
from registry.models import Version
from registry.policy import SYSTEM


class Command(BaseCommand):
    """Ask the gate; exit 0 when it is open, 1 when it is closed, 2 when the question cannot be answered."""

    help = "Say whether a model version may run in an environment. Exits 0 (yes), 1 (no) or 2 (unknown version)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("model", help="address of the model, such as credit-scoring")
        parser.add_argument("version", help="name of the version, such as 2.1.0")
        parser.add_argument("--environment", required=True, choices=Environment.values)
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        """Ask and print."""
        try:
            answer = ask_about_version(actor=SYSTEM, model=options["model"], version=options["version"], environment=options["environment"])
        except Version.DoesNotExist as error:
            message = f"There is no model version {options['model']} {options['version']}."
            raise CommandError(message, returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer.to_json(), indent=2))
        else:
            self.stdout.write("The gate is open." if answer.allowed else "The gate is closed.")
            for reason in answer.reasons:
                self.stdout.write(f"- {reason}")
        if not answer.allowed:
            sys.exit(1)
