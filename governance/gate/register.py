"""Whether the risks of a snapshot are low enough, or accepted, for what a policy asks."""

from __future__ import annotations

from governance.gate.facts import Facts, RiskFact
from governance.gate.policy import RiskRule
from governance.gate.requirement import Requirement, met, not_met

KEY, TITLE, MEND = "risks", "No open risk above the appetite", "risks"
MOST_TOLD = 5


def risks(rule: RiskRule, facts: Facts) -> Requirement:
    """Return the requirement about open risks above the appetite that nobody has accepted."""
    title = TITLE if rule.above_appetite == 0 else f"At most {rule.above_appetite} open risks above the appetite"
    if facts.risks is None:
        return not_met(KEY, title, "The snapshot holds no risk register. Submit the version again.", "resubmit")
    high = [risk for risk in facts.risks if risk.is_open and risk.above_appetite]
    standing = [risk for risk in high if not _is_accepted(risk, facts)]
    if len(standing) > rule.above_appetite:
        named = ", ".join(f"“{risk.title}”" for risk in standing[:MOST_TOLD])
        more = f" and {len(standing) - MOST_TOLD} more" if len(standing) > MOST_TOLD else ""
        text = f"{named}{more} stand above the appetite. Lower the risk by its treatment and rate it again, or have it accepted for a time."
        return not_met(KEY, title, text, MEND)
    number = sum(risk.is_open for risk in facts.risks)
    told = f"{number} open {'risk' if number == 1 else 'risks'} in the register; {len(high)} above the appetite"
    accepted = len(high) - len(standing)
    return met(KEY, title, f"{told}, {accepted} of them accepted for a time." if accepted else f"{told}.")


def _is_accepted(risk: RiskFact, facts: Facts) -> bool:
    """Whether somebody answers for the risk on this day; the last day counts."""
    return risk.accepted_until is not None and risk.accepted_until >= facts.now.date()
