"""Attestations, for programs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from governance.models import Release
from governance.services.attestations import promotion_of
from registry.http import Request, sign_in_first


@login_not_required
@require_GET
def release_attestation(request: Request, pk: int) -> HttpResponse:
    """Hand out the attestation of a release's promotion, byte for byte; 404 while it is not promoted."""
    if not request.actor.is_person:
        return sign_in_first()
    release = Release.objects.visible_to(request.actor).filter(pk=pk).first()
    found = promotion_of(release) if release else None
    if found is None:
        return JsonResponse({"error": "There is no such release, you may not see it, or it was never promoted."}, status=404)
    return HttpResponse(found.text, content_type="application/json")
