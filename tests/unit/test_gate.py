"""The gate: each requirement met and unmet, and what random facts can never bring about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate import (
    DecisionFact,
    DocumentFact,
    EvaluationFact,
    Facts,
    FindingFact,
    FrameworkFact,
    PolicyError,
    is_open,
    load_policy,
    may_promote,
    policies,
    policy_for,
    requirements,
    unmet,
)
from governance.gate.policy import TIERS, Policy
from governance.workflow import State, Step

ENVIRONMENTS = ("staging", "production")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST = "a" * 64
AUTHOR, ML, PRIVACY, LEGAL = 1, 2, 3, 4
POLICY = policy_for("high", "production")
NIST_ITEMS = ("GOVERN 1.1", "MAP 1.1", "MAP 3.5", "MEASURE 2.11", "MANAGE 2.4")


def decision(person: int, role: str, step: Step = Step.APPROVE, digest: str = DIGEST) -> DecisionFact:
    return DecisionFact(person, f"Person {person}", role, step, NOW, digest)


def finding(metric: str, value: str, low: str, high: str, *, incomplete: bool = False, attribute: str = "sex") -> FindingFact:
    return FindingFact(metric, attribute, Fraction(value), Fraction(low), Fraction(high), incomplete)


BY_AGE = (
    finding("dp_ratio", "0.95", "0.9", "0.99", attribute="age_group"),
    finding("eopp_difference", "0.02", "0.01", "0.05", attribute="age_group"),
)
GOOD = EvaluationFact(
    name="Held-out",
    finished_at=NOW - timedelta(days=1),
    rows=5000,
    attributes=("sex", "age_group"),
    findings=(finding("dp_ratio", "0.95", "0.9", "0.99"), finding("eopp_difference", "0.02", "0.01", "0.05"), *BY_AGE),
    witness_agrees=True,
)
FACTS = Facts(
    snapshot_digest=DIGEST,
    tier="high",
    tier_now="high",
    documents=(DocumentFact("model_card", "Loans 1.0", 100, 31, 31), DocumentFact("datasheet", "Data 1", 100, 20, 20)),
    frameworks=(
        FrameworkFact("nist_ai_rmf", 5, dict.fromkeys(NIST_ITEMS, "yes")),
        FrameworkFact("oecd_ai_principles", 2, {"1.2.b": "yes", "1.2.g": "partly"}),
    ),
    evaluations=(GOOD,),
    artifacts=1,
    git_commit="0123abc",
    training_datasets=1,
    author_ids=frozenset({AUTHOR}),
    decisions=(decision(ML, "ml"), decision(PRIVACY, "privacy"), decision(LEGAL, "legal")),
    state=State.IN_REVIEW,
    promoted_at=None,
    expires_at=None,
    now=NOW,
    risks=(),
)


def keys(facts: Facts, policy: Policy = POLICY) -> list[str]:
    return [requirement.key for requirement in may_promote(policy, facts)]


def test_when_everything_is_met_the_gate_is_silent():
    assert may_promote(POLICY, FACTS) == ()


def poor(**changes: Any) -> Facts:
    """Facts with a poorer evaluation; findings by sex are replaced, those by age group stay."""
    if "findings" in changes:
        changes["findings"] = (*changes["findings"], *BY_AGE)
    return replace(FACTS, evaluations=(replace(GOOD, **changes),))


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        (replace(FACTS, tier_now="limited"), "tier"),
        (replace(FACTS, documents=FACTS.documents[1:]), "document:model_card"),
        (replace(FACTS, documents=FACTS.documents[:1]), "document:datasheet"),
        (
            replace(FACTS, documents=(DocumentFact("model_card", "x", 99, 30, 31), FACTS.documents[1])),
            "document:model_card",
        ),
        (replace(FACTS, frameworks=FACTS.frameworks[1:]), "framework:nist_ai_rmf"),
        (
            replace(
                FACTS,
                frameworks=(
                    FrameworkFact("nist_ai_rmf", 5, {**FACTS.frameworks[0].values, "MAP 1.1": "no"}),
                    FACTS.frameworks[1],
                ),
            ),
            "framework:nist_ai_rmf",
        ),
        (
            replace(FACTS, frameworks=(FACTS.frameworks[0], FrameworkFact("oecd_ai_principles", 3, {"1.2.b": "yes", "1.2.g": "yes"}))),
            "framework:oecd_ai_principles",
        ),
        (replace(FACTS, evaluations=()), "evaluation"),
        (poor(rows=499), "evaluation"),
        (poor(attributes=("sex",)), "evaluation"),
        (poor(finished_at=NOW - timedelta(days=91)), "evaluation"),
        (poor(witness_agrees=False), "evaluation"),
        (poor(findings=GOOD.findings[1:]), "metric:dp_ratio"),
        (poor(findings=(finding("dp_ratio", "0.7", "0.6", "0.75"), GOOD.findings[1])), "metric:dp_ratio"),
        (poor(findings=(finding("dp_ratio", "0.95", "0.9", "0.99", incomplete=True), GOOD.findings[1])), "metric:dp_ratio"),
        (poor(findings=(FindingFact("dp_ratio", "sex", None, None, None, incomplete=False), GOOD.findings[1])), "metric:dp_ratio"),
        (poor(findings=(GOOD.findings[0], finding("eopp_difference", "0.3", "0.2", "0.4"))), "metric:eopp_difference"),
        (replace(FACTS, artifacts=0), "artifacts"),
        (replace(FACTS, git_commit=""), "commit"),
        (replace(FACTS, training_datasets=0), "lineage"),
        (replace(FACTS, decisions=FACTS.decisions[1:]), "approval:ml"),
    ],
)
def test_each_requirement_that_is_not_met_is_named_and_says_what_to_do(facts, key):
    found = may_promote(POLICY, facts)
    assert [requirement.key for requirement in found] == [key]
    assert found[0].reason.endswith(".")


def test_an_inconclusive_interval_follows_the_policy():
    facts = poor(findings=(finding("dp_ratio", "0.82", "0.7", "0.9"), GOOD.findings[1]))
    assert keys(facts) == []
    strict = Policy.from_json({**POLICY.to_json(), "evaluations": {**POLICY.to_json()["evaluations"], "on_inconclusive": "block"}})
    assert keys(facts, strict) == ["metric:dp_ratio"]


def test_the_newest_evaluation_counts_even_when_an_older_one_is_better():
    newer = replace(GOOD, finished_at=NOW, rows=10)
    assert keys(replace(FACTS, evaluations=(newer, GOOD))) == ["evaluation"]


def test_an_authors_approval_does_not_count():
    facts = replace(FACTS, decisions=(decision(AUTHOR, "ml"), *FACTS.decisions[1:]))
    assert keys(facts) == ["approval:ml"]


def test_one_person_fills_one_role():
    facts = replace(FACTS, decisions=tuple(decision(ML, role) for role in ("ml", "privacy", "legal")))
    assert len(keys(facts)) == 2


def test_the_assignment_of_people_to_roles_does_not_depend_on_the_order():
    both = (decision(ML, "ml"), decision(ML, "privacy"), decision(PRIVACY, "ml"), decision(LEGAL, "legal"))
    assert keys(replace(FACTS, decisions=both)) == []
    assert keys(replace(FACTS, decisions=both[::-1])) == []


def test_an_approval_of_an_earlier_snapshot_is_stale_and_says_whose():
    facts = replace(FACTS, decisions=(decision(ML, "ml", digest="b" * 64), *FACTS.decisions[1:]))
    found = may_promote(POLICY, facts)
    assert "Person 2 is about an earlier snapshot" in found[0].reason


@pytest.mark.parametrize("step", [Step.REJECT, Step.REQUEST_CHANGES])
def test_a_colleagues_approval_does_not_cover_a_standing_objection(step):
    facts = replace(FACTS, decisions=(*FACTS.decisions, decision(9, "ml", step), decision(8, "ml")))
    assert keys(facts) == ["objections"]


def test_who_objected_can_lift_it():
    facts = replace(FACTS, decisions=(*FACTS.decisions, decision(9, "ml", Step.REJECT), decision(9, "ml")))
    assert keys(facts) == []


def test_nothing_in_the_prohibited_tier_is_released():
    found = requirements(policy_for("prohibited", "staging"), FACTS)
    assert [requirement.state for requirement in found] == ["unmet"]


@pytest.mark.parametrize(
    ("state", "promoted", "expires", "allowed"),
    [
        (State.PROMOTED, -1, 1, True),
        (State.PROMOTED, -2, -1, False),
        (State.PROMOTED, -1, 0, False),
        (State.IN_REVIEW, None, None, False),
        (State.REVOKED, -1, 1, False),
        (State.SUPERSEDED, -1, 1, False),
    ],
)
def test_programs_are_told_yes_only_while_a_promotion_is_valid(state, promoted, expires, allowed):
    def day(number: int | None) -> datetime | None:
        return None if number is None else NOW + timedelta(days=number)

    answer = is_open(state, day(promoted), day(expires), NOW)
    assert answer.allowed is allowed
    assert bool(answer.reasons) is not allowed


people = st.integers(1, 4)
steps = st.sampled_from([Step.APPROVE, Step.REQUEST_CHANGES, Step.REJECT])
decisions = st.lists(
    st.builds(
        decision,
        person=people,
        role=st.sampled_from(["ml", "privacy", "legal"]),
        step=steps,
        digest=st.sampled_from([DIGEST, "b" * 64]),
    ),
    max_size=14,
)


@given(decisions=decisions, authors=st.frozensets(people))
def test_random_decisions_never_bring_a_promotion_that_people_did_not_make(decisions, authors):
    facts = replace(FACTS, decisions=tuple(decisions), author_ids=authors)
    if keys(facts):
        return
    latest = {(one.person_id, one.role): one.step for one in decisions if one.snapshot_digest == DIGEST}
    assert set(latest.values()) == {Step.APPROVE}
    approvers = {person for person, _ in latest} - authors
    assert len(approvers) >= 3
    assert {role for person, role in latest if person in approvers} == {"ml", "privacy", "legal"}


def test_all_eight_policies_are_there():
    assert set(policies()) == {f"{tier}-{environment}" for tier in TIERS for environment in ENVIRONMENTS}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_stricter_tier_asks_for_no_less(environment):
    for strict, loose in (("high", "limited"), ("limited", "minimal")):
        assert no_weaker(policy_for(strict, environment), policy_for(loose, environment))


@pytest.mark.parametrize("tier", TIERS[1:])
def test_production_asks_for_no_less_than_staging(tier):
    assert no_weaker(policy_for(tier, "production"), policy_for(tier, "staging"))


def no_weaker(strict: Policy, loose: Policy) -> bool:
    papers = {rule.template: rule.essential_percent for rule in strict.documents}
    shares = {rule.framework: rule.answered_percent for rule in strict.frameworks}
    roles = {rule.role: rule.quorum for rule in strict.approvals}
    return (
        all(papers.get(rule.template, 0) >= rule.essential_percent for rule in loose.documents)
        and all(shares.get(rule.framework, 0) >= rule.answered_percent for rule in loose.frameworks)
        and all(roles.get(rule.role, 0) >= rule.quorum for rule in loose.approvals)
        and strict.artifacts >= loose.artifacts
        and strict.git_commit >= loose.git_commit
        and strict.training_datasets >= loose.training_datasets
        and strict.validity_days <= loose.validity_days
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "mapping"),
        ("key: [", "YAML"),
        ("key: a", "version"),
        (
            'key: high-staging\nversion: "1"\ntitle: t\ntier: high\nenvironment: staging\nsummary: s\nvalidity_days: 1\nmagic: 1',
            "unknown key magic",
        ),
        ('key: x\nversion: "1"\ntitle: t\ntier: high\nenvironment: staging\nsummary: s\nvalidity_days: 1', "must be high-staging"),
        ('key: high-staging\nversion: "1"\ntitle: t\ntier: high\nenvironment: staging\nsummary: s', "validity_days"),
    ],
)
def test_a_broken_policy_says_what_is_wrong(text, message):
    with pytest.raises(PolicyError, match=message):
        load_policy(text, "here.yaml")


def test_a_policy_survives_the_way_through_a_snapshot():
    again = Policy.from_json(POLICY.to_json())
    assert (again, again.digest) == (POLICY, POLICY.digest)


def test_unmet_keeps_the_order():
    facts = replace(FACTS, artifacts=0, git_commit="")
    assert [one.key for one in unmet(requirements(POLICY, facts))] == ["commit", "artifacts"]
