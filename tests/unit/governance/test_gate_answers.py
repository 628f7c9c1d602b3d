"""What the gate says of content and people, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate import FindingFact, FrameworkFact, Policy, is_open, may_promote, requirements
from governance.workflow import State, Step
from tests.unit.governance.made import (
    ATTRIBUTES,
    AUTHOR,
    DIGEST,
    EARLIER,
    EVALUATION,
    FACTS,
    LEGAL,
    ML,
    NOW,
    POLICY,
    PRIVACY,
    decided,
    measured,
)

BLOCKING = Policy.from_json({**POLICY.to_json(), "evaluations": {**POLICY.to_json()["evaluations"], "on_inconclusive": "block"}})


def reasons(facts, policy=POLICY):
    return {one.key: one.reason for one in may_promote(policy, facts)}


def test_when_everything_is_met_the_gate_is_silent_and_every_line_is_a_sentence():
    every = requirements(POLICY, FACTS)
    assert {one.state for one in every} == {"met"}
    assert all(one.title for one in every)
    assert len({one.key for one in every}) == len(every)


def test_people_come_after_content():
    keys = [one.key for one in requirements(POLICY, FACTS)]
    assert keys[-5:] == ["approval:ml", "approval:privacy", "approval:legal", "objections", "comments"]


def test_what_is_not_met_always_says_where_it_is_mended_except_the_forbidden():
    empty = replace(FACTS, documents=(), frameworks=(), evaluations=(), artifacts=0, git_commit="", training_datasets=0, decisions=())
    for one in may_promote(POLICY, empty):
        assert one.mend
        assert one.reason.endswith(".")


@pytest.mark.parametrize("value", ["no", "not-applicable", ""])
def test_an_item_that_must_hold_is_not_answered_away(value):
    nist = FACTS.frameworks[0]
    facts = replace(FACTS, frameworks=(replace(nist, values={**nist.values, "MAP 1.1": value}), FACTS.frameworks[1]))
    assert reasons(facts)["framework:nist_ai_rmf"].startswith("MAP 1.1 must be answered yes or partly")


@pytest.mark.parametrize(("value", "asked"), [("partly", True), ("no", True), ("yes", False)])
def test_an_item_that_must_be_yes_is_not_met_by_partly(value, asked):
    nist = FACTS.frameworks[0]
    content = POLICY.to_json()
    content["frameworks"][0] = {"framework": "nist_ai_rmf", "answered_percent": 100, "must_be_yes": ["MAP 1.1"]}
    facts = replace(FACTS, frameworks=(replace(nist, values={**nist.values, "MAP 1.1": value}), FACTS.frameworks[1]))
    found = {one.key: one.reason for one in may_promote(Policy.from_json(content), facts)}
    assert ("framework:nist_ai_rmf" in found) is asked
    assert found.get("framework:nist_ai_rmf", "MAP 1.1 must be answered yes;").startswith("MAP 1.1 must be answered yes;")


def test_an_attribute_that_the_policy_names_must_be_looked_at():
    content = POLICY.to_json()
    content["evaluations"]["attributes"] = ["sex", "disability"]
    found = {one.key: one.reason for one in may_promote(Policy.from_json(content), FACTS)}
    assert "does not look at disability" in found["evaluation"]


def test_a_framework_without_items_is_not_an_answered_framework():
    facts = replace(FACTS, frameworks=(FrameworkFact("nist_ai_rmf", 0, FACTS.frameworks[0].values), FACTS.frameworks[1]))
    assert "framework:nist_ai_rmf" in reasons(facts)


def test_a_metric_is_titled_in_words():
    titles = {one.key: one.title for one in requirements(POLICY, FACTS)}
    assert titles["metric:dp_ratio"] == "Demographic parity ratio at least 0.8"
    assert titles["metric:eopp_difference"] == "Equal opportunity difference at most 0.15"


@pytest.mark.parametrize(
    ("metric", "low", "high", "passes", "blocks"),
    [
        ("dp_ratio", "0.8", "0.9", True, False),
        ("dp_ratio", "0.7999", "0.8", True, True),
        ("dp_ratio", "0.6", "0.7999", False, True),
        ("eopp_difference", "0.1", "0.15", True, False),
        ("eopp_difference", "0.15", "0.16", True, True),
        ("eopp_difference", "0.1501", "0.3", False, True),
    ],
)
def test_the_whole_interval_is_compared_exactly_at_the_edge(metric, low, high, passes, blocks):
    value = (Fraction(low) + Fraction(high)) / 2
    changed = tuple(
        replace(one, value=value, low=Fraction(low), high=Fraction(high)) if one.metric == metric else one for one in EVALUATION.findings
    )
    facts = measured(findings=changed)
    assert (f"metric:{metric}" not in reasons(facts)) is passes
    assert (f"metric:{metric}" in reasons(facts, BLOCKING)) is blocks


@given(
    metric=st.sampled_from(["dp_ratio", "eopp_difference"]),
    attribute=st.sampled_from(["sex", "age_group"]),
    low=st.fractions(0, 1),
    high=st.fractions(0, 1),
    undefined=st.booleans(),
)
def test_an_undefined_or_incomplete_metric_never_passes(metric, attribute, low, high, undefined):
    value = None if undefined else Fraction(1, 2)
    worse = FindingFact(metric, attribute, value, low, high, incomplete=not undefined)
    others = tuple(one for one in EVALUATION.findings if (one.metric, one.attribute) != (metric, attribute))
    for order in ((worse, *others), (*others, worse)):
        assert attribute in reasons(measured(findings=order))[f"metric:{metric}"]


@pytest.mark.parametrize("attribute", ATTRIBUTES)
@pytest.mark.parametrize("metric", ["dp_ratio", "eopp_difference"])
def test_an_attribute_without_a_finding_does_not_read_as_fair(metric, attribute):
    others = tuple(one for one in EVALUATION.findings if (one.metric, one.attribute) != (metric, attribute))
    assert f"does not tell this metric for {attribute}" in reasons(measured(findings=others))[f"metric:{metric}"]


@pytest.mark.parametrize("metric", ["dp_ratio", "eopp_difference"])
def test_a_group_that_is_too_small_is_inconclusive_at_best(metric):
    small = tuple(replace(one, too_small=one.metric == metric) for one in EVALUATION.findings)
    assert reasons(measured(findings=small)) == {}
    assert "a group is too small" in reasons(measured(findings=small), BLOCKING)[f"metric:{metric}"]


def test_a_group_that_is_too_small_does_not_soften_a_failure():
    bad = replace(EVALUATION.findings[0], value=Fraction(1, 2), low=Fraction(2, 5), high=Fraction(3, 5), too_small=True)
    assert "Not met" in reasons(measured(findings=(bad, *EVALUATION.findings[1:])))["metric:dp_ratio"]


def test_an_authors_approval_is_named_and_does_not_count():
    facts = replace(FACTS, decisions=(decided(AUTHOR, "ml"), *FACTS.decisions[1:]))
    assert "Ines Engel does not count" in reasons(facts)["approval:ml"]


def test_a_person_in_two_roles_fills_one_and_the_gate_says_so():
    facts = replace(FACTS, decisions=(decided(ML, "ml"), decided(ML, "privacy"), decided(LEGAL, "legal")))
    (reason,) = reasons(facts).values()
    assert "Marek Lind approved in this role too" in reason
    assert "one person fills one role" in reason


def test_who_approved_again_is_not_called_stale():
    facts = replace(FACTS, decisions=(decided(ML, "ml", digest=EARLIER), *FACTS.decisions))
    assert reasons(facts) == {}
    two = {**POLICY.to_json(), "approvals": [{"role": "ml", "quorum": 2}]}
    assert "earlier snapshot" not in reasons(facts, Policy.from_json(two))["approval:ml"]


def test_a_quorum_needs_as_many_different_people():
    two = Policy.from_json({**POLICY.to_json(), "approvals": [{"role": "ml", "quorum": 2}]})
    once = replace(FACTS, decisions=(decided(ML, "ml"), decided(ML, "ml")))
    assert "1 more needed" in reasons(once, two)["approval:ml"]
    assert reasons(replace(FACTS, decisions=(decided(ML, "ml"), decided(PRIVACY, "ml"))), two) == {}


def test_the_order_tells_the_latest_decision_even_when_the_clock_was_set_back():
    later = decided(ML, "ml", Step.REJECT, at=NOW - timedelta(days=9))
    facts = replace(FACTS, decisions=(*FACTS.decisions, later))
    assert {"approval:ml", "objections"} == set(reasons(facts))
    assert "Marek Lind (ML)" in reasons(facts)["objections"]


def test_an_objection_in_one_role_is_not_lifted_by_an_approval_in_another():
    facts = replace(FACTS, decisions=(*FACTS.decisions, decided(9, "legal", Step.REQUEST_CHANGES), decided(9, "ml")))
    assert "Person 9 (legal)" in reasons(facts)["objections"]


def test_an_objection_to_an_earlier_snapshot_no_longer_stands():
    facts = replace(FACTS, decisions=(decided(9, "ml", Step.REJECT, EARLIER), *FACTS.decisions))
    assert reasons(facts) == {}


people = st.integers(1, 6)
roles = st.sampled_from(["ml", "privacy", "legal", "security"])
steps = st.sampled_from([Step.APPROVE, Step.APPROVE, Step.APPROVE, Step.REQUEST_CHANGES, Step.REJECT])
taken = st.lists(st.builds(decided, person=people, role=roles, step=steps, digest=st.sampled_from([DIGEST, DIGEST, EARLIER])), max_size=16)


def seats(places, candidates):
    """Whether every place gets its own person, tried by brute force."""
    if not places:
        return True
    first, *rest = places
    return any(seats(rest, {other for other in candidates if other[0] != person}) for person, role in candidates if role == first)


@given(decisions=taken, authors=st.frozensets(people, max_size=3))
def test_the_gate_agrees_with_trying_every_way_to_seat_people(decisions, authors):
    facts = replace(FACTS, decisions=tuple(decisions), author_ids=authors)
    latest = {(one.person_id, one.role): one.step for one in decisions if one.snapshot_digest == DIGEST}
    approved = {pair for pair, step in latest.items() if step is Step.APPROVE and pair[0] not in authors}
    silent = not reasons(facts)
    assert silent == (set(latest.values()) <= {Step.APPROVE} and seats(["ml", "privacy", "legal"], approved))


days = st.integers(-400, 400)


@given(state=st.sampled_from(State), promoted=st.none() | days, expires=st.none() | days)
def test_the_gate_is_open_only_between_promotion_and_expiry(state, promoted, expires):
    begin = None if promoted is None else NOW + timedelta(days=promoted)
    end = None if expires is None else NOW + timedelta(days=expires)
    answer = is_open(state, begin, end, NOW)
    valid = promoted is not None and expires is not None and promoted <= 0 < expires
    assert answer.allowed == (state is State.PROMOTED and valid)
    assert bool(answer.reasons) != answer.allowed
