"""Results of the Hub's ``model-index`` as rows of the table of results, and back.

The rule: a result that is still in the table keeps everything that the index
says of it (task, revision, arguments); one that was added is written with
what the row says.

Source:
    Hugging Face Hub, model card metadata specification (modelcard.md).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

COLUMNS: Final = ("metric", "value", "slice", "dataset", "interval")
Row = dict[str, str]


def rows_of(index: Any) -> list[Row]:
    """Return a row for each metric, whatever shape the index has."""
    return [row for row, _ in _metrics(index)]


def dataset_names(rows: list[Row]) -> list[str]:
    """Return the data sets of all results, each once, in order."""
    return list(dict.fromkeys(row["dataset"] for row in rows if row.get("dataset")))


def only_name(index: Any) -> str | None:
    """Return the model's name when the index is about one model."""
    models = _dicts(index)
    name = models[0].get("name") if len(models) == 1 else None
    return name.strip() or None if isinstance(name, str) else None


def counts(index: Any) -> dict[str, int]:
    """Return how many models, results and metrics an index holds."""
    models = _dicts(index)
    results = [result for model in models for result in _dicts(model.get("results"))]
    metrics = [metric for result in results for metric in _dicts(result.get("metrics"))]
    return {"models": len(models), "results": len(results), "metrics": len(metrics)}


def build(rows: list[Row], index: Any, *, name: str, task: str) -> list[Any] | None:
    """Return an index that says what the rows say.

    Args:
        rows: the table of results.
        index: the index of before, or None.
        name: of the model, for an index without one.
        task: the Hub's name of the task, for added results.

    Returns:
        None when a row lacks metric, value or data set, without which the Hub
        takes no result.
    """
    wanted = Counter(json.dumps(row, sort_keys=True) for row in rows)
    kept: set[int] = set()
    for row, metric in _metrics(index):
        text = json.dumps(row, sort_keys=True)
        if wanted[text] > 0:
            wanted[text] -= 1
            kept.add(id(metric))
    added = []
    for row in rows:
        text = json.dumps(row, sort_keys=True)
        if wanted[text] > 0:
            wanted[text] -= 1
            added.append(row)
    if not all(row.get("metric") and row.get("value") and row.get("dataset") for row in added):
        return None
    models = [one for model in _dicts(index) if (one := _only(model, kept)) is not None] or [{"name": name, "results": []}]
    models[0]["results"] = [*models[0]["results"], *_results(added, task, is_one=len(models) == 1)]
    return models


def number_text(value: Any) -> str:
    """Return a metric's value as a person writes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return repr(value)


def number_of(text: str) -> int | float | str:
    """Return the number that a text writes, or the text where the number would be written differently."""
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if number_text(number) == text:
            return number
    return text


def _metrics(index: Any) -> Iterator[tuple[Row, dict[str, Any]]]:
    models = _dicts(index)
    for model in models:
        for result in _dicts(model.get("results")):
            dataset = result.get("dataset")
            for metric in _dicts(result.get("metrics")):
                given = metric.get("args")
                args = given if isinstance(given, dict) else {}
                row = {
                    "metric": _word(metric.get("name")) or _word(metric.get("type")),
                    "value": number_text(metric.get("value")).strip(),
                    "slice": _word(args.get("slice", model.get("name") if len(models) > 1 else "")),
                    "dataset": _dataset(dataset) if isinstance(dataset, dict) else "",
                    "interval": _word(args.get("interval")),
                }
                yield {key: text for key in COLUMNS if (text := row[key])}, metric


def _dataset(dataset: Mapping[str, Any]) -> str:
    name = _word(dataset.get("name")) or _word(dataset.get("type"))
    parts = [word for key in ("config", "split") if (word := _word(dataset.get(key)))]
    return f"{name} ({', '.join(parts)})" if name and parts else name


def _only(model: dict[str, Any], kept: set[int]) -> dict[str, Any] | None:
    """Return a model with the kept metrics alone, or None when it has lost all that it had."""
    results = []
    for result in _dicts(model.get("results")):
        metrics = [metric for metric in _dicts(result.get("metrics")) if id(metric) in kept]
        if metrics:
            results.append({**result, "metrics": metrics})
    return {**model, "results": results} if results else None


def _results(rows: list[Row], task: str, *, is_one: bool) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for row in rows:
        metric: dict[str, Any] = {"type": _slug(row["metric"]), "name": row["metric"], "value": number_of(row["value"])}
        args = {key: row[key] for key in ("slice", "interval") if key in row}
        if not is_one:
            args.setdefault("slice", "")
        if args:
            metric["args"] = args
        if not results or results[-1]["dataset"]["name"] != row["dataset"]:
            dataset = {"type": _slug(row["dataset"]), "name": row["dataset"]}
            results.append({"task": {"type": task}, "dataset": dataset, "metrics": []})
        results[-1]["metrics"].append(metric)
    return results


def _slug(text: str) -> str:
    return "-".join("".join(letter if letter.isalnum() or letter in "._" else " " for letter in text.casefold()).split()) or "other"


def _word(value: Any) -> str:
    return number_text(value).strip() if isinstance(value, (str, int, float)) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
