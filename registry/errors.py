"""The four ways in which the product says no.

Every refusal is one of these, carries a whole sentence for a person, and
knows its HTTP status; views never catch them (``registry.http`` does).
"""

from __future__ import annotations


class DomainError(Exception):
    """The input cannot be accepted; the message says what to do (422)."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SignInError(DomainError):
    """Nobody is known to be asking (401)."""

    status = 401


class ForbiddenError(DomainError):
    """This person may not do this (403)."""

    status = 403


class ConflictError(DomainError):
    """The thing is not in a state in which this can be done (409)."""

    status = 409
