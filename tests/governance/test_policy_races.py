"""Two people publish at the same moment: one edition is in force, whichever came first."""

from __future__ import annotations

from functools import partial

import pytest

from governance.models import PolicyEdition
from governance.services import policyeditions
from registry import audit
from registry.policy import Actor, Role
from tests import factories
from tests.races import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def keeper() -> Actor:
    return factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()


def proposal(author: Actor, percent: int) -> PolicyEdition:
    made = policyeditions.begin(actor=author, tier="minimal", environment="staging")
    text = made.text.replace("essential_percent: 30", f"essential_percent: {percent}").replace('version: "2"', f'version: "{percent}"')
    policyeditions.write(actor=author, edition_id=made.pk, text=text, reason="So.", based_on=made.revision)
    return policyeditions.propose(actor=author, edition_id=made.pk)


def test_two_who_publish_one_proposal_publish_it_once():
    made = proposal(keeper(), 50)
    acts = [partial(policyeditions.publish, actor=keeper(), edition_id=made.pk, digest=made.digest) for _ in range(2)]
    assert len(refusals(at_once(*acts))) == 1
    assert PolicyEdition.objects.in_force().get(key="minimal-staging").pk == made.pk
    assert audit.history().filter(action="policy.publish").count() == 1


def test_two_proposals_at_once_leave_one_in_force_and_one_retired():
    author = keeper()
    first, second = proposal(author, 50), proposal(author, 60)
    acts = [partial(policyeditions.publish, actor=keeper(), edition_id=one.pk, digest=one.digest) for one in (first, second)]
    assert refusals(at_once(*acts)) == []
    states = PolicyEdition.objects.filter(key="minimal-staging").values_list("state", flat=True)
    assert sorted(states) == ["published", "retired", "retired"]


def test_publishing_and_taking_back_at_once_leave_one_of_both():
    author = keeper()
    made = proposal(author, 50)
    results = at_once(
        partial(policyeditions.publish, actor=keeper(), edition_id=made.pk, digest=made.digest),
        partial(policyeditions.take_back, actor=author, edition_id=made.pk),
    )
    assert len(refusals(results)) == 1
    made.refresh_from_db()
    assert made.state in {"published", "draft"}
