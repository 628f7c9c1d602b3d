"""Who calls: the person of the session or of the token, as ``registry.http.ActorMiddleware`` found them."""

from __future__ import annotations

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class ActorAuthentication(SessionAuthentication):
    """Session authentication that answers 401 with the scheme that programs use."""

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme of access tokens."""
        return "Bearer"
