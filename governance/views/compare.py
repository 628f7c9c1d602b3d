"""The page that sets two evaluations of a model side by side."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import date as date_format
from django.views.decorators.http import require_GET

from governance.models import Evaluation
from governance.reports.comparison import compare, rate_titles
from registry.http import Request
from registry.models import Asset, Version
from registry.views.frame import find_model_version, version_frame

MOST_OFFERED: Final = 200
# What the lists to choose from do not show.
UNSEEN: Final = ("counts", "witness", "scores", "extras", "columns", "predictions__preview")


@require_GET
def evaluation_compare(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Set two finished evaluations of this model side by side: ``first`` is the old one, ``second`` the new one."""
    version = find_model_version(request.actor, kind, slug, name)
    offered = list(
        _finished(version.asset).defer("counts", "witness", "scores", "extras", "columns", "predictions__preview")[:MOST_OFFERED]
    )
    chosen = _chosen(request, version, offered)
    found = {one.pk: one for one in _finished(version.asset).filter(pk__in=chosen).prefetch_related("findings")}
    first, second = (found.get(pk) for pk in chosen)
    is_same = first is not None and first is second
    context = {
        **version_frame(request, version, "Evaluations", "Compare evaluations"),
        "options": [(one.pk, _label(one)) for one in offered],
        "first": first,
        "second": second,
        "is_same": is_same,
        "rates": rate_titles(),
        "comparison": compare(first, second) if first and second and not is_same else None,
    }
    return render(request, "governance/evaluation_compare.html", context)


def _finished(asset: Asset) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.finished().filter(version__asset=asset)
    return rows.select_related("version", "predictions").defer("predictions__preview")


def _chosen(request: Request, version: Version, offered: list[Evaluation]) -> tuple[int, int]:
    """Return what was asked for, else the newest of this version as the second and the one before it as the first; 0 is none."""
    own = [one.pk for one in offered if one.version_id == version.pk]
    every = [one.pk for one in offered]
    second = _number(request, "second") or next(iter([*own, *every]), 0)
    older = [pk for pk in [*own, *every] if pk != second]
    return _number(request, "first") or next(iter(older), 0), second


def _number(request: Request, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - what a database's key can hold


def _label(evaluation: Any) -> str:
    return f"{evaluation.version.name}: {evaluation.name}, {date_format(evaluation.finished_at, 'j M Y, H:i')}"
