"""Access tokens for programs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from registry import audit, policy
from registry.digest import sha256
from registry.errors import DomainError
from registry.models import AccessToken
from registry.policy import Action, Actor, Target

PREFIX: Final = "assay_"
LONGEST_LIFE: Final = 366


@transaction.atomic
def create_token(*, actor: Actor, name: str, days: int) -> tuple[AccessToken, str]:
    """Make a token that reads as the actor; the secret is returned once and not kept.

    Raises:
        ForbiddenError: nobody is signed in.
        DomainError: no name, or a life outside 1 to 366 days.
    """
    policy.require(actor, Action.TOKEN_MANAGE, Target(person_id=actor.id))
    if not name.strip():
        message = "Name the token after the program that will use it."
        raise DomainError(message)
    if not 1 <= days <= LONGEST_LIFE:
        message = f"A token lives between 1 and {LONGEST_LIFE} days."
        raise DomainError(message)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        person_id=actor.id,
        name=name.strip()[:80],
        digest=sha256(secret.encode()),
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit.record(actor, Action.TOKEN_MANAGE, f"person/{actor.id}/token/{token.pk}", {"created": token.name})
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int) -> AccessToken:
    """End a token at once.

    Raises:
        ForbiddenError: it is somebody else's.
    """
    token = AccessToken.objects.select_for_update(no_key=True).get(pk=token_id)
    policy.require(actor, Action.TOKEN_MANAGE, Target(person_id=token.person_id))
    token.revoked_at = token.revoked_at or timezone.now()
    token.save(update_fields=["revoked_at"])
    audit.record(actor, Action.TOKEN_MANAGE, f"person/{token.person_id}/token/{token.pk}", {"revoked": token.name})
    return token
