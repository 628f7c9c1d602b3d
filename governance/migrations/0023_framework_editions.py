"""Editions of frameworks; what was published never changes."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


KEPT = ("key", "version", "digest", "text", "is_shipped", "published_at", "published_by_id")
MESSAGE = "a published framework edition never changes"


def guard(apps: Any, schema_editor: Any) -> None:
    """Make the triggers; on SQLite rows can still be deleted, which no code does."""
    if schema_editor.connection.vendor == "sqlite":
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in KEPT)
        schema_editor.execute(
            "CREATE TRIGGER framework_edition_stays BEFORE UPDATE ON governance_frameworkedition "
            f"WHEN OLD.published_at IS NOT NULL AND ({changed}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
    schema_editor.execute(f"""
        CREATE OR REPLACE FUNCTION governance_refuse_framework() RETURNS trigger AS $$
        BEGIN
            IF OLD.published_at IS NULL THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            IF TG_OP = 'DELETE' OR ({changed}) THEN
                RAISE EXCEPTION '{MESSAGE}';
            END IF;
            RETURN NEW;
        END;
        $$ LANGUAGE plpgsql
    """)
    schema_editor.execute(
        "CREATE TRIGGER framework_edition_stays BEFORE UPDATE OR DELETE ON governance_frameworkedition "
        "FOR EACH ROW EXECUTE FUNCTION governance_refuse_framework()"
    )


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away again."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS framework_edition_stays")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS framework_edition_stays ON governance_frameworkedition")
        schema_editor.execute("DROP FUNCTION IF EXISTS governance_refuse_framework()")


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0022_triage'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FrameworkEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('version', models.CharField(max_length=40)),
                ('digest', models.CharField(max_length=64)),
                ('text', models.TextField(help_text='Canonical JSON (RFC 8785), as it was hashed.')),
                ('is_shipped', models.BooleanField(default=False, help_text='It came with Assay.')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['digest'], name='framework_edition_by_digest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('published_at__isnull', False)), fields=('key', 'version'), name='one_framework_edition_per_version'), models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('key',), name='one_draft_per_framework')],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
