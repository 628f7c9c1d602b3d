"""From answers to a tier, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from governance.gate.policy import TIERS
from governance.triage.questionnaire import Option, Question, Questionnaire
from registry.errors import DomainError

Answers = Mapping[str, tuple[str, ...]]

LAW: Final = "EU AI Act"
OWN: Final = "our own scale, no article"
LONGEST: Final = 2_000
# The use by law whose dates and duties concern the model, by the question that tells.
USES: Final = {"prohibited": "prohibited", "annex_iii": "annex-iii", "product": "annex-i", "generative": "generative"}
MILDEST: Final = TIERS[-1]


@dataclass(frozen=True)
class Reason:
    """Why a tier, in words: which answer, and where the law speaks of it.

    Attributes:
        tier: what it leads to by itself.
        question: id of the question that was answered.
        text: the answer and what follows.
        article: where the law speaks of it, or that it does not.
    """

    tier: str
    question: str
    text: str
    article: str

    def __str__(self) -> str:
        return f"{self.text} ({self.article})"


@dataclass(frozen=True)
class Result:
    """What the answers lead to.

    Attributes:
        reasons: the gravest first; at least one, and one of the tier itself.
        tags: whom key dates and frameworks are for that concern the model.
        points: on our own scale.
    """

    tier: str
    reasons: tuple[Reason, ...]
    tags: frozenset[str]
    points: int

    @property
    def is_generative(self) -> bool:
        """Whether it makes content."""
        return "generative" in self.tags

    @property
    def applies(self) -> frozenset[str]:
        """The frameworks that apply, by the word with which a framework says for whom it is."""
        high = {"eu-high-risk"} if self.tags & {"annex-iii", "annex-i"} else set()
        return frozenset(high | ({"generative"} if self.is_generative else set()))

    @property
    def summary(self) -> str:
        """The reasons of the tier itself, in a few sentences that fit beside it."""
        own = [f"{reason}." for reason in self.reasons if reason.tier == self.tier]
        text = " ".join(own)
        while len(text) > LONGEST:
            own = own[:-1]
            text = " ".join([*own, "There are more reasons in the triage."])
        return text


def judge(asked: Questionnaire, answers: Answers) -> Result:
    """Return the tier of a model whose triage is answered so, with every reason.

    Raises:
        DomainError: a question without an answer, or an answer that it does not offer.
    """
    _check(asked, answers)
    chosen = {question.id: [question.option(key) for key in answers[question.id]] for question in asked.questions}
    points = sum(option.points for options in chosen.values() for option in options)
    found = [*_by_law(asked, chosen), *_by_scale(asked, chosen, points)]
    reasons = found or [Reason(MILDEST, "", "No answer leads to a stricter tier", OWN)]
    reasons.sort(key=lambda reason: TIERS.index(reason.tier))
    tags = {"everyone"} | {USES[one.question] for one in reasons if one.question in USES and one.tier != "limited"}
    tags |= {"generative"} if any(one.question == "generative" for one in reasons) else set()
    return Result(reasons[0].tier, tuple(reasons), frozenset(tags), points)


def is_at_least(question: Question, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether an answer to a question is as severe as another, or more."""
    if not question.is_several:
        places = [option.id for option in question.options]
        return places.index(one[0]) >= places.index(other[0])
    return set(one) <= set(other) if question.eases else set(one) >= set(other)


def _check(asked: Questionnaire, answers: Answers) -> None:
    for question in asked.questions:
        given = answers.get(question.id)
        known = {option.id for option in question.options}
        if given is None or not set(given) <= known or (not question.is_several and len(given) != 1):
            message = f"Answer “{question.title}” with what it offers."
            raise DomainError(message)


def _by_law(asked: Questionnaire, chosen: Mapping[str, list[Option]]) -> Iterator[Reason]:
    exceptions, profiles = chosen["exception"], chosen["profiling"][0].id == "yes"
    for question in asked.questions:
        for option in chosen[question.id]:
            if question.id == "annex_iii":
                yield _use(option, exceptions, asked.question("profiling").option("yes") if profiles else None)
            elif option.tier:
                text = option.title if question.is_several else f"{question.title}: {option.title.lower()}"
                yield Reason(option.tier, question.id, text, f"{LAW}, {option.article}")


def _use(use: Option, exceptions: list[Option], profiling: Option | None) -> Reason:
    """Return what a use of Annex III leads to: high, unless an exception holds and nobody is profiled."""
    place = f"{LAW}, {use.article}"
    named = f"{use.group.partition('. ')[2]}: {use.title}"
    if not exceptions:
        return Reason(use.tier, "annex_iii", named, place)
    by = ", ".join(option.title.lower() for option in exceptions)
    if profiling is not None:
        return Reason(
            use.tier, "annex_iii", f"{named}; the exception does not hold, because it profiles people", f"{place}; {profiling.article}"
        )
    articles = ", ".join(option.article for option in exceptions)
    return Reason(
        "limited", "annex_iii", f"{named}; not high-risk as an exception ({by}); write the assessment down", f"{place}; {articles} and 6(4)"
    )


def _by_scale(asked: Questionnaire, chosen: Mapping[str, list[Option]], points: int) -> Iterator[Reason]:
    """Return where our own scale leads, by the strictest mark that the points reach."""
    for tier in TIERS:
        if tier in asked.scale and points >= asked.scale[tier]:
            weighed = [(asked.question(key), option) for key, options in chosen.items() for option in options if option.points]
            told = "; ".join(f"{question.title.lower()}: {option.title[0].lower()}{option.title[1:]}" for question, option in weighed)
            text = (
                f"{told[0].upper()}{told[1:]}. That is {points} of {asked.most_points} points, and from {asked.scale[tier]} on it is {tier}"
            )
            yield Reason(tier, "scale", text, OWN)
            return
