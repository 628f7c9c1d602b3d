"""The overview across all models: ``python -m benchmarks.overview [--models 1000] [--postgres URL]``.

The page is asked for through the whole stack, signed in as an auditor who
sees every model, each of which is asked every framework and has answered all
of it. The bars are the server's time for the page and its queries, which must
be the same for few models and for many. URL names a PostgreSQL server on which
databases may be made and dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from typing import Any, Final

from benchmarks.gate import fresh_database
from benchmarks.measure import ROOT, Claims, quickest

SECONDS: Final = 0.5
PAGES: Final = {
    "the overview": "/overview/",
    "one framework of one tier": "/overview/?framework=oecd_ai_principles&tier=high",
    "the last page of a search": "/overview/?q=model&page=last",
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=1_000)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        sys.stdout.write(json.dumps(_figures(asked.models)) + "\n")
        return 0
    claims = Claims()
    _claim(claims, "SQLite", asked.models, "")
    if asked.postgres:
        _claim(claims, "PostgreSQL", asked.models, asked.postgres)
    return claims.end()


def _claim(claims: Claims, name: str, models: int, server: str) -> None:
    few, many = _measured(max(models // 20, 30), server), _measured(models, server)
    for page, (seconds, queries) in many.items():
        claims.tell(
            f"{name}, {models:,} models: {page}", f"{seconds * 1000:.0f} ms", f"< {SECONDS * 1000:.0f} ms", is_met=seconds < SECONDS
        )
        before = few[page][1]
        claims.tell(f"{name}: queries of {page}", f"{queries}", f"= {before}, as for few models", is_met=queries == before)


def _measured(models: int, server: str) -> dict[str, tuple[float, int]]:
    """Fill a database of its own, in a process of its own, and return seconds and queries by page."""
    with tempfile.TemporaryDirectory() as folder, fresh_database(server) as url:
        environment = {
            **os.environ,
            "ASSAY_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ALLOWED_HOSTS": "testserver",
            "DEBUG": "0",
        }
        environment |= {"DATABASE_URL": url} if url else {}
        command = [sys.executable, "-m", "benchmarks.overview", "--inside", "--models", str(models)]
        told = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
        *said, figures = told.splitlines()
        sys.stdout.writelines(f"{line}\n" for line in said)
        return {page: (seconds, queries) for page, (seconds, queries) in json.loads(figures).items()}


def _figures(models: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks.overview_data import fill

    call_command("migrate", verbosity=0)
    auditor = fill(models)
    client = Client()
    client.force_login(auditor)
    found = {}
    for page, address in PAGES.items():

        def ask(address: str = address) -> None:
            assert client.get(address).status_code == 200

        ask()
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as counted:
            ask()
        queries = len(counted)
        found[page] = (quickest(ask), queries)
    return found


if __name__ == "__main__":
    sys.exit(main())
