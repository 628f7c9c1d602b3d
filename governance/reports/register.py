"""The register of all models at one moment, as plain values for paper and as rows for a spreadsheet.

The rule: the paper speaks the language of its frame; the spreadsheet is for
programs, so that its heads and words are the same in every language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from governance.models import Decision, Emergency, Release
from governance.reports.choices import Choices
from governance.reports.frame import said
from governance.reports.house import ASSAY, House
from governance.reports.words import role_word
from governance.workflow import OPEN_STATES, State, Step, title, tone
from registry.actor import role_title
from registry.digest import canonical, sha256
from registry.models import Asset
from registry.models.asset import Tier
from registry.spreadsheet import to_csv

EDITION: Final = "assay/register/2"
HEAD: Final = (
    "model", "address", "team", "tier", "environment", "version", "state", "promoted", "valid_until", "promoted_by", "approved_by",
    "policy", "snapshot_sha256", "open_releases", "promoted_in_emergency", "review_owed_by", "reviewed",
)  # fmt: skip
NOTHING: Final = _("Nothing promoted")
TITLES: Final = (
    _("Register of models, first quarter of %(year)s"),
    _("Register of models, second quarter of %(year)s"),
    _("Register of models, third quarter of %(year)s"),
    _("Register of models, fourth quarter of %(year)s"),
)


@dataclass(frozen=True)
class Line:
    """One model in one environment, or a model that is in none.

    Attributes:
        approvals: names and roles of those whose approval stands.
        emergency: by which it was promoted without all of them.
    """

    asset: Asset
    release: Release | None
    approvals: tuple[tuple[str, str], ...]
    open_releases: int
    emergency: Emergency | None = None

    @property
    def tier(self) -> str:
        """The model's tier, in words."""
        return str(Tier(self.asset.tier).label)

    @property
    def state(self) -> str:
        """Where the release stands, in words."""
        return title(State(self.release.state)) if self.release else NOTHING

    @property
    def tone(self) -> str:
        """The colour of that state."""
        return tone(State(self.release.state)) if self.release else "neutral"

    @property
    def approved_by(self) -> str:
        """Who approved it, in the words of the frame."""
        return ", ".join(f"{name} ({said(role_word(role))})" for name, role in self.approvals)

    def cells(self) -> tuple[str, ...]:
        """Return the line as it stands in the CSV."""
        release = self.release
        own = (self.asset.name, self.asset.slug, self.asset.team.name, self.asset.tier)
        if release is None:
            return (*own, "", "", self.state, "", "", "", "", "", "", str(self.open_releases), "", "", "")
        promoted_by = release.promoted_by.name if release.promoted_by else ""
        approved_by = "; ".join(f"{name} ({role_title(role)})" for name, role in self.approvals)
        return (
            *own, release.environment, release.version.name, self.state, _iso(release.promoted_at), _iso(release.expires_at), promoted_by,
            approved_by, f"{release.policy_key} {release.policy_version}", release.snapshot.digest,
            str(self.open_releases), *_told(self.emergency),
        )  # fmt: skip


@dataclass(frozen=True)
class PrintedRegister:
    """Everything that a register shows."""

    quarter: str
    at: datetime
    lines: tuple[Line, ...]
    choices: Choices
    house: House

    @property
    def title(self) -> str:
        """What it is called."""
        year, number = self.quarter.split("-Q")
        return gettext(TITLES[int(number) - 1]) % {"year": year}

    @property
    def digest(self) -> str:
        """SHA-256 of everything that it shows."""
        cells = [list(line.cells()) for line in self.lines]
        of = {"edition": EDITION, "quarter": self.quarter, "at": _iso(self.at)}
        return sha256(canonical({**of, "choices": self.choices.to_json(), "house": self.house.to_json(), "lines": cells}))

    @property
    def counts(self) -> list[tuple[str, int, int]]:
        """For each tier: its models, and how many of them are in force somewhere."""
        models = {line.asset.pk: line.asset.tier for line in self.lines}
        in_force = {line.asset.pk: line.asset.tier for line in self.lines if line.release and line.release.state == State.PROMOTED}
        found, used = Counter(models.values()), Counter(in_force.values())
        return [(str(tier.label), found[tier.value], used[tier.value]) for tier in Tier if found[tier.value]]

    def to_csv(self) -> str:
        """Return the register for a spreadsheet."""
        return to_csv(HEAD, (line.cells() for line in self.lines))


@dataclass(frozen=True)
class Source:
    """What a register is made of.

    Attributes:
        quarter: such as 2026-Q4.
        at: the moment that it is of.
        assets: the models, in order, with their teams.
        releases: those that are live or open, with version, snapshot and people.
        decisions: those on them, in order, with people.
        choices: paper and language.
        emergencies: by which some of the releases were promoted.
        house: whose register it is.
    """

    quarter: str
    at: datetime
    assets: Sequence[Asset]
    releases: Sequence[Release]
    decisions: Sequence[Decision]
    choices: Choices
    emergencies: Sequence[Emergency] = ()
    house: House = ASSAY


def register(source: Source) -> PrintedRegister:
    """Return the register of some models."""
    lines: list[Line] = []
    skipped = {one.release_id: one for one in source.emergencies}
    for asset in source.assets:
        own = [release for release in source.releases if release.version.asset_id == asset.pk]
        waiting = sum(release.state in {state.value for state in OPEN_STATES} for release in own)
        live = [release for release in own if release.promoted_at is not None]
        lines += [Line(asset, release, _approvals(release, source.decisions), waiting, skipped.get(release.pk)) for release in live]
        if not live:
            lines.append(Line(asset, None, (), waiting))
    return PrintedRegister(source.quarter, source.at, tuple(lines), source.choices, source.house)


def quarter_of(day: date) -> str:
    """Return the quarter in which a day lies."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_before(day: date) -> str:
    """Return the quarter that ended last before a day."""
    year, number = day.year, (day.month + 2) // 3 - 1
    return f"{year}-Q{number}" if number else f"{year - 1}-Q4"


def context_of(shown: PrintedRegister) -> dict[str, Any]:
    """Return what the template shows."""
    language, house = shown.choices.language, shown.house
    return {"register": shown, "digest": shown.digest, "house": house, "written": house.language if house.language != language else ""}


def _approvals(release: Release, decisions: Sequence[Decision]) -> tuple[tuple[str, str], ...]:
    own = [one for one in decisions if one.release_id == release.pk and one.snapshot_id == release.snapshot_id]
    newest = {(one.person_id, one.role): one for one in own}
    return tuple((one.person.name, one.role) for one in newest.values() if one.step == Step.APPROVE)


def _told(emergency: Emergency | None) -> tuple[str, str, str]:
    return ("yes", _iso(emergency.review_due), _iso(emergency.reviewed_at)) if emergency else ("", "", "")


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
