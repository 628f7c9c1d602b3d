"""Who a program is: from the secret of its token to an actor, in one query.

The rule: written by hand, since every call of the API begins with it; the
three queries of the models cost more than the gate's whole answer. A
statement that is asked still more often takes the token's holder into itself
(``HOLDER`` and ``OPEN_TO_HOLDER``) and is spared the first query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from registry.digest import sha256
from registry.errors import SignInError
from registry.models import Person
from registry.policy import Actor, Role, TeamRole
from registry.statements import rows

UNKNOWN: Final = "The token is unknown, expired or revoked."
VALID: Final = """
FROM registry_accesstoken t
JOIN registry_person p ON p.id = t.person_id{joins}
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND p.is_active
"""
HELD: Final = """
LEFT JOIN registry_rolegrant g ON g.person_id = p.id
LEFT JOIN registry_membership m ON m.person_id = p.id"""
WHO: Final = "SELECT p.id, p.name, g.role, m.team_id, m.role" + VALID.format(joins=HELD)
# The id of a token's holder, as the beginning of another statement; its words come first.
HOLDER: Final = "WITH holder AS (SELECT p.id" + VALID.format(joins="") + ")"
# Whether the holder sees what a team owns, as ``Actor.sees_everything`` and ``Asset.objects.visible_to`` have it.
OPEN_TO_HOLDER: Final = (
    "(EXISTS (SELECT 1 FROM registry_rolegrant g JOIN holder h ON h.id = g.person_id)"
    " OR {team} IN (SELECT m.team_id FROM registry_membership m JOIN holder h ON h.id = m.person_id))"
)


@dataclass(frozen=True)
class Bearer:
    """Whoever sent a token, which nobody has looked at yet."""

    secret: str

    @property
    def words(self) -> list[Any]:
        """The values that ``WHO`` and ``HOLDER`` ask for: the token's digest, and now."""
        return [sha256(self.secret.encode()), connection.ops.adapt_datetimefield_value(timezone.now())]

    def holder(self) -> tuple[Person, Actor]:
        """Return whose token this is; the person is loaded as far as an actor needs it, and the rest comes when asked for.

        Raises:
            SignInError: it is unknown, expired or revoked, or its person may not sign in.
        """
        found = rows(WHO, self.words)
        if not found:
            raise SignInError(UNKNOWN)
        person = Person.from_db("default", ["id", "name", "is_active"], [found[0][0], found[0][1], True])
        actor = Actor(
            name=person.name,
            person_id=person.pk,
            roles=frozenset(Role(role) for _, _, role, _, _ in found if role),
            teams={team: TeamRole(role) for _, _, _, team, role in found if team},
        )
        return person, actor


def actor_of(asker: Actor | Bearer) -> Actor:
    """Return who asks.

    Raises:
        SignInError: the token is not good.
    """
    return asker.holder()[1] if isinstance(asker, Bearer) else asker
