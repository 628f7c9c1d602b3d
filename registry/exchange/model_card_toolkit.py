"""Model cards of TensorFlow's Model Card Toolkit, in; every key of the file is kept.

Source:
    Model Card Toolkit, JSON schema v0.0.2 (github.com/tensorflow/model-card-toolkit).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registry.exchange.front_matter import kept_mapping, kept_text
from registry.exchange.imported import FRONT_MATTER, ExchangeError, Imported, Unmapped
from registry.exchange.model_index import number_text
from registry.exchange.plain import further
from registry.exchange.values import accepted
from registry.exchange.vocabulary import vocabulary

KEY: Final = "model_card_toolkit"
TEMPLATE: Final = "model_card"
PARTS: Final = {"model_details", "model_parameters", "quantitative_analysis", "considerations"}
# Where the text of each field stands: a path, in which [] is each entry of a list.
PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "model_name": ("model_details.name",),
    "overview": ("model_details.overview", "model_details.documentation"),
    "developer": ("model_details.owners[].name",),
    "contact": ("model_details.owners[].contact",),
    "model_version": ("model_details.version.name",),
    "model_date": ("model_details.version.date",),
    "license": ("model_details.licenses[].identifier",),
    "resources": ("model_details.references[].reference",),
    "citation": ("model_details.citations[].citation",),
    "training_approach": ("model_parameters.model_architecture",),
    "train_datasets": ("model_parameters.data[].name",),
    "train_motivation": ("model_parameters.data[].description",),
    "sensitive_data": ("model_parameters.data[].sensitive.sensitive_data[]",),
    "primary_uses": ("considerations.use_cases[].description",),
    "primary_users": ("considerations.users[].description",),
    "out_of_scope": ("considerations.limitations[].description",),
    "mitigations": ("considerations.ethical_considerations[].mitigation_strategy",),
    "risks_harms": ("considerations.ethical_considerations[].name",),
    "recommendations": ("considerations.tradeoffs[].description",),
}


def is_model_card(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a card of the toolkit."""
    return any(isinstance(value.get(part), dict) for part in PARTS)


def read(value: Mapping[str, Any]) -> Imported:
    """Read a card; what a field cannot hold is kept as text, and the whole file with its keys.

    Raises:
        ExchangeError: it is larger than a document holds.
    """
    template = vocabulary(TEMPLATE).template
    fields: dict[str, Any] = {}
    unmapped = []
    for name, paths in PATHS.items():
        texts = [text for path in paths for one in _at(value, path.split(".")) if (text := number_text(one).strip())]
        if not texts:
            continue
        field = template.field(name)
        texts = [_license(text) for text in texts] if name == "license" else texts
        joined = ", ".join(texts) if field.format == "line" else "\n\n".join(texts)
        found = accepted(field, texts if field.type in {"list", "link"} else joined)
        if found is None:
            unmapped.append(Unmapped(2, field.title, joined))
        else:
            fields[name] = found
    for name, rows in (("unitary_results", _results(value)), ("input_output", _formats(value))):
        if found := accepted(template.field(name), rows):
            fields[name] = found
    kept = accepted(template.field(FRONT_MATTER), kept_text({KEY: dict(value)}))
    if kept is None or kept_mapping(kept) is None:
        message = "The file is larger than a document holds. Take graphics out of it."
        raise ExchangeError(message)
    return Imported(TEMPLATE, fields, value, tuple(unmapped), (), {FRONT_MATTER: kept, **further(TEMPLATE, unmapped)})


def _at(value: Any, path: list[str]) -> list[Any]:
    """Return the values at a path; a path that leads nowhere gives none."""
    if not path:
        return [value] if isinstance(value, (str, int, float)) else []
    step, each = path[0].removesuffix("[]"), path[0].endswith("[]")
    inner = value.get(step) if isinstance(value, dict) else None
    ones = inner if each and isinstance(inner, list) else [inner]
    return [found for one in ones for found in _at(one, path[1:])]


def _results(value: Mapping[str, Any]) -> list[dict[str, str]]:
    analysis = value.get("quantitative_analysis")
    metrics = analysis.get("performance_metrics") if isinstance(analysis, dict) else None
    rows = []
    for one in metrics if isinstance(metrics, list) else []:
        if not isinstance(one, dict):
            continue
        bounds = one.get("confidence_interval") or one.get("confidenceInterval")
        low, high = (bounds.get("lower_bound", ""), bounds.get("upper_bound", "")) if isinstance(bounds, dict) else ("", "")
        interval = f"{number_text(low)} to {number_text(high)}" if low != "" or high != "" else ""
        rows.append({name: number_text(one.get(key)) for name, key in COLUMNS.items()} | {"interval": interval})
    return rows


def _formats(value: Mapping[str, Any]) -> list[dict[str, str]]:
    parameters = value.get("model_parameters")
    said = parameters if isinstance(parameters, dict) else {}
    return [
        {"direction": direction, "format": number_text(said.get(f"{direction}_format"))}
        for direction in ("input", "output")
        if said.get(f"{direction}_format")
    ]


def _license(text: str) -> str:
    known = vocabulary(TEMPLATE).template.field("license").choices
    return text.casefold() if text.casefold() in known else "other"


COLUMNS: Final = {"metric": "type", "value": "value", "slice": "slice"}
