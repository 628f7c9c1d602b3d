"""``manage.py import_card FILE``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.catalog.loader import templates
from registry.errors import DomainError
from registry.exchange import formats, plain
from registry.exchange.encoding import MOST_BYTES
from registry.exchange.imported import Imported
from registry.models import Document, Kind, Person, Version
from registry.services import documents
from registry.services.versions import TEMPLATE_OF


class Command(BaseCommand):
    """Read a card or datasheet of another format; exit 2 when it cannot be read or saved."""

    help = (
        "Import a model card, dataset card, datasheet, Croissant or Model Card Toolkit file into the document of a version. "
        "--dry-run only reads the file. Exits 2 with one sentence when it cannot."
    )
    # The checks import every page of the product, which takes longer than reading the file.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let --version name a version, as everywhere in Assay, and not print Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", help="the file; - reads standard input")
        parser.add_argument("--template", choices=sorted(templates()), help="read into this template; otherwise the file decides")
        parser.add_argument("--json", action="store_true", help="print what was read as JSON")
        parser.add_argument("--dry-run", action="store_true", help="read and print; save nothing and open no database")
        parser.add_argument("--model", help="address of the model, such as credit-scoring")
        parser.add_argument("--dataset", help="address of the dataset")
        parser.add_argument("--version", dest="name", help="name of the version, such as 2.1.0")
        parser.add_argument("--as", dest="email", help="e-mail address of the person who imports")

    def handle(self, *_: Any, **options: Any) -> None:
        """Read, print, and save unless it is a dry run."""
        try:
            self._import(options)
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error

    def _import(self, options: dict[str, Any]) -> None:
        if not options["dry_run"]:
            document, person = find_document(options), _person(options["email"])
            wanted = TEMPLATE_OF[document.version.asset.kind]
            if options["template"] not in {None, wanted}:
                message = f"A {document.version.asset.kind} has a document of the template {wanted}."
                raise CommandError(message, returncode=2)
            imported = formats.read(_bytes(options["file"]), document.template_name)
            self._save(document, person, imported, options["file"])
            told = f"Saved as revision {Document.objects.get(pk=document.pk).revision}."
        else:
            imported = formats.read(_bytes(options["file"]), options["template"])
            told = "Nothing was saved."
        if options["json"]:
            self.stdout.write(json.dumps(plain.for_json(imported.as_dict()), ensure_ascii=False, indent=2))
        else:
            self._tell(imported, told)

    def _save(self, document: Document, person: Person, imported: Imported, place: str) -> None:
        documents.save_fields(
            actor=person.actor(),
            document_id=document.pk,
            values=imported.content,
            based_on=document.revision,
            note=f"Imported from {Path(place).name}",
        )

    def _tell(self, imported: Imported, told: str) -> None:
        self.stdout.write(f"{imported.template}: {len(imported.fields)} fields, {len(imported.front_matter)} keys of front matter.")
        for one in imported.unmapped:
            self.stdout.write(f"Kept under its heading: {one.heading or 'text before the first heading'}")
        for warning in imported.warnings:
            self.stdout.write(f"Warning: {warning}")
        self.stdout.write(told)


def find_document(options: dict[str, Any]) -> Document:
    """Return the document of the version that the arguments name.

    Raises:
        CommandError: they name none.
    """
    kind = Kind.MODEL if options["model"] else Kind.DATASET
    slug = options["model"] or options["dataset"]
    if not slug or not options["name"] or (options["model"] and options["dataset"]):
        message = "Name the version: --model or --dataset with its address, and --version with its name."
        raise CommandError(message, returncode=2)
    found = Version.objects.select_related("asset", "document").filter(asset__kind=kind, asset__slug=slug, name=options["name"]).first()
    if found is None:
        message = f"There is no {kind} version {slug} {options['name']}."
        raise CommandError(message, returncode=2)
    return found.document


def _person(email: str | None) -> Person:
    found = Person.objects.filter(email__iexact=email or "", is_active=True).first()
    if found is None:
        message = "Say who imports: --as with the e-mail address of somebody with an account."
        raise CommandError(message, returncode=2)
    return found


def _bytes(place: str) -> bytes:
    if place == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(place).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        message = f"The file {place} cannot be read: {error.strerror}."
        raise CommandError(message, returncode=2) from error
