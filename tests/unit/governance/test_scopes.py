"""Approvals that are limited to a scope, and abstentions: by table, and by random histories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate import DecisionFact, Facts, counting, may_promote, part_digests, requirements, scope_digest, stale, standing_objections
from governance.gate.policy import Policy
from governance.gate.scopes import ALWAYS, is_covered
from governance.gate.shape import SCOPES
from governance.workflow import OBJECTIONS, Step
from tests.unit.governance.made import AUTHOR, DIGEST, EARLIER, FACTS, LEGAL, ML, PRIVACY, decided
from tests.unit.governance.made import POLICY as WHOLE

CONTENT = {part: {"text": part} for part in (*ALWAYS, *SCOPES)}


def scoped(scope: list[str]) -> Policy:
    """The strictest policy, with the ML role limited to a scope."""
    body = WHOLE.to_json()
    body["approvals"] = [{**rule, "scope": scope} if rule["role"] == "ml" else rule for rule in body["approvals"]]
    return Policy.from_json(body)


POLICY = scoped(["document", "evaluations"])


def changed(*parts: str) -> dict[str, str]:
    return dict(part_digests(CONTENT | {part: {"text": "changed"} for part in parts}))


def earlier(person: int, role: str, step: Step = Step.APPROVE, *parts: str) -> DecisionFact:
    """A decision on the snapshot before, in which these parts were different."""
    return replace(decided(person, role, step, EARLIER), parts=changed(*parts))


def after(*decisions: DecisionFact, **changes: Any) -> Facts:
    own = part_digests(CONTENT)
    given_now = [replace(one, parts=own) if one.snapshot_digest == DIGEST else one for one in decisions]
    return replace(FACTS, decisions=tuple(given_now), parts=own, **changes)


OTHERS = (decided(PRIVACY, "privacy"), decided(LEGAL, "legal"))


@pytest.mark.parametrize("part", [part for part in SCOPES if part not in {"document", "evaluations"}])
def test_an_approval_stands_while_only_what_it_does_not_cover_changes(part):
    facts = after(earlier(ML, "ml", Step.APPROVE, part), *OTHERS)
    assert may_promote(POLICY, facts) == ()
    reason = next(one.reason for one in requirements(POLICY, facts) if one.key == "approval:ml")
    assert reason == (
        "Approved by Marek Lind. Given on an earlier snapshot and still standing: Marek Lind (snapshot bbbbbbbbbbbb…); "
        "the model card and the evaluations: unchanged since."
    )


@pytest.mark.parametrize("part", ["document", "claims", "evaluations", *ALWAYS])
def test_an_approval_is_stale_once_its_scope_the_asset_or_the_policy_has_changed(part):
    facts = after(earlier(ML, "ml", Step.APPROVE, part), *OTHERS)
    (missing,) = may_promote(POLICY, facts)
    assert (missing.key, "The approval by Marek Lind is about an earlier snapshot." in missing.reason) == ("approval:ml", True)
    assert [one.person_id for one in stale(POLICY, facts)] == [ML]


def test_without_a_scope_an_approval_covers_everything():
    facts = after(earlier(ML, "ml"), earlier(LEGAL, "legal"), decided(PRIVACY, "privacy"))
    assert [one.key for one in may_promote(POLICY, facts)] == ["approval:legal"]
    assert [one.key for one in may_promote(WHOLE, facts)] == ["approval:ml", "approval:legal"]


def test_nothing_is_carried_over_from_a_snapshot_whose_digests_are_unknown():
    facts = after(replace(earlier(ML, "ml"), parts={}), *OTHERS)
    assert [one.key for one in may_promote(POLICY, facts)] == ["approval:ml"]
    assert not is_covered((), {}, {})


@pytest.mark.parametrize("step", [*OBJECTIONS, Step.ABSTAIN])
def test_the_latest_decision_in_the_role_counts_also_when_it_is_about_an_earlier_snapshot(step):
    facts = after(earlier(ML, "ml"), earlier(ML, "ml", step), *OTHERS)
    assert [one.key for one in may_promote(POLICY, facts)] == ["approval:ml"]


def test_an_author_of_the_present_snapshot_carries_nothing_over():
    facts = after(earlier(ML, "ml"), *OTHERS, author_ids=frozenset({AUTHOR, ML}))
    assert [one.key for one in may_promote(POLICY, facts)] == ["approval:ml"]


def test_who_abstains_in_one_role_approves_in_none():
    facts = after(decided(ML, "ml"), decided(ML, "legal", Step.ABSTAIN), *OTHERS)
    (missing,) = may_promote(POLICY, facts)
    assert (missing.key, "abstained because of a conflict of interest" in missing.reason) == ("approval:ml", True)


def test_an_abstention_is_replaced_by_a_new_decision_of_the_same_person():
    facts = after(decided(ML, "ml", Step.ABSTAIN), decided(ML, "ml"), *OTHERS)
    assert may_promote(POLICY, facts) == ()


def test_a_scope_has_a_digest_of_its_own_that_changes_with_its_parts_only():
    plain, other, own = part_digests(CONTENT), changed("risks"), changed("document")
    assert scope_digest(["document"], plain) == scope_digest(["document"], other)
    assert len({scope_digest(["document"], plain), scope_digest(["document"], own), scope_digest(["risks"], plain)}) == 3


PEOPLE = st.sampled_from([AUTHOR, ML, PRIVACY, LEGAL])
ROLES = st.sampled_from(["ml", "privacy", "legal"])
STEPS = st.sampled_from([Step.APPROVE, Step.REQUEST_CHANGES, Step.REJECT, Step.ABSTAIN])
DECISIONS = st.builds(
    lambda person, role, step, is_now, parts: decided(person, role, step) if is_now else earlier(person, role, step, *parts),
    PEOPLE, ROLES, STEPS, st.booleans(), st.sets(st.sampled_from([*ALWAYS, *SCOPES]), max_size=2),
)  # fmt: skip


@given(decisions=st.lists(DECISIONS, max_size=12), scope=st.lists(st.sampled_from(SCOPES), min_size=1, unique=True))
def test_what_counts_is_somebodys_latest_word_on_content_that_is_the_same_today(decisions, scope):
    policy, facts = scoped(scope), after(*decisions)
    for approval in counting(policy, facts):
        one = approval.decision
        assert one.step is Step.APPROVE
        assert one.person_id != AUTHOR
        own = [other for other in facts.decisions if (other.person_id, other.role) == (one.person_id, one.role)]
        if approval.carried:
            assert one is own[-1]
            assert one.role == "ml"
            assert all(one.parts[part] == facts.parts[part] for part in (*ALWAYS, *scope))
        else:
            assert one is [other for other in own if other.snapshot_digest == DIGEST][-1]
        now = {(other.person_id, other.role): other.step for other in facts.decisions if other.snapshot_digest == DIGEST}
        assert Step.ABSTAIN not in [step for (person, _), step in now.items() if person == one.person_id]


@given(decisions=st.lists(DECISIONS, max_size=12), scope=st.lists(st.sampled_from(SCOPES), min_size=1, unique=True))
def test_a_scope_never_lifts_an_objection_and_a_colleagues_approval_does_not_either(decisions, scope):
    policy, facts = scoped(scope), after(*decisions)
    against = standing_objections(facts)
    more = after(*decisions, decided(99, "ml"), decided(98, "privacy"), decided(97, "legal"))
    assert [(one.person_id, one.role) for one in standing_objections(more)] == [(one.person_id, one.role) for one in against]
    if against:
        assert "objections" in [one.key for one in may_promote(policy, more)]


@given(decisions=st.lists(DECISIONS, max_size=12), scope=st.lists(st.sampled_from(SCOPES), min_size=1, unique=True))
def test_no_approval_both_counts_and_is_stale(decisions, scope):
    policy, facts = scoped(scope), after(*decisions)
    counts = {(one.decision.person_id, one.decision.role) for one in counting(policy, facts)}
    assert not counts & {(one.person_id, one.role) for one in stale(policy, facts)}
