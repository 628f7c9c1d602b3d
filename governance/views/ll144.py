"""Pages of the summary that New York City's Local Law 144 asks to publish, and its PDF."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from governance.fairness.counts import CountTable
from governance.forms.ll144 import SummaryForm, guesses
from governance.models import BiasAuditSummary, Evaluation, JobState
from governance.reports import ll144 as report
from governance.services import pdfs, summaries
from governance.tasks import render_summary, ring
from governance.views.frame import find_evaluation
from registry.errors import DomainError
from registry.http import Request, render_part, show_refusal
from registry.policy import Action, refusal, require
from registry.views.frame import version_frame


@require_http_methods(["GET", "POST"])
def ll144(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show the summary of an evaluation for what was chosen; a POST asks for its PDF."""
    evaluation = find_evaluation(request.actor, kind, slug, name, pk, finished=True)
    form = _form(request, evaluation)
    asked = _request(request, evaluation, form) if request.method == "POST" else None
    if asked is not None:
        where = reverse("ll144", args=[*evaluation.version.url_args, pk])
        query = request.POST.copy()
        query.pop("csrfmiddlewaretoken", None)
        return redirect(f"{where}?{query.urlencode()}#pdf")
    found = report.summary(evaluation, form.chosen()) if form.is_valid() or _has_chosen(form) else None
    row = BiasAuditSummary.objects.filter(evaluation=evaluation, content_digest=found.digest).first() if found else None
    context = {
        **version_frame(request, evaluation.version, "Evaluations", "NYC Local Law 144 summary"),
        "evaluation": evaluation,
        "form": form,
        "summary": found,
        "pdf": row,
        "why_no_pdf": refusal(request.actor, Action.SUMMARY_REQUEST, evaluation.version.target),
        "values": _values(form),
        "query": request.GET.urlencode(),
        "evaluation_url": reverse("evaluation", args=[*evaluation.version.url_args, pk]),
    }
    return render_part(request, "governance/ll144.html", "pdf-panel", context, status=422 if form.errors else 200)


@require_GET
def ll144_download(request: Request, kind: str, slug: str, name: str, pk: int, *, summary: int) -> FileResponse:
    """Hand out a finished PDF."""
    evaluation = find_evaluation(request.actor, kind, slug, name, pk, finished=True)
    found = get_object_or_404(BiasAuditSummary, pk=summary, evaluation=evaluation)
    path = pdfs.path_of(found)
    filename = f"{slug}_{name}_ll144_{found.choices['audited_on']}.pdf"
    return FileResponse(path.open("rb"), as_attachment=True, filename=filename, content_type="application/pdf")


def _form(request: Request, evaluation: Evaluation) -> SummaryForm:
    table = CountTable.from_json(evaluation.counts or {})
    groups = {one.attribute: list(one.groups) for one in table.attributes if one.attribute in evaluation.columns["attributes"]}
    day = evaluation.finished_at.date().isoformat() if evaluation.finished_at else ""
    sent: Any = request.POST if request.method == "POST" else request.GET
    return SummaryForm(groups, sent or guesses(groups, audited_on=day), has_scores=report.has_scores(evaluation))


def _request(request: Request, evaluation: Evaluation, form: SummaryForm) -> BiasAuditSummary | None:
    require(request.actor, Action.SUMMARY_REQUEST, evaluation.version.target)
    if not form.is_valid():
        return None
    try:
        asked = summaries.request_summary(actor=request.actor, evaluation_id=evaluation.pk, choices=form.chosen())
    except DomainError as error:
        show_refusal(form, None, error)
        return None
    if asked.state == JobState.QUEUED:
        transaction.on_commit(partial(ring, render_summary, asked.pk))
    return asked


def _values(form: SummaryForm) -> list[tuple[str, str]]:
    """Return what the form was sent, to be sent again."""
    sent = [(field.html_name, field.data) for field in form]
    return [(name, one) for name, value in sent for one in (value if isinstance(value, list) else [value or ""])]


def _has_chosen(form: SummaryForm) -> bool:
    """Whether only the whole was refused, so that what was chosen can still be shown."""
    return set(form.errors) <= {"__all__"}
