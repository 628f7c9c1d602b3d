"""Accounts, organisation roles, teams and memberships."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction

from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Membership, Person, RoleGrant, Team
from registry.policy import Action, Actor, Role, TeamRole


@transaction.atomic
def add_person(*, actor: Actor, email: str, name: str, password: str | None) -> Person:
    """Create an account.

    Raises:
        ForbiddenError: the actor is no administrator.
        ConflictError: the e-mail address has an account.
    """
    policy.require(actor, Action.PEOPLE_MANAGE)
    email = email.strip().lower()
    if Person.objects.filter(email=email).exists():
        message = f"There is already an account for {email}."
        raise ConflictError(message)
    person = Person.objects.create_user(email, password, name=name.strip())
    audit.record(actor, Action.PEOPLE_MANAGE, f"person/{person.pk}", {"added": person.name, "email": email})
    return person


@transaction.atomic
def set_roles(*, actor: Actor, person_id: int, roles: Collection[Role]) -> Person:
    """Make these, and no others, the person's organisation roles.

    Raises:
        ForbiddenError: the actor is no administrator.
        ConflictError: nobody would be left to administrate.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    policy.require(actor, Action.PEOPLE_MANAGE)
    before = sorted(grant.role for grant in person.grants.all())
    if Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in roles and not _other_administrator(person):
        message = "This is the last administrator. Give the role to somebody else first."
        raise ConflictError(message)
    person.grants.exclude(role__in=list(roles)).delete()
    for role in sorted(set(roles) - set(before)):
        RoleGrant.objects.create(person=person, role=role)
    detail = {"roles": {"before": before, "after": sorted(role.value for role in roles)}}
    audit.record(actor, Action.PEOPLE_MANAGE, f"person/{person.pk}", detail)
    return person


@transaction.atomic
def set_active(*, actor: Actor, person_id: int, is_active: bool) -> Person:
    """Open or close an account; nothing the person did is lost.

    Raises:
        ForbiddenError: the actor is no administrator.
        ConflictError: nobody would be left to administrate.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    policy.require(actor, Action.PEOPLE_MANAGE)
    if not is_active and _administrates(person) and not _other_administrator(person):
        message = "This is the last administrator, so the account stays open."
        raise ConflictError(message)
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    audit.record(actor, Action.PEOPLE_MANAGE, f"person/{person.pk}", {"is_active": is_active})
    return person


@transaction.atomic
def add_team(*, actor: Actor, name: str) -> Team:
    """Create a team.

    Raises:
        ForbiddenError: the actor is no administrator.
        DomainError: no name.
        ConflictError: the name is taken.
    """
    policy.require(actor, Action.PEOPLE_MANAGE)
    if not (name := name.strip()):
        message = "A team needs a name."
        raise DomainError(message)
    if Team.objects.filter(name__iexact=name).exists():
        message = f"There is already a team named “{name}”."
        raise ConflictError(message)
    team = Team.objects.create(name=name)
    audit.record(actor, Action.PEOPLE_MANAGE, f"team/{team.pk}", {"added": name})
    return team


@transaction.atomic
def set_membership(*, actor: Actor, team_id: int, person_id: int, role: TeamRole | None) -> None:
    """Give a person a role in a team, or take them out of it with None.

    Raises:
        ForbiddenError: the actor is no administrator.
    """
    team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
    policy.require(actor, Action.PEOPLE_MANAGE)
    if role is None:
        Membership.objects.filter(team=team, person_id=person_id).delete()
    else:
        Membership.objects.update_or_create(team=team, person_id=person_id, defaults={"role": role})
    detail = {"person": person_id, "role": role.value if role else None}
    audit.record(actor, Action.PEOPLE_MANAGE, f"team/{team.pk}", detail)


def owners_of(team_id: int) -> set[int]:
    """Return the owners of a team."""
    return set(Membership.objects.filter(team_id=team_id, role=TeamRole.OWNER).values_list("person_id", flat=True))


def holders_of(roles: Iterable[Role]) -> set[int]:
    """Return everybody who holds one of the organisation's roles."""
    return set(RoleGrant.objects.filter(role__in=list(roles)).values_list("person_id", flat=True))


def _administrates(person: Person) -> bool:
    return person.grants.filter(role=Role.ADMINISTRATOR).exists()


def _other_administrator(person: Person) -> bool:
    others = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, person__is_active=True)
    return others.exclude(person=person).exists()
