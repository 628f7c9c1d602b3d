"""People, the roles they hold, and the teams they belong to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone

from registry.policy import Actor, Role, TeamRole


class PersonManager(BaseUserManager["Person"]):
    """Makes accounts whose e-mail address is the login."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create an account; without a password nobody can sign in to it."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create an account that may look into Django's admin (read-only)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def for_page(self) -> models.QuerySet[Person]:
        """Everyone, with roles and teams, in reading order."""
        return self.prefetch_related("grants", "memberships__team").order_by("name", "email")


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What they may do is told by grants and memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name as the person writes it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the first word of the name."""
        return self.name.split(" ")[0]

    def actor(self) -> Actor:
        """Return what the permission page needs to know of this person (two queries)."""
        return Actor(
            name=self.name,
            person_id=self.pk,
            roles=frozenset(Role(grant.role) for grant in self.grants.all()),
            teams={membership.team_id: TeamRole(membership.role) for membership in self.memberships.all()},
        )


class RoleGrant(models.Model):
    """One organisation role of one person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "role"], name="one_grant_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Team(models.Model):
    """People who own assets together."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's role in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in TeamRole])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "person"], name="one_membership_per_team"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.team_id}"
