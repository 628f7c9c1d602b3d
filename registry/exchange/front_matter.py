"""The Hub's front matter and the fields of a template.

The rule: what the fields say exactly is written from the fields; every other
key is kept as it was read, in the field ``front_matter``. Where a field was
changed since, the field wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.exchange import model_index
from registry.exchange.imported import FRONT_MATTER, ExchangeError, RefusedYamlError
from registry.exchange.values import accepted
from registry.exchange.vocabulary import Vocabulary
from registry.exchange.yaml_text import BrokenYamlError, read, write

HUB: Final = "https://huggingface.co/"
HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?\Z")
OPEN: Final = re.compile(r"(`{3,})(?:ya?ml)?\n(.*)\n\1\Z", re.DOTALL)


@dataclass(frozen=True)
class Card:
    """A file cut in two.

    Attributes:
        front: the text between the fences, or None.
        line: 1-based line on which that text begins.
        body: everything else.
        problem: why the front matter cannot be read, with its line; empty when it can.
    """

    front: str | None
    line: int
    body: str
    problem: str = ""


def cut(text: str) -> Card:
    """Cut a card at the fences of its front matter."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].rstrip() != "---":
        return Card(None, 1, text)
    closing = next((number for number in range(first + 1, len(lines)) if lines[number].rstrip() == "---"), None)
    if closing is not None:
        return Card("\n".join(lines[first + 1 : closing]), first + 2, "\n".join(lines[closing + 1 :]))
    end = next((number for number in range(first + 1, len(lines)) if not lines[number].strip()), len(lines))
    if end == first + 1:
        return Card(None, 1, text)
    problem = f"Line {first + 1}: the front matter is opened with “---” and never closed; it was kept as text. Close it with a line “---”."
    return Card("\n".join(lines[first + 1 : end]), first + 2, "\n".join(lines[end:]), problem)


def mapping_of(card: Card) -> tuple[dict[Any, Any] | None, str]:
    """Return the keys of a card's front matter, or None when it cannot be read; and a warning or nothing.

    Raises:
        ExchangeError: the YAML is refused.
    """
    if card.front is None or card.problem:
        return None if card.problem else {}, card.problem
    try:
        value = read(card.front).value
    except BrokenYamlError as error:
        line = card.line + error.line - 1
        return None, f"Line {line}: the front matter is not valid YAML ({error.cause}); it was kept as text."
    except RefusedYamlError as error:
        raise RefusedYamlError(card.line + error.line - 1, error.cause) from error
    if value is None or isinstance(value, dict):
        return value or {}, _comments(card)
    kind = "a list" if isinstance(value, list) else "plain text or a single value"
    return None, f"Line {card.line}: the front matter is {kind}, not keys with values; it was kept as text."


def _comments(card: Card) -> str:
    lines = (card.front or "").split("\n")
    number = next((number for number, line in enumerate(lines) if line.lstrip().startswith("#")), None)
    return "" if number is None else f"Line {card.line + number}: comments in the front matter are not kept."


def fields_of(words: Vocabulary, front: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what the known keys say, by field id; what does not fit is left to the front matter."""
    raw = {name: _raw(name, front[key]) for name, key in words.keys.items() if key in front}
    if words.template.kind == "model":
        raw |= _of_models(words, front, raw.get("unitary_results", []))
    found = {name: accepted(words.template.field(name), value) for name, value in raw.items() if value is not None}
    return {name: value for name, value in found.items() if value is not None}


def keys_of(words: Vocabulary, content: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the front matter of a document: keys from its fields, then every key that was kept."""
    kept = kept_mapping(content.get(FRONT_MATTER)) or {}
    made: dict[Any, Any] = {}
    dropped: set[str] = set()
    for name, key in words.keys.items():
        value = content.get(name)
        if value is None or (key in kept and fields_of(words, {key: kept[key]}).get(name) == value):
            continue
        written = _written(words, name, content, kept)
        if written is not None and (name in ALWAYS or fields_of(words, {key: written}).get(name) == value):
            made[key] = written
        if key in made or name == "unitary_results":
            dropped.add(key)
    rest = {key: value for key, value in kept.items() if key not in dropped}
    return {**made, **rest}


def rest_of(words: Vocabulary, front: Mapping[Any, Any], fields: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the keys that the fields do not say exactly."""
    made = keys_of(words, fields)
    return {key: value for key, value in front.items() if key not in made or write(made[key]) != write(value)}


def kept_text(rest: Mapping[Any, Any]) -> str | None:
    """Return keys as the field ``front_matter`` holds them."""
    if not rest:
        return None
    text = write(dict(rest)).rstrip("\n")
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}yaml\n{text}\n{fence}"


def kept_mapping(text: str | None) -> dict[Any, Any] | None:
    """Return the keys that the field ``front_matter`` holds, or None when it holds something else."""
    found = OPEN.match((text or "").strip())
    try:
        value = read(found[2] if found else text or "").value
    except (BrokenYamlError, ExchangeError):
        return None
    return value if isinstance(value, dict) else None


def _raw(name: str, value: Any) -> Any:
    if name in {"license", "license_terms"}:
        return _license(value)
    if name == "unitary_results":
        return model_index.rows_of(value)
    if name == "library":
        return value if isinstance(value, str) else None
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str) and entry.strip() for entry in entries):
        return None
    return [_address(entry) for entry in entries] if name == "base_model" else entries


def _license(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) and value in LICENSES else "other" if value else None


def _address(entry: str) -> str:
    return HUB + entry if HUB_ID.match(entry) else entry


def _of_models(words: Vocabulary, front: Mapping[Any, Any], rows: list[model_index.Row]) -> dict[str, Any]:
    index, task = front.get("model-index"), front.get("pipeline_tag")
    return {
        "model_name": model_index.only_name(index),
        "eval_datasets": model_index.dataset_names(rows),
        "model_type": words.model_types.get(task) if isinstance(task, str) else None,
        "environmental": _emissions(front.get("co2_eq_emissions")),
    }


def _emissions(value: Any) -> list[dict[str, str]] | None:
    """Return the Hub's record of emissions, in grams of carbon dioxide equivalent, as a row."""
    said = value if isinstance(value, dict) else {"emissions": value}
    amount = said.get("emissions")
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        return None
    what = said.get("training_type") or "training"
    row = {"what": f"Emissions ({what})", "amount": f"{model_index.number_text(amount)} g CO2e"}
    return [{**row, "hardware": str(said.get("hardware_used") or ""), "place": str(said.get("geographical_location") or "")}]


def _written(words: Vocabulary, name: str, content: Mapping[str, Any], kept: Mapping[Any, Any]) -> Any:
    """Return a field as the value of its key."""
    value = content[name]
    if name == "unitary_results":
        task = kept.get("pipeline_tag") or content.get("model_type") or "other"
        title = content.get("model_name") or "model"
        return model_index.build(value, kept.get(words.keys[name]), name=title, task=str(task))
    if name in {"license", "license_terms"}:
        return value if value in LICENSES else "other"
    if name == "base_model":
        value = [entry.removeprefix(HUB) if HUB_ID.match(entry.removeprefix(HUB)) else entry for entry in value]
    if name in ENTRIES and not all(ENTRIES[name].match(entry) for entry in value):
        return None
    return value[0] if name in {"languages", "base_model"} and len(value) == 1 else value


# Of the choices of our licence field, those that the Hub knows under the same name.
LICENSES: Final = {"apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "gpl-3.0", "openrail", "other"}
# What the Hub takes as an entry of these keys; prose goes into the body.
ENTRIES: Final = {
    "languages": re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"),
    "base_model": HUB_ID,
    "train_datasets": HUB_ID,
    "performance_measures": re.compile(r"[A-Za-z0-9][\w./-]*\Z"),
    "past_uses": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z"),
    "other_tasks": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z"),
}
# Written even where the key says less than the field.
ALWAYS: Final = {"license", "license_terms"}
