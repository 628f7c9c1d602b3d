"""What is done with a waiver from a release's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from governance.forms.releases import ReasonForm
from governance.forms.waivers import AnswerForm, WaiverForm
from governance.gate import Policy
from governance.models import Release, Waiver
from governance.services import waivers
from governance.services.facts import requirements_of
from governance.views.frame import find_release
from governance.views.releasepage import release_page
from governance.views.waiverpanel import waiver_panel
from registry.errors import DomainError
from registry.http import Request, show_refusal


@require_POST
def waiver_request(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Ask for a requirement to be set aside."""
    release = find_release(request.actor, kind, slug, name, pk)
    # Every requirement can be chosen here, so that it is the service that says why one cannot be set aside.
    form = WaiverForm(request.POST, asked=requirements_of(release), longest_days=_longest(release))
    status = 422
    if form.is_valid():
        try:
            waivers.request_waiver(actor=request.actor, release_id=release.pk, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
            status = error.status
        else:
            messages.success(request, "Asked. Whoever may answer it has been told.")
            return redirect(f"{release.get_absolute_url()}#waivers")
    form.offer(waivers.waivable(release, release.waivers.all()))
    return release_page(request, release, status=status, waiver_form=form)


@require_POST
def waiver_answer(request: Request, kind: str, slug: str, name: str, pk: int, waiver: int) -> HttpResponse:
    """Grant or refuse a waiver."""
    release, found = _find(request, kind, slug, name, pk, waiver)
    form = AnswerForm(request.POST, longest_days=_longest(release), auto_id=f"w{found.pk}_%s")
    if not form.is_valid():
        return _again(request, release, found, form, 422)
    is_granted = request.POST.get("answer") == "grant"
    try:
        waivers.answer_waiver(actor=request.actor, waiver_id=found.pk, is_granted=is_granted, **form.cleaned_data)
    except DomainError as error:
        show_refusal(form, None, error)
        return _again(request, release, found, form, error.status)
    messages.success(request, "The waiver is granted." if is_granted else "The waiver is refused.")
    return redirect(f"{release.get_absolute_url()}#waivers")


@require_POST
def waiver_withdraw(request: Request, kind: str, slug: str, name: str, pk: int, waiver: int) -> HttpResponse:
    """Take back a request."""
    release, found = _find(request, kind, slug, name, pk, waiver)
    waivers.withdraw_waiver(actor=request.actor, waiver_id=found.pk)
    messages.success(request, "The request is taken back.")
    return redirect(f"{release.get_absolute_url()}#waivers")


@require_POST
def waiver_revoke(request: Request, kind: str, slug: str, name: str, pk: int, waiver: int) -> HttpResponse:
    """Take back a granted waiver."""
    release, found = _find(request, kind, slug, name, pk, waiver)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    waivers.revoke_waiver(actor=request.actor, waiver_id=found.pk, reason=reason)
    messages.success(request, "The waiver is revoked, and written in the journal.")
    return redirect(f"{release.get_absolute_url()}#waivers")


def _find(request: Request, kind: str, slug: str, name: str, pk: int, waiver: int) -> tuple[Release, Waiver]:
    release = find_release(request.actor, kind, slug, name, pk)
    return release, get_object_or_404(release.waivers.for_page(), pk=waiver)


def _again(request: Request, release: Release, waiver: Waiver, form: AnswerForm, status: int) -> HttpResponse:
    """Show the page again with what was typed."""
    panel: dict[str, Any] = waiver_panel(request, release)
    for row in panel.get("waivers", ()):
        if row["waiver"].pk == waiver.pk:
            row["form"] = form
    return release_page(request, release, status=status, **panel)


def _longest(release: Release) -> int:
    rule = Policy.from_json(release.policy_content).waivers
    return rule.longest_days if rule else 1
