"""The gate for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from governance.services.gatekeeping import GateAnswer, ask_about_artifact, ask_about_version
from registry.digest import sha256
from registry.errors import DomainError
from registry.http import Request, sign_in_first, takes_token
from registry.models import Version
from registry.policy import Actor
from registry.services.bearer import Bearer


@takes_token
@login_not_required
@require_GET
def gate(request: Request) -> HttpResponseBase:
    """Answer whether a version or an artifact may run in an environment.

    Ask with ``environment`` and either ``artifact`` (``sha256:…``) or
    ``model`` and ``version``. The answer is 200 with ``allowed`` true or
    false; 401 without a session or a token; 404 for an unknown version; 422
    when the question is incomplete.
    """
    asker = request.bearer or request.actor
    if isinstance(asker, Actor) and not asker.is_person:
        return sign_in_first()
    try:
        answer = _ask(asker, request.GET)
    except Version.DoesNotExist:
        return JsonResponse({"error": "There is no such model version, or you may not see it."}, status=404)
    response = JsonResponse(answer.to_json())
    # Everyone asks again before each use, so that a revocation beats every copy; an unchanged answer costs a 304.
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization, Cookie"
    response["ETag"] = f'"{sha256(response.content)}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _ask(asker: Actor | Bearer, asked: Mapping[str, Any]) -> GateAnswer:
    environment = asked.get("environment", "")
    if artifact := asked.get("artifact"):
        return ask_about_artifact(asker=asker, artifact=artifact, environment=environment)
    if asked.get("model") and asked.get("version"):
        return ask_about_version(asker=asker, model=asked["model"], version=asked["version"], environment=environment)
    message = "Name an artifact (sha256:…), or a model and a version, and an environment."
    raise DomainError(message)
