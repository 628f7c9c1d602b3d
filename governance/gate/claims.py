"""Whether the numbers that a card takes from evaluations are those of the newest one."""

from __future__ import annotations

from collections.abc import Iterator

from governance.gate.facts import ClaimFact, Facts
from governance.gate.requirement import Requirement, met, not_met


def claims(facts: Facts) -> Iterator[Requirement]:
    """Ask for it when the card makes claims; a card that types its numbers is not asked."""
    if not facts.claims:
        return
    title = "Numbers in the card are those measured"
    wrong = [one for one in facts.claims if one.state != "current"]
    if wrong:
        text = f"{'; '.join(_wrong(one) for one in wrong)}. Take the newest figure in the card, or say why none is given."
        yield not_met("claims", title, text, f"card:{wrong[0].field_id}")
        return
    count = len(facts.claims)
    yield met(
        "claims",
        title,
        f"{count} number{'s' if count > 1 else ''} of the card {'come' if count > 1 else 'comes'} from the newest evaluation.",
    )


def _wrong(one: ClaimFact) -> str:
    whose = f"of “{one.group}” by {one.attribute}" if one.group else f"by {one.attribute}" if one.attribute else "of all records"
    what = f"{one.metric} {whose} in “{one.field}”"
    if one.state == "superseded":
        return f"{what} comes from “{one.evaluation}”, which a later evaluation supersedes"
    return f"{what} names a result that does not exist"
