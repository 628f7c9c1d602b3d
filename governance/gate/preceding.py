"""Whether the same artifacts have been live in another environment for long enough."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from governance.gate.facts import Facts, LiveFact
from governance.gate.policy import PrecedingRule
from governance.gate.requirement import Requirement, met, not_met

KEY, MEND = "preceding", "preceding"
DAY = timedelta(days=1)


def preceding(rule: PrecedingRule, facts: Facts) -> Requirement:
    """Return the requirement about a period in another environment."""
    days = "1 day" if rule.days == 1 else f"{rule.days} days"
    title = f"{days} in {rule.environment} before" if rule.days else f"Promoted to {rule.environment} before"
    if not facts.artifacts:
        return not_met(KEY, title, "Name the artifacts by digest; the time is counted for exactly these files.", "artifacts")
    there = [one for one in facts.live if one.environment == rule.environment]
    if not there:
        text = f"These artifacts were never live in {rule.environment}. Promote the version there first; it must stay for {days}."
        return not_met(KEY, title, text if rule.days else text.partition(";")[0] + ".", MEND)
    lived = live_time(there, facts.now)
    if lived < rule.days * DAY:
        text = f"These artifacts were live in {rule.environment} for {_days(lived)}; {days} are needed."
        if any(one.until is None for one in there):
            text += f" They will be there for {days} on {facts.now + (rule.days * DAY - lived):%-d %B %Y, %H:%M} UTC."
        else:
            text += " They are not live there now. Promote the version there again."
        return not_met(KEY, title, text, MEND)
    return met(KEY, title, f"These artifacts were live in {rule.environment} for {_days(lived)}.")


def live_time(periods: Iterable[LiveFact], now: datetime) -> timedelta:
    """Return how long at least one period was running; what overlaps is counted once, and nothing after now."""
    spans = sorted((one.since, min(one.until or now, now)) for one in periods)
    total, reached = timedelta(), None
    for since, until in spans:
        start = since if reached is None else max(since, reached)
        if until > start:
            total += until - start
            reached = until
    return total


def _days(time: timedelta) -> str:
    whole = time // DAY
    if not whole:
        return "less than a day"
    return "1 day" if whole == 1 else f"{whole} days"
