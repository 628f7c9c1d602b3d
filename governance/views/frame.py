"""What every page of a release shares: finding it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from governance.models import Release
from registry.policy import Actor
from registry.views.frame import find_model_version


def find_release(actor: Actor, kind: str, slug: str, name: str, pk: int) -> Release:
    """Return a release of a version that the actor sees, with what its page shows, or answer 404."""
    version = find_model_version(actor, kind, slug, name)
    release = get_object_or_404(Release.objects.for_page(), pk=pk, version=version)
    release.version = version
    return release
