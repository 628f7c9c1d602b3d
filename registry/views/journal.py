"""The journal, of one version and of the house."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry import audit
from registry.errors import ConflictError
from registry.forms.journal import JournalFilter
from registry.http import PAGE_SIZE, Request, page_of, query_without_page
from registry.models import Asset, Version
from registry.policy import Action, require
from registry.services.checkpoints import take_checkpoint
from registry.views.frame import find_version, version_frame

DIGEST: Final = re.compile("[0-9a-f]{64}")
WORDS: Final = re.compile("[a-z]+(_[a-z]+)+")
MOST_DIGITS: Final = 18
EXPORTED: Final = 2000
# What stands where a version would, in the names of what belongs to a model as a whole; no version is called so.
BESIDES: Final = "-"
BROKEN_TREE: Final = "The tree over the journal was changed, so this entry has no proof. An operator runs manage.py verify_journal."


@require_GET
def version_journal(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show what happened to a version."""
    version = find_version(request.actor, kind, slug, name)
    context = {**version_frame(request, version, "Journal"), **_entries(request, version.subject)}
    return render(request, "registry/version_journal.html", context)


@require_GET
def journal(request: Request) -> HttpResponse:
    """Show everything that happened, filtered by subject, person, action and time."""
    require(request.actor, Action.JOURNAL_READ)
    form = JournalFilter(request.GET or None)
    found = audit.history(**form.wanted)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < MOST_DIGITS:
        found = found.filter(number__lt=int(before))
    entries = list(found[: PAGE_SIZE + 1])
    query = query_without_page(request, "before")
    context = {
        "form": form,
        "rows": rows_of(entries[:PAGE_SIZE]),
        "older": entries[PAGE_SIZE - 1].number if len(entries) > PAGE_SIZE else None,
        "is_first": not before,
        "is_filtered": form.is_filtered,
        "query": query,
    }
    return render(request, "registry/journal.html", context)


@require_GET
def journal_export(request: Request) -> StreamingHttpResponse:
    """Hand out entries as JSON Lines, the oldest first: what each digest is over, and the digest."""
    require(request.actor, Action.JOURNAL_READ)
    entries = audit.history(**JournalFilter(request.GET or None).wanted).order_by("number")
    lines = (f"{audit.line_of(entry)}\n" for entry in entries.iterator(chunk_size=EXPORTED))
    response = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="journal_{timezone.now():%Y-%m-%d}.jsonl"'
    return response


@require_GET
def journal_entry(request: Request, number: int) -> HttpResponse:
    """Show one entry, its place in the chain and its proof."""
    require(request.actor, Action.JOURNAL_READ)
    entry = get_object_or_404(audit.history(), number=number)
    context = {"entry": entry, "detail": _sentences(audit.detail_of(entry)), "proof": _proof(number)}
    return render(request, "registry/journal_entry.html", context)


@require_GET
def journal_proof(request: Request, number: int) -> JsonResponse:
    """Hand out the proof that an entry is in the journal."""
    require(request.actor, Action.JOURNAL_READ)
    get_object_or_404(audit.history(), number=number)
    proof = _proof(number)
    if proof is None:
        raise ConflictError(BROKEN_TREE)
    response = JsonResponse(proof.to_json(), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="journal-entry_{number}.json"'
    return response


@require_GET
def journal_subject(request: Request) -> HttpResponse:
    """Lead to what an entry is about, or, when that is gone, to what the journal knows of it."""
    require(request.actor, Action.JOURNAL_READ)
    subject = request.GET.get("subject", "").strip("/")
    address = _address_of(subject)
    if address:
        return redirect(address)
    messages.info(request, f"“{subject}” has no page, or is gone. This is what the journal knows of it.")
    return redirect(f"{reverse('journal')}?{urlencode({'subject': subject})}")


@require_http_methods(["GET", "POST"])
def checkpoint_list(request: Request) -> HttpResponse:
    """List the signed checkpoints; POST takes one now."""
    require(request.actor, Action.JOURNAL_READ)
    if request.method == "POST":
        taken = take_checkpoint()
        if taken:
            messages.success(request, f"The journal is signed up to entry {taken.number}. Download it and keep it elsewhere.")
        return redirect("checkpoint-list")
    context = {"page": page_of(request, audit.Checkpoint.objects.all()), "query": query_without_page(request)}
    return render(request, "registry/checkpoint_list.html", context)


@require_GET
def checkpoint_download(request: Request, number: int) -> HttpResponse:
    """Hand out a checkpoint."""
    require(request.actor, Action.JOURNAL_READ)
    found = get_object_or_404(audit.Checkpoint, pk=number)
    response = HttpResponse(found.envelope, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="journal-checkpoint_{number}.json"'
    return response


def _entries(request: Request, subject: str) -> dict[str, Any]:
    page = page_of(request, audit.history(subject))
    return {"page": page, "rows": rows_of(page), "query": query_without_page(request)}


def rows_of(entries: Iterable[audit.AuditEntry]) -> list[dict[str, Any]]:
    """Return entries as ``journal_rows.html`` shows them."""
    return [{"entry": entry, "detail": _sentences(audit.detail_of(entry))} for entry in entries]


def _proof(number: int) -> audit.Inclusion | None:
    """Return an entry's proof, or None when the tree was changed so that it has none."""
    try:
        found = audit.inclusion(number)
    except ValueError:
        return None
    return found if found.holds else None


def _address_of(subject: str) -> str:
    """Return the page of a subject that is still there; a release is never deleted as long as its version is there."""
    kind, _, rest = subject.partition("/")
    slug, _, rest = rest.partition("/")
    name, _, rest = rest.partition("/")
    if name == BESIDES:
        page, _, pk = rest.partition("/")
        return reverse(page, args=[pk]) if page in {"risk", "incident"} and pk.isdecimal() else ""
    if name:
        version = Version.objects.select_related("asset").filter(asset__kind=kind, asset__slug=slug, name=name).first()
        if version is None:
            return ""
        below, _, pk = rest.partition("/")
        return reverse("release", args=[*version.url_args, pk]) if below == "release" and pk.isdecimal() else version.get_absolute_url()
    asset = Asset.objects.filter(kind=kind, slug=slug).first()
    return asset.get_absolute_url() if asset else ""


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
