"""The register of a model as CSV, out and in again.

The rule: a file is taken whole or not at all, and each fault names its line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from governance.models import Risk
from governance.risk import Rating, Treatment
from governance.services import risks
from governance.services.risks import RiskDraft
from registry.errors import DomainError
from registry.models import Person
from registry.policy import Actor
from registry.spreadsheet import original, to_csv

HEAD: Final = (
    "id", "model", "title", "cause", "event", "harm", "harmed", "inherent_likelihood", "inherent_impact", "residual_likelihood",
    "residual_impact", "treatment", "plan", "owner", "review_on", "state",
)  # fmt: skip
NEEDED: Final = ("title", "inherent_likelihood", "inherent_impact")
MOST_ROWS: Final = 2000
MOST_BYTES: Final = 5 * 1024**2
MOST_TOLD: Final = 20


class RowsError(DomainError):
    """A file cannot be taken.

    Attributes:
        problems: a sentence for each fault, with its line.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("Nothing was taken from the file. Mend these lines and send it again.")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Taken:
    """How many risks a file added and changed."""

    added: int
    changed: int


def register_csv(rows: Iterable[Risk]) -> str:
    """Return risks as CSV; cells that a spreadsheet would run are defused."""
    return to_csv(HEAD, (_cells(risk) for risk in rows))


@transaction.atomic
def take_csv(*, actor: Actor, asset_id: int, content: bytes) -> Taken:
    """Take risks from a CSV: a row with the id of a risk of this model changes it, one without adds it.

    Raises:
        ForbiddenError: the actor does not write in the team.
        RowsError: a row cannot be read; nothing is taken.
    """
    asset = risks.locked_model(actor, asset_id)
    known = {str(risk.pk): risk for risk in asset.risks.all()}
    problems: list[str] = []
    drafts: list[tuple[str, RiskDraft]] = []
    for line, row in _rows(content):
        try:
            drafts.append(_drafted(row, known))
        except DomainError as error:
            problems.append(f"Line {line}: {error.message}")
    if problems:
        raise RowsError(_few(problems))
    for key, draft in drafts:
        if key:
            risks.edit_risk(actor=actor, risk_id=int(key), draft=draft)
        else:
            risks.add_risk(actor=actor, asset_id=asset_id, draft=draft)
    changed = sum(bool(key) for key, _ in drafts)
    return Taken(added=len(drafts) - changed, changed=changed)


def _cells(risk: Risk) -> tuple[str, ...]:
    residual = risk.residual
    return (
        str(risk.pk), risk.asset.slug, risk.title, risk.cause, risk.event, risk.harm, risk.harmed,
        str(risk.inherent_likelihood), str(risk.inherent_impact),
        str(residual.likelihood) if residual else "", str(residual.impact) if residual else "",
        risk.treatment, risk.plan, risk.owner.email, risk.review_on.isoformat() if risk.review_on else "", risk.state,
    )  # fmt: skip


def _rows(content: bytes) -> list[tuple[int, Mapping[str, str]]]:
    if len(content) > MOST_BYTES:
        raise RowsError([f"The file is larger than {MOST_BYTES // 1024**2} MB."])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RowsError(["The file is not UTF-8. Save it as “CSV UTF-8”."]) from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    head = [name.strip() for name in reader.fieldnames or []]
    if missing := [name for name in NEEDED if name not in head]:
        raise RowsError([f"Line 1: the column {', '.join(missing)} is missing. Download the register to see the columns."])
    reader.fieldnames = head
    found: list[tuple[int, Mapping[str, str]]] = []
    try:
        for row in reader:
            if None in row:
                raise RowsError([f"Line {reader.line_num}: there are more cells than columns."])
            found.append((reader.line_num, {key: original((value or "").strip()) for key, value in row.items()}))
    except csv.Error as error:
        raise RowsError([f"Line {reader.line_num}: the line cannot be read ({error})."]) from error
    if not 0 < len(found) <= MOST_ROWS:
        raise RowsError([f"The file has {len(found)} rows; there must be 1 to {MOST_ROWS}."])
    return found


def _drafted(row: Mapping[str, str], known: Mapping[str, Risk]) -> tuple[str, RiskDraft]:
    key = row.get("id", "")
    if key and key not in known:
        message = f"there is no risk {key} in this model. Leave the id empty to add one."
        raise DomainError(message)
    kept = known.get(key)
    texts = {name: row[name] if name in row else getattr(kept, name, "") for name in risks.TEXTS}
    if not texts["title"]:
        message = "the title is empty."
        raise DomainError(message)
    residual = (row.get("residual_likelihood", ""), row.get("residual_impact", ""))
    return key, RiskDraft(
        **texts,
        inherent=_rating("inherent", row["inherent_likelihood"], row["inherent_impact"]),
        residual=_rating("residual", *residual) if any(residual) else None,
        treatment=_treatment(row.get("treatment", "") or (kept.treatment if kept else "reduce")),
        owner_id=_owner(row.get("owner", "")),
        review_on=_day(row.get("review_on", "")),
    )


def _rating(name: str, likelihood: str, impact: str) -> Rating:
    if not likelihood.isdecimal() or not impact.isdecimal():
        message = f"{name}_likelihood and {name}_impact are whole numbers from 1 to 5."
        raise DomainError(message)
    return Rating(int(likelihood), int(impact))


def _treatment(text: str) -> Treatment:
    try:
        return Treatment(text.lower())
    except ValueError as error:
        message = f"the treatment “{text}” is not one of {', '.join(Treatment)}."
        raise DomainError(message) from error


def _owner(email: str) -> int | None:
    if not email:
        return None
    found = Person.objects.filter(email=email.lower(), is_active=True).values_list("pk", flat=True).first()
    if found is None:
        message = f"nobody has an account with the address “{email}”."
        raise DomainError(message)
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"“{text}” is not a day such as 2026-11-29."
        raise DomainError(message) from error


def _few(problems: Sequence[str]) -> list[str]:
    more = len(problems) - MOST_TOLD
    return [*problems[:MOST_TOLD], *([f"… and {more} more lines."] if more > 0 else [])]
