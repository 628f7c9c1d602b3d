"""The registry app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.backends.signals import connection_created

from registry.catalog.checks import problems
from registry.catalog.loader import use_editions
from registry.statements import teach_sqlite


def catalog_is_sound(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:
    """Report every broken id, reference or count in the shipped catalogs."""
    return [checks.Error(problem, id="registry.E001") for problem in problems()]


class RegistryConfig(AppConfig):
    """What exists."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check of the catalogs, teach SQLite, and say where the editions of templates are kept."""
        from registry.services.templates import text_of  # noqa: PLC0415 - its tables are there only now

        checks.register(catalog_is_sound)
        connection_created.connect(teach_sqlite, dispatch_uid="registry.teach_sqlite")
        use_editions(text_of)
