"""``manage.py verify_attestation FILE [--keys FILE] [--artifact FILE] [--later FILE]``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.attestation import check
from registry.digest import sha256_of_stream
from registry.errors import DomainError
from registry.services.keys import public_keys
from registry.signing import PublicKey, read_public


class Command(BaseCommand):
    """Check an attestation without a database; exit 0 when all is good, 1 when something is not, 2 when a file cannot be read."""

    help = "Check an attestation: signature, artifacts, validity, proof of its entry in the journal, later statements. Needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="the attestation, as it was downloaded")
        parser.add_argument(
            "--keys", type=Path, help="the keys of the house, from /.well-known/assay-keys.json or as PEM (default: our own)"
        )
        parser.add_argument("--artifact", type=Path, action="append", default=[], help="a file that the attestation should be about")
        parser.add_argument("--later", type=Path, action="append", default=[], help="a later statement: a revocation, a suspension")

    def handle(self, *_: Any, **options: Any) -> None:
        """Check and print."""
        try:
            text, later = options["file"].read_bytes(), [file.read_bytes() for file in options["later"]]
            keys = _keys(options["keys"]) if options["keys"] else list(public_keys())
            artifacts = {str(file): _digest(file) for file in options["artifact"]}
        except (OSError, ValueError, DomainError) as error:
            raise CommandError(str(error), returncode=2) from error
        lines = check(text, keys, now=datetime.now(UTC), artifacts=artifacts, ends=later)
        for line in lines:
            self.stdout.write(f"{'good' if line.is_good else 'BAD '}  {line.title}: {line.text}")
        if not all(line.is_good for line in lines):
            sys.exit(1)


def _keys(file: Path) -> list[PublicKey]:
    text = file.read_text(encoding="utf-8")
    if not text.lstrip().startswith("{"):
        return [read_public(text)]
    try:
        return [read_public(key["pem"]) for key in json.loads(text)["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file} holds no keys: it needs the JSON of /.well-known/assay-keys.json, or one public key as PEM."
        raise CommandError(message, returncode=2) from error


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return sha256_of_stream(stream)[0]
