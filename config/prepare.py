"""What is done before Assay serves: migrate, and seed the demo on the first start.

The rule: the demo is seeded only into a database that was new a moment ago,
and never offered again to an installation that once started without it. Each
step may be cut off and is then taken up by the next start.
"""

from __future__ import annotations

import argparse
import sys
from enum import StrEnum
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from governance.services import seal
from registry.errors import DomainError


class Demo(StrEnum):
    """What the file ``demo`` in ASSAY_HOME says."""

    WANTED = "wanted"
    SEEDED = "seeded"
    DECLINED = "declined"


def demo_file(home: Path) -> Path:
    """Return the file that remembers whether this installation has the demo."""
    return home / "demo"


def has_demo(home: Path) -> bool:
    """Whether the demo workspace was seeded here."""
    file = demo_file(home)
    return file.exists() and file.read_text(encoding="ascii") == Demo.SEEDED


def prepare(home: Path, *, with_demo: bool) -> None:
    """Bring the database up to date; seed the demo when the database is new and it is wanted."""
    file = demo_file(home)
    if not file.exists():
        wanted = with_demo and "registry_person" not in connection.introspection.table_names()
        file.write_text(Demo.WANTED if wanted else Demo.DECLINED, encoding="ascii")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("attest_earlier", verbosity=0)
    make_seal()
    call_command("load_policies", verbosity=0)
    if with_demo and file.read_text(encoding="ascii") == Demo.WANTED:
        sys.stdout.write("First start: seeding the demo workspace. This takes a few seconds.\n")
        sys.stdout.flush()
        call_command("seed_demo", verbosity=0)
        file.write_text(Demo.SEEDED, encoding="ascii")


def make_seal() -> None:
    """Make the certificate that signs PDFs, or say why the one that is given cannot be used; everything else works without."""
    try:
        seal.certificates()
    except DomainError as error:
        sys.stderr.write(f"PDFs cannot be signed. {error.message}\n")


def main() -> None:
    """Prepare the installation that the environment names."""
    parser = argparse.ArgumentParser(prog="config.prepare", description=prepare.__doc__)
    parser.add_argument("--no-demo", action="store_true", help="seed no demo workspace")
    options = parser.parse_args()
    django.setup()
    prepare(Path(django.conf.settings.ASSAY_HOME), with_demo=not options.no_demo)


if __name__ == "__main__":
    main()
