"""The page of the key dates."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from governance.forms.triage import KeyDateFormSet, dates_of
from governance.services import keydates
from governance.triage import TAGS
from registry.errors import DomainError, ForbiddenError
from registry.http import Request
from registry.policy import Action, refusal, require


@require_http_methods(["GET", "POST"])
def key_dates(request: Request) -> HttpResponse:
    """Show and change the dates from which something applies."""
    known, problem, status = keydates.key_dates(), "", 200
    forms = KeyDateFormSet(
        request.POST or None,
        initial=[{"on": one.on, "event": one.event, "note": one.note, "applies": list(one.applies)} for one in known],
        prefix="dates",
    )
    if request.method == "POST":
        require(request.actor, Action.KEY_DATES_EDIT)
        if "restore" in request.POST:
            keydates.restore_key_dates(actor=request.actor)
            messages.success(request, "The dates that come with the product hold again.")
            return redirect("key-dates")
        status = 422
        if forms.is_valid():
            try:
                keydates.change_key_dates(actor=request.actor, dates=dates_of(forms.forms))
            except ForbiddenError:
                raise
            except DomainError as error:
                problem, status = error.message, error.status
            else:
                messages.success(request, "The dates are changed.")
                return redirect("key-dates")
    today = timezone.localdate()
    context = {
        "rows": [{"date": one, "is_past": one.on < today, "applies": ", ".join(TAGS[tag] for tag in one.applies)} for one in known],
        "forms": forms,
        "problem": problem,
        "are_shipped": keydates.are_shipped(),
        "why_not": refusal(request.actor, Action.KEY_DATES_EDIT),
    }
    return render(request, "governance/key_dates.html", context, status=status)
