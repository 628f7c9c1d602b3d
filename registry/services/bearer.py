"""Who a program is: from the secret of its token to an actor, in one query.

The rule: written by hand, since every call of the API begins with it; the
three queries of the models cost more than the gate's whole answer.
"""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.utils import timezone

from registry.digest import sha256
from registry.models import Person
from registry.policy import Actor, Role, TeamRole
from registry.statements import rows

HOLDER: Final = """
SELECT p.id, p.name, g.role, m.team_id, m.role
FROM registry_accesstoken t
JOIN registry_person p ON p.id = t.person_id
LEFT JOIN registry_rolegrant g ON g.person_id = p.id
LEFT JOIN registry_membership m ON m.person_id = p.id
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND p.is_active
"""


def holder_of_token(secret: str) -> tuple[Person, Actor] | None:
    """Return whose token this is, or None when it is unknown, expired or revoked, or its person may not sign in.

    The person is loaded as far as an actor needs it; the rest comes when it is asked for.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    found = rows(HOLDER, [sha256(secret.encode()), now])
    if not found:
        return None
    person = Person.from_db("default", ["id", "name", "is_active"], [found[0][0], found[0][1], True])
    actor = Actor(
        name=person.name,
        person_id=person.pk,
        roles=frozenset(Role(role) for _, _, role, _, _ in found if role),
        teams={team: TeamRole(role) for _, _, _, team, role in found if team},
    )
    return person, actor
