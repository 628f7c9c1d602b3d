"""Statements that programs ask over and over, planned once.

The rule: only for the few that are asked before every start of a container.
PostgreSQL spends two thirds of such a question on its plan, so a connection
keeps the plan from the sixth question on; Django's own cursors do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


def rows(statement: str, words: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows.

    Args:
        statement: SQL with ``%s`` for each word.
        words: the values, of the types that the columns have.
    """
    with _cursor() as cursor:
        cursor.execute(statement, words)
        return list(cursor.fetchall())


def _cursor() -> CursorWrapper:
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor  # noqa: PLC0415 - needs psycopg, which SQLite does not

    connection.ensure_connection()
    cursor: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
