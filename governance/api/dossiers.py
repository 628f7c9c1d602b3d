"""The dossier of a release in forms other than PDF, for programs."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from governance.models import Release
from governance.reports.choices import LANGUAGES, Choices, Kind, Paper
from governance.services import editions
from registry.errors import DomainError
from registry.http import Request, sign_in_first
from registry.services import organisation

# What may be asked, and its values; the first is the usual one, and of languages the organisation's own.
ASKED: Final = {"form": ("md", "html", "docx"), "kind": tuple(Kind), "paper": tuple(Paper), "language": tuple(LANGUAGES)}
UNKNOWN: Final = "“{value}” is no {name}. Ask for one of: {values}."


@login_not_required
@require_GET
def release_dossier(request: Request, pk: int) -> HttpResponse:
    """Hand out the dossier of a release as it is now, for whoever may read the release.

    ``form`` is html, md (the usual one) or docx, which is the card alone;
    ``kind``, ``paper`` and ``language`` are those of the PDF. 401 without a
    session or a token, 404 for an unknown release, 422 for an unknown value.
    """
    if not request.actor.is_person:
        return sign_in_first()
    usual = {**{name: values[0] for name, values in ASKED.items()}, "language": organisation.current().language}
    asked = {name: _checked(name, request.GET.get(name, usual[name])) for name in ASKED}
    form = editions.Form(asked["form"])
    try:
        made = editions.make_edition(actor=request.actor, release_id=pk, form=form, choices=Choices.from_json(asked))
    except Release.DoesNotExist:
        return JsonResponse({"error": "There is no such release, or you may not see it."}, status=404)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=made.name) or "attachment"}
    return HttpResponse(made.content, content_type=made.content_type, headers=headers)


def _checked(name: str, value: str) -> str:
    if value not in ASKED[name]:
        raise DomainError(UNKNOWN.format(value=value, name=name, values=", ".join(ASKED[name])))
    return value
