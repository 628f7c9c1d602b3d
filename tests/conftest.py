"""What all tests share.

The rule: a test never touches the installation of whoever runs it. The
settings read the environment once, so it is set here, before Django starts;
this is why pytest's configuration does not name the settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

HOME = Path(tempfile.mkdtemp(prefix="assay-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["ASSAY_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
for name in ("ALLOWED_HOSTS", "DEBUG", "HTTPS", "SECRET_KEY"):
    os.environ.pop(name, None)

settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), max_examples=200, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_configure() -> None:
    """Hash passwords fast, since they protect nothing here, and never clear a Redis that somebody uses."""
    from django.conf import settings as django_settings

    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):  # a file, because threads lock each other out of a database in memory
        database.setdefault("TEST", {})["NAME"] = str(HOME / "test.sqlite3")
    django_settings.ALLOWED_HOSTS = [*django_settings.ALLOWED_HOSTS, "testserver"]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the project."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Forget rate limits of earlier tests."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    """Give each test its own folder of files."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def _shipped_rows(request: pytest.FixtureRequest) -> None:
    """Put back the rows of the product that an earlier test with real transactions emptied away."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None and not {"db", "transactional_db"} & set(request.fixturenames):
        return
    is_real = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if is_real else "db")
    from tests.shipped import restore

    restore()


@pytest.fixture
def eager_jobs(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    """Carry out jobs within the request that asks for them, once its transaction would be committed."""
    from django.test import Client

    from config.celery import app

    monkeypatch.setattr(app.conf, "task_always_eager", True)
    monkeypatch.setattr(app.conf, "task_eager_propagates", True, raising=False)
    plain = Client.request

    def request(client: Client, **environ: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return plain(client, **environ)

    monkeypatch.setattr(Client, "request", request)
