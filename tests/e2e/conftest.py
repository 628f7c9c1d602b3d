"""The product itself, started as ``bin/serve`` starts it, and a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "assay-demo"
START_SECONDS = 300
# How long a job may take: its one worker may be busy with what other tests have asked for.
WORKER_MS = 180_000
LAST_CHARACTERS = 4_000
FIRST_NUMBER = 7
NOT_OURS = {"DATABASE_URL", "SECRET_KEY", "DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}
# Chromium in a container, as root, and speaking to nobody but this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Product:
    """A running installation with the demo workspace."""

    url: str
    home: Path
    environment: dict[str, str]

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on it."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the product said last beside a test that failed on it."""
    report = yield
    product = getattr(item, "funcargs", {}).get("product")
    if report.failed and product is not None:
        said = (product.home / "serve.log").read_text(errors="replace")
        report.sections.append(("what the product said last", said[-LAST_CHARACTERS:]))
    return report


def own_number() -> int:
    """Return a database of Redis for the product of this process: two that share one take each other's jobs and let them go."""
    return FIRST_NUMBER + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of a new database on the server that the tests run on; empty for SQLite."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"assay_e2e_{uuid.uuid4().hex[:8]}"
    server, _, _ = given.rpartition("/")
    with psycopg.connect(given.replace("psql://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def product(database: str) -> Iterator[Product]:
    """Start the product on a free port and end it by SIGTERM."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="assay-e2e-") as folder:
        home = Path(folder)
        environment = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
        environment |= {"ASSAY_HOME": folder, "SWEEP_SECONDS": "5"}
        if database:
            environment["DATABASE_URL"] = database
        if environment.get("REDIS_URL", "").startswith("redis://"):
            environment["REDIS_URL"] = f"{environment['REDIS_URL'].rpartition('/')[0]}/{own_number()}"
        else:  # the broker of the tests is not the product's, whose worker would take their jobs
            environment.pop("REDIS_URL", None)
        with (home / "serve.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "config.serve", "--port", str(port)],
                cwd=CHECKOUT,
                env=environment,
                stdout=log,
                stderr=log,
            )
            url = f"http://127.0.0.1:{port}"
            try:
                wait_for(url, process, home)
                yield Product(url, home, environment)
            finally:
                process.send_signal(signal.SIGTERM)
                code = process.wait(timeout=60)
            assert code == 0, (home / "serve.log").read_text()


def wait_for(url: str, process: subprocess.Popen[bytes], home: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        if "Assay answers" in (home / "serve.log").read_text():
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310 - the address is ours
            return
        time.sleep(0.2)
    pytest.fail((home / "serve.log").read_text())


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, gone before other tests begin: its event loop counts as running in their thread too, and PDFs are signed in one."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        yield chromium
        chromium.close()


class Person:
    """Somebody at a browser."""

    def __init__(self, browser: Browser, product: Product, email: str, **options: Any) -> None:
        self.context = browser.new_context(base_url=product.url, **options)
        self.page: Page = self.context.new_page()
        self.page.goto("/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.locator("main button[type=submit]").first.click()
        self.page.wait_for_url(f"{product.url}/")

    def leave(self) -> None:
        self.context.close()
