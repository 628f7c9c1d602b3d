"""Editions of a policy: written in the browser, compared, proposed, and published by a second person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.policyeditions import BeginForm, EditionForm, StepForm
from governance.gate.editions import EditionStep
from governance.models import Environment, PolicyEdition
from governance.services import policyeditions
from governance.views import policyrows
from governance.views.linediff import Line, line_diff
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.policy import Action, refusal, require

SAID: Final = {
    EditionStep.PROPOSE: "Proposed. A second policy administrator, who wrote none of it, publishes it or sends it back.",
    EditionStep.TAKE_BACK: "It is a draft again.",
    EditionStep.SEND_BACK: "Sent back to its author, with your reason.",
    EditionStep.PUBLISH: "Published. New submissions are judged by it from now on.",
    EditionStep.DISCARD: "The draft is gone.",
}


@require_http_methods(["GET", "POST"])
def edition_begin(request: Request) -> HttpResponse:
    """Begin a draft from the edition in force."""
    require(request.actor, Action.POLICY_WRITE)
    form = BeginForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        made = policyeditions.begin(actor=request.actor, **form.cleaned_data)
        return redirect("edition-edit", made.key, made.pk)
    return render(request, "governance/edition_begin.html", {"form": form, "breadcrumb": _path()}, status=422 if form.errors else 200)


@require_GET
def edition_detail(request: Request, key: str, pk: int) -> HttpResponse:
    """Show an edition: what it asks, what it changes, and what can be done with it."""
    edition = find_edition(request, key, pk)
    before = _before(edition)
    reading = policyeditions.reading_of(edition)
    actor = request.actor
    context = {
        "edition": edition,
        "policy": reading.policy,
        "faults": reading.faults,
        "rows": policyrows.rows(reading.policy) if reading.policy else [],
        "facts": _facts(edition),
        "before": before,
        "lines": line_diff(before.text, edition.text) if before else [],
        "may_write": refusal(actor, Action.POLICY_WRITE) is None,
        "why_not_publish": refusal(actor, Action.POLICY_PUBLISH, edition.target),
        "breadcrumb": _path(edition),
    }
    return render(request, "governance/edition_detail.html", context)


@require_http_methods(["GET", "POST"])
def edition_edit(request: Request, key: str, pk: int) -> HttpResponse:
    """Write a draft; whatever is typed is kept."""
    require(request.actor, Action.POLICY_WRITE)
    edition = find_edition(request, key, pk)
    if request.method == "POST":
        return _save(request, edition)
    form = EditionForm(initial={"text": edition.text, "reason": edition.reason, "based_on": edition.revision})
    return _editor(request, edition, form)


def _save(request: Request, edition: PolicyEdition) -> HttpResponse:
    form = EditionForm(request.POST)
    if not form.is_valid():
        return _editor(request, edition, form, status=422)
    try:
        saved = policyeditions.write(actor=request.actor, edition_id=edition.pk, **form.cleaned_data)
    except DomainError as error:
        # What was typed stays, beside what was saved meanwhile; saving it again is then meant.
        again = EditionForm({**request.POST.dict(), "based_on": edition.revision})
        show_refusal(again, None, error)
        return _editor(request, edition, again, status=error.status, theirs=line_diff(edition.text, form.cleaned_data["text"]))
    if saved.digest:
        messages.success(request, "Saved. Look at what it changes, try it on releases, then propose it.")
        return redirect(saved)
    messages.warning(request, "Saved as you typed it. It is no policy yet; what is wrong stands above the text.")
    return redirect("edition-edit", saved.key, saved.pk)


def _editor(request: Request, edition: PolicyEdition, form: EditionForm, *, status: int = 200, theirs: Sequence[Line] = ()) -> HttpResponse:
    context = {
        "edition": edition,
        "form": form,
        "faults": () if theirs or not edition.is_draft else policyeditions.reading_of(edition).faults,
        "theirs": theirs,
        "environments": Environment.objects.all(),
        "breadcrumb": _path(edition),
    }
    return render(request, "governance/edition_edit.html", context, status=status)


@require_POST
def edition_step(request: Request, key: str, pk: int, step: str) -> HttpResponse:
    """Take one step with an edition."""
    edition = find_edition(request, key, pk)
    form = StepForm(request.POST)
    take = STEPS.get(step)
    if take is None or not form.is_valid():
        message = "No such step"
        raise Http404(message)
    take(request, edition, form.cleaned_data)
    messages.success(request, SAID[EditionStep(step)])
    return redirect("policy", key) if step == EditionStep.DISCARD and _is_there(key) else _after(step, edition)


def find_edition(request: Request, key: str, pk: int) -> PolicyEdition:
    """Return an edition that the person may read."""
    edition: PolicyEdition = get_object_or_404(PolicyEdition.objects.visible_to(request.actor).for_page(), key=key, pk=pk)
    return edition


Words = dict[str, Any]
STEPS: Final[dict[str, Callable[[Request, PolicyEdition, Words], object]]] = {
    EditionStep.PROPOSE: lambda request, edition, _: policyeditions.propose(actor=request.actor, edition_id=edition.pk),
    EditionStep.TAKE_BACK: lambda request, edition, _: policyeditions.take_back(actor=request.actor, edition_id=edition.pk),
    EditionStep.DISCARD: lambda request, edition, _: policyeditions.discard(actor=request.actor, edition_id=edition.pk),
    EditionStep.SEND_BACK: lambda request, edition, words: policyeditions.send_back(
        actor=request.actor, edition_id=edition.pk, reason=words["reason"]
    ),
    EditionStep.PUBLISH: lambda request, edition, words: policyeditions.publish(
        actor=request.actor, edition_id=edition.pk, digest=words["digest"]
    ),
}


def _is_there(key: str) -> bool:
    return PolicyEdition.objects.filter(key=key).exists()


def _after(step: str, edition: PolicyEdition) -> HttpResponse:
    return redirect("policy-list") if step == EditionStep.DISCARD else redirect(edition)


def _before(edition: PolicyEdition) -> PolicyEdition | None:
    """Return what an edition is compared with: the one in force, or the one that it followed."""
    earlier = PolicyEdition.objects.published().filter(key=edition.key).exclude(pk=edition.pk).order_by("-published_at")
    return earlier.filter(published_at__lte=edition.published_at).first() if edition.published_at else earlier.first()


def _facts(edition: PolicyEdition) -> list[dict[str, Any]]:
    authors = ", ".join(sorted(person.name for person in edition.authors.all())) or "Assay"
    facts: list[dict[str, Any]] = [
        {"label": "Key", "value": edition.key, "mono": True},
        {"label": "Version", "value": edition.version or "–"},
        {"label": "Written by", "value": authors},
    ]
    if edition.digest:
        facts.append({"label": "Digest", "value": edition.digest, "digest": True})
    for label, at, person in (
        ("Proposed", edition.proposed_at, edition.proposed_by),
        ("Published", edition.published_at, edition.published_by),
        ("Retired", edition.retired_at, None),
    ):
        if at:
            facts.append({"label": label, "value": f"{at:%-d %B %Y, %H:%M} UTC{f' by {person.name}' if person else ''}"})
    return facts


def _path(edition: PolicyEdition | None = None) -> list[dict[str, str]]:
    path = [{"label": "Policies", "url": reverse("policy-list")}]
    if edition is not None:
        path.append({"label": edition.key, "url": reverse("policy", args=[edition.key])})
    return path
