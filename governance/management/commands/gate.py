"""``manage.py gate MODEL VERSION --environment production``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.services.gatekeeping import GateAnswer, ask_about_version
from registry.errors import DomainError
from registry.models import Version
from registry.policy import SYSTEM


class Command(BaseCommand):
    """Ask the gate; exit 0 when the version may run, 1 when not, 2 when the question cannot be answered.

    In an environment that only warns or observes, a closed gate exits 0 too, with a note on standard error.
    """

    help = "Say whether a model version may run in an environment. Exits 0 (yes), 1 (no) or 2 (unknown version or environment)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("model", help="address of the model, such as credit-scoring")
        parser.add_argument("version", help="name of the version, such as 2.1.0")
        parser.add_argument("--environment", required=True, help="key of the environment, such as production")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        """Ask and print."""
        try:
            answer = ask_about_version(asker=SYSTEM, model=options["model"], version=options["version"], environment=options["environment"])
        except Version.DoesNotExist as error:
            message = f"There is no model version {options['model']} {options['version']}."
            raise CommandError(message, returncode=2) from error
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer.to_json(), indent=2))
        else:
            self._say(answer)
        if not answer.allowed:
            sys.exit(1)

    def _say(self, answer: GateAnswer) -> None:
        """Print the answer for people; what the mode made of a no goes to standard error."""
        self.stdout.write("The gate is open." if answer.verdict else "The gate is closed.")
        for reason in answer.reasons:
            self.stdout.write(f"- {reason}")
        if (emergency := answer.emergency) is not None:
            self.stdout.write(f"- PROMOTED IN AN EMERGENCY, without {', '.join(emergency['skipped'])}: {emergency['reason']}")
        for one in answer.waived:
            self.stdout.write(f"- Waived: {one['title']}, by {one['grantedBy']} until {one['until'][:10]}: {one['reason']}")
        if answer.note:
            self.stderr.write(answer.note)
