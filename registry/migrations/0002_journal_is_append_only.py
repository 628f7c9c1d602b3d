"""On PostgreSQL the journal's entries can be neither changed nor deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION registry_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON registry_auditentry
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change();
"""
BACKWARD = """
DROP TRIGGER IF EXISTS journal_is_append_only ON registry_auditentry;
DROP FUNCTION IF EXISTS registry_refuse_change();
"""


def forward(apps: Any, schema_editor: Any) -> None:
    """Make the trigger, where the database is PostgreSQL."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARD)


def backward(apps: Any, schema_editor: Any) -> None:
    """Take the trigger away again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACKWARD)


class Migration(migrations.Migration):
    """The journal is append-only."""

    dependencies: ClassVar = [("registry", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(forward, backward)]
