"""The policies, for everybody to read."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.gate import policies
from registry.http import Request


@require_GET
def policy_list(request: Request) -> HttpResponse:
    """List the policy of each tier and environment."""
    return render(request, "governance/policy_list.html", {"policies": list(policies().values())})


@require_GET
def policy_detail(request: Request, key: str) -> HttpResponse:
    """Show one policy."""
    policy = policies().get(key)
    if policy is None:
        message = "No such policy"
        raise Http404(message)
    return render(request, "governance/policy_detail.html", {"policy": policy})
