"""Signed statements about promotions; on PostgreSQL they can be neither changed nor deleted."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


def guard(apps: Any, schema_editor: Any) -> None:
    """Make the trigger, where the database is PostgreSQL."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TRIGGER attestation_is_append_only BEFORE UPDATE OR DELETE ON governance_attestation "
            "FOR EACH ROW EXECUTE FUNCTION registry_refuse_change()"
        )


class Migration(migrations.Migration):
    """The table of attestations."""

    dependencies: ClassVar = [("governance", "0006_release_states"), ("registry", "0004_journal_tree")]
    operations: ClassVar = [
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('promotion', 'Promotion'), ('end', 'Later statement')], max_length=20)),
                ('step', models.CharField(help_text='The step of the release that it states.', max_length=30)),
                ('entry', models.BigIntegerField(help_text="The journal's entry of that step.")),
                ('text', models.TextField(help_text='The envelope, JSON.')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='governance.release')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('release', 'entry'), name='one_attestation_per_entry')],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
