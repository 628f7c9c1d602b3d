"""Releases and their decisions, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from django.db.models import QuerySet
from rest_framework import generics, serializers

from governance.models import Decision, Release
from registry.http import Request

if TYPE_CHECKING:
    ReleaseList = generics.ListAPIView[Release]
else:
    ReleaseList = generics.ListAPIView


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """One person's step, on the snapshot that it was about."""

    person = serializers.CharField(source="person.name")
    snapshot = serializers.CharField(source="snapshot.digest")

    class Meta:
        model = Decision
        fields: ClassVar = ["person", "role", "step", "comment", "decided_at", "snapshot"]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """A request to promote a version."""

    model = serializers.CharField(source="version.asset.slug")
    version = serializers.CharField(source="version.name")
    snapshot = serializers.CharField(source="snapshot.digest")
    decisions = DecisionSerializer(many=True)

    class Meta:
        model = Release
        fields: ClassVar = [
            "id",
            "model",
            "version",
            "environment",
            "state",
            "snapshot",
            "policy_key",
            "policy_version",
            "policy_digest",
            "submitted_at",
            "promoted_at",
            "expires_at",
            "decisions",
        ]


class Releases(ReleaseList):
    """Releases that the caller sees, the newest first; ``model``, ``environment`` and ``state`` narrow them."""

    serializer_class = ReleaseSerializer
    queryset = Release.objects.none()

    def get_queryset(self) -> QuerySet[Release]:
        """Return what the caller sees."""
        found = Release.objects.visible_to(cast("Request", self.request).actor).for_page()
        for name, column in (("model", "version__asset__slug"), ("environment", "environment"), ("state", "state")):
            if wanted := self.request.GET.get(name):
                found = found.filter(**{column: wanted})
        return found.prefetch_related("decisions__person", "decisions__snapshot").order_by("-pk")
