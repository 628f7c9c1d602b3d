"""Releases and their decisions, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from django.db.models import Prefetch, QuerySet
from rest_framework import generics, serializers

from governance.models import Decision, Emergency, Release, Waiver
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


class WaiverSerializer(serializers.ModelSerializer[Waiver]):
    """A requirement that was asked to be set aside on one snapshot, and what became of it."""

    snapshot = serializers.CharField(source="snapshot.digest")
    requested_by = serializers.CharField(source="requested_by.name")
    decided_by = serializers.CharField(source="decided_by.name", default=None)

    class Meta:
        model = Waiver
        fields: ClassVar = [
            *("requirement", "title", "role", "state", "reason", "days", "snapshot", "requested_by", "requested_at"),
            *("decided_by", "decided_at", "comment", "until", "end_reason"),
        ]


class EmergencySerializer(serializers.ModelSerializer[Emergency]):
    """A promotion that was asked for without all approvals, and the review that is owed for it."""

    snapshot = serializers.CharField(source="snapshot.digest")
    asked_by = serializers.CharField(source="asked_by.name")
    decided_by = serializers.CharField(source="decided_by.name", default=None)

    class Meta:
        model = Emergency
        fields: ClassVar = [
            *("role", "state", "reason", "snapshot", "asked_by", "asked_at", "decided_by", "decided_at", "comment"),
            *("review_due", "reviewed_at"),
        ]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """A request to promote a version."""

    model = serializers.CharField(source="version.asset.slug")
    version = serializers.CharField(source="version.name")
    snapshot = serializers.CharField(source="snapshot.digest")
    decisions = DecisionSerializer(many=True)
    waivers = WaiverSerializer(many=True)
    emergencies = EmergencySerializer(many=True)

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
            "waivers",
            "emergencies",
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
        about = [Prefetch("waivers", Waiver.objects.for_page()), Prefetch("emergencies", Emergency.objects.for_page())]
        return found.prefetch_related("decisions__person", "decisions__snapshot", *about).order_by("-pk")
