"""A read-only window into the registry's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from registry.audit import AuditEntry
from registry.models import (
    Artifact,
    Asset,
    Document,
    Lineage,
    Membership,
    Person,
    Revision,
    RoleGrant,
    Snapshot,
    Team,
    Version,
)

if TYPE_CHECKING:
    Base = admin.ModelAdmin[models.Model]
else:
    Base = admin.ModelAdmin


class Window(Base):
    """Look, but do not touch: every write goes through a service."""

    actions = None
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is deleted here."""
        return False


class PersonWindow(Window):
    """People, without their password hashes."""

    exclude = ("password",)
    list_display = ("name", "email", "is_active")


admin.site.register(Person, PersonWindow)
admin.site.register([Artifact, Asset, AuditEntry, Document, Lineage, Membership, Revision, RoleGrant, Snapshot, Team, Version], Window)
