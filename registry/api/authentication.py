"""Who calls: the person of the session or of the token, as ``registry.http.ActorMiddleware`` found them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class ActorAuthentication(SessionAuthentication):
    """Session authentication that answers 401 with the scheme that programs use."""

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme of access tokens."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI document says of it."""

    target_class = ActorAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the bearer scheme."""
        return {"type": "http", "scheme": "bearer"}
