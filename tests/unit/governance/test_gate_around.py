"""What a policy asks outside the papers: the data contract, risks, a period elsewhere, and who is excluded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate import ContractFact, LiveFact, Policy, PolicyError, RiskFact, may_promote, requirements
from governance.gate.preceding import live_time
from tests.unit.governance.made import EVALUATION, FACTS, LEGAL, ML, NOW, POLICY, PRIVACY

DAY = timedelta(days=1)


def asked(**keys: Any) -> Policy:
    return Policy.from_json({**POLICY.to_json(), **keys})


def only(policy: Policy, facts: Any) -> tuple[str, str]:
    """The one requirement that is not met: its key and reason."""
    found = may_promote(policy, facts)
    assert len(found) == 1
    assert found[0].reason.endswith(".")
    return found[0].key, found[0].reason


def said(policy: Policy, facts: Any, key: str) -> str:
    return next(one.reason for one in requirements(policy, facts) if one.key == key and one.state == "met")


CONTRACT = asked(data_contract=True)
RISKS = asked(risks={"above_appetite": 0})
STAGING = asked(preceding={"environment": "staging", "days": 7})
TEAM = asked(exclude=["team"])


def reported(report: ContractFact | None) -> Any:
    return replace(FACTS, evaluations=(replace(EVALUATION, contract=report),))


def test_a_contract_that_was_kept_is_enough():
    assert said(CONTRACT, reported(ContractFact(5, ())), "contract") == "The file of “Held-out” kept all 5 rules."


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (None, "without a data contract"),
        (ContractFact(0, ()), "without a data contract"),
        (ContractFact(3, ("age: a number",)), "broke 1 of 3 rules: age: a number"),
        (ContractFact(9, tuple("abcdefg")), "and 2 more"),
    ],
)
def test_a_contract_that_was_broken_or_never_written_is_not(report, says):
    key, reason = only(CONTRACT, reported(report))
    assert (key, says in reason) == ("contract", True)


def test_without_an_evaluation_no_contract_was_kept():
    assert "contract" in [one.key for one in may_promote(CONTRACT, replace(FACTS, evaluations=()))]


def risk(*, is_open: bool = True, above: bool = True, until: date | None = None, title: str = "Bias") -> RiskFact:
    return RiskFact(title, is_open, above, until)


@pytest.mark.parametrize(
    ("register", "says"),
    [
        ((), "0 open risks in the register"),
        ((risk(above=False),), "1 open risk in the register; 0 above the appetite."),
        ((risk(is_open=False),), "0 open risks"),
        ((risk(until=NOW.date()),), "1 of them accepted for a time"),
    ],
)
def test_low_closed_and_accepted_risks_do_not_stop_a_release(register, says):
    assert says in said(RISKS, replace(FACTS, risks=register), "risks")


@pytest.mark.parametrize("register", [(risk(),), (risk(until=NOW.date() - DAY),), (risk(above=False), risk())])
def test_an_open_risk_above_the_appetite_stops_it_until_somebody_answers_for_it(register):
    key, reason = only(RISKS, replace(FACTS, risks=register))
    assert (key, "“Bias”" in reason) == ("risks", True)


def test_a_policy_may_let_some_risks_stand():
    assert may_promote(asked(risks={"above_appetite": 1}), replace(FACTS, risks=(risk(),))) == ()


def test_a_snapshot_without_a_register_is_to_be_submitted_again():
    assert only(RISKS, replace(FACTS, risks=None))[0] == "risks"


def lived(*periods: tuple[float, float | None], environment: str = "staging") -> Any:
    """Facts with periods, told as days before now; None is still running."""
    live = tuple(LiveFact(environment, NOW - since * DAY, None if until is None else NOW - until * DAY) for since, until in periods)
    return replace(FACTS, live=live)


@pytest.mark.parametrize("periods", [((7, None),), ((20, 13),), ((10, 6), (3, None)), ((30, 1), (9, 2))])
def test_enough_time_in_the_other_environment_is_enough(periods):
    assert may_promote(STAGING, lived(*periods)) == ()


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (FACTS, "never live in staging"),
        (lived((30, None), environment="canary"), "never live in staging"),
        (lived((6.9, None)), "for 6 days; 7 days are needed. They will be there for 7 days on 23 November 2026, 14:24 UTC"),
        (lived((20, 16)), "not live there now"),
        (lived((6, 1), (5, None)), "for 6 days"),
    ],
)
def test_too_little_time_says_how_much_and_when_it_is_enough(facts, says):
    key, reason = only(STAGING, facts)
    assert key == "preceding"
    assert says in reason


def test_without_artifacts_there_is_nothing_to_count_for():
    loose = asked(preceding={"environment": "staging", "days": 0}, artifacts=0)
    assert "artifacts by digest" in only(loose, replace(lived((9, None)), artifacts=0))[1]


def test_zero_days_ask_for_a_promotion_there_and_no_time():
    loose = asked(preceding={"environment": "staging", "days": 0})
    assert only(loose, FACTS)[1].endswith("Promote the version there first.")
    assert may_promote(loose, lived((0.01, None))) == ()


hours = st.floats(0, 1000)


@given(spans=st.lists(st.tuples(hours, hours), max_size=8))
def test_time_is_counted_once_and_never_beyond_what_passed(spans):
    facts = [LiveFact("staging", NOW - max(one) * DAY, NOW - min(one) * DAY) for one in spans]
    total = live_time(facts, NOW)
    longest = max((one.until - one.since for one in facts if one.until), default=timedelta())
    summed = sum((one.until - one.since for one in facts if one.until), timedelta())
    assert longest <= total <= summed
    assert live_time([*facts, *facts], NOW) == total


def test_people_of_the_team_fill_no_place_when_the_policy_excludes_them():
    inside = replace(FACTS, team_ids=frozenset({ML}))
    lenient = Policy.from_json({key: value for key, value in POLICY.to_json().items() if key != "exclude"})
    assert may_promote(lenient, inside) == ()
    key, reason = only(TEAM, inside)
    assert (key, "Marek Lind does not count" in reason) == ("approval:ml", True)


@given(team=st.frozensets(st.sampled_from([ML, PRIVACY, LEGAL, 9])), authors=st.frozensets(st.sampled_from([ML, PRIVACY, LEGAL, 9])))
def test_who_is_excluded_never_fills_a_place(team, authors):
    facts = replace(FACTS, team_ids=team, author_ids=authors)
    missing = {one.key for one in may_promote(TEAM, facts)}
    wanted = {"approval:ml": ML, "approval:privacy": PRIVACY, "approval:legal": LEGAL}
    assert missing == {key for key, person in wanted.items() if person in team | authors}


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"preceding": {"environment": "production", "days": 1}}, "another environment"),
        ({"preceding": {"environment": "staging", "days": -1}}, "at least 0"),
        ({"emergency": {"role": "legal", "validity_days": 999, "review_days": 3}}, "must not be longer"),
        ({"exclude": ["everybody"]}, "choose from team"),
        ({"risks": {}}, "above_appetite"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(keys, says):
    with pytest.raises(PolicyError, match=says):
        asked(**keys)
