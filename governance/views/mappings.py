"""Pages of saved mappings: list, rename, delete. One is saved on the page on which columns are chosen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from governance.fairness.columns import Columns
from governance.models import Mapping
from governance.services import mappings
from registry.errors import DomainError, ForbiddenError
from registry.http import Request, page_of
from registry.models import Version
from registry.views.frame import find_model_version, version_frame


@require_GET
def mapping_list(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List what the columns of the model's files mean, by name."""
    return _page(request, find_model_version(request.actor, kind, slug, name))


@require_POST
def mapping_rename(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Give a mapping another name."""
    version = find_model_version(request.actor, kind, slug, name)
    typed = request.POST.get("name", "")
    try:
        mapping = mappings.rename_mapping(actor=request.actor, mapping_id=_find(version, pk).pk, name=typed)
    except ForbiddenError:
        raise
    except DomainError as error:
        return _page(request, version, {"pk": pk, "typed": typed, "sentence": error.message}, error.status)
    messages.success(request, f"The mapping is now called “{mapping.name}”.")
    return redirect("mapping-list", *version.url_args)


@require_POST
def mapping_delete(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Delete a mapping."""
    version = find_model_version(request.actor, kind, slug, name)
    mapping = _find(version, pk)
    mappings.delete_mapping(actor=request.actor, mapping_id=mapping.pk)
    messages.success(request, f"The mapping “{mapping.name}” was deleted.")
    return redirect("mapping-list", *version.url_args)


def _page(request: Request, version: Version, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    page = page_of(request, Mapping.objects.filter(asset_id=version.asset_id).select_related("saved_by"))
    context = {
        **version_frame(request, version, "Evaluations", "Saved mappings"),
        "page": page,
        "rows": [{"mapping": one, "says": _says(Columns.from_json(one.columns))} for one in page],
        "refused": refused or {},
        "list_url": reverse("evaluation-list", args=version.url_args),
    }
    return render(request, "governance/mapping_list.html", context, status=status)


def _says(columns: Columns) -> str:
    """Return what a mapping says, in one line."""
    said = f"{columns.label} is the label, {columns.prediction} the prediction, {columns.favourable} is favourable"
    return f"{said}; by {', '.join(columns.attributes)}"


def _find(version: Version, pk: int) -> Mapping:
    return get_object_or_404(Mapping, pk=pk, asset_id=version.asset_id)
