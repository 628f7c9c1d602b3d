"""Templates for programs: the editions, and the JSON Schema of each."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from registry.catalog import loader
from registry.catalog.jsonschema import json_schema
from registry.http import sign_in_first
from registry.policy import ANONYMOUS
from registry.services import templates


@login_not_required
@require_GET
def template_schema(request: HttpRequest, key: str, version: str = "") -> JsonResponse:
    """Return the JSON Schema of a template's documents: of the present edition, or of the one that is named."""
    if not getattr(request, "actor", ANONYMOUS).is_person:
        return sign_in_first()
    if key not in loader.templates():
        return JsonResponse({"error": f"There is no template “{key}”."}, status=404)
    made_from = templates.published(key, version) if version else templates.current(key)
    if made_from is None:
        return JsonResponse({"error": f"There is no version {version} of it."}, status=404)
    address = request.build_absolute_uri(reverse("api-template-version-schema", args=[key, made_from.version]))
    response = JsonResponse(json_schema(made_from, address), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Type"] = "application/schema+json"
    return response
