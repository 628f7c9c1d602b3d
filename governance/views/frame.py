"""What every page of a release or of an evaluation shares: finding it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from governance.models import Evaluation, JobState, Release
from registry.policy import Actor
from registry.views.frame import find_model_version


def find_release(actor: Actor, kind: str, slug: str, name: str, pk: int) -> Release:
    """Return a release of a version that the actor sees, with what its page shows, or answer 404."""
    version = find_model_version(actor, kind, slug, name)
    release = get_object_or_404(Release.objects.for_page(), pk=pk, version=version)
    release.version = version
    return release


def find_evaluation(actor: Actor, kind: str, slug: str, name: str, pk: int, *, finished: bool = False) -> Evaluation:
    """Return an evaluation of a version that the actor sees, or answer 404; ``finished``: also for one without a result."""
    version = find_model_version(actor, kind, slug, name)
    rows = Evaluation.objects.select_related("predictions", "requested_by").defer("predictions__preview")
    if finished:
        rows = rows.filter(state=JobState.DONE)
    evaluation = get_object_or_404(rows, pk=pk, version=version)
    evaluation.version = version
    return evaluation
