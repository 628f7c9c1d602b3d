"""Pages of frameworks: what there is, uploading one, hiding and adding in ours, publishing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.frameworks import FrameworkUploadForm, QuestionForm
from governance.models import FrameworkEdition
from governance.services import catalog, frameworkeditions, frameworkretirement
from registry.catalog import frameworkshape, loader
from registry.catalog.schema import Framework
from registry.errors import DomainError
from registry.exchange import framework_text
from registry.http import Request, show_refusal
from registry.policy import Action, refusal, require

# When a framework is asked, by the word in its file.
ASKED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "always": "of every model",
        "chosen": "where people choose it for a model",
        "eu-high-risk": "where the triage finds a high-risk use, or people choose it",
        "generative": "where the triage finds a generative model, or people choose it",
    }
)


@require_GET
def framework_list(request: Request) -> HttpResponse:
    """List every framework with its present edition, and drafts."""
    drafts = {draft.key: draft for draft in FrameworkEdition.objects.drafts()}
    present = catalog.present()
    rows = [
        {"framework": one, "asked": ASKED[one.applies], "is_ours": key in loader.frameworks(), "draft": drafts.pop(key, None)}
        for key, one in present.items()
    ]
    known = catalog.known()
    away = [{"framework": known[key], "retired": row} for key, row in frameworkretirement.retired().items()]
    context = {"rows": rows, "begun": list(drafts.values()), "away": away, "why_not": refusal(request.actor, Action.FRAMEWORK_EDIT)}
    return render(request, "governance/framework_list.html", context)


@require_http_methods(["GET", "POST"])
def framework_upload(request: Request) -> HttpResponse:
    """Read a framework from a file or a text into a draft; what is wrong is told by line."""
    require(request.actor, Action.FRAMEWORK_EDIT)
    form = FrameworkUploadForm(request.POST or None, request.FILES or None)
    faults: tuple[framework_text.Fault, ...] = ()
    if request.method == "POST" and form.is_valid():
        reading = framework_text.read_framework(form.cleaned_data["text"], form.cleaned_data["key"])
        faults = reading.faults
        if reading.content is not None:
            try:
                draft = frameworkeditions.upload(actor=request.actor, content=reading.content)
            except DomainError as error:
                show_refusal(form, None, error)
            else:
                messages.success(request, "The draft is there. Look at what it asks, then publish it.")
                return redirect("framework", draft.key)
    context = {"form": form, "faults": faults}
    return render(request, "governance/framework_upload.html", context, status=422 if form.errors or faults else 200)


@require_GET
def framework_detail(request: Request, key: str) -> HttpResponse:
    """Show a framework: its draft with what publishing it means, its items, and its editions."""
    return _page(request, key)


@require_GET
def framework_yaml(request: Request, key: str) -> HttpResponse:
    """Hand out a published edition that is named by its digest, or the draft, or the present edition, as YAML."""
    row = frameworkeditions.draft_of(key)
    if digest := request.GET.get("edition", ""):
        row = get_object_or_404(FrameworkEdition.objects.of(key).published(), digest=digest)
    content = json.loads(row.text) if row else frameworkeditions.content_of(key)
    response = HttpResponse(framework_text.write(content), content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="{key}.yaml"'
    return response


@require_POST
def framework_hide(request: Request, key: str) -> HttpResponse:
    """Hide an item of ours in the draft, show it again, or take an own question out."""
    require(request.actor, Action.FRAMEWORK_EDIT)
    content, item = _draft_or_present(key), request.POST.get("item", "")
    if "remove" in request.POST:
        content = frameworkshape.without_question(content, item)
    else:
        content = frameworkshape.with_hidden(content, item, value="show" not in request.POST)
    frameworkeditions.change_ours(actor=request.actor, key=key, content=content)
    messages.success(request, f"{item} is changed in the draft.")
    return redirect("framework", key)


@require_POST
def framework_add(request: Request, key: str) -> HttpResponse:
    """Add a question of the organisation's own to the draft."""
    require(request.actor, Action.FRAMEWORK_EDIT)
    content = _draft_or_present(key)
    form = QuestionForm(content, catalog.present(), request.POST)
    if not form.is_valid():
        return _page(request, key, form, status=422)
    frameworkeditions.change_ours(actor=request.actor, key=key, content=frameworkshape.with_question(content, **form.words()))
    messages.success(request, "The question is in the draft.")
    return redirect("framework", key)


@require_POST
def framework_publish(request: Request, key: str) -> HttpResponse:
    """Make the draft the edition that models are asked."""
    edition = frameworkeditions.publish(actor=request.actor, key=key, digest=request.POST.get("digest", ""))
    messages.success(request, f"Version {edition.version} is published. Versions that have begun stay on theirs until somebody moves them.")
    return redirect("framework", key)


@require_POST
def framework_discard(request: Request, key: str) -> HttpResponse:
    """Throw the draft away."""
    frameworkeditions.discard(actor=request.actor, key=key)
    messages.success(request, "The draft is gone.")
    return redirect("framework", key) if key in catalog.present() else redirect("framework-list")


@require_POST
def framework_retire(request: Request, key: str) -> HttpResponse:
    """Ask an uploaded framework of nothing new."""
    frameworkretirement.retire(actor=request.actor, key=key, reason=request.POST.get("reason", ""))
    messages.success(request, "The framework is retired. Versions that have begun go on answering it; nothing new is asked it.")
    return redirect("framework", key)


@require_POST
def framework_bring_back(request: Request, key: str) -> HttpResponse:
    """Ask a retired framework again."""
    frameworkretirement.bring_back(actor=request.actor, key=key)
    messages.success(request, "The framework is back, and asked as before.")
    return redirect("framework", key)


def _draft_or_present(key: str) -> dict[str, Any]:
    draft = frameworkeditions.draft_of(key)
    found: dict[str, Any] = json.loads(draft.text) if draft else frameworkeditions.content_of(key)
    return found


def _page(request: Request, key: str, form: QuestionForm | None = None, status: int = 200) -> HttpResponse:
    draft = frameworkeditions.draft_of(key)
    content = _draft_or_present(key)
    context = {
        "key": key,
        "content": content,
        "draft": draft,
        "effects": frameworkeditions.effects_of(draft) if draft else None,
        "present": (present := catalog.present()).get(key),
        "facts": _facts(present.get(key) or catalog.known().get(key), is_asked=key in present),
        "is_ours": key in loader.frameworks(),
        **_retiring(key),
        "editions": FrameworkEdition.objects.of(key).published().select_related("published_by"),
        "form": form or QuestionForm(content, present),
        "why_not": refusal(request.actor, Action.FRAMEWORK_EDIT),
    }
    return render(request, "governance/framework_detail.html", context, status=status)


def _retiring(key: str) -> dict[str, Any]:
    """Return that a framework is retired, or what retiring it would mean."""
    if key in loader.frameworks():
        return {}
    return {"retired": frameworkretirement.retired().get(key), "standing": frameworkretirement.standing_of(key)}


def _facts(made_from: Framework | None, *, is_asked: bool) -> list[dict[str, Any]]:
    """Return what names the edition that is shown, and whose words it is in; nothing before the first is published."""
    if made_from is None:
        return []
    return [
        {"label": "Key", "value": made_from.key, "mono": True},
        {"label": "Version", "value": made_from.version},
        {"label": "SHA-256", "value": made_from.digest, "digest": True},
        {"label": "Source", "value": made_from.source},
        {"label": "Wording", "value": made_from.note},
        {"label": "Items", "value": f"{len(made_from.items)}, {'' if is_asked else 'no longer '}asked {ASKED[made_from.applies]}"},
    ]
