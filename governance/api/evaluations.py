"""Evaluations for programs: the list of a version, and one with its counts, findings, scores and extras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.db.models import QuerySet
from rest_framework import generics, serializers

from governance.models import Evaluation
from registry.http import Request

if TYPE_CHECKING:
    EvaluationList = generics.ListAPIView[Evaluation]
    EvaluationDetail = generics.RetrieveAPIView[Evaluation]
else:
    EvaluationList, EvaluationDetail = generics.ListAPIView, generics.RetrieveAPIView


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    """One evaluation in short: where it stands, and how many gaps got each verdict."""

    model = serializers.CharField(source="version.asset.slug")
    version = serializers.CharField(source="version.name")
    predictions = serializers.SerializerMethodField()
    requested_by = serializers.CharField(source="requested_by.name")
    verdicts = serializers.SerializerMethodField()

    class Meta:
        model = Evaluation
        fields: ClassVar = [
            "id",
            "model",
            "version",
            "name",
            "state",
            "progress",
            "error",
            "requested_by",
            "requested_at",
            "finished_at",
            "predictions",
            "columns",
            "verdicts",
        ]

    def get_predictions(self, evaluation: Evaluation) -> dict[str, Any]:
        """Return the file by its name, size in bytes and SHA-256."""
        uploaded = evaluation.predictions
        return {"filename": uploaded.filename, "sha256": uploaded.sha256, "size": uploaded.size}

    def get_verdicts(self, evaluation: Evaluation) -> dict[str, int]:
        """Return how many gaps got each verdict."""
        found = [finding.verdict for finding in evaluation.findings.all()]
        return {verdict: found.count(verdict) for verdict in sorted(set(found))}


class MeasuredSerializer(EvaluationSerializer):
    """One evaluation with everything that was found; numbers are exact fractions or decimals as text, undefined is empty."""

    findings = serializers.SerializerMethodField()

    class Meta(EvaluationSerializer.Meta):
        fields: ClassVar = [*EvaluationSerializer.Meta.fields, "counts", "findings", "scores", "extras", "witness"]

    def get_findings(self, evaluation: Evaluation) -> list[dict[str, Any]]:
        """Return each metric on each attribute, with value, interval, threshold, verdict and sentence."""
        return [finding.body for finding in evaluation.findings.all()]


class Evaluations(EvaluationList):
    """Evaluations that the caller sees, the newest first; ``model``, ``version`` and ``state`` narrow them."""

    serializer_class = EvaluationSerializer
    queryset = Evaluation.objects.none()

    def get_queryset(self) -> QuerySet[Evaluation]:
        """Return what the caller sees."""
        found = _visible(cast("Request", self.request)).defer("counts", "scores", "extras", "witness", "predictions__preview")
        for name, column in (("model", "version__asset__slug"), ("version", "version__name"), ("state", "state")):
            if wanted := self.request.GET.get(name):
                found = found.filter(**{column: wanted})
        return found.order_by("-pk")


class OneEvaluation(EvaluationDetail):
    """One evaluation that the caller sees, with counts, findings, scores and extras."""

    serializer_class = MeasuredSerializer
    queryset = Evaluation.objects.none()

    def get_queryset(self) -> QuerySet[Evaluation]:
        """Return what the caller sees."""
        return _visible(cast("Request", self.request)).defer("predictions__preview")


def _visible(request: Request) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.visible_to(request.actor)
    return rows.select_related("version__asset", "predictions", "requested_by").prefetch_related("findings")
