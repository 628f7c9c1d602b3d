"""Statements that programs ask over and over, at the least cost.

The rule: only for the few that are asked before every start of a container.
PostgreSQL spends two thirds of such a question on its plan, so a connection
keeps the plan from the sixth question on; Django's own cursors do not. SQLite
is asked through its own cursor, since Django's rewrites the statement each
time. Where queries are counted or logged, both go by Django's wrapper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# SQLite's name of the function that gives the SHA-256 of bytes, in hex.
SQLITE_SHA256: Final = "sha256_of_bytes"


def rows(statement: str, words: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows.

    Args:
        statement: SQL with ``%s`` for each word, and no other per cent sign.
        words: the values, of the types that the columns have.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        with _logged() as cursor:
            cursor.execute(statement, words)
            return list(cursor.fetchall())
    with connection.wrap_database_errors:
        if connection.vendor != "postgresql":
            return list(connection.connection.execute(_marked(statement), words).fetchall())
        with _server_binding() as cursor:
            cursor.execute(statement, words)
            return list(cursor.fetchall())


def teach_sqlite(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give a new connection of SQLite its function for SHA-256; text stays the bytes that it is stored as."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(SQLITE_SHA256, 1, _sha256, deterministic=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=64)
def _marked(statement: str) -> str:
    return statement.replace("%s", "?")


def _logged() -> CursorWrapper:
    return connection.make_debug_cursor(_server_binding()) if connection.vendor == "postgresql" else connection.cursor()


def _server_binding() -> Any:
    from django.db.backends.postgresql.base import ServerBindingCursor  # noqa: PLC0415 - needs psycopg, which SQLite does not

    return ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
