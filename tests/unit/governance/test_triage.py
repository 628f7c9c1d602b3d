"""The triage: what each answer leads to, in words, and that a more severe answer never lowers a tier."""

from __future__ import annotations

from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from governance.demo.triages import LOANS, MESSAGES, NOTHING, ROUTER
from governance.gate.policy import TIERS
from governance.triage import TAGS, Answers, dates_for, is_at_least, judge, questionnaire, shipped_dates
from governance.triage.rules import LONGEST
from registry.errors import DomainError
from tests.samples import STANDARDS

ASKED = questionnaire()
FACTS = STANDARDS / "eu_ai_act_annex_iv.yaml"


def answer_to(question):
    keys = [option.id for option in question.options]
    if not question.is_several:
        return st.sampled_from(keys).map(lambda key: (key,))
    return st.sets(st.sampled_from(keys), max_size=len(keys)).map(lambda chosen: tuple(key for key in keys if key in chosen))


answers = st.fixed_dictionaries({question.id: answer_to(question) for question in ASKED.questions})


@given(answers, st.data())
def test_a_more_severe_answer_never_lowers_the_tier(given_, data):
    question = data.draw(st.sampled_from(ASKED.questions))
    other = data.draw(answer_to(question))
    changed = {**given_, question.id: other}
    milder, graver = (given_, changed) if is_at_least(question, other, given_[question.id]) else (changed, given_)
    if is_at_least(question, graver[question.id], milder[question.id]):
        assert TIERS.index(judge(ASKED, graver).tier) <= TIERS.index(judge(ASKED, milder).tier)


@given(answers)
def test_it_always_decides_and_says_why_by_an_answer_and_an_article(given_):
    result = judge(ASKED, given_)
    assert result.tier in TIERS
    assert result == judge(ASKED, dict(reversed(given_.items())))
    assert result.reasons[0].tier == result.tier
    for reason in result.reasons:
        assert TIERS.index(reason.tier) >= TIERS.index(result.tier)
        assert reason.text
        assert "Article" in reason.article or "no article" in reason.article
        assert not reason.question or reason.question == "scale" or given_[reason.question]
    assert 0 < len(result.summary) <= LONGEST
    assert result.tags <= set(TAGS)


def changed(**more: tuple[str, ...]) -> Answers:
    return {**NOTHING, **more}


@pytest.mark.parametrize(
    ("answered", "tier", "said"),
    [
        (NOTHING, "minimal", "No answer leads"),
        (changed(prohibited=("5(1)(c)",)), "prohibited", "Social scoring (EU AI Act, Article 5(1)(c))"),
        (changed(annex_iii=("5(b)",)), "high", "Creditworthiness"),
        (changed(annex_iii=("5(b)",), exception=("6(3)(a)",)), "limited", "write the assessment down"),
        (changed(annex_iii=("5(b)",), exception=("6(3)(a)",), profiling=("yes",)), "high", "it profiles people"),
        (changed(product=("yes",)), "high", "Annex I"),
        (changed(generative=("yes",)), "limited", "Article 50(2)"),
        (changed(transparency=("50(1)",)), "limited", "Article 50(1)"),
        (changed(affected=("vulnerable",), autonomy=("alone",), reversibility=("never",)), "high", "9 of 12 points"),
        (changed(affected=("directly",), autonomy=("alone",)), "limited", "5 of 12 points"),
        (LOANS, "high", "Annex III 5(b)"),
        (MESSAGES, "limited", "Article 50(1)"),
        (ROUTER, "minimal", "No answer leads"),
    ],
)
def test_what_answers_lead_to(answered, tier, said):
    result = judge(ASKED, answered)
    assert result.tier == tier
    assert said in result.summary


def test_frameworks_and_dates_follow_from_the_law_and_not_from_our_own_scale():
    by_law, by_scale = judge(ASKED, LOANS), judge(ASKED, changed(affected=("vulnerable",), autonomy=("alone",), reversibility=("never",)))
    assert by_law.applies == {"eu-high-risk"}
    assert by_scale.tier == "high"
    assert by_scale.applies == frozenset()
    assert judge(ASKED, changed(generative=("yes",))).applies == {"generative"}
    assert date(2027, 12, 2) in {one.on for one in dates_for(by_law.tags, shipped_dates())}
    assert date(2027, 12, 2) not in {one.on for one in dates_for(by_scale.tags, shipped_dates())}


def test_an_exception_takes_the_duties_of_a_use_away():
    assert "annex-iii" not in judge(ASKED, changed(annex_iii=("5(b)",), exception=("6(3)(a)",))).tags


@pytest.mark.parametrize("wrong", [{"prohibited": ("x",)}, {"affected": ()}, {"affected": ("nobody", "directly")}])
def test_what_is_not_offered_is_no_answer(wrong):
    with pytest.raises(DomainError, match="with what it offers"):
        judge(ASKED, {**NOTHING, **wrong})


def test_a_question_that_was_passed_over_is_no_answer():
    with pytest.raises(DomainError):
        judge(ASKED, {key: value for key, value in NOTHING.items() if key != "scale"})


def test_options_of_one_choice_go_from_the_mildest_on():
    for question in ASKED.questions:
        points = [option.points for option in question.options]
        assert points == sorted(points)


@pytest.mark.skipif(not FACTS.exists(), reason="the facts are beside the product, not in it")
def test_the_questions_and_dates_are_those_of_the_facts():
    facts = yaml.safe_load(FACTS.read_text())

    def ids(question: str) -> list[str]:
        return [option.id for option in ASKED.question(question).options]

    assert ids("prohibited") == [one["id"] for one in facts["article_5"]]
    assert ids("annex_iii") == [use["id"] for area in facts["annex_iii"] for use in area["uses"]]
    assert ids("exception") == [one["id"] for one in facts["not_high_risk"]["conditions"]]
    assert [one.on.isoformat() for one in shipped_dates()] == [one["date"] for one in facts["dates"]]
