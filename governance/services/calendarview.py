"""Whose calendar somebody looks at, and which rows are in it.

The rule: what is found is filtered by what the actor may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from django.db import models

from governance.services.standins import StandIns
from registry.policy import Actor

PAST: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=366)
# How much one source tells at most.
MOST: Final = 500


@dataclass(frozen=True)
class View:
    """Whose calendar it is.

    Attributes:
        actor: who looks; only what they see is in it.
        person: whose work it is: assigned to them, or of a team in which they are; None for everybody's.
        model: slug of the one model to look at, or nothing.
        today: the day.
    """

    actor: Actor
    person: Actor | None
    model: str
    today: date

    @property
    def start(self) -> date:
        """The first day: what is overdue stays in view for a while."""
        return self.today - PAST

    @property
    def end(self) -> date:
        """The last day."""
        return self.today + AHEAD

    @cached_property
    def standins(self) -> StandIns:
        """Who stands in for whom today."""
        return StandIns()

    def seen(self, path: str) -> models.Q:
        """Return what keeps rows that the actor sees, and of the one model if one is chosen.

        Args:
            path: from a row to its asset, such as ``version__asset``.
        """
        found = models.Q() if self.actor.sees_everything else models.Q(**{f"{path}__team_id__in": list(self.actor.teams)})
        return found & _of_model(self.model, path)

    def assigned(self, path: str) -> models.Q:
        """Return what keeps rows that are assigned to the person: one's own are there whether one sees the model or not."""
        return _of_model(self.model, path) if self.person == self.actor else self.seen(path)

    def of_team(self, path: str) -> models.Q:
        """Return what keeps rows that the actor sees, in somebody's calendar only those of their teams."""
        found = self.seen(path)
        return found & models.Q(**{f"{path}__team_id__in": list(self.person.teams)}) if self.person else found

    def own_or_of_team(self, path: str, person: str) -> models.Q:
        """Return what keeps rows as ``of_team`` does, and in somebody's own calendar also those of which they are the person named."""
        found = self.of_team(path)
        return found | self.seen(path) & models.Q(**{person: self.person.id}) if self.person else found

    def between(self, path: str) -> models.Q:
        """Return what keeps rows whose day lies in view."""
        return models.Q(**{f"{path}__gte": self.start, f"{path}__lte": self.end})


def _of_model(slug: str, path: str) -> models.Q:
    return models.Q(**{f"{path}__slug": slug, f"{path}__kind": "model"}) if slug else models.Q()
