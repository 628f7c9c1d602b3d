"""Environments become rows, in their order and with their mode; the first two are those that there were."""

from __future__ import annotations

from typing import Any, ClassVar

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

FIRST = (("staging", "Staging"), ("production", "Production"))


def fill(apps: Any, schema_editor: Any) -> None:
    """Make the rows that releases name already."""
    environments = apps.get_model("governance", "Environment").objects
    for order, (key, title) in enumerate(FIRST, start=1):
        environments.create(key=key, title=title, order=order, mode="prevent")


class Migration(migrations.Migration):
    """The table of environments, and the way from a release to its row."""

    dependencies: ClassVar = [("governance", "0008_dossier_choices")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Environment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        max_length=20,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9]*(-[a-z0-9]+)*\\Z",
                                "Use small letters, digits and single hyphens, and begin with a letter.",
                            )
                        ],
                    ),
                ),
                ("title", models.CharField(max_length=40, unique=True)),
                ("order", models.PositiveSmallIntegerField()),
                (
                    "mode",
                    models.CharField(
                        choices=[("prevent", "Prevents"), ("warn", "Warns"), ("observe", "Observes")], default="prevent", max_length=10
                    ),
                ),
            ],
            options={
                "ordering": ["order", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["prevent", "warn", "observe"])), name="environment_mode_is_known"
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="release",
            name="environment",
            field=models.CharField(help_text="Key of the environment.", max_length=20),
        ),
        migrations.AddField(
            model_name="release",
            name="place",
            field=models.ForeignObject(
                from_fields=["environment"],
                on_delete=django.db.models.deletion.PROTECT,
                related_name="releases",
                to="governance.environment",
                to_fields=["key"],
            ),
        ),
    ]
