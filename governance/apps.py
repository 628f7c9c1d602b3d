"""The governance app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from governance.gate import policies
from registry.catalog.loader import use_framework_editions
from registry.errors import DomainError


def policies_are_sound(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:
    """Report a shipped policy that cannot be read."""
    try:
        policies()
    except DomainError as error:
        return [checks.Error(error.message, id="governance.E001")]
    return []


class GovernanceConfig(AppConfig):
    """What people decide."""

    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check of the policies, and say where the editions of frameworks are kept."""
        from governance.services.catalog import text_of  # noqa: PLC0415 - its tables are there only now

        checks.register(policies_are_sound)
        use_framework_editions(text_of)
