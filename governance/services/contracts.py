"""Keeping what a model's files of predictions must look like, and answering for each file before it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from governance.contract import Answer, Expected, check
from governance.fairness.predictions import Preview
from governance.models import DataContract, Evaluation
from governance.services import jobs
from registry import audit, policy
from registry.errors import DomainError
from registry.models import Asset
from registry.policy import SYSTEM, Action, Actor

MOST_TOLD: Final = 3


@transaction.atomic
def save_contract(*, actor: Actor, asset_id: int, columns: Sequence[Expected], is_blocking: bool) -> DataContract:
    """Keep the data contract of a model; the one before is replaced, and evaluations keep their reports.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: no column, or one twice.
    """
    asset = _locked(actor, asset_id)
    names = [column.name for column in columns]
    if not names:
        message = "A data contract needs at least one column. Delete it instead if nothing is expected."
        raise DomainError(message)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        message = f"The column {', '.join(twice)} stands in the contract twice. Leave one of them."
        raise DomainError(message)
    content = [column.to_json() for column in columns]
    contract, _ = DataContract.objects.update_or_create(
        asset=asset, defaults={"columns": content, "is_blocking": is_blocking, "saved_by_id": actor.id}
    )
    audit.record(actor, Action.CONTRACT_EDIT, asset.subject, {"columns": content, "blocking": is_blocking})
    return contract


@transaction.atomic
def delete_contract(*, actor: Actor, asset_id: int) -> None:
    """Delete the data contract of a model; reports of evaluations stay.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    asset = _locked(actor, asset_id)
    deleted, _ = DataContract.objects.filter(asset=asset).delete()
    if deleted:
        audit.record(actor, Action.CONTRACT_EDIT, asset.subject, {"deleted": True})


def answer_for(evaluation: Evaluation, path: Path) -> None:
    """Check a file against the contract of its model, and keep the report with the evaluation.

    Raises:
        DomainError: the file breaks a contract that blocks; the report is kept all the same.
    """
    contract = DataContract.objects.filter(asset__versions=evaluation.version_id).first()
    if contract is None:
        return
    expected = tuple(Expected.from_json(part) for part in contract.columns)
    answers = check(path, Preview.from_json(evaluation.predictions.preview), expected)
    broken = [answer for answer in answers if not answer.is_kept]
    _keep_report(actor=SYSTEM, evaluation=evaluation, report=_report(contract, answers))
    if broken and contract.is_blocking:
        told = " ".join(f"{answer.column}: {answer.rule.removesuffix('.')} – broken{_where(answer)}." for answer in broken[:MOST_TOLD])
        more = f" {len(broken) - MOST_TOLD} more rules are broken." if len(broken) > MOST_TOLD else ""
        message = (
            f"The file breaks the data contract of this model. {told}{more} Mend the file and upload it again, or change the contract."
        )
        raise DomainError(message)


@transaction.atomic
def _keep_report(*, actor: Actor, evaluation: Evaluation, report: dict[str, Any]) -> None:
    row = jobs.held(evaluation)
    policy.require(actor, Action.EVALUATION_FINISH)
    row.extras = {**row.extras, "contract": report}
    row.save(update_fields=["extras"])
    broken = sum(not answer["is_kept"] for answer in report["answers"])
    detail = {"contract": {"rules": len(report["answers"]), "broken": broken}}
    audit.record(actor, Action.EVALUATION_FINISH, f"{row.version.subject}/evaluation/{row.pk}", detail)


def _report(contract: DataContract, answers: Sequence[Answer]) -> dict[str, Any]:
    rows = [answer.to_json() for answer in answers]
    return {"blocking": contract.is_blocking, "saved_at": contract.saved_at.isoformat(), "answers": rows}


def _where(answer: Answer) -> str:
    if not answer.rows:
        return ""
    shown = f", such as {', '.join(f'“{example}”' for example in answer.examples)}" if answer.examples else ""
    return f" in {answer.rows:,} rows{shown}"


def _locked(actor: Actor, asset_id: int) -> Asset:
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.CONTRACT_EDIT, asset.target)
    return asset
