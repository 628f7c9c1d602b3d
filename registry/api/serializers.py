"""What the registry tells a program."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from registry.audit import AuditEntry
from registry.models import Artifact, Asset, Version
from registry.services.documents import state_of


class AssetSerializer(serializers.ModelSerializer[Asset]):
    """A model or a dataset."""

    team = serializers.CharField(source="team.name")

    class Meta:
        model = Asset
        fields: ClassVar = ["kind", "slug", "name", "description", "team", "tier", "tier_reason", "created_at"]


class ArtifactSerializer(serializers.ModelSerializer[Artifact]):
    """A file, by its digest."""

    class Meta:
        model = Artifact
        fields: ClassVar = ["name", "sha256", "size"]


class VersionSerializer(serializers.ModelSerializer[Version]):
    """A version with its artifacts and how complete its document is."""

    asset = serializers.CharField(source="asset.slug")
    kind = serializers.CharField(source="asset.kind")
    artifacts = ArtifactSerializer(many=True)
    document = serializers.SerializerMethodField()

    class Meta:
        model = Version
        fields: ClassVar = ["kind", "asset", "name", "commit", "notes", "created_at", "artifacts", "document"]

    def get_document(self, version: Version) -> dict[str, Any]:
        """Return the document's content and completeness."""
        document = version.document
        state = state_of(document)
        return {
            "template": document.template_key,
            "revision": document.revision,
            "essential_filled": state.essential_filled,
            "essential_total": state.essential_total,
            "content": document.content,
        }


class EntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """An entry of the journal; ``detail`` is canonical JSON as text, as it was hashed."""

    class Meta:
        model = AuditEntry
        fields: ClassVar = ["number", "at", "actor_id", "actor_name", "action", "subject", "detail", "previous", "digest"]
