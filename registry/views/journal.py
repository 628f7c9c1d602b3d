"""The journal, of one version and of the house."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry import audit
from registry.http import Request, page_of, query_without_page
from registry.policy import Action, require
from registry.views.frame import find_version, version_frame

DIGEST: Final = re.compile("[0-9a-f]{64}")
WORDS: Final = re.compile("[a-z]+(_[a-z]+)+")


@require_GET
def version_journal(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show what happened to a version."""
    version = find_version(request.actor, kind, slug, name)
    context = {**version_frame(request, version, "Journal"), **_entries(request, version.subject)}
    return render(request, "registry/version_journal.html", context)


@require_GET
def journal(request: Request) -> HttpResponse:
    """Show everything that happened, filtered by subject."""
    require(request.actor, Action.JOURNAL_READ)
    subject = request.GET.get("subject", "").strip().strip("/")
    return render(request, "registry/journal.html", {**_entries(request, subject), "subject": subject})


def _entries(request: Request, subject: str) -> dict[str, Any]:
    page = page_of(request, audit.history(subject))
    rows = [{"entry": entry, "detail": _sentences(audit.detail_of(entry))} for entry in page]
    return {"page": page, "rows": rows, "query": query_without_page(request)}


def _sentences(detail: dict[str, Any]) -> list[dict[str, str]]:
    return [{"label": key.replace("_", " "), "value": _plain(value)} for key, value in detail.items()]


def _plain(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"before", "after"}:
        return f"{_plain(value['before'])} → {_plain(value['after'])}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _word(str(value)) if value not in (None, "") else "nothing"


def _word(text: str) -> str:
    if DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    return text.replace("_", " ") if WORDS.fullmatch(text) else text
