"""Claiming a job's row, beating, and letting go of it.

The rule: a worker works only under the attempt that it claimed. When it is
killed, its heartbeat goes stale, the sweep rings again, and another worker
claims the next attempt; whatever the first one still says is refused. So a
job runs again and yields one result.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from governance.models import Job, JobState
from governance.models.job import abandoned
from registry.errors import ConflictError, DomainError

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3
TOO_OFTEN: Final = (
    "The worker died each time it tried, most likely for want of memory. "
    "Try a smaller file, or ask your operator to look at the worker's log."
)
BEATS_PER_STALL: Final = 4
MOST_RUNG: Final = 50
J = TypeVar("J", bound=Job)
R = TypeVar("R")


class TakenOverError(ConflictError):
    """The job is no longer this worker's: another has claimed it, or somebody has cancelled it."""

    def __init__(self) -> None:
        super().__init__("Another worker has taken this job over, or it was cancelled.")


@transaction.atomic
def claim(kind: type[J], pk: int) -> J | None:
    """Take a waiting or abandoned job for this worker; None when there is nothing to do."""
    job = kind._default_manager.select_for_update(no_key=True).filter(pk=pk).first()  # noqa: SLF001
    if job is None or not _is_free(job):
        return None
    job.losses += job.state == JobState.RUNNING
    job.state, job.attempt = JobState.RUNNING, job.attempt + 1
    job.heartbeat_at, job.progress, job.error = timezone.now(), 0, ""
    job.save(update_fields=["state", "attempt", "losses", "heartbeat_at", "progress", "error"])
    return job


def beat(job: Job, progress: int) -> None:
    """Say that the worker lives, and how far it is (percent).

    Raises:
        TakenOverError: another worker has taken the job over.
    """
    if not _mine(job).update(heartbeat_at=timezone.now(), progress=progress):
        raise TakenOverError


@contextmanager
def beating(job: Job) -> Iterator[None]:
    """Keep the heart beating from a thread of its own, however long a step takes.

    Inside a transaction there is nothing to keep alive: nobody else sees the
    row, and the thread could not write to it either.
    """
    if connection.in_atomic_block:
        yield
        return
    stop = threading.Event()
    heart = threading.Thread(target=_pulse, args=(job, stop), name=f"heart-of-{job.pk}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


def carry_out(
    kind: type[J], pk: int, *, work: Callable[[J], R], settle: Callable[[J, R], None], fail: Callable[[J, str], None], broke_off: str
) -> None:
    """Do one job from claim to end, under a beating heart.

    Args:
        kind: the job's table.
        pk: its row.
        work: what is computed, without a transaction.
        settle: keeps the result.
        fail: keeps the sentence that says why there is none.
        broke_off: that sentence where nobody foresaw the error, which is raised on.
    """
    job = claim(kind, pk)
    if job is None:
        return
    try:
        if is_hopeless(job):
            fail(job, TOO_OFTEN)
        else:
            _attempt(job, work, settle, fail, broke_off)
    except TakenOverError:
        logger.info("Attempt %s at %s %s was taken over.", job.attempt, kind.__name__.lower(), pk)


def held(job: J) -> J:
    """Lock the row of a job that this worker still holds.

    Raises:
        TakenOverError: another worker has taken the job over.
    """
    row = type(job)._default_manager.select_for_update(no_key=True).get(pk=job.pk)  # noqa: SLF001
    if row.attempt != job.attempt or row.state != JobState.RUNNING:
        raise TakenOverError
    return row


def forsaken(kind: type[J]) -> list[int]:
    """Return the jobs that a sweep must ring for again, the oldest first and no more than a queue bears.

    One that waits behind others has not lost its bell; that it is rung for
    twice does no harm, because a job is claimed once.
    """
    now = timezone.now()
    lost = abandoned(
        unheard=now - timedelta(seconds=settings.LOST_BELL_SECONDS), silent=now - timedelta(seconds=settings.EVALUATION_STALL_SECONDS)
    )
    rows = kind._default_manager.filter(lost).order_by("requested_at", "pk")  # noqa: SLF001
    return list(rows.values_list("pk", flat=True)[:MOST_RUNG])


def is_hopeless(job: Job) -> bool:
    """Whether so many workers were lost over this job that one more would be lost too."""
    return job.losses >= MOST_ATTEMPTS


def _attempt(job: J, work: Callable[[J], R], settle: Callable[[J, R], None], fail: Callable[[J, str], None], broke_off: str) -> None:
    try:
        with beating(job):
            result = work(job)
    except TakenOverError:
        raise
    except DomainError as error:
        fail(job, error.message)
    except Exception:
        fail(job, broke_off)
        raise
    else:
        settle(job, result)


def _is_free(job: Job) -> bool:
    if job.state == JobState.QUEUED:
        return True
    limit = timezone.now() - timedelta(seconds=settings.EVALUATION_STALL_SECONDS)
    return job.state == JobState.RUNNING and (job.heartbeat_at is None or job.heartbeat_at < limit)


def _mine(job: J) -> models.QuerySet[J]:
    return type(job)._default_manager.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)  # noqa: SLF001


def _pulse(job: Job, stop: threading.Event) -> None:
    try:
        while not stop.wait(settings.EVALUATION_STALL_SECONDS / BEATS_PER_STALL):
            try:
                if not _mine(job).update(heartbeat_at=timezone.now()):
                    return
            except DatabaseError:
                logger.warning("A heartbeat of %r was lost.", job, exc_info=True)
                connection.close()
    finally:
        connection.close()
