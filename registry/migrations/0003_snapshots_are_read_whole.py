"""On PostgreSQL a snapshot's text is kept as it is: the gate reads it whole at every question, and unpacking it costs more."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def keep_plain(apps: Any, schema_editor: Any) -> None:
    """Turn compression off for snapshots that are written from now on."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE registry_snapshot ALTER COLUMN text SET STORAGE EXTERNAL")


def keep_packed(apps: Any, schema_editor: Any) -> None:
    """Go back to PostgreSQL's way."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE registry_snapshot ALTER COLUMN text SET STORAGE EXTENDED")


class Migration(migrations.Migration):
    """No change of the models."""

    dependencies = [("registry", "0002_journal_is_append_only")]
    operations = [migrations.RunPython(keep_plain, keep_packed)]
