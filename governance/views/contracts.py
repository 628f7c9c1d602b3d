"""The page of a model's data contract: draft it from a file, edit it, delete it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from governance.contract import Expected, drafted
from governance.fairness.predictions import Preview
from governance.forms.contracts import BlockingForm, ExpectedRows, initial_rows
from governance.models import DataContract, Predictions
from governance.services import contracts
from registry.errors import DomainError, ForbiddenError
from registry.http import Request
from registry.models import Version
from registry.policy import Action, require
from registry.views.frame import find_model_version, version_frame


@require_http_methods(["GET", "POST"])
def data_contract(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Show the contract as a form, drafted from a file when asked, and save it."""
    version = find_model_version(request.actor, kind, slug, name)
    contract = DataContract.objects.filter(asset_id=version.asset_id).select_related("saved_by").first()
    if request.method == "POST":
        require(request.actor, Action.CONTRACT_EDIT, version.target)
        rows, blocking = ExpectedRows(request.POST), BlockingForm(request.POST)
        if rows.is_valid() and blocking.is_valid() and not (problem := _save(request, version, rows, blocking)):
            messages.success(request, "The data contract was saved. It is asked before the next evaluation.")
            return redirect("data-contract", *version.url_args)
        sentence = problem if rows.is_valid() else "Some rows cannot be saved yet. Mend the points below; nothing you typed is lost."
        return _page(request, version, contract, rows, blocking, sentence=sentence)
    source = _source(request, version)
    columns = drafted(Preview.from_json(source.preview)) if source else _columns(contract)
    rows = ExpectedRows(initial=initial_rows(columns))
    blocking = BlockingForm(initial={"is_blocking": contract.is_blocking if contract else True})
    return _page(request, version, contract, rows, blocking, drafted_from=source.filename if source else "")


@require_POST
def contract_delete(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Delete the contract."""
    version = find_model_version(request.actor, kind, slug, name)
    contracts.delete_contract(actor=request.actor, asset_id=version.asset_id)
    messages.success(request, "The data contract was deleted. Evaluations keep their reports.")
    return redirect("data-contract", *version.url_args)


def _save(request: Request, version: Version, rows: Any, blocking: BlockingForm) -> str:
    """Save what was typed; return the sentence that says why not, or nothing."""
    columns = [row.expected() for row in rows if row.cleaned_data.get("name")]
    try:
        contracts.save_contract(
            actor=request.actor, asset_id=version.asset_id, columns=columns, is_blocking=blocking.cleaned_data["is_blocking"]
        )
    except ForbiddenError:
        raise
    except DomainError as error:
        return error.message
    return ""


def _page(
    request: Request, version: Version, contract: DataContract | None, rows: Any, blocking: BlockingForm, **more: str
) -> HttpResponse:
    kept = version.predictions.kept().order_by("-pk")
    context = {
        **version_frame(request, version, "Evaluations", "Data contract"),
        "contract": contract,
        "rows": rows,
        "blocking": blocking,
        "files": list(kept.only("filename", "version_id")[:10]),
        "list_url": reverse("evaluation-list", args=version.url_args),
        **more,
    }
    return render(request, "governance/data_contract.html", context, status=422 if more.get("sentence") else 200)


def _columns(contract: DataContract | None) -> tuple[Expected, ...]:
    return tuple(Expected.from_json(part) for part in contract.columns) if contract else ()


def _source(request: Request, version: Version) -> Predictions | None:
    """Return the file to draft from: one of this version that is still kept."""
    chosen = request.GET.get("from", "")
    return version.predictions.kept().filter(pk=int(chosen)).first() if chosen.isdecimal() else None
