"""Commands that write files of releases: which releases, how much of them, where to, and the exit codes."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.models import Release
from governance.reports.choices import LANGUAGES, USUAL, Choices, Kind, Paper
from registry.errors import DomainError
from registry.services import organisation

NO_RELEASE = "There is no release “{name}”. Name it by its number, or as MODEL/VERSION/ENVIRONMENT; the newest such release is taken."


class Rendering(BaseCommand, ABC):
    """Write the file of one release, or of all; exit 0 when all were made, 1 when one was not, 2 when the question makes no sense."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("release", nargs="?", help="its number, or MODEL/VERSION/ENVIRONMENT, such as loan-repayment/1.1.0/production")
        parser.add_argument("--all", action="store_true", help="every release, into a folder")
        parser.add_argument("--output", type=Path, required=True, help="the file, or with --all the folder")
        parser.add_argument("--kind", choices=[str(kind) for kind in Kind], default=str(USUAL.kind))
        parser.add_argument("--paper", choices=[str(paper) for paper in Paper], default=str(USUAL.paper))
        parser.add_argument("--language", choices=list(LANGUAGES), help="of the frame; the organisation's own by default")

    @abstractmethod
    def made(self, number: int, options: dict[str, Any]) -> tuple[str, bytes]:
        """Return the name and the content of a release's file; each command says how.

        Raises:
            DomainError: it cannot be made; the sentence says why.
        """

    def handle(self, *_: Any, **options: Any) -> None:
        """Make and write."""
        if options["all"] == bool(options["release"]):
            message = "Name one release, or give --all."
            raise CommandError(message, returncode=2)
        if options["all"]:
            self._all(options)
            return
        try:
            self._write(_found(options["release"]), options)
        except (DomainError, OSError) as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{options['output']}")

    def _all(self, options: dict[str, Any]) -> None:
        options["output"].mkdir(parents=True, exist_ok=True)
        numbers = list(Release.objects.order_by("pk").values_list("pk", flat=True))
        failed = 0
        for position, number in enumerate(numbers, start=1):
            try:
                name = f"{number}_{self._write(number, options)}"
            except (DomainError, OSError) as error:
                failed += 1
                name = f"release {number} FAILED: {error}"
            self.stdout.write(f"{position} of {len(numbers)}  {name}")
        if failed:
            self.stderr.write(f"{failed} of {len(numbers)} were not made.")
            sys.exit(1)

    def _write(self, number: int, options: dict[str, Any]) -> str:
        """Write one file, or into a folder under its own name; return that name."""
        output = options["output"]
        name, content = self.made(number, options)
        file = output / f"{number}_{name}" if output.is_dir() else output
        draft = file.with_name(f".{file.name}.part")
        draft.write_bytes(content)
        draft.replace(file)
        return name


def choices_in(options: dict[str, Any]) -> Choices:
    """Return what the arguments choose."""
    return Choices.from_json({**options, "language": options["language"] or organisation.current().language})


def _found(name: str) -> int:
    """Return the number of a release.

    Raises:
        CommandError: there is no such release.
    """
    model, _, rest = name.partition("/")
    version, _, environment = rest.rpartition("/")
    releases = Release.objects.order_by("-pk")
    if name.isdecimal():
        found = releases.filter(pk=int(name))
    else:
        found = releases.filter(version__asset__slug=model, version__name=version, environment=environment, version__asset__kind="model")
    number = found.values_list("pk", flat=True).first()
    if number is None:
        raise CommandError(NO_RELEASE.format(name=name), returncode=2)
    return number
