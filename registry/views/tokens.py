"""The page of a person's access tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from registry.errors import DomainError
from registry.forms.people import TokenForm
from registry.http import Request, show_refusal
from registry.models import AccessToken
from registry.services import tokens as services


@require_http_methods(["GET", "POST"])
def tokens(request: Request) -> HttpResponse:
    """List one's tokens; make one, and show its secret this once."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = services.create_token(actor=request.actor, **form.cleaned_data)
            form = TokenForm()
        except DomainError as error:
            show_refusal(form, None, error)
    context = {
        "form": form,
        "secret": secret,
        "tokens": AccessToken.objects.filter(person_id=request.actor.id),
        "now": timezone.now(),
    }
    response = render(request, "registry/tokens.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def token_revoke(request: Request, pk: int) -> HttpResponse:
    """End a token at once."""
    token = get_object_or_404(AccessToken, pk=pk, person_id=request.actor.id)
    services.revoke_token(actor=request.actor, token_id=token.pk)
    messages.success(request, f"“{token.name}” is revoked.")
    return redirect("tokens")
