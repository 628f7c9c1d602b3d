"""Editions of policies: drafts that people write, and what was published, which never changes."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from governance.gate.editions import TONES, EditionState
from registry.policy import Actor, Role, Target

STATES = [(state.value, state.value.capitalize()) for state in EditionState]
# What can no longer change: the database refuses it too (migration 0019; rebuilding this table on SQLite needs its triggers made again).
FINAL = (EditionState.PUBLISHED.value, EditionState.RETIRED.value)


class PolicyEditionQuerySet(models.QuerySet["PolicyEdition"]):
    """Reads of editions."""

    def for_page(self) -> PolicyEditionQuerySet:
        """With what a page shows."""
        return self.select_related("begun_by", "proposed_by", "published_by").prefetch_related("authors")

    def visible_to(self, actor: Actor) -> PolicyEditionQuerySet:
        """What is or was in force for everybody, proposals for auditors too, and drafts for those who write them."""
        if Role.POLICY_ADMINISTRATOR in actor.roles:
            return self
        hidden = [EditionState.DRAFT] if Role.AUDITOR in actor.roles else [EditionState.DRAFT, EditionState.PROPOSED]
        return self.exclude(state__in=hidden)

    def in_force(self) -> PolicyEditionQuerySet:
        """The one published edition of each tier and environment."""
        return self.filter(state=EditionState.PUBLISHED)

    def published(self) -> PolicyEditionQuerySet:
        """Those that are or were in force."""
        return self.filter(state__in=FINAL)

    def under_way(self) -> PolicyEditionQuerySet:
        """Drafts and proposals."""
        return self.filter(state__in=[EditionState.DRAFT, EditionState.PROPOSED])


class PolicyEdition(models.Model):
    """One text of the policy of a tier and an environment."""

    key = models.CharField(max_length=60)
    tier = models.CharField(max_length=20)
    environment = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=STATES, default=EditionState.DRAFT.value)
    text = models.TextField(help_text="YAML, as it was typed.")
    content = models.TextField(blank=True, help_text="The policy as canonical JSON; empty while the text cannot be read.")
    digest = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200, blank=True)
    forbidden = models.TextField(blank=True, help_text="Why nothing is released, for the gate's one query.")
    reason = models.TextField(blank=True, max_length=5000, help_text="Why it is changed.")
    remark = models.TextField(blank=True, max_length=5000, help_text="Why it was sent back.")
    revision = models.PositiveIntegerField(default=1)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    objects = PolicyEditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tier", "environment"], condition=models.Q(state="published"), name="one_policy_in_force_for_each_place"
            ),
            models.UniqueConstraint(fields=["key", "version"], condition=models.Q(state__in=FINAL), name="one_edition_for_each_version"),
            models.CheckConstraint(
                condition=~models.Q(state__in=FINAL) | models.Q(published_at__isnull=False) & ~models.Q(digest="") & ~models.Q(content=""),
                name="a_published_edition_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}, {self.state}"

    def get_absolute_url(self) -> str:
        """Return the page of the edition."""
        return reverse("policy-edition", args=[self.key, self.pk])

    @property
    def subject(self) -> str:
        """The edition's name in the journal."""
        return f"policy/{self.key}/{self.pk}"

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return TONES[EditionState(self.state)]

    @property
    def is_draft(self) -> bool:
        """Whether its text may still be changed."""
        return self.state == EditionState.DRAFT

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for a second person."""
        return self.state == EditionState.PROPOSED

    @property
    def is_in_force(self) -> bool:
        """Whether new submissions are judged by it."""
        return self.state == EditionState.PUBLISHED

    @cached_property
    def author_ids(self) -> frozenset[int]:
        """Everybody who wrote any of its text."""
        return frozenset(person.pk for person in self.authors.all())

    @property
    def target(self) -> Target:
        """What the permission page needs to know."""
        return Target(authors=self.author_ids)
