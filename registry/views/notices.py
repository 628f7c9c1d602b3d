"""The pages of a person's own notices."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.forms.notices import ChoicesForm, UpToForm
from registry.http import Request, page_of, query_without_page
from registry.models import MailState, Notice
from registry.services import notices as services


@require_GET
def notices(request: Request) -> HttpResponse:
    """List one's notices, unread first."""
    person_id = request.actor.id
    page = page_of(request, Notice.objects.for_page(person_id))
    newest = Notice.objects.filter(person_id=person_id).first()
    context = {
        "page": page,
        "query": query_without_page(request),
        "newest": newest.pk if newest else 0,
        "failed": MailState.FAILED.value,
    }
    return render(request, "registry/notices.html", context)


@require_POST
def notice_open(request: Request, pk: int) -> HttpResponse:
    """Mark a notice as read and go to what it is about."""
    get_object_or_404(Notice, pk=pk, person_id=request.actor.id)
    return redirect(services.mark_read(actor=request.actor, notice_id=pk).url)


@require_POST
def notice_read(request: Request, pk: int) -> HttpResponse:
    """Mark a notice as read and stay."""
    get_object_or_404(Notice, pk=pk, person_id=request.actor.id)
    services.mark_read(actor=request.actor, notice_id=pk)
    return redirect("notices")


@require_POST
def notices_read(request: Request) -> HttpResponse:
    """Mark every notice as read that the page could show."""
    form = UpToForm(request.POST)
    count = services.mark_all_read(actor=request.actor, up_to=form.cleaned_data["up_to"] if form.is_valid() else 0)
    messages.success(request, f"{count} notices are marked as read." if count != 1 else "One notice is marked as read.")
    return redirect("notices")


@require_http_methods(["GET", "POST"])
def notice_choices(request: Request) -> HttpResponse:
    """Choose how to be told, kind by kind."""
    form = ChoicesForm(request.POST or None, chosen=services.choices_of(request.actor.id))
    if request.method == "POST" and form.is_valid():
        services.choose(actor=request.actor, channels=form.cleaned_data)
        messages.success(request, "Kept. It holds for everything that happens from now on.")
        return redirect("notices")
    context = {"form": form, "breadcrumb": [{"label": "Notices", "url": reverse("notices")}]}
    return render(request, "registry/notice_choices.html", context, status=422 if form.errors else 200)
