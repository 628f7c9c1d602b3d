"""What an attacker with the database does first."""

from __future__ import annotations

from django.db import connection


def unguard(*tables: str) -> None:
    """Take PostgreSQL's triggers away; SQLite has none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
