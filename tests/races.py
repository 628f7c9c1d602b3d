"""Two people at the same moment: real threads, each with its own connection to the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from registry.errors import DomainError


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all acts at the same moment, and return what each gave or the refusal that it met, in order.

    What is no refusal of ours, such as a deadlock or a row that was not found, is raised.
    """
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            results[number] = acts[number]()
        except DomainError as refused:
            results[number] = refused
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread of the test
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number], daemon=True) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "They wait for each other."
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, DomainError):
            raise result
    return results


def refusals(results: list[Any]) -> list[DomainError]:
    """Return the refusals among the results."""
    return [one for one in results if isinstance(one, DomainError)]
