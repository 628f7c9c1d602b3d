"""Lists of the registry, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.pagination import CursorPagination

from registry import audit
from registry.api.serializers import AssetSerializer, EntrySerializer, VersionSerializer
from registry.audit import AuditEntry
from registry.forms.journal import JournalFilter
from registry.http import Request
from registry.models import Asset, Version
from registry.policy import Action, require

if TYPE_CHECKING:
    AssetList = generics.ListAPIView[Asset]
    EntryList = generics.ListAPIView[AuditEntry]
    VersionList = generics.ListAPIView[Version]
else:
    AssetList = EntryList = VersionList = generics.ListAPIView


class Assets(AssetList):
    """Models and datasets that the caller sees; ``kind`` and ``q`` narrow them."""

    serializer_class = AssetSerializer
    queryset = Asset.objects.none()

    def get_queryset(self) -> QuerySet[Asset]:
        """Return what the caller sees."""
        found = Asset.objects.visible_to(cast("Request", self.request).actor).select_related("team")
        if kind := self.request.GET.get("kind"):
            found = found.of_kind(kind)
        return found.matching(self.request.GET.get("q", "")).order_by("kind", "slug")


class Versions(VersionList):
    """Versions that the caller sees, the newest first; ``kind`` and ``asset`` narrow them."""

    serializer_class = VersionSerializer
    queryset = Version.objects.none()

    def get_queryset(self) -> QuerySet[Version]:
        """Return what the caller sees."""
        found = Version.objects.visible_to(cast("Request", self.request).actor).for_page()
        for name, column in (("kind", "asset__kind"), ("asset", "asset__slug")):
            if wanted := self.request.GET.get(name):
                found = found.filter(**{column: wanted})
        return found.prefetch_related("artifacts").newest_first()


class EntryPages(CursorPagination):
    """Pages that stay quick in a long journal."""

    ordering = "-number"
    page_size = 100


class Journal(EntryList):
    """The journal, the newest entry first, for auditors; ``subject``, ``actor``, ``action``, ``since`` and ``until`` narrow it."""

    serializer_class = EntrySerializer
    pagination_class = EntryPages
    queryset = audit.history()

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """Return what is asked for.

        Raises:
            ForbiddenError: the caller does not read the journal.
        """
        require(cast("Request", self.request).actor, Action.JOURNAL_READ)
        return audit.history(**JournalFilter(self.request.GET or None).wanted)
