"""PDFs of many releases at once, and the register of all models."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods

from governance.forms.collections import BundleForm, PrintForm
from governance.models import Bundle, Register
from governance.reports.choices import Choices
from governance.services import bundles, pdfs, registers
from governance.tasks import fill_register, pack_bundle, ring
from registry.errors import DomainError
from registry.http import Request, page_of, query_without_page, render_part, show_refusal
from registry.policy import Action, require


@require_http_methods(["GET", "POST"])
def bundle_list(request: Request) -> HttpResponse:
    """List one's own exports, or ask for one."""
    form = BundleForm(request.POST if request.method == "POST" else None, initial={"which": "promoted", **registers.usual().to_json()})
    if request.method == "POST" and form.is_valid():
        try:
            only_promoted = form.cleaned_data["which"] == "promoted"
            row = bundles.request_bundle(actor=request.actor, choices=form.chosen, only_promoted=only_promoted)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            transaction.on_commit(partial(ring, pack_bundle, row.pk))
            return redirect("bundle-list")
    page = page_of(request, Bundle.objects.filter(requested_by=request.actor.id))
    context = {
        "form": form,
        "page": page,
        "described": [(row, _words_of(row)) for row in page],
        "query": query_without_page(request),
        "is_waiting": any(not row.is_over for row in page),
    }
    return render_part(request, "governance/bundle_list.html", "bundles", context, status=422 if form.errors else 200)


def _words_of(row: Bundle) -> str:
    """Return what an export holds: how many releases, and how much of each."""
    count = len(row.releases)
    return f"{count} release{'' if count == 1 else 's'}; {Choices.from_json(row.choices).label}"


@require_GET
def bundle_download(request: Request, pk: int) -> FileResponse:
    """Hand out one's own export."""
    row = get_object_or_404(Bundle, pk=pk, requested_by=request.actor.id)
    return FileResponse(bundles.path_of(row).open("rb"), as_attachment=True, filename=bundles.download_name(row))


@require_http_methods(["GET", "POST"])
def register_list(request: Request) -> HttpResponse:
    """List the registers, or ask for one."""
    require(request.actor, Action.REGISTER_REQUEST)
    form = PrintForm(request.POST or None, initial=registers.usual().to_json())
    if request.method == "POST" and form.is_valid():
        row = registers.request_register(actor=request.actor, choices=form.chosen)
        transaction.on_commit(partial(ring, fill_register, row.pk))
        return redirect("register-list")
    page = page_of(request, Register.objects.select_related("requested_by"))
    context = {"form": form, "page": page, "query": query_without_page(request), "is_waiting": any(not row.is_over for row in page)}
    return render_part(request, "governance/register_list.html", "registers", context, status=422 if form.errors else 200)


@require_GET
def register_download(request: Request, pk: int) -> FileResponse:
    """Hand out a register as PDF."""
    require(request.actor, Action.REGISTER_REQUEST)
    row = get_object_or_404(Register, pk=pk)
    name = registers.download_name(row, pdfs.SUFFIX)
    return FileResponse(pdfs.path_of(row).open("rb"), as_attachment=True, filename=name, content_type="application/pdf")


@require_GET
def register_csv(request: Request, pk: int) -> FileResponse:
    """Hand out a register as CSV."""
    require(request.actor, Action.REGISTER_REQUEST)
    row = get_object_or_404(Register, pk=pk)
    name = registers.download_name(row, registers.CSV)
    return FileResponse(registers.csv_path_of(row).open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
