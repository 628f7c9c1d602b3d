"""The registry app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks

from registry.catalog.checks import problems


def catalog_is_sound(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:
    """Report every broken id, reference or count in the shipped catalogs."""
    return [checks.Error(problem, id="registry.E001") for problem in problems()]


class RegistryConfig(AppConfig):
    """What exists."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check of the catalogs."""
        checks.register(catalog_is_sound)
