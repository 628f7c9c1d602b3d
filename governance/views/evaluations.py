"""Pages of evaluations: upload, say what the columns mean, watch, read."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.fairness.counts import CountTable
from governance.fairness.predictions import Preview
from governance.fairness.ranges import ranges_from_json
from governance.forms.evaluations import NAME_LENGTH, MapForm, UploadForm
from governance.models import Evaluation, JobState, Predictions
from governance.services import evaluations, mappings, retention
from governance.services.files import too_large
from governance.services.predictions import take_predictions
from governance.tasks import carry_out_evaluation, ring
from governance.uploads import StagedUpload, StagingHandler
from governance.views.results import results, source, worst_of
from registry.errors import DomainError
from registry.http import Request, page_of, render_part, show_refusal
from registry.models import Version
from registry.policy import Action, require
from registry.views.frame import find_model_version, version_frame

TONES: Final = {
    JobState.QUEUED: "neutral",
    JobState.RUNNING: "info",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "warning",
}
STEPS: Final = (
    (90, "Drawing the intervals and judging the gaps"),
    (60, "Comparing with Fairlearn"),
    (10, "Counting the records of each group"),
    (0, "Reading the file"),
)


@require_GET
def evaluation_list(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """List the evaluations of a version."""
    version = find_model_version(request.actor, kind, slug, name)
    page = page_of(request, _listed(version))
    context = {
        **version_frame(request, version, "Evaluations"),
        "page": page,
        "rows": [{"evaluation": one, "tone": TONES[JobState(one.state)], "worst": _worst(one)} for one in page],
        "waiting": _unmeasured(version),
    }
    return render(request, "governance/evaluation_list.html", context)


@csrf_exempt  # the handler must be in place before the body is read, which the check does; it follows in _taken
@require_http_methods(["GET", "POST"])
def predictions_upload(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Take a file of predictions, or say why not; who may not write is stopped before their file is read."""
    version = find_model_version(request.actor, kind, slug, name)
    if request.method == "POST":
        require(request.actor, Action.EVALUATION_REQUEST, version.target)
        request.upload_handlers = [StagingHandler(request, settings.PREDICTIONS_MAX_BYTES)]
    return _upload_page(request, version)


@csrf_protect
def _upload_page(request: Request, version: Version) -> HttpResponse:
    form = UploadForm()
    if request.method == "POST":
        [handler] = cast("list[StagingHandler]", request.upload_handlers)
        form = UploadForm(request.POST, request.FILES, refusal=handler.refusal)
    if form.is_bound and form.is_valid() and (uploaded := _upload(request, version, form)):
        where = reverse("predictions-map", args=[*version.url_args, uploaded.pk])
        return redirect(f"{where}?{urlencode({'name': form.cleaned_data['name']})}")
    context = {
        **version_frame(request, version, "Evaluations", "Upload predictions"),
        "form": form,
        "most_bytes": settings.PREDICTIONS_MAX_BYTES,
        "too_large": too_large("The file", settings.PREDICTIONS_MAX_BYTES),
        "limit": f"CSV or Parquet, up to {filesizeformat(settings.PREDICTIONS_MAX_BYTES)}. Drop it here or choose it.",
    }
    return render(request, "governance/predictions_upload.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def predictions_map(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show the first rows and ask what the columns mean."""
    version = find_model_version(request.actor, kind, slug, name)
    uploaded = get_object_or_404(Predictions, pk=pk, version=version)
    preview = Preview.from_json(uploaded.preview)
    offers = mappings.offers(version.asset_id, preview)
    chosen = _chosen(offers, request.GET.get("start", ""))
    make = partial(
        MapForm,
        preview,
        label=request.GET.get("label", ""),
        start=chosen.columns if chosen else None,
        reach=ranges_from_json(uploaded.ranges),
        initial=_initial(request, uploaded),
    )
    form = _form_of(request, version, make)
    if form.is_bound and form.is_valid() and (evaluation := _request(request, uploaded, form)):
        return redirect("evaluation", *version.url_args, evaluation.pk)
    context = {
        **version_frame(request, version, "Evaluations", "Columns"),
        "uploaded": uploaded,
        "preview": preview,
        "form": form,
        "offers": offers,
        "deleted": retention.deleted_sentence(uploaded) if uploaded.deleted_at else "",
        "started_from": chosen.key if chosen else mappings.GUESS,
    }
    template = "governance/predictions_map.html"
    return render_part(request, template, "favourable", context, status=422 if form.errors else 200)


@require_GET
def evaluation_detail(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show how far an evaluation is, why it failed, or what it found."""
    version = find_model_version(request.actor, kind, slug, name)
    evaluation = _find(version, pk)
    context = {
        **version_frame(request, version, "Evaluations", evaluation.name),
        "evaluation": evaluation,
        "step": next(words for least, words in STEPS if evaluation.progress >= least),
        "source": [*source(evaluation), {"label": "The file", "value": _whereabouts(evaluation.predictions)}],
        "list_url": reverse("evaluation-list", args=version.url_args),
        **(results(evaluation, request.GET.get("rate", "")) if evaluation.state == JobState.DONE else {}),
    }
    return render_part(request, "governance/evaluation_detail.html", "state", context)


@require_POST
def evaluation_retry(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Run an evaluation again that failed or was cancelled."""
    version = find_model_version(request.actor, kind, slug, name)
    evaluation = evaluations.retry_evaluation(actor=request.actor, evaluation_id=_find(version, pk).pk)
    transaction.on_commit(partial(ring, carry_out_evaluation, evaluation.pk))
    messages.success(request, "It is in the queue again.")
    return redirect("evaluation", *version.url_args, evaluation.pk)


@require_POST
def evaluation_cancel(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Stop an evaluation that waits or runs."""
    version = find_model_version(request.actor, kind, slug, name)
    evaluation = evaluations.cancel_evaluation(actor=request.actor, evaluation_id=_find(version, pk).pk)
    messages.success(request, "The evaluation was cancelled. It can be run again.")
    return redirect("evaluation", *version.url_args, evaluation.pk)


@require_GET
def evaluation_counts(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Hand out the counts, from which every number follows."""
    evaluation = _find(find_model_version(request.actor, kind, slug, name), pk)
    if evaluation.counts is None:
        message = "Nothing has been counted yet"
        raise Http404(message)
    response = HttpResponse(CountTable.from_json(evaluation.counts).to_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}_{name}_evaluation_{pk}_counts.csv"'
    return response


def _form_of(request: Request, version: Version, form: Any) -> Any:
    """Return the form, bound to what was sent by somebody who may write."""
    if request.method != "POST":
        return form()
    require(request.actor, Action.EVALUATION_REQUEST, version.target)
    return form(data=request.POST, files=request.FILES)


def _upload(request: Request, version: Version, form: UploadForm) -> Predictions | None:
    file = cast("StagedUpload", form.cleaned_data["file"])
    try:
        return take_predictions(actor=request.actor, version_id=version.pk, filename=file.name or "", staging=file.staging)
    except DomainError as error:
        show_refusal(form, "file", error)
        return None


def _request(request: Request, uploaded: Predictions, form: MapForm) -> Evaluation | None:
    columns, save_as = form.columns(), form.cleaned_data["save_as"]
    try:
        with transaction.atomic():
            evaluation = evaluations.request_evaluation(
                actor=request.actor, predictions_id=uploaded.pk, name=form.cleaned_data["name"], columns=columns
            )
            if save_as:
                mappings.save_mapping(actor=request.actor, asset_id=evaluation.version.asset_id, name=save_as, columns=columns)
    except DomainError as error:
        show_refusal(form, None, error)
        return None
    transaction.on_commit(partial(ring, carry_out_evaluation, evaluation.pk))
    return evaluation


def _chosen(offers: list[mappings.Offer], key: str) -> mappings.Offer | None:
    """Return what the form starts from: what was asked for, else the newest evaluation's columns where the file has them."""
    return next((offer for offer in offers if offer.fits and offer.key == (key or mappings.LAST)), None)


def _initial(request: Request, uploaded: Predictions) -> dict[str, str]:
    return {"name": (request.GET.get("name") or PurePath(uploaded.filename).stem)[:NAME_LENGTH]}


def _whereabouts(uploaded: Predictions) -> str:
    """Return whether a file is still there, as a sentence."""
    return retention.deleted_sentence(uploaded) if uploaded.deleted_at else "It is still kept, and is deleted as the policy says."


def _find(version: Version, pk: int) -> Evaluation:
    rows = Evaluation.objects.select_related("predictions", "requested_by").defer("predictions__preview")
    evaluation: Evaluation = get_object_or_404(rows.prefetch_related("findings"), pk=pk, version=version)
    return evaluation


def _listed(version: Version) -> QuerySet[Evaluation]:
    rows = version.evaluations.select_related("requested_by").prefetch_related("findings")
    return rows.defer("counts", "witness").annotate(file_rows=F("predictions__preview__rows"))


def _worst(evaluation: Evaluation) -> str:
    return worst_of(finding.verdict for finding in evaluation.findings.all())


def _unmeasured(version: Version) -> QuerySet[Predictions]:
    rows = version.predictions.kept().filter(evaluations=None).select_related("uploaded_by")
    return rows.defer("preview").order_by("-pk")[:10]
