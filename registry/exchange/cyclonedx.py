"""Model cards as an ML-BOM of CycloneDX 1.6.

The rule: the result is valid against the schema, formats included, and holds
every field: in its own place where the schema has one, and always as a
property.

Source:
    CycloneDX 1.6 JSON schema, definition ``modelCard`` (ECMA-424).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from registry.exchange.about import About, File
from registry.exchange.values import exact_text
from registry.exchange.vocabulary import vocabulary

SPDX: Final = {
    "apache-2.0": "Apache-2.0",
    "mit": "MIT",
    "bsd-3-clause": "BSD-3-Clause",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "gpl-3.0": "GPL-3.0-only",
}
NUMBER: Final = r"-?\d+(?:\.\d+)?"
INTERVAL: Final = re.compile(rf"\W*({NUMBER})\s*(?:to|and|–|-|,|;|\.\.)\s*({NUMBER})\W*\Z")
# RFC 3987 characters that an address may hold unescaped.
IRI: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?\Z")
BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def write(template_key: str, content: Mapping[str, Any], about: About) -> str:
    """Return a model card as an ML-BOM; the same content gives the same text."""
    name = content.get("model_name") or about.name
    model = {
        "type": "machine-learning-model",
        "bom-ref": about.subject,
        "name": name,
        "version": content.get("model_version") or about.version,
        "description": content.get("overview"),
        "supplier": {"name": content["developer"]} if "developer" in content else None,
        "licenses": _licenses(content.get("license")),
        "tags": content.get("tags"),
        "hashes": _hashes(about.artifacts[0]) if len(about.artifacts) == 1 else None,
        "components": _files(about) if len(about.artifacts) > 1 else None,
        "externalReferences": _references(content),
        "modelCard": _filled(
            {
                "bom-ref": f"{about.subject}#card",
                "modelParameters": _parameters(content),
                "quantitativeAnalysis": _filled({"performanceMetrics": _metrics(content)}),
                "considerations": _considerations(content),
                "properties": _properties(template_key, content),
            }
        ),
    }
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'urn:assay:{about.subject}')}",
        "version": 1,
        "components": [_filled(model)],
    }
    return json.dumps(bom, ensure_ascii=False, indent=2) + "\n"


def _filled(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value not in (None, "", [], {})}


def _licenses(value: str | None) -> list[dict[str, Any]]:
    if value is None:
        return []
    return [{"license": {"id": SPDX[value]} if value in SPDX else {"name": value}}]


def _hashes(one: File) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": one.sha256}]


def _files(about: About) -> list[dict[str, Any]]:
    return [
        {
            "type": "file",
            "bom-ref": f"{about.subject}#file-{number}",
            "name": one.name,
            "hashes": [{"alg": "SHA-256", "content": one.sha256}],
        }
        for number, one in enumerate(about.artifacts, 1)
    ]


def _references(content: Mapping[str, Any]) -> list[dict[str, str]]:
    kinds = (("documentation", content.get("resources") or []), ("other", content.get("base_model") or []))
    addresses = dict.fromkeys((kind, url) for kind, urls in kinds for url in urls if IRI.match(url) and not BAD_PERCENT.search(url))
    return [{"type": kind, "url": url} for kind, url in addresses]


def _parameters(content: Mapping[str, Any]) -> dict[str, Any]:
    rows = content.get("input_output") or []
    return _filled(
        {
            "task": content.get("model_type"),
            "datasets": [*_datasets(content, "train"), *_datasets(content, "eval")],
            "inputs": [{"format": _format(row)} for row in rows if not _is_output(row) and _format(row)],
            "outputs": [{"format": _format(row)} for row in rows if _is_output(row) and _format(row)],
        }
    )


def _is_output(row: Mapping[str, str]) -> bool:
    return row.get("direction", "").casefold().startswith("out")


def _format(row: Mapping[str, str]) -> str:
    return ", ".join(row[key] for key in ("name", "format", "range") if key in row)


def _datasets(content: Mapping[str, Any], which: str) -> list[dict[str, Any]]:
    word = {"train": "training", "eval": "evaluation"}[which]
    described = "\n\n".join(content[key] for key in (f"{which}_motivation", f"{which}_preprocessing") if key in content)
    sensitive = [content["sensitive_data"]] if which == "train" and "sensitive_data" in content else []
    names = content.get(f"{which}_datasets") or ([f"{word.capitalize()} data"] if described or sensitive else [])
    return [
        _filled(
            {
                "type": "dataset",
                "name": name,
                "description": described,
                "sensitiveData": sensitive,
                "contents": {"properties": [{"name": "assay:role", "value": word}]},
            }
        )
        for name in names
    ]


def _metrics(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [*(content.get("unitary_results") or []), *(content.get("intersectional_results") or [])]
    return [
        _filled(
            {
                "type": row.get("metric"),
                "value": row.get("value"),
                "slice": ", ".join(row[key] for key in ("slice", "dataset") if key in row),
                "confidenceInterval": _interval(row.get("interval", "")),
            }
        )
        for row in rows
    ]


def _interval(text: str) -> dict[str, str]:
    found = INTERVAL.match(text) if len(text) < 100 else None  # noqa: PLR2004 - longer than any two numbers
    return {"lowerBound": found[1], "upperBound": found[2]} if found else {}


def _considerations(content: Mapping[str, Any]) -> dict[str, Any]:
    limits = [*(content.get("out_of_scope") or []), *(content.get("missing_groups") or [])]
    risks = [*(content.get("risks_harms") or []), *(content.get("fraught_uses") or [])]
    mitigated = "\n".join(content.get("mitigations") or [])
    ethical = [_filled({"name": risk, "mitigationStrategy": mitigated}) for risk in risks]
    return _filled(
        {
            "users": content.get("primary_users"),
            "useCases": [content["primary_uses"]] if "primary_uses" in content else [],
            "technicalLimitations": [*limits, *([content["further_testing"]] if "further_testing" in content else [])],
            "performanceTradeoffs": content.get("recommendations"),
            "ethicalConsiderations": ethical or ([{"mitigationStrategy": mitigated}] if mitigated else []),
            "fairnessAssessments": [_fairness(row) for row in content.get("fairness_assessment") or []],
            "environmentalConsiderations": _environment(content),
        }
    )


def _fairness(row: Mapping[str, str]) -> dict[str, Any]:
    names = {"groupAtRisk": "group", "benefits": "benefit", "harms": "harm", "mitigationStrategy": "mitigation"}
    return {key: row[name] for key, name in names.items() if name in row}


def _environment(content: Mapping[str, Any]) -> dict[str, Any]:
    rows = content.get("environmental") or []
    return {"properties": [{"name": row.get("what", "impact"), "value": _amount(row)} for row in rows]} if rows else {}


def _amount(row: Mapping[str, str]) -> str:
    return ", ".join(row[key] for key in ("amount", "hardware", "place") if key in row)


def _properties(template_key: str, content: Mapping[str, Any]) -> list[dict[str, str]]:
    words = vocabulary(template_key)
    return [
        {"name": f"assay:{field.id}", "value": exact_text(field, content[field.id])}
        for field in words.template.fields()
        if field.id in content
    ]
