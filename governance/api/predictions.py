"""Predictions sent by a program, such as the pipeline that trained the model."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.fairness.predictions import Preview, suggest
from governance.models import Predictions
from governance.services.predictions import upload_predictions
from registry.errors import DomainError
from registry.http import Request
from registry.policy import Action, require
from registry.services.impact import impact_on
from registry.views.frame import find_model_version


class RawBody(BaseParser):
    """The body as it comes: a file, not a form."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the stream, unread."""
        return stream


class UploadedSerializer(serializers.ModelSerializer[Predictions]):
    """A kept file, what its columns are, and what they probably mean."""

    rows = serializers.IntegerField(source="preview.rows")
    columns = serializers.SerializerMethodField()
    suggested = serializers.SerializerMethodField()
    impact = serializers.SerializerMethodField()

    class Meta:
        model = Predictions
        fields = ("id", "filename", "sha256", "size", "rows", "columns", "suggested", "impact")

    def get_columns(self, uploaded: Predictions) -> list[str]:
        """Return the columns' names."""
        return [column["name"] for column in uploaded.preview["columns"]]

    def get_impact(self, uploaded: Predictions) -> list[str]:
        """Return whose approvals of open releases will no longer count once an evaluation of it is submitted."""
        return list(impact_on(uploaded.version, "evaluations"))

    def get_suggested(self, uploaded: Predictions) -> dict[str, Any]:
        """Return which column probably means what."""
        return suggest(Preview.from_json(uploaded.preview))


class PredictionsUpload(APIView):
    """Take a file of predictions of a model's version."""

    parser_classes = (RawBody,)

    @extend_schema(
        parameters=[OpenApiParameter("filename", str, description="What to call the file.")],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: UploadedSerializer, 422: OpenApiResponse(description="Too large, or not a CSV or Parquet table.")},
    )
    def post(self, request: ApiRequest, slug: str, name: str) -> Response:
        """Read the body to disk as it comes, look into it, and keep it.

        The file is the body itself, with Content-Length. The answer is 201
        with its SHA-256 and columns; 403 without the right, 404 for an unknown
        version, 422 with a sentence when the file is not taken.
        """
        asked = cast("Request", request._request)  # noqa: SLF001 - the request that carries the actor and the bytes
        version = find_model_version(asked.actor, "model", slug, name)
        require(asked.actor, Action.EVALUATION_REQUEST, version.target)
        if (asked.content_type or "").startswith("multipart/"):
            message = "Send the file itself as the body, not a form."
            raise DomainError(message)
        uploaded = upload_predictions(
            actor=asked.actor,
            version_id=version.pk,
            filename=asked.GET.get("filename", "") or "predictions",
            stream=asked,
            most_bytes=settings.PREDICTIONS_MAX_BYTES,
        )
        return Response(UploadedSerializer(uploaded).data, status=status.HTTP_201_CREATED)
