"""Attestations: handing them out, the keys of the house, and checking one for anybody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from governance.attestation import Check, check
from governance.forms.attestations import VerifyForm
from governance.models import Attestation, Release
from governance.services.attestations import promotion_of, promotion_with
from governance.views.frame import find_release
from governance.workflow import State
from governance.workflow import title as state_title
from registry.digest import sha256
from registry.http import Request
from registry.services.keys import public_keys, told_keys


@login_not_required
@require_GET
def keys(_: Request) -> JsonResponse:
    """Tell everybody the public keys."""
    response = JsonResponse(told_keys(), json_dumps_params={"indent": 2})
    response["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
@require_http_methods(["GET", "POST"])
def attestation_verify(request: Request) -> HttpResponse:
    """Check an attestation for anybody, also without an account."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    checks: tuple[Check, ...] = ()
    if request.method == "POST" and form.is_valid():
        text, artifact = form.cleaned_data["text"], form.cleaned_data["artifact"]
        ours = promotion_with(text.replace("\r\n", "\n").strip() + "\n")
        ends = list(ours.release.attestations.filter(kind=Attestation.Kind.END).values_list("text", flat=True)) if ours else []
        artifacts = {"The file that you named": artifact} if artifact else None
        checks = check(text, public_keys(), now=timezone.now(), artifacts=artifacts, ends=ends)
        checks += (_now(ours.release),) if ours else ()
    context = {"form": form, "checks": checks, "is_good": all(one.is_good for one in checks)}
    return render(request, "governance/attestation_verify.html", context, status=422 if form.errors else 200)


@require_GET
def release_attestation(request: Request, kind: str, slug: str, name: str, pk: int, *, attestation: int) -> HttpResponse:
    """Hand out an attestation, byte for byte as it was signed."""
    release = find_release(request.actor, kind, slug, name, pk)
    found = get_object_or_404(release.attestations, pk=attestation)
    response = HttpResponse(found.text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{slug}_{name}_{release.environment}_{found.step}.intoto.json"'
    return response


def attestation_panel(release: Release) -> dict[str, Any]:
    """Return what the panel on a release's page shows."""
    promoted = promotion_of(release)
    return {
        "attestation": promoted,
        "attestation_digest": sha256(promoted.text.encode()) if promoted else "",
        "later_statements": release.attestations.filter(kind=Attestation.Kind.END) if promoted else (),
    }


def _now(release: Release) -> Check:
    state = State(release.state)
    is_open = state is State.PROMOTED and release.expires_at is not None and timezone.now() < release.expires_at
    return Check("Now", is_good=is_open, text=f"Here the release is in the state “{state_title(state).lower()}”.")
