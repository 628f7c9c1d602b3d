"""What is done about an emergency from a release's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from governance.forms.emergencies import AfterReviewForm, ConfirmForm, EmergencyForm
from governance.models import Emergency, Release
from governance.services import emergencies
from governance.views.emergencypanel import emergency_panel
from governance.views.frame import find_release
from governance.views.releasepage import release_page
from governance.workflow import Step
from registry.errors import DomainError
from registry.http import Request, show_refusal


@require_POST
def emergency_ask(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Ask for a promotion without the approvals that are missing."""
    release = find_release(request.actor, kind, slug, name, pk)
    form = EmergencyForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            emergencies.ask_emergency(actor=request.actor, release_id=release.pk, reason=form.cleaned_data["reason"])
        except DomainError as error:
            show_refusal(form, None, error)
            status = error.status
        else:
            messages.success(request, "Asked. Whoever may confirm it has been told.")
            return _back(release)
    return release_page(request, release, status=status, emergency_form=form)


@require_POST
def emergency_answer(request: Request, kind: str, slug: str, name: str, pk: int, emergency: int) -> HttpResponse:
    """Confirm or refuse an emergency."""
    release, found = _find(request, kind, slug, name, pk, emergency)
    form = ConfirmForm(request.POST, auto_id=f"e{found.pk}_%s")
    if not form.is_valid():
        return _again(request, release, found, {"confirm_form": form}, 422)
    is_confirmed = request.POST.get("answer") == "confirm"
    answer = emergencies.confirm_emergency if is_confirmed else emergencies.refuse_emergency
    try:
        answer(actor=request.actor, emergency_id=found.pk, comment=form.cleaned_data["comment"])
    except DomainError as error:
        show_refusal(form, None, error)
        return _again(request, release, found, {"confirm_form": form}, error.status)
    messages.success(request, "Confirmed. The gate is open for a short time." if is_confirmed else "The emergency is refused.")
    return _back(release)


@require_POST
def emergency_withdraw(request: Request, kind: str, slug: str, name: str, pk: int, emergency: int) -> HttpResponse:
    """Take back a request."""
    release, found = _find(request, kind, slug, name, pk, emergency)
    emergencies.withdraw_emergency(actor=request.actor, emergency_id=found.pk)
    messages.success(request, "The request is taken back.")
    return _back(release)


@require_POST
def emergency_review(request: Request, kind: str, slug: str, name: str, pk: int, emergency: int) -> HttpResponse:
    """Give the review that was skipped."""
    release, found = _find(request, kind, slug, name, pk, emergency)
    form = AfterReviewForm(request.POST, roles=request.actor.reviewer_roles, auto_id=f"a{found.pk}_%s")
    if not form.is_valid():
        return _again(request, release, found, {"review_form": form}, 422)
    said = form.cleaned_data
    try:
        emergencies.review_afterwards(
            actor=request.actor, emergency_id=found.pk, role=said["role"], step=Step(said["step"]), comment=said["comment"]
        )
    except DomainError as error:
        show_refusal(form, None, error)
        return _again(request, release, found, {"review_form": form}, error.status)
    messages.success(request, "Your review is recorded.")
    return _back(release)


def _find(request: Request, kind: str, slug: str, name: str, pk: int, emergency: int) -> tuple[Release, Emergency]:
    release = find_release(request.actor, kind, slug, name, pk)
    return release, get_object_or_404(release.emergencies.for_page(), pk=emergency)


def _back(release: Release) -> HttpResponse:
    return redirect(f"{release.get_absolute_url()}#emergency")


def _again(request: Request, release: Release, emergency: Emergency, shown: dict[str, forms.Form], status: int) -> HttpResponse:
    """Show the page again with what was typed."""
    panel: dict[str, Any] = emergency_panel(request, release)
    for row in panel.get("emergencies", ()):
        if row["emergency"].pk == emergency.pk:
            row.update(shown)
    return release_page(request, release, status=status, **panel)
