"""What people say to each other about a part of a version, and who is asked to write what.

A thread is a comment without a parent together with its replies; only the
thread is resolved, and only the thread blocks.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from registry.models.asset import Version

DOCUMENT: Final = "document/"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Reads of comments."""

    def threads(self) -> CommentQuerySet:
        """First comments with their replies and everyone's names, the oldest first (two queries)."""
        replies = Comment.objects.select_related("written_by").order_by("pk")
        return (
            self.filter(parent=None)
            .select_related("written_by", "resolved_by")
            .prefetch_related(models.Prefetch("replies", replies))
            .order_by("pk")
        )

    def open(self) -> CommentQuerySet:
        """Threads that nobody has resolved."""
        return self.filter(parent=None, resolved_at=None)

    def blocking(self) -> CommentQuerySet:
        """Open threads of reviewers that keep a release from being approved."""
        return self.open().filter(is_blocking=True)

    def for_home(self, person_id: int) -> CommentQuerySet:
        """Open threads on what somebody wrote, or that they are part of, where another wrote the last word; the newest first."""
        number = models.BigIntegerField()
        last = models.Subquery(Comment.objects.filter(parent=models.OuterRef("pk")).order_by("-pk").values("written_by")[:1])
        own = Comment.objects.filter(models.Q(written_by=person_id) | models.Q(mentioned=person_id))
        written = models.Q(version__in=Version.objects.filter(authors=person_id))
        part_of = models.Q(pk__in=own.values(thread=Coalesce("parent", "pk", output_field=number)))
        threads = self.open().filter(part_of | written)
        waiting = threads.annotate(last_by=Coalesce(last, "written_by", output_field=number)).exclude(last_by=person_id)
        return waiting.select_related("version__asset", "written_by").order_by("-pk")


class Comment(models.Model):
    """One remark, at an anchor such as ``document/overview``."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    anchor = models.CharField(max_length=200, help_text="The part that it is about, such as document/overview.")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField(max_length=10_000)
    page = models.CharField(max_length=300, blank=True, help_text="Address of the page that shows it; empty for a field of the document.")
    is_blocking = models.BooleanField(default=False)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    mentioned: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentioned_in"
    )
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["version", "anchor"], name="comment_by_place")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(resolved_at=None, resolved_by=None) | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="resolved_by_somebody_at_some_time",
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | models.Q(is_blocking=False, resolved_at=None),
                name="only_threads_block_and_are_resolved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor} #{self.pk}"

    def get_absolute_url(self) -> str:
        """Return the place where the thread stands; the version must be loaded with its asset."""
        return f"{self._page()}#comment-{self.parent_id or self.pk}"

    def _page(self) -> str:
        if self.page:
            return self.page
        name = "document" if self.anchor.startswith(DOCUMENT) else "version"
        return reverse(name, args=self.version.url_args)


class AssignmentQuerySet(models.QuerySet["SectionAssignment"]):
    """Reads of assignments."""

    def open(self) -> AssignmentQuerySet:
        """Those that are not done."""
        return self.filter(done_at=None)

    def for_home(self, person_id: int) -> AssignmentQuerySet:
        """What somebody still has to write, the most urgent first."""
        soonest = models.F("due_on").asc(nulls_last=True)
        return (
            self.open()
            .filter(person=person_id)
            .select_related("version__asset", "version__document", "assigned_by")
            .order_by(soonest, "pk")
        )


class SectionAssignment(models.Model):
    """A section of a document that one person is asked to write, by a day."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="assignments")
    section = models.CharField(max_length=80)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    assigned_at = models.DateTimeField(auto_now_add=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "section"], condition=models.Q(done_at=None), name="one_open_assignment_per_section"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section} of {self.version_id} for {self.person_id}"

    def get_absolute_url(self) -> str:
        """Return the page on which the section is written; the version must be loaded with its asset."""
        return reverse("document-edit", args=[*self.version.url_args, self.section])
