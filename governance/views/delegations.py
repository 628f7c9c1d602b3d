"""The page on which a reviewer names somebody who does their reviews while they are away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from governance.forms.reviews import DelegationForm
from governance.models import Delegation
from governance.services import delegations as services
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.models import Person
from registry.policy import REVIEWER_ROLES

MOST = 50


@require_http_methods(["GET", "POST"])
def delegations(request: Request) -> HttpResponse:
    """List one's delegations, and those to oneself; make one."""
    actor = request.actor
    held = [REVIEWER_ROLES[role] for role in actor.reviewer_roles]
    others = Person.objects.filter(is_active=True, grants__role__in=held).exclude(pk=actor.id).distinct()
    people = list(others.prefetch_related("grants", "memberships").order_by("name", "pk"))
    form = DelegationForm(request.POST or None, roles=actor.reviewer_roles, people=people)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.delegate(actor=actor, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, f"{made.delegate.name} does your reviews in these days.")
            return redirect("delegations")
    found = Delegation.objects.holding().filter(ends_on__gte=timezone.localdate()).select_related("person", "delegate")
    context = {
        "form": form,
        "mine": found.filter(person_id=actor.id)[:MOST],
        "to_me": found.filter(delegate_id=actor.id)[:MOST],
        "roles": actor.reviewer_roles,
        "others": people,
        "today": timezone.localdate(),
    }
    return render(request, "governance/delegations.html", context, status=422 if form.errors else 200)


@require_POST
def delegation_take_back(request: Request, pk: int) -> HttpResponse:
    """End one's delegation at once."""
    found = get_object_or_404(Delegation, pk=pk, person_id=request.actor.id)
    services.take_back(actor=request.actor, delegation_id=found.pk)
    messages.success(request, "Taken back. Your reviews come to you again.")
    return redirect("delegations")
