"""The policies in force: which one a tier and an environment have now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from governance.gate import Policy, PolicyError
from governance.gate.policy import TIERS
from governance.models import Environment, PolicyEdition
from registry.memo import Memo

# Policies by the SHA-256 of their canonical JSON.
_READ: Final = Memo[Policy]()


def in_force() -> Mapping[str, Policy]:
    """Return every policy in force by key, the strictest tier first, environments in their order."""
    places = {key: number for number, key in enumerate(Environment.objects.values_list("key", flat=True))}
    editions = [one for one in PolicyEdition.objects.in_force().defer("text") if one.environment in places]
    editions.sort(key=lambda one: (TIERS.index(one.tier), places[one.environment]))
    return {one.key: policy_of(one) for one in editions}


def find_policy(tier: str, environment: str) -> Policy | None:
    """Return the policy of a tier and an environment, if there is one."""
    found = PolicyEdition.objects.in_force().filter(tier=tier, environment=environment).defer("text").first()
    return policy_of(found) if found else None


def policy_for(tier: str, environment: str) -> Policy:
    """Return the policy of a tier and an environment.

    Raises:
        PolicyError: there is none, or its stored content was changed.
    """
    found = find_policy(tier, environment)
    if found is None:
        raise PolicyError(no_policy(tier, environment))
    return found


def policy_of(edition: PolicyEdition) -> Policy:
    """Return the policy that an edition holds.

    Raises:
        PolicyError: the stored content no longer has the digest that names it.
    """
    return _READ.of(edition.digest, lambda: _read(edition))


def _read(edition: PolicyEdition) -> Policy:
    found = Policy.from_json(json.loads(edition.content))
    if found.digest != edition.digest:
        message = f"The stored policy {edition.key} no longer has the digest that names it. Tell your auditor."
        raise PolicyError(message)
    return found


def no_policy(tier: str, environment: str) -> str:
    """Return the sentence for a tier that has no policy for an environment."""
    return (
        f"There is no policy for the tier “{tier}” and the environment “{environment}”, so nothing of this tier is released there. "
        "A policy administrator can write one."
    )


def keep_days(tier: str) -> int:
    """Return how many days a file of predictions of a tier stays after its run.

    A file may serve any environment, so the shortest time of the tier's
    policies holds; where none of them asks for an evaluation it is 0.
    """
    rules = [policy.evaluations for policy in in_force().values() if policy.tier == tier]
    return min((rule.keep_predictions_days for rule in rules if rule is not None), default=0)
