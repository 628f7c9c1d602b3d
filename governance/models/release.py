"""A request to promote a version to an environment, and what people decided on it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from governance.attestation import decision, fingerprint
from governance.models.environment import Environment
from governance.workflow import DECISIONS, LIVE_STATES, OPEN_STATES, State
from registry.models import Membership, Snapshot, Version
from registry.policy import Actor, Target

OPEN = tuple(state.value for state in OPEN_STATES)
IN_JUDGEMENT = (State.IN_REVIEW.value, State.CHANGES_REQUESTED.value)


def wants_any(roles: Iterable[str], path: str = "") -> models.Q:
    """Return what keeps releases whose policy names one of some roles.

    Args:
        roles: such as ``ml``.
        path: from a row to its release, such as ``release__``.
    """
    found = models.Q(pk__in=[])
    for role in roles:
        found |= models.Q(**{f"{path}wanted_roles__contains": f"|{role}|"})
    return found


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Reads of releases."""

    def visible_to(self, actor: Actor) -> ReleaseQuerySet:
        """Releases of the versions that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(version__asset__team_id__in=list(actor.teams))

    def for_page(self) -> ReleaseQuerySet:
        """With what a list or a page of releases shows."""
        rows = self.select_related("version__asset__team", "snapshot", "submitted_by", "promoted_by", "place")
        return rows.with_emergency()

    def with_emergency(self) -> ReleaseQuerySet:
        """With ``in_emergency``: whether it was promoted in one."""
        made = Release.objects.filter(pk=models.OuterRef("pk"), emergencies__state="confirmed")
        return self.annotate(in_emergency=models.Exists(made))

    def open(self) -> ReleaseQuerySet:
        """Releases that people still work on."""
        return self.filter(state__in=OPEN)

    def live(self) -> ReleaseQuerySet:
        """Releases that hold a place in their environment, suspended or not."""
        return self.filter(state__in=[state.value for state in LIVE_STATES])

    def approved_before(self, release: Release) -> Release | None:
        """The release of the model that was promoted last before another: to the same environment if there is one."""
        promoted = self.filter(version__asset_id=release.version.asset_id, promoted_at__isnull=False).exclude(pk=release.pk)
        if release.promoted_at is not None:
            promoted = promoted.filter(promoted_at__lt=release.promoted_at)
        elsewhere = models.Case(models.When(environment=release.environment, then=0), default=1)
        return promoted.select_related("version__asset", "snapshot").order_by(elsewhere, "-promoted_at").first()


class Release(models.Model):
    """One request, about one snapshot at a time."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="releases")
    environment = models.CharField(max_length=20, help_text="Key of the environment.")
    place = models.ForeignObject(
        Environment, on_delete=models.PROTECT, from_fields=["environment"], to_fields=["key"], related_name="releases"
    )
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="releases")
    policy_key = models.CharField(max_length=60)
    policy_version = models.CharField(max_length=40)
    policy_digest = models.CharField(max_length=64)
    wanted_roles = models.CharField(max_length=200, help_text="Roles that the policy names, as |ml|legal|.")
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in State])
    message = models.TextField(blank=True, max_length=5000)
    submitted_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    promoted_at = models.DateTimeField(null=True)
    promoted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    renews = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="renewals",
        help_text="The live release of the same version to the same environment that this one is to follow: it is a re-review.",
    )
    rereview_days = models.PositiveIntegerField(null=True, help_text="Days before its end at which the policy wants a re-review.")
    evaluation_days = models.PositiveIntegerField(null=True, help_text="Days for which the policy holds an evaluation to be fresh.")
    rereview_at = models.DateTimeField(null=True, help_text="When the re-review of a promotion was asked for.")

    objects = ReleaseQuerySet.as_manager()

    # What a page that reads has found out of it once; no column, and nothing that a service ever sees.
    known: Any = None

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "environment"],
                condition=models.Q(state__in=IN_JUDGEMENT),
                name="one_open_release_per_environment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["promoted", "suspended", "superseded", "revoked"])
                | models.Q(promoted_at__isnull=False, promoted_by__isnull=False, expires_at__isnull=False),
                name="a_promotion_has_time_person_and_end",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["environment", "state"], name="release_by_state")]

    def __str__(self) -> str:
        return f"{self.version} to {self.environment}"

    def get_absolute_url(self) -> str:
        """Return the page of the release."""
        return reverse("release", args=[*self.version.url_args, self.pk])

    def get_environment_display(self) -> str:
        """Return the environment as people call it."""
        return self.place.title

    @property
    def subject(self) -> str:
        """The release's name in the journal."""
        return f"{self.version.subject}/release/{self.pk}"

    @cached_property
    def policy_content(self) -> dict[str, Any]:
        """The policy as it was frozen in the snapshot."""
        value: dict[str, Any] = self.snapshot.content["policy"]
        return value

    @property
    def roles(self) -> tuple[str, ...]:
        """The reviewing roles that the policy names."""
        return tuple(filter(None, self.wanted_roles.split("|")))

    @property
    def is_open(self) -> bool:
        """Whether people still work on it."""
        return self.state in OPEN

    @property
    def wants_rereview(self) -> bool:
        """Whether it is promoted and its approval ends soon."""
        return self.state == State.PROMOTED and self.rereview_at is not None

    @property
    def is_rereview(self) -> bool:
        """Whether whoever decides must not own the model or the release."""
        return self.renews_id is not None or self.wants_rereview

    def target(self, role: str | None = None) -> Target:
        """What the permission page needs to know, for a decision in a role."""
        return Target(
            team_id=self.version.asset.team_id,
            authors=self.snapshot.author_ids,
            excluded=self.excluded_ids,
            role=role,
            is_rereview=self.is_rereview,
            owners=self._owners,
        )

    @cached_property
    def _owners(self) -> frozenset[int]:
        """Who submitted and who promoted what is reviewed again."""
        if not self.is_rereview:
            return frozenset()
        earlier = self.renews or self
        return frozenset(one for one in (earlier.submitted_by_id, earlier.promoted_by_id) if one is not None)

    @cached_property
    def excluded_ids(self) -> frozenset[int]:
        """Who reviews nothing of it besides the authors: the people of the team, when the policy excludes them."""
        if "team" not in self.policy_content.get("exclude", ()):
            return frozenset()
        return frozenset(Membership.objects.filter(team_id=self.version.asset.team_id).values_list("person_id", flat=True))


class Decision(models.Model):
    """One person's step in one role on one snapshot; never changed, only followed by another."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="decisions")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    role = models.CharField(max_length=40)
    step = models.CharField(max_length=20, choices=[(step.value, step.value) for step in DECISIONS])
    comment = models.TextField(max_length=10_000)
    consent = models.TextField(blank=True, help_text="The text that the person consented to, exactly as it was shown.")
    conflict = models.CharField(max_length=20, blank=True, help_text="The conflict of interest that an abstention names.")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(comment=""), name="a_decision_has_a_comment"),
            models.CheckConstraint(
                condition=models.Q(step="abstain", conflict__gt="") | (~models.Q(step="abstain") & models.Q(conflict="")),
                name="an_abstention_names_its_conflict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} by {self.person_id} as {self.role}"

    def told(self) -> dict[str, Any]:
        """What the decision says, in the shape that its fingerprint is over; of its texts, the SHA-256."""
        return decision(
            person=self.person_id,
            role=self.role,
            step=self.step,
            snapshot=self.snapshot.digest,
            comment=self.comment,
            at=self.decided_at,
            consent=self.consent,
            conflict=self.conflict,
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what the decision says; the journal and the attestation hold it."""
        return fingerprint(self.told())
