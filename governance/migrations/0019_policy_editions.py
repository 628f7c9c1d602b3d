"""Editions of policies become rows; those that came with the product are in force, and what was published never changes."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from governance.gate.shipped import policies, sources
from registry.digest import canonical

KEPT = (
    "key", "tier", "environment", "text", "content", "digest", "version", "title", "forbidden", "reason", "remark", "revision",
    "begun_at", "begun_by_id", "proposed_at", "proposed_by_id", "published_at", "published_by_id",
)  # fmt: skip
MESSAGE = "a published policy edition never changes"
MAY = "(OLD.state = NEW.state AND OLD.retired_at {same} NEW.retired_at) OR (OLD.state = 'published' AND NEW.state = 'retired')"


def fill(apps: Any, schema_editor: Any) -> None:
    """Put the shipped policies in force."""
    editions = apps.get_model("governance", "PolicyEdition").objects
    now = timezone.now()
    for key, found in policies().items():
        editions.create(
            key=key,
            tier=found.tier,
            environment=found.environment,
            state="published",
            text=sources()[key],
            content=canonical(found.to_json()).decode(),
            digest=found.digest,
            version=found.version,
            title=found.title,
            forbidden=found.forbidden,
            reason="Came with Assay.",
            proposed_at=now,
            published_at=now,
        )


def guard(apps: Any, schema_editor: Any) -> None:
    """Make the triggers; on SQLite rows can still be deleted, which no code does and verification would show."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_sqlite())
    else:
        for statement in _postgresql():
            schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away again."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS policy_edition_stays")
    else:
        schema_editor.execute("DROP TRIGGER IF EXISTS policy_edition_stays ON governance_policyedition")
        schema_editor.execute("DROP FUNCTION IF EXISTS governance_refuse_edition()")


def _changed(different: str) -> str:
    return " OR ".join(f"OLD.{name} {different} NEW.{name}" for name in KEPT)


def _sqlite() -> str:
    return (
        "CREATE TRIGGER policy_edition_stays BEFORE UPDATE ON governance_policyedition "
        f"WHEN OLD.state IN ('published', 'retired') AND (({_changed('IS NOT')}) OR NOT ({MAY.format(same='IS')})) "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )


def _postgresql() -> tuple[str, ...]:
    function = f"""
        CREATE OR REPLACE FUNCTION governance_refuse_edition() RETURNS trigger AS $$
        BEGIN
            IF OLD.state NOT IN ('published', 'retired') THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            IF TG_OP = 'DELETE' OR ({_changed('IS DISTINCT FROM')}) OR NOT ({MAY.format(same='IS NOT DISTINCT FROM')}) THEN
                RAISE EXCEPTION '{MESSAGE}';
            END IF;
            RETURN NEW;
        END;
        $$ LANGUAGE plpgsql
    """
    trigger = (
        "CREATE TRIGGER policy_edition_stays BEFORE UPDATE OR DELETE ON governance_policyedition "
        "FOR EACH ROW EXECUTE FUNCTION governance_refuse_edition()"
    )
    return function, trigger


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0018_bundles_and_registers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('tier', models.CharField(max_length=20)),
                ('environment', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('proposed', 'Proposed'), ('published', 'Published'), ('retired', 'Retired')], default='draft', max_length=20)),
                ('text', models.TextField(help_text='YAML, as it was typed.')),
                ('content', models.TextField(blank=True, help_text='The policy as canonical JSON; empty while the text cannot be read.')),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('version', models.CharField(blank=True, max_length=40)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('forbidden', models.TextField(blank=True, help_text="Why nothing is released, for the gate's one query.")),
                ('reason', models.TextField(blank=True, help_text='Why it is changed.', max_length=5000)),
                ('remark', models.TextField(blank=True, help_text='Why it was sent back.', max_length=5000)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('begun_at', models.DateTimeField(auto_now_add=True)),
                ('proposed_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('authors', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('tier', 'environment'), name='one_policy_in_force_for_each_place'), models.UniqueConstraint(condition=models.Q(('state__in', ('published', 'retired'))), fields=('key', 'version'), name='one_edition_for_each_version'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('published', 'retired')), _negated=True), models.Q(('published_at__isnull', False), models.Q(('digest', ''), _negated=True), models.Q(('content', ''), _negated=True)), _connector='OR'), name='a_published_edition_is_whole')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
