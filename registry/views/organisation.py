"""The page on which an administrator says who the organisation is on paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registry.errors import DomainError
from registry.forms.organisation import OrganisationForm
from registry.http import Request, show_refusal
from registry.policy import Action, require
from registry.services import organisation as services


@require_http_methods(["GET", "POST"])
def organisation(request: Request) -> HttpResponse:
    """Show and change what the organisation says of itself."""
    require(request.actor, Action.ORGANISATION_EDIT)
    now = services.current()
    fields = ("name", "address", "colour", "language", "writing")
    form = OrganisationForm(request.POST or None, request.FILES or None, initial={name: getattr(now, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_organisation(actor=request.actor, draft=form.draft())
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "Saved. What is printed from now on says so.")
            return redirect("organisation")
    context = {"form": form, "organisation": now}
    return render(request, "registry/organisation.html", context, status=422 if form.errors else 200)
