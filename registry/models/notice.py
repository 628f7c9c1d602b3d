"""What a person is told, how each person wants to be told, and what became of the mail."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse


class Channel(models.TextChoices):
    """How a person wants to be told."""

    BOTH = "both", "Here and by e-mail"
    WEB = "web", "Here only"
    EMAIL = "email", "By e-mail only"
    DIGEST = "digest", "Here, and once a day by e-mail"


class MailState(models.TextChoices):
    """Where the mail of a notice stands."""

    NONE = "none", "No mail wanted"
    WAITING = "waiting", "Waits to be sent"
    DIGEST = "digest", "Waits for the daily mail"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def for_page(self, person_id: int) -> NoticeQuerySet:
        """What a person sees here, unread first, then the newest first."""
        is_unread = models.ExpressionWrapper(models.Q(read_at=None), output_field=models.BooleanField())
        return self.filter(person_id=person_id, is_on_web=True).order_by(is_unread.desc(), "-pk")

    def unread(self, person_id: int) -> NoticeQuerySet:
        """What a person has not read yet."""
        return self.filter(person_id=person_id, is_on_web=True, read_at=None)


class Notice(models.Model):
    """One thing that one person is told."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, max_length=5000)
    url = models.CharField(max_length=500, help_text="Path of the page that it is about.")
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    is_on_web = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=MailState, default=MailState.NONE)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)
    mail_moved_at = models.DateTimeField(null=True, help_text="When a worker last took the mail, sent it or failed.")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["person"], condition=models.Q(read_at=None, is_on_web=True), name="notice_unread"),
            models.Index(fields=["mail"], condition=models.Q(mail__in=["waiting", "digest", "sending"]), name="notice_mail_to_send"),
            models.Index(fields=["person", "-id"], name="notice_of_person"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """Return the page of notices, on which it is."""
        return reverse("notices")


class NoticeChoice(models.Model):
    """How one person wants to be told of one kind of thing."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_channel_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.channel}"
