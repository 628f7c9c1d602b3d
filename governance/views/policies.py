"""The policies: those in force for everybody to read, and the editions of each."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from governance.models import PolicyEdition
from governance.services.policies import in_force, policy_of
from governance.views import policyrows
from registry.http import Request, page_of
from registry.policy import Action, refusal

PATH = ("Policies", "policy-list")


@require_GET
def policy_list(request: Request) -> HttpResponse:
    """List the policy of each tier and environment, and what is being changed."""
    may_write = refusal(request.actor, Action.POLICY_WRITE) is None
    context = {
        "policies": list(in_force().values()),
        "may_write": may_write,
        "under_way": PolicyEdition.objects.under_way().visible_to(request.actor).for_page(),
    }
    return render(request, "governance/policy_list.html", context)


@require_GET
def policy_detail(request: Request, key: str) -> HttpResponse:
    """Show the policy in force of a tier and an environment, and its editions."""
    may_write = refusal(request.actor, Action.POLICY_WRITE) is None
    page = page_of(request, PolicyEdition.objects.filter(key=key).visible_to(request.actor).for_page())
    if not page.object_list:
        message = "No such policy"
        raise Http404(message)
    present = PolicyEdition.objects.in_force().filter(key=key).first()
    policy = policy_of(present) if present else None
    context = {
        "key": key,
        "policy": policy,
        "present": present,
        "page": page,
        "may_write": may_write,
        "rows": policyrows.rows(policy) if policy else [],
        "facts": policyrows.facts_of(policy) if policy else [],
        "breadcrumb": [{"label": PATH[0], "url": reverse(PATH[1])}],
    }
    return render(request, "governance/policy_detail.html", context)
