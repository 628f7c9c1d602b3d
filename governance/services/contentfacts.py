"""What a snapshot's content tells the gate, part by part.

The rule: read from the content alone; an older snapshot lacks a part, and
that is told as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from governance.fairness.verdicts import parse_fraction
from governance.gate import (
    ClaimFact,
    ContractFact,
    DocumentFact,
    EvaluationFact,
    FindingFact,
    FrameworkFact,
    RiskFact,
)
from governance.reports.guidance import title_of
from registry.catalog.loader import templates


def documents_of(content: Mapping[str, Any]) -> tuple[DocumentFact, ...]:
    """Return how complete a version's own document is, and those of the datasets that it names."""
    label = f"{content['asset']['name']} {content['version']['name']}"
    own = _document(content["document"], label)
    linked = {
        f"{link['asset']['name']} {link['version']['name']}": link["document"]
        for link in content["lineage"]
        if link["asset"]["kind"] == "dataset"
    }
    return (own, *(_document(part, name) for name, part in linked.items()))


def _document(part: Mapping[str, Any], label: str) -> DocumentFact:
    return DocumentFact(
        template=part["template"]["key"],
        label=label,
        percent=part["completeness"]["percent"],
        filled=part["completeness"]["essential_filled"],
        total=part["completeness"]["essential_total"],
    )


def claim_of(row: Mapping[str, Any], template_key: str) -> ClaimFact:
    """Return a number of the card as the gate looks at it."""
    titles = {field.id: field.title for field in templates()[template_key].fields()} if template_key in templates() else {}
    title = titles.get(row["field"], row["field"])
    return ClaimFact(title, row["name"], title_of(row["metric"]), row["attribute"], row["state"], row.get("group", ""), row["field"])


def framework_of(part: Mapping[str, Any]) -> FrameworkFact:
    """Return how far a framework is answered; what was carried forward and not confirmed is no answer."""
    values = {answer["item"]: answer["value"] for answer in part["answers"] if not answer.get("to_confirm")}
    waiting = sum(bool(answer.get("to_confirm")) for answer in part["answers"])
    inherited = sum("inherited" in answer for answer in part["answers"])
    return FrameworkFact(part["framework"]["key"], part["items"], values, to_confirm=waiting, inherited=inherited)


def evaluation_of(part: Mapping[str, Any]) -> EvaluationFact:
    """Return what an evaluation tells."""
    return EvaluationFact(
        name=part["name"],
        finished_at=datetime.fromisoformat(part["finished_at"]),
        rows=part["counts"]["rows"],
        attributes=tuple(part["columns"]["attributes"]),
        findings=tuple(_finding(finding) for finding in part["findings"]),
        witness_agrees=part["witness"]["agrees"],
        contract=_contract(part.get("extras", {}).get("contract")),
    )


def _contract(report: Mapping[str, Any] | None) -> ContractFact | None:
    if report is None:
        return None
    broken = tuple(f"{one['column']}: {one['rule'].removesuffix('.')}" for one in report["answers"] if not one["is_kept"])
    return ContractFact(rules=len(report["answers"]), broken=broken)


def risks_of(content: Mapping[str, Any]) -> tuple[RiskFact, ...] | None:
    """Return the risk register; None in a snapshot from before there was one."""
    if "risks" not in content:
        return None
    return tuple(
        RiskFact(
            title=risk["title"],
            is_open=risk["state"] != "closed",
            above_appetite=risk["above_appetite"],
            accepted_until=date.fromisoformat(risk["accepted_until"]) if risk["accepted_until"] else None,
        )
        for risk in content["risks"]
    )


def _finding(body: Mapping[str, Any]) -> FindingFact:
    return FindingFact(
        metric=body["metric"],
        attribute=body["attribute"],
        value=parse_fraction(body["value"]),
        low=parse_fraction(body["low"]),
        high=parse_fraction(body["high"]),
        incomplete=bool(body["incomplete_groups"]),
        too_small=bool(body["too_small"]),
    )
