"""``manage.py export_card --model SLUG --version NAME --format huggingface``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.errors import DomainError
from registry.exchange import formats, hub_rules
from registry.management.commands.import_card import find_document
from registry.services.exports import about, content_for


class Command(BaseCommand):
    """Write the document of a version in another format; exit 2 when it cannot."""

    help = "Export the document of a version. Prints it, or writes it to --output. Exits 2 with one sentence when it cannot."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let --version name a version, as everywhere in Assay, and not print Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--model", help="address of the model, such as credit-scoring")
        parser.add_argument("--dataset", help="address of the dataset")
        parser.add_argument("--version", dest="name", help="name of the version, such as 2.1.0")
        parser.add_argument("--format", required=True, choices=sorted(formats.FORMATS))
        parser.add_argument("--strict", action="store_true", help="exit 2 when the Hugging Face Hub would refuse the card")
        parser.add_argument("--output", help="write to this file instead of standard output")

    def _check(self, options: dict[str, Any], template_key: str, text: str) -> None:
        """Say what the Hub would say; with --strict, refuse to export what it refuses."""
        found = hub_rules.findings(template_key, text) if options["format"] == "huggingface" else []
        refused = [one for one in found if one.is_error]
        if refused and options["strict"]:
            raise CommandError(str(refused[0]), returncode=2)
        for one in found:
            self.stderr.write(f"Warning: {one}")

    def handle(self, *_: Any, **options: Any) -> None:
        """Export and print."""
        document = find_document(options)
        try:
            content = content_for(document.version, options["format"])
            text = formats.write(options["format"], document.template_name, content, about(document.version))
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        self._check(options, document.template_name, text)
        if not options["output"]:
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["output"]).write_text(text)
        except OSError as error:
            message = f"The file {options['output']} cannot be written: {error.strerror}."
            raise CommandError(message, returncode=2) from error
