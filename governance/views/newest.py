"""The newest finished evaluation of a version in a few lines, which the card shows beside its fields about metrics."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from governance.views.verdicts import summary, worst_of
from registry.http import Request
from registry.views.frame import find_model_version


@require_GET
def evaluation_newest(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Answer htmx with the lines, and everybody else with the way to the evaluation itself."""
    version = find_model_version(request.actor, kind, slug, name)
    evaluation = version.evaluations.finished().defer("counts", "witness", "scores", "extras").first()
    if not request.htmx:
        return redirect("evaluation", *version.url_args, evaluation.pk) if evaluation else redirect("evaluation-list", *version.url_args)
    findings = list(evaluation.findings.all()) if evaluation else []
    attributes = list(dict.fromkeys(row.attribute for row in findings))
    context = {
        "asset": version.asset,
        "version": version,
        "evaluation": evaluation,
        "worst": [(one, worst_of(row.verdict for row in findings if row.attribute == one)) for one in attributes],
        "summary": summary(findings),
    }
    response = render(request, "governance/newest_evaluation.html", context)
    response["Vary"] = "HX-Request"
    return response
