"""The living document of a version, and every state in which it was saved.

The design calls it a card; a datasheet is the same thing with another
template, so the table carries the common word.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.db import models

from registry.catalog.loader import name_of
from registry.models.asset import Version

LONGEST_SESSION: Final = timedelta(hours=4)
STAYS: Final = timedelta(seconds=50)


class Document(models.Model):
    """The answers to a template about a version: a model card or a datasheet."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="document")
    template_key = models.CharField(max_length=60)
    template_version = models.CharField(max_length=40)
    template_digest = models.CharField(max_length=64)
    content = models.JSONField(default=dict)
    to_confirm = models.JSONField(default=list, help_text="Ids of the fields that were carried forward and nobody has confirmed yet.")
    revision = models.PositiveIntegerField(default=0, help_text="Number of the newest revision.")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.template_key} of {self.version_id}"

    @property
    def template_name(self) -> str:
        """What the catalog finds its template by, in the edition that it answers."""
        return name_of(self.template_key, self.template_digest)


class Revision(models.Model):
    """The whole content as one person saved it.

    Numbers count saves. The editor saves by itself while somebody types; these
    saves go into one revision, which stays open for that person and session
    and moves on to the number of its latest save.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    changed = models.JSONField(default=list, help_text="Ids of the fields that this save changed.")
    note = models.CharField(max_length=200, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    session = models.CharField(max_length=40, blank=True, help_text="Session of editing for which it is open; empty: closed.")
    opened_at = models.DateTimeField(null=True, help_text="First save of an editor that saves by itself.")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="one_revision_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} r{self.number}"

    def is_open_for(self, person_id: int, session: str, now: datetime) -> bool:
        """Whether this person's session of editing still saves into it."""
        is_same = bool(session) and self.session == session and self.saved_by_id == person_id
        return is_same and self.opened_at is not None and now - self.opened_at < LONGEST_SESSION


class Presence(models.Model):
    """Somebody who has the editor of a document open; told by the page every few seconds, and worth nothing later."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=40)
    section = models.CharField(max_length=60)
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "person", "session"], name="one_presence_per_session"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.section}"
