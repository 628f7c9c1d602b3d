"""The policies that come with the product, put into the table.

The rule: an upgrade never changes what is in force. A tier and environment
without any edition gets the shipped one at once; elsewhere a newer shipped
edition is a proposal, which a policy administrator publishes or sends back.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from governance.gate.editions import EditionState
from governance.gate.shipped import policies, sources
from governance.models import Environment, PolicyEdition
from governance.services.policyeditions import fill
from registry import audit, policy
from registry.policy import Action, Actor

REASON = "Came with this version of Assay."


@transaction.atomic
def install_shipped(*, actor: Actor) -> list[PolicyEdition]:
    """Bring the shipped policies into the table; doing it twice does nothing more.

    Raises:
        ForbiddenError: the actor is not the system.
    """
    policy.require(actor, Action.POLICY_INSTALL)
    environments = set(Environment.objects.values_list("key", flat=True))
    there = list(PolicyEdition.objects.select_for_update(no_key=True).values_list("key", "digest"))
    keys, known = {key for key, _ in there}, set(there)
    made = []
    for key, found in policies().items():
        if (key, found.digest) in known or found.environment not in environments:
            continue
        edition = PolicyEdition(key=key, tier=found.tier, environment=found.environment, text=sources()[key], reason=REASON)
        fill(edition, found)
        edition.proposed_at = timezone.now()
        edition.state = EditionState.PROPOSED
        if key not in keys:
            edition.state, edition.published_at = EditionState.PUBLISHED, edition.proposed_at
        edition.save(force_insert=True)
        detail = {"key": key, "version": found.version, "digest": found.digest, "state": edition.state}
        audit.record(actor, Action.POLICY_INSTALL, edition.subject, detail)
        made.append(edition)
    return made
