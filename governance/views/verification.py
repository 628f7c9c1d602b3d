"""Checking a PDF for anybody, also without an account: the page to which a PDF's short address and QR code lead."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from governance.forms.verification import VerifyPdfForm
from governance.models import Release
from governance.services import seal, verification
from registry.errors import ConflictError, DomainError
from registry.http import Request


@login_not_required
@require_http_methods(["GET", "POST"])
def pdf_verify(request: Request) -> HttpResponse:
    """Check a PDF that somebody brings."""
    form = VerifyPdfForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = verification.verify_pdf(form.cleaned_data["file"].read())
        except ConflictError:
            raise
        except DomainError as error:
            form.add_error("file", error.message)
    context = {"form": form, "found": found, "is_self_made": seal.is_self_made()}
    return render(request, "governance/pdf_verify.html", context, status=422 if form.errors else 200)


@login_not_required
@require_GET
def pdf_address(request: Request, short: str) -> HttpResponse:
    """Say what is known of the PDF that bears a short address."""
    row, context = verification.find_address(short), {"short": short, "form": VerifyPdfForm(), "is_self_made": seal.is_self_made()}
    if row is None:
        return render(request, "governance/pdf_address.html", context, status=404)
    release = Release.objects.for_page().get(pk=row.release_id)
    about, now = verification.about(row, release), verification.now_of(row, release)
    is_in_force = all(one.is_good for one in now)
    context |= {"row": row, "about": about, "now": now, "is_in_force": is_in_force}
    return render(request, "governance/pdf_address.html", context)
