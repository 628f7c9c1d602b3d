"""Words and tones for states, steps and verdicts."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from django import template

from governance.reports.guidance import title_of
from governance.workflow import State, Step, title, tone
from registry.policy import role_title

register = template.Library()

STEPS: Final = {
    Step.APPROVE: ("Approved", "good"),
    Step.REQUEST_CHANGES: ("Asked for changes", "warning"),
    Step.REJECT: ("Rejected", "bad"),
    Step.ABSTAIN: ("Abstained", "neutral"),
}
VERDICTS: Final = {
    "pass": ("Pass", "good"),
    "fail": ("Fail", "bad"),
    "inconclusive": ("Inconclusive", "warning"),
    "not-judged": ("Not judged", "neutral"),
}


@register.filter
def state_title(state: str) -> str:
    """Return a release's state in words."""
    return title(State(state))


@register.filter
def state_tone(state: str) -> str:
    """Return the tone of a release's state."""
    return tone(State(state))


@register.filter
def step_title(step: str) -> str:
    """Return a decision in words."""
    return STEPS[Step(step)][0]


@register.filter
def step_tone(step: str) -> str:
    """Return the tone of a decision."""
    return STEPS[Step(step)][1]


@register.filter(name="role_title")
def role_in_words(role: str) -> str:
    """Return a reviewing role in words."""
    return role_title(role)


@register.filter
def metric_title(key: str) -> str:
    """Return a metric in words."""
    return title_of(key)


@register.filter
def verdict_title(verdict: str) -> str:
    """Return a verdict in words."""
    return VERDICTS.get(verdict, (verdict.capitalize(), ""))[0]


@register.filter
def verdict_tone(verdict: str) -> str:
    """Return the tone of a verdict."""
    return VERDICTS.get(verdict, ("", "neutral"))[1]


@register.filter
def decimals(value: Fraction | None, places: int = 3) -> str:
    """Return an exact number with some decimals; None is undefined, never 0."""
    return "undefined" if value is None else f"{float(value):.{places}f}"


@register.filter
def records(value: Fraction) -> str:
    """Return a number of records; sums of weights have two decimals."""
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.2f}"


@register.filter
def signed(value: Fraction, places: int = 4) -> str:
    """Return a change with its sign."""
    return f"{float(value):+.{places}f}".replace("-", "−")
