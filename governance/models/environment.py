"""Where a version can be promoted to: data, in the order in which a version goes through them."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from governance.gate.mode import MEANS, TITLES, Mode

KEY = RegexValidator(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z", "Use small letters, digits and single hyphens, and begin with a letter.")


class Environment(models.Model):
    """A place in which models run; never deleted, because releases name it."""

    key = models.CharField(max_length=20, unique=True, validators=[KEY])
    title = models.CharField(max_length=40, unique=True)
    order = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=10, choices=[(mode.value, TITLES[mode]) for mode in Mode], default=Mode.PREVENT.value)

    class Meta:
        ordering: ClassVar = ["order", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(mode__in=[mode.value for mode in Mode]), name="environment_mode_is_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """The environment's name in the journal."""
        return f"environment/{self.key}"

    @property
    def mode_title(self) -> str:
        """What the gate does here, in a word."""
        return TITLES[Mode(self.mode)]

    @property
    def mode_means(self) -> str:
        """What programs are told here, in a sentence."""
        return MEANS[Mode(self.mode)]

    @property
    def mode_line(self) -> str:
        """The environment and its mode, as a heading."""
        return f"{self.title} only {'warns' if self.mode == Mode.WARN else 'observes'}"

    @property
    def is_enforced(self) -> bool:
        """Whether programs are told no when the gate says no."""
        return self.mode == Mode.PREVENT
