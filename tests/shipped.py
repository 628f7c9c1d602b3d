"""The rows that come with the product: a test whose database was emptied before gets them again."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

ENVIRONMENTS = import_module("governance.migrations.0009_environments")
POLICIES = import_module("governance.migrations.0019_policy_editions")


def restore() -> None:
    """Put back what migrations made, as migrations make it."""
    from governance.models import Environment, PolicyEdition

    if not Environment.objects.exists():
        ENVIRONMENTS.fill(apps, None)
    if not PolicyEdition.objects.exists():
        POLICIES.fill(apps, None)
