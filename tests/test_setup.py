"""Starting and stopping: the settings, the embedded broker and the supervisor, each tried as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.broker import embedded_broker
from config.home import address_file, answers, kept_secret, running_broker

STRONG = "k3Jq9vX2mZ7rT5wB8nL1cF6hD4sG0pYaUeIoRtQzWxEy"
READY_SECONDS = 60


def environment(home: Path, **more: str) -> dict[str, str]:
    dropped = {"ALLOWED_HOSTS", "DATABASE_URL", "DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE", "HTTPS", "REDIS_URL", "SECRET_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "ASSAY_HOME": str(home), "PYTHONUNBUFFERED": "1", **more}


def run(checkout: Path, home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=checkout, env=environment(home, **more), capture_output=True, text=True, timeout=120, check=False)


def setting(checkout: Path, home: Path, name: str, **more: str) -> str:
    code = f"from django.conf import settings; print(settings.{name})"
    done = run(checkout, home, "-c", code, DJANGO_SETTINGS_MODULE="config.settings", **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("secret", ["", "secret", "changeme", "django-insecure-" + "x" * 50, "short"])
def test_a_well_known_or_short_secret_is_refused_when_debug_is_off(checkout, tmp_path, secret):
    done = run(checkout, tmp_path, "manage.py", "check", DEBUG="0", SECRET_KEY=secret)
    assert done.returncode != 0
    assert "SECRET_KEY is a well-known or short value and DEBUG is off." in done.stderr


def test_a_given_strong_secret_is_taken(checkout, tmp_path):
    assert setting(checkout, tmp_path, "SECRET_KEY", DEBUG="0", SECRET_KEY=STRONG) == STRONG


def test_without_a_given_secret_one_is_made_once_and_kept_private(tmp_path):
    first = kept_secret(tmp_path)
    assert kept_secret(tmp_path) == first
    assert len(first) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_debug_is_off_unless_it_is_asked_for(checkout, tmp_path):
    assert setting(checkout, tmp_path, "DEBUG") == "False"


@pytest.mark.parametrize("url", ["unix:///run/valkey.sock", "redis+socket:///run/valkey.sock"])
def test_one_broker_address_is_spelled_for_celery_and_for_the_cache(checkout, tmp_path, url):
    assert setting(checkout, tmp_path, "CELERY_BROKER_URL", REDIS_URL=url) == "redis+socket:///run/valkey.sock"
    assert "'unix:///run/valkey.sock'" in setting(checkout, tmp_path, "CACHES", REDIS_URL=url)


def test_without_a_broker_asking_for_a_job_fails_at_once_instead_of_hanging(checkout, tmp_path):
    code = (
        "import time, django; django.setup()\n"
        "from governance.tasks import render_dossier, ring\n"
        "start = time.monotonic(); print(ring(render_dossier, 1), time.monotonic() - start < 5)"
    )
    done = run(checkout, tmp_path, "-c", code, DJANGO_SETTINGS_MODULE="config.settings")
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_the_deployment_checks_pass_for_a_production_environment(checkout, tmp_path):
    words = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    secret = STRONG + "-and-some-more-of-it"
    done = run(checkout, tmp_path, *words, DEBUG="0", HTTPS="1", SECRET_KEY=secret, ALLOWED_HOSTS="assay.example")
    assert done.returncode == 0, done.stderr


def test_the_broker_answers_says_where_and_leaves_nothing_behind(tmp_path):
    with embedded_broker(tmp_path) as url:
        socket_path = Path(url.removeprefix("unix://"))
        assert answers(socket_path)
        assert running_broker(tmp_path) == url
        assert socket_path.stat().st_mode & 0o077 == 0
    assert not answers(socket_path)
    assert running_broker(tmp_path) == ""


def test_the_broker_works_in_a_folder_too_deep_for_a_socket(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with embedded_broker(deep) as url:
        assert len(url) < 110
        assert answers(Path(url.removeprefix("unix://")))


def test_an_address_left_by_a_killed_broker_is_not_believed(tmp_path):
    address_file(tmp_path).write_text(f"unix://{tmp_path}/gone.sock")
    assert running_broker(tmp_path) == ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(checkout: Path, home: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "config.serve", "--no-demo", "--port", str(port)]
    log = (home / "said").open("w")
    supervisor = subprocess.Popen(command, cwd=checkout, env=environment(home, **more), stdout=log, stderr=log, text=True)
    try:
        limit = time.monotonic() + READY_SECONDS
        while "Assay answers on" not in (home / "said").read_text():
            assert supervisor.poll() is None, (home / "said").read_text()
            assert time.monotonic() < limit, (home / "said").read_text()
            time.sleep(0.1)
        yield supervisor
    finally:
        supervisor.terminate()
        supervisor.wait(30)
        log.close()


def descendants(pid: int) -> list[int]:
    """Processes below one, from /proc; Linux is where the supervisor is tested."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            found = re.search(r"^PPid:\s+(\d+)", status.read_text(), re.MULTILINE)
        except OSError:
            continue
        parents[int(status.parent.name)] = int(found[1]) if found else 0
    below, front = [], [pid]
    while front:
        front = [child for child, parent in parents.items() if parent in front]
        below += front
    return below


def are_gone(pids: list[int], seconds: float = 20) -> bool:
    limit = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids) and time.monotonic() < limit:
        time.sleep(0.1)
    return not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for its code yet does not."""
    try:
        return not re.search(r"^State:\s+Z", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to look at processes")


@pytest.mark.slow
@needs_proc
def test_one_folder_has_one_supervisor_and_sigterm_ends_all_of_it(checkout, tmp_path):
    port = free_port()
    with serving(checkout, tmp_path, port) as supervisor:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        second = run(checkout, tmp_path, "-m", "config.serve", "--port", str(free_port()))
        assert second.returncode == 1
        assert "already running on" in second.stderr
        below = descendants(supervisor.pid)
        assert len(below) >= 4
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(30) == 0
        assert are_gone(below)
    assert "Assay has ended." in (tmp_path / "said").read_text()
    assert (tmp_path / "demo").read_text() == "declined"
    assert running_broker(tmp_path) == ""


@pytest.mark.slow
@needs_proc
def test_children_end_with_a_supervisor_that_is_killed_and_the_next_start_succeeds(checkout, tmp_path):
    with serving(checkout, tmp_path, free_port()) as supervisor:
        below = descendants(supervisor.pid)
        supervisor.kill()
        assert are_gone(below)
    with serving(checkout, tmp_path, free_port()) as supervisor:
        assert supervisor.poll() is None


@pytest.mark.slow
@needs_proc
def test_a_worker_that_dies_is_started_again(checkout, tmp_path):
    with serving(checkout, tmp_path, free_port()) as supervisor:
        worker = worker_of(supervisor.pid)
        os.kill(worker, signal.SIGKILL)
        limit = time.monotonic() + 20
        while (again := worker_of(supervisor.pid)) in {0, worker} and time.monotonic() < limit:
            time.sleep(0.1)
        assert again not in {0, worker}
    assert "The worker ended with code -9." in (tmp_path / "said").read_text()


def worker_of(supervisor: int) -> int:
    """The supervisor's own celery process, 0 when there is none."""
    for pid in descendants(supervisor):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"celery" in words and f"PPid:\t{supervisor}\n" in status:
            return pid
    return 0


def test_a_taken_port_is_named_with_what_to_do(checkout, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(checkout, tmp_path, "-m", "config.serve", "--port", str(port))
    assert done.returncode == 1
    assert f"Assay cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert f"bin/serve --port {port + 1}" in done.stderr
