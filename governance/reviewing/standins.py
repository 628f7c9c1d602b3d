"""Who does somebody's reviews while they are away.

The rule: a delegation moves work and never rights. Whoever stands in must be
allowed to do the review by themselves; where nobody in the chain is, the work
stays where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


def standing_in(person_id: int, delegates: Mapping[int, int], may: Callable[[int], bool]) -> int:
    """Return who does a person's work in a role today.

    Args:
        person_id: to whom the work is assigned.
        delegates: in this role, whoever is away and to whom they delegate.
        may: whether somebody may do this piece of work.

    Returns:
        The last in the chain of delegates who may, or the person themselves.
        A delegate who is away too passes the work on; a circle ends where it
        began.
    """
    seen, found = {person_id}, person_id
    current = delegates.get(person_id)
    while current is not None and current not in seen:
        seen.add(current)
        if may(current):
            found = current
        current = delegates.get(current)
    return found
