"""A published edition of a template can be neither changed nor, on PostgreSQL, deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

MESSAGE = "a published template edition never changes"
SQLITE = f"""
CREATE TRIGGER template_edition_stays BEFORE UPDATE ON registry_templateedition WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
"""
POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION registry_refuse_edition() RETURNS trigger AS $$
    BEGIN
        IF OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION '{MESSAGE}';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER template_edition_stays BEFORE UPDATE OR DELETE ON registry_templateedition
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_edition()
    """,
)


def guard(apps: Any, schema_editor: Any) -> None:
    """Make the trigger; on SQLite rows can still be deleted, which no code does, and documents then fall back."""
    for statement in (SQLITE,) if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take the trigger away again."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS template_edition_stays")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS template_edition_stays ON registry_templateedition")
        schema_editor.execute("DROP FUNCTION IF EXISTS registry_refuse_edition()")


class Migration(migrations.Migration):
    """What was published stays."""

    dependencies: ClassVar = [("registry", "0011_organisation")]
    operations: ClassVar = [migrations.RunPython(guard, unguard)]
