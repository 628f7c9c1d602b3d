"""The governance app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
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


def seal_is_usable(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:
    """Warn of a PKCS #12 file that signs nothing; all but PDF works without."""
    if not settings.PDF_PKCS12:
        return []
    from governance.services import seal  # noqa: PLC0415 - its libraries take a while, and most installations sign with their own

    try:
        seal.check_given()
    except DomainError as error:
        return [checks.Warning(error.message, id="governance.W001")]
    return []


class GovernanceConfig(AppConfig):
    """What people decide."""

    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of the policies and of the seal, and say where the editions of frameworks are kept."""
        from governance.services.catalog import text_of  # noqa: PLC0415 - its tables are there only now

        checks.register(policies_are_sound)
        checks.register(seal_is_usable)
        use_framework_editions(text_of)
