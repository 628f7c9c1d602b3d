"""The triage of a model: its result and history, the questions, and what an answer would do before it is saved."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from governance.forms.triage import TierAnswerForm, TierForm, TriageForm, initial_of
from governance.models import TierOverride, Triage
from governance.services import keydates, tierchange, triageparts, triages
from governance.triage import Result, judge, questionnaire
from registry.digest import canonical, sha256
from registry.errors import ConflictError, DomainError
from registry.http import Request, show_refusal
from registry.models import Asset, Kind, Tier
from registry.policy import Action, Actor, refusal, require
from registry.views.frame import TIER_TONES, breadcrumb, find_asset

UNSEEN: Final = "Look at what your answers lead to, then save."


@require_GET
def triage(request: Request, kind: str, slug: str) -> HttpResponse:
    """Show the tier of a model, why it is that, and how it became so."""
    return triage_page(request, find_model(request.actor, kind, slug))


@require_GET
def triage_past(request: Request, kind: str, slug: str, pk: int) -> HttpResponse:
    """Show one triage with its answers."""
    asset = find_model(request.actor, kind, slug)
    one = get_object_or_404(Triage.objects.for_page(), asset=asset, pk=pk)
    context = {"asset": asset, "breadcrumb": _way(asset), "one": one, "shown": shown(one.result)}
    return render(request, "governance/triage_past.html", context)


@require_http_methods(["GET", "POST"])
def triage_answer(request: Request, kind: str, slug: str) -> HttpResponse:
    """Ask the questions; a POST explains what the answers lead to, and saves them once that was seen."""
    asset = find_model(request.actor, kind, slug)
    if request.method == "GET":
        return _questions(request, asset)
    require(request.actor, Action.TRIAGE_ANSWER, asset.target)
    if "discard" in request.POST:
        request.session.pop(_place(asset), None)
        messages.success(request, "The answers that were not saved are gone.")
        return redirect("triage", asset.kind, asset.slug)
    form = TriageForm(request.POST, asked=questionnaire())
    request.session[_place(asset)] = {key: request.POST.getlist(key) for key in form.fields}
    if not form.is_valid():
        return _questions(request, asset, form, status=422)
    if "save" not in request.POST or request.POST.get("seen") != _seen(form):
        return _questions(request, asset, form, note=UNSEEN if "save" in request.POST else "")
    try:
        triages.answer_triage(actor=request.actor, asset_id=asset.pk, answers=form.answers(), based_on=_based_on(request))
    except DomainError as error:
        show_refusal(form, None, error)
        return _questions(request, asset, form, status=error.status, is_stale=isinstance(error, ConflictError))
    request.session.pop(_place(asset), None)
    messages.success(request, "The triage is saved, and the model is in the tier that it gives.")
    return redirect("triage", asset.kind, asset.slug)


def find_model(actor: Actor, kind: str, slug: str) -> Asset:
    """Return a model that the actor sees; datasets have no triage and answer 404."""
    if kind != Kind.MODEL:
        message = "Only models have this page"
        raise Http404(message)
    return find_asset(actor, kind, slug)


def triage_page(request: Request, asset: Asset, status: int = 200, **forms: Any) -> HttpResponse:
    """Answer with the page of a model's tier; ``forms`` replaces one that was not accepted."""
    one, override = triageparts.current(asset.pk), triageparts.in_force(asset.pk)
    proposed = TierOverride.objects.proposed().filter(asset=asset).for_page().first()
    context = {
        "asset": asset,
        "breadcrumb": breadcrumb(asset),
        "badges": [{"label": f"{asset.get_tier_display()} risk tier", "tone": TIER_TONES[asset.tier]}],
        "actions": _actions(request, asset, one),
        "one": one,
        "shown": shown(one.result) if one else None,
        "override": override,
        "proposed": proposed,
        "impact": tierchange.consequences(asset, proposed.tier) if proposed else (),
        "why_not_decide": refusal(request.actor, Action.TIER_DECIDE, proposed.target()) if proposed else None,
        "why_not_propose": refusal(request.actor, Action.TIER_PROPOSE, asset.target),
        "history": _history(asset),
        "has_draft": _place(asset) in request.session,
        "tier_form": TierForm(asset=asset),
        "answer_form": TierAnswerForm(),
        "live": tierchange.standing(asset),
        **forms,
    }
    return render(request, "governance/triage.html", context, status=status)


def shown(result: Result) -> dict[str, Any]:
    """Return a result as the pages show it."""
    today = timezone.localdate()
    return {
        "tier": Tier(result.tier).label,
        "tone": TIER_TONES[result.tier],
        "reasons": [{"reason": one, "tier": Tier(one.tier).label, "tone": TIER_TONES[one.tier]} for one in result.reasons],
        "frameworks": triageparts.applying(result),
        "dates": [{"date": one, "is_past": one.on < today} for one in keydates.concerning(result.tags)],
    }


def _questions(
    request: Request, asset: Asset, form: TriageForm | None = None, *, status: int = 200, note: str = "", is_stale: bool = False
) -> HttpResponse:
    one, asked = triageparts.current(asset.pk), questionnaire()
    draft = request.session.get(_place(asset))
    given = form if form is not None else TriageForm(asked=asked, initial=_initial(one, draft))
    result = judge(asked, form.answers()) if form is not None and form.is_valid() else None
    context = {
        "asset": asset,
        "breadcrumb": _way(asset),
        "form": given,
        "asked": asked,
        "one": one,
        "note": note,
        "is_draft": draft is not None and form is None,
        "result": result,
        "shown": shown(result) if result else None,
        "seen": _seen(given) if result else "",
        "based_on": one.pk if one and (is_stale or form is None) else request.POST.get("based_on", ""),
        "impact": tierchange.consequences(asset, result.tier) if result else (),
        "override": triageparts.in_force(asset.pk),
        "why_not": refusal(request.actor, Action.TRIAGE_ANSWER, asset.target),
    }
    return render(request, "governance/triage_answer.html", context, status=status)


def _initial(one: Triage | None, draft: dict[str, list[str]] | None) -> dict[str, Any]:
    """Return what the form begins with: the answers that were not saved, or those that were saved last."""
    if draft is not None:
        return {key: (chosen if questionnaire().question(key).is_several else chosen[0]) for key, chosen in draft.items() if chosen}
    return initial_of(questionnaire(), one.answers) if one else {}


def _based_on(request: Request) -> int | None:
    given = request.POST.get("based_on", "")
    return int(given) if given.isdecimal() else None


def _seen(form: TriageForm) -> str:
    """Return what names the answers whose result a person has been shown."""
    return sha256(canonical({key: list(chosen) for key, chosen in form.answers().items()}))


def _place(asset: Asset) -> str:
    return f"triage-{asset.pk}"


def _way(asset: Asset) -> list[dict[str, str]]:
    return [*breadcrumb(asset), {"label": "Tier", "url": reverse("triage", args=[asset.kind, asset.slug])}]


def _actions(request: Request, asset: Asset, one: Triage | None) -> list[dict[str, str]]:
    if refusal(request.actor, Action.TRIAGE_ANSWER, asset.target) is not None:
        return []
    url = reverse("triage-answer", args=[asset.kind, asset.slug])
    return [{"label": "Answer again" if one else "Answer the triage", "url": url, "kind": "secondary" if one else "primary"}]


def _history(asset: Asset) -> list[dict[str, Any]]:
    """Return triages and overrides, the newest first."""
    rows: list[dict[str, Any]] = [
        {"triage": one, "at": one.made_at, "tone": TIER_TONES[one.tier]} for one in Triage.objects.filter(asset=asset).for_page()
    ]
    rows += [
        {"override": one, "at": one.decided_at or one.proposed_at, "tone": TIER_TONES[one.tier]}
        for one in TierOverride.objects.filter(asset=asset).for_page()
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)
