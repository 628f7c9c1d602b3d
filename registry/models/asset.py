"""Assets and their versions: what is there to be judged.

An asset is a model or a dataset; a version is one candidate of it, pinned by
a git commit, by artifacts named by their SHA-256, and by lineage.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from registry.models.people import Team
from registry.policy import Actor, Target

COMMIT = RegexValidator(r"^[0-9a-f]{7,64}$", "A git commit is 7 to 64 lower-case hex digits.")
SHA256 = RegexValidator(r"^[0-9a-f]{64}$", "A SHA-256 is 64 lower-case hex digits.")


class Kind(models.TextChoices):
    """What an asset is."""

    MODEL = "model", "Model"
    DATASET = "dataset", "Dataset"


class Tier(models.TextChoices):
    """The risk class of a model, strictest first."""

    PROHIBITED = "prohibited", "Prohibited"
    HIGH = "high", "High"
    LIMITED = "limited", "Limited"
    MINIMAL = "minimal", "Minimal"


class Relation(models.TextChoices):
    """How a version came from another."""

    TRAINED_ON = "trained-on", "Trained on"
    EVALUATED_ON = "evaluated-on", "Evaluated on"
    DERIVED_FROM = "derived-from", "Derived from"


class AssetQuerySet(models.QuerySet["Asset"]):
    """Reads of assets."""

    def visible_to(self, actor: Actor) -> AssetQuerySet:
        """Assets of the actor's teams, or all for organisation roles."""
        if actor.sees_everything:
            return self
        return self.filter(team_id__in=list(actor.teams))

    def of_kind(self, kind: str) -> AssetQuerySet:
        """Models only, or datasets only."""
        return self.filter(kind=kind)

    def matching(self, words: str) -> AssetQuerySet:
        """Assets in whose name, slug, description or team each word occurs."""
        found = self
        for word in words.split():
            found = found.filter(
                models.Q(name__icontains=word)
                | models.Q(slug__icontains=word)
                | models.Q(description__icontains=word)
                | models.Q(team__name__icontains=word)
            )
        return found


class Asset(models.Model):
    """A model or a dataset, owned by a team."""

    kind = models.CharField(max_length=10, choices=Kind)
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assets")
    tier = models.CharField(max_length=12, choices=Tier, blank=True)
    tier_reason = models.TextField(blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "slug"], name="one_slug_per_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="dataset", tier="") | (models.Q(kind="model") & ~models.Q(tier="")),
                name="models_have_a_tier_datasets_have_none",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the asset."""
        return reverse("asset", args=[self.kind, self.slug])

    @property
    def subject(self) -> str:
        """The asset's name in the journal, such as ``model/credit-scoring``."""
        return f"{self.kind}/{self.slug}"

    @property
    def target(self) -> Target:
        """What the permission page needs to know."""
        return Target(team_id=self.team_id)

    @property
    def is_model(self) -> bool:
        """Whether it is a model rather than a dataset."""
        return self.kind == Kind.MODEL


class VersionQuerySet(models.QuerySet["Version"]):
    """Reads of versions."""

    def visible_to(self, actor: Actor) -> VersionQuerySet:
        """Versions of the assets that the actor sees."""
        if actor.sees_everything:
            return self
        return self.filter(asset__team_id__in=list(actor.teams))

    def for_page(self) -> VersionQuerySet:
        """With what every page of a version shows in its head."""
        return self.select_related("asset__team", "created_by", "document")

    def newest_first(self) -> VersionQuerySet:
        """In the order of registration, the newest first."""
        return self.order_by("-pk")


class Version(models.Model):
    """One candidate of an asset."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(
        max_length=60,
        validators=[
            RegexValidator(
                r"^[0-9A-Za-z][0-9A-Za-z._+-]*$",
                "A version starts with a letter or digit and holds only letters, digits and . _ + -",
            )
        ],
    )
    commit = models.CharField(max_length=64, blank=True, validators=[COMMIT])
    notes = models.TextField(blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authors: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="authored_versions"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "name"], name="one_version_name_per_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.asset.name} {self.name}"

    def get_absolute_url(self) -> str:
        """Return the overview page of the version."""
        return reverse("version", args=self.url_args)

    @property
    def subject(self) -> str:
        """The version's name in the journal, such as ``model/credit-scoring/2.1.0``."""
        return f"{self.asset.subject}/{self.name}"

    @property
    def target(self) -> Target:
        """What the permission page needs to know."""
        return self.asset.target

    @property
    def url_args(self) -> tuple[str, str, str]:
        """The arguments of every URL below a version."""
        return (self.asset.kind, self.asset.slug, self.name)


class Artifact(models.Model):
    """A file that belongs to a version, known by its SHA-256 and not kept here."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="artifacts")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, validators=[SHA256], db_index=True)
    size = models.BigIntegerField(null=True, help_text="Bytes; unknown when only the digest was typed in.")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "sha256"], name="one_artifact_per_digest"),
        ]

    def __str__(self) -> str:
        return self.name


class Lineage(models.Model):
    """A version came from another version, and how."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="lineage")
    source = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="descendants")
    relation = models.CharField(max_length=20, choices=Relation)

    class Meta:
        verbose_name_plural = "lineage"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "source", "relation"], name="one_lineage_per_relation"),
            models.CheckConstraint(condition=~models.Q(version=models.F("source")), name="nothing_comes_from_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.relation} {self.source_id}"
