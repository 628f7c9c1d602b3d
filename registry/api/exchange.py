"""A version's document for programs: out in a format, and in from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from registry import policy
from registry.errors import DomainError
from registry.exchange import formats, hub_rules, plain
from registry.http import Request, sign_in_first
from registry.models import Version
from registry.policy import Action
from registry.services import documents
from registry.services.exports import about, content_for
from registry.services.impact import impact_on

YES = {"1", "true", "yes"}


@login_not_required
@require_http_methods(["GET", "POST"])
def document(request: Request) -> HttpResponse:
    """Export a document (GET) or import into it (POST).

    Both name ``kind`` (model or dataset), ``asset`` and ``version``. GET takes
    ``as``, one of the formats; for Hugging Face also ``check``, which answers
    what the Hub would say instead of the card, and ``strict``, which refuses
    (422) what the Hub would refuse. POST takes the file as the field ``file`` of a
    form or as the whole body with a content type of its own; ``dry_run`` saves
    nothing, ``take`` (repeated) names the fields to be saved, and ``based_on``
    the revision that was seen. 401 without a session or a token, 404 for an
    unknown version, 403 without the right, 409 when somebody else changed the
    same fields, 422 for a file that cannot be read.
    """
    if not request.actor.is_person:
        return sign_in_first()
    asked = {**request.GET.dict(), **(request.POST.dict() if _is_form(request) else {})}
    named = {"asset__kind": asked.get("kind", ""), "asset__slug": asked.get("asset", ""), "name": asked.get("version", "")}
    version = Version.objects.visible_to(request.actor).for_page().filter(**named).first()
    if version is None:
        return JsonResponse({"error": "There is no such version, or you may not see it."}, status=404)
    return _import(request, version, asked) if request.method == "POST" else _export(version, asked)


def _export(version: Version, asked: Mapping[str, str]) -> HttpResponse:
    key, made_from = asked.get("as", "json"), version.document.template_name
    text = formats.write(key, made_from, content_for(version, key), about(version))
    if key == "huggingface" and (_says_yes(asked, "check") or _says_yes(asked, "strict")):
        found = hub_rules.findings(made_from, text)
        refused = [one for one in found if one.is_error]
        told = {"findings": [{"line": one.line, "sentence": one.sentence, "is_error": one.is_error} for one in found]}
        if _says_yes(asked, "check"):
            return JsonResponse(told)
        if refused:
            return JsonResponse({"error": str(refused[0]), **told}, status=422)
    return HttpResponse(text, content_type=f"{formats.FORMATS[key].media_type}; charset=utf-8")


def _import(request: Request, version: Version, asked: dict[str, Any]) -> HttpResponse:
    policy.require(request.actor, Action.DOCUMENT_WRITE, version.target)
    imported = formats.read(_raw(request), version.document.template_name)
    answer = plain.for_json(imported.as_dict())
    if _says_yes(asked, "dry_run"):
        return JsonResponse({**answer, "revision": None, "impact": list(impact_on(version, "document"))})
    chosen = [*request.GET.getlist("take"), *(request.POST.getlist("take") if _is_form(request) else [])]
    saved = documents.save_fields(
        actor=request.actor,
        document_id=version.document.pk,
        values={name: value for name, value in imported.content.items() if not chosen or name in chosen},
        based_on=_revision(asked.get("based_on"), version.document.revision),
        note="Imported by API",
    )
    return JsonResponse({**answer, "revision": saved.revision, "impact": list(impact_on(version, "document"))})


def _says_yes(asked: Mapping[str, str], name: str) -> bool:
    return asked.get(name, "").lower() in YES


def _is_form(request: Request) -> bool:
    return request.content_type == "multipart/form-data"


def _raw(request: Request) -> bytes:
    if not _is_form(request):
        return request.body
    if "file" not in request.FILES:
        message = "Send the file as the field “file” of the form, or as the whole body."
        raise DomainError(message)
    file = request.FILES["file"]
    raw: bytes = file.read()  # type: ignore[union-attr]
    return raw


def _revision(text: str | None, newest: int) -> int:
    if text is None:
        return newest
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - no document has a billion revisions
        message = "“based_on” is the number of the revision that you saw."
        raise DomainError(message)
    return int(text)
