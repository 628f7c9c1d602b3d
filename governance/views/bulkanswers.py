"""Doing one thing to many items of a checklist, undoing it, and no longer asking for an item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from governance.forms.bulk import BulkForm
from governance.forms.checklists import FilterForm
from governance.models import BulkChange
from governance.services import bulk, catalog, itemassignments
from governance.views.checkpage import list_page
from governance.views.checkrows import Place
from registry.catalog.schema import Framework
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.models import Version
from registry.policy import Action, require
from registry.views.frame import find_model_version

SERVICES: Final[Mapping[str, Callable[..., BulkChange]]] = MappingProxyType(
    {"confirm": bulk.confirm_items, "answer": bulk.answer_items, "support": bulk.support_items, "assign": bulk.assign_items}
)


@require_POST
def checklist_bulk(request: Request, kind: str, slug: str, name: str, framework: str) -> HttpResponse:
    """Answer, confirm, support or assign many items; a refusal shows the list again with what was chosen."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from = catalog.on(version, framework)
    require(request.actor, Action.CHECKLIST_ANSWER, version.target)
    form, status = BulkForm(request.POST, version=version), 422
    if form.is_valid():
        service = SERVICES[form.cleaned_data["action"]]
        try:
            change = service(actor=request.actor, version_id=version.pk, framework_key=made_from.key, seen=form.seen, **form.words())
        except DomainError as error:
            show_refusal(form, None, error)
            status = error.status
        else:
            number = len(change.after)
            messages.success(
                request, f"{number} item{'' if number == 1 else 's'} {'is' if number == 1 else 'are'} {change.get_kind_display()}."
            )
            if change.left:
                messages.info(request, _left(change.left))
            return redirect(_back(request, version, made_from))
    return list_page(request, version, made_from, _filters(request), form, status)


@require_POST
def checklist_undo(request: Request, kind: str, slug: str, name: str, framework: str, pk: int) -> HttpResponse:
    """Bring back what stood before a change of many items."""
    version = find_model_version(request.actor, kind, slug, name)
    made_from = catalog.on(version, framework)
    change = get_object_or_404(version.bulk_changes, pk=pk, framework_key=made_from.key)
    bulk.undo_change(actor=request.actor, change_id=change.pk)
    messages.success(request, "Undone. What stood before is back.")
    return redirect(_back(request, version, made_from))


@require_POST
def item_assignment_done(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Say that an item is no longer asked for."""
    version = find_model_version(request.actor, kind, slug, name)
    made = get_object_or_404(version.item_assignments, pk=pk)
    itemassignments.finish_item(actor=request.actor, assignment_id=made.pk)
    messages.success(request, f"{made.item} is no longer waited for.")
    return redirect(Place.of_id(version, catalog.on(version, made.framework_key), made.item).url)


def _left(items: Sequence[str]) -> str:
    return (
        f"Left alone, because the organisation has answered: {bulk.some(items)}. Open an item to answer it for this model, with a reason."
    )


def _filters(request: Request) -> QueryDict:
    return QueryDict(request.POST.get("filters", ""))


def _back(request: Request, version: Version, made_from: Framework) -> str:
    """Return the item from which one item was assigned, or the list with the filters that it had."""
    if one := request.POST.get("from", ""):
        return Place(version, made_from, made_from.item(one)).url
    query = urlencode(FilterForm(made_from, _filters(request)).chosen())
    address = reverse("checklist", args=[*version.url_args, made_from.key])
    return f"{address}?{query}" if query else address
