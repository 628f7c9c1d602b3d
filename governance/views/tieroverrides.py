"""Proposing another tier than the triage gives, and answering it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from governance.forms.triage import TierAnswerForm, TierForm
from governance.models import TierOverride
from governance.services import tieroverrides
from governance.views.triage import find_model, triage_page
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.models import Asset
from registry.policy import Action, require


@require_POST
def tier_propose(request: Request, kind: str, slug: str) -> HttpResponse:
    """Propose another tier."""
    asset = find_model(request.actor, kind, slug)
    require(request.actor, Action.TIER_PROPOSE, asset.target)
    form = TierForm(request.POST, asset=asset)
    if not form.is_valid():
        return triage_page(request, asset, 422, tier_form=form)
    try:
        tieroverrides.propose_tier(actor=request.actor, asset_id=asset.pk, **form.cleaned_data)
    except DomainError as error:
        show_refusal(form, None, error)
        return triage_page(request, asset, error.status, tier_form=form)
    messages.success(request, "Proposed. Whoever may confirm it has been told; until then the tier stays.")
    return _back(asset)


@require_POST
def tier_answer(request: Request, kind: str, slug: str, pk: int) -> HttpResponse:
    """Confirm or decline a proposed tier."""
    asset, made = _find(request, kind, slug, pk)
    require(request.actor, Action.TIER_DECIDE, made.target())
    form = TierAnswerForm(request.POST)
    if not form.is_valid():
        return triage_page(request, asset, 422, answer_form=form)
    is_confirmed = request.POST.get("answer") == "confirm"
    try:
        tieroverrides.answer_tier(actor=request.actor, override_id=made.pk, is_confirmed=is_confirmed, **form.cleaned_data)
    except DomainError as error:
        show_refusal(form, None, error)
        return triage_page(request, asset, error.status, answer_form=form)
    messages.success(request, "Confirmed. The tier holds from now on." if is_confirmed else "Declined. The tier stays.")
    return _back(asset)


@require_POST
def tier_withdraw(request: Request, kind: str, slug: str, pk: int) -> HttpResponse:
    """Take back a proposal."""
    asset, made = _find(request, kind, slug, pk)
    tieroverrides.withdraw_tier(actor=request.actor, override_id=made.pk)
    messages.success(request, "The proposal is taken back.")
    return _back(asset)


def _find(request: Request, kind: str, slug: str, pk: int) -> tuple[Asset, TierOverride]:
    asset = find_model(request.actor, kind, slug)
    return asset, get_object_or_404(TierOverride.objects.for_page(), asset=asset, pk=pk)


def _back(asset: Asset) -> HttpResponse:
    return redirect(f"{reverse('triage', args=[asset.kind, asset.slug])}#override")
