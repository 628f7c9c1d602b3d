"""Work on many items of a checklist: who is asked to answer which, and what was changed at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from registry.models import Version

UNDO_FOR: Final = timedelta(hours=1)


class ItemAssignmentQuerySet(models.QuerySet["ItemAssignment"]):
    """Reads of assignments of items."""

    def open(self) -> ItemAssignmentQuerySet:
        """Those that are not done."""
        return self.filter(done_at=None)

    def on(self, version: Version, framework_key: str) -> ItemAssignmentQuerySet:
        """Those of one checklist."""
        return self.filter(version=version, framework_key=framework_key)

    def for_home(self, person_id: int) -> ItemAssignmentQuerySet:
        """What somebody still has to answer, the most urgent first."""
        soonest = models.F("due_on").asc(nulls_last=True)
        return self.open().filter(person=person_id).select_related("version__asset", "assigned_by").order_by(soonest, "pk")


class ItemAssignment(models.Model):
    """An item that one person is asked to answer, by a day."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="item_assignments")
    framework_key = models.CharField(max_length=60)
    item = models.CharField(max_length=80, help_text="The item's official id.")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    assigned_at = models.DateTimeField(auto_now_add=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ItemAssignmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "framework_key", "item"], condition=models.Q(done_at=None), name="one_open_assignment_per_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework_key} {self.item}"

    @property
    def subject(self) -> str:
        """The checklist's name in the journal."""
        return f"{self.version.subject}/checklist/{self.framework_key}"

    @property
    def list_url(self) -> str:
        """The page of the checklist, with what is asked of the person who looks."""
        return f"{reverse('checklist', args=[*self.version.url_args, self.framework_key])}?mine=on"


class BulkKind(models.TextChoices):
    """What was done to many items at once."""

    ANSWER = "answer", "answered"
    CONFIRM = "confirm", "confirmed"
    EVIDENCE = "evidence", "given evidence"
    ASSIGN = "assign", "assigned"


class BulkChange(models.Model):
    """One change of many items of a checklist, with what stood before, so that it can be undone for a while."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="bulk_changes")
    framework_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, choices=BulkKind)
    before = models.JSONField(help_text="What stood, by item; null where nothing did.")
    after = models.JSONField(help_text="What tells, by item, whether the change still stands.")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    # Items that the organisation has answered, told once to whoever made the change.
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{len(self.after)} items {self.get_kind_display()}"

    @property
    def until(self) -> datetime:
        """When it can no longer be undone."""
        return self.made_at + UNDO_FOR

    @property
    def can_be_undone(self) -> bool:
        """Whether it stands and is young enough."""
        return self.undone_at is None and timezone.now() < self.until
