"""What the Hugging Face Hub will say to a card, before it is sent there.

The rule: every finding names the line of the card that was written, and says
what to do. A key that the Hub does not document is no error; it is ignored
there and kept here.

Source:
    Hub documentation, model card and dataset card metadata specifications.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from registry.catalog.loader import DATA, key_of
from registry.catalog.parsing import Loader
from registry.exchange import front_matter
from registry.exchange.yaml_text import BrokenYamlError, Path, read

LANGUAGE: Final = re.compile(r"([a-z]{2,3}(-[A-Za-z0-9]{2,8})*|code|multilingual)\Z")
KINDS: Final[Mapping[str, str]] = {
    "text": "text",
    "texts": "a list of text",
    "number": "a number",
    "truth": "true or false",
    "mapping": "keys with values",
    "mappings": "a list of keys with values",
}
Found = tuple[Path, str, bool]


@dataclass(frozen=True)
class Finding:
    """Something that the Hub refuses, or does not know.

    Attributes:
        line: 1-based line of the card.
        is_error: whether the Hub refuses it.
    """

    line: int
    sentence: str
    is_error: bool

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}"


def findings(template_key: str, text: str) -> list[Finding]:
    """Return what the Hub would say to a card, in the order of its lines."""
    card = front_matter.cut(text)
    if card.front is None:
        return [Finding(1, "there is no front matter; the Hub will show no licence, language or task.", is_error=False)]
    try:
        found = read(card.front)
    except BrokenYamlError as error:
        return [Finding(card.line + error.line - 1, f"the front matter is not valid YAML ({error.cause}).", is_error=True)]
    if not isinstance(found.value, dict):
        return [Finding(card.line, "the front matter must be keys with values.", is_error=True)]
    made = [
        Finding(card.line + _line(found.lines, path) - 1, sentence, is_error=is_error)
        for path, sentence, is_error in _all(template_key, found.value)
    ]
    return sorted(made, key=lambda one: one.line)


def _line(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line of a path, or of the nearest thing above it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


@cache
def _rules() -> dict[str, Any]:
    content: dict[str, Any] = yaml.load((DATA / "exchange" / "hub.yaml").read_text(), Loader=Loader)  # noqa: S506 - a safe loader
    return content


def _all(template_key: str, front: Mapping[Any, Any]) -> Iterator[Found]:
    kind = key_of(template_key)
    known = _rules()["both"] | _rules()[kind]
    for key, value in front.items():
        path = (str(key),)
        if key not in known:
            yield path, f"“{key}” is not among the keys that the Hub documents; it will ignore it.", False
        elif value is None:
            yield path, f"“{key}” holds nothing. Give it a value or take the key out.", True
        elif not any(_is(one, value) for one in known[key]):
            yield from _wrong(path, known[key], value)
        else:
            yield from _choices(key, value)
    yield from _languages(front.get("language"))
    yield from _license(front)
    if isinstance(front.get("model-index"), list) and kind == "model_card":
        for number, model in enumerate(front["model-index"]):
            yield from _model(("model-index", number), model)


def _is(kind: str, value: Any) -> bool:
    if kind in {"texts", "mappings"}:
        wanted = str if kind == "texts" else dict
        return isinstance(value, list) and all(isinstance(one, wanted) for one in value)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, {"text": str, "truth": bool, "mapping": dict}[kind])


def _wrong(path: Path, kinds: list[str], value: Any) -> Iterator[Found]:
    """Name the entry that is wrong where only one of a list is."""
    wanted = " or ".join(KINDS[kind] for kind in kinds)
    bad = [number for number, one in enumerate(value) if not isinstance(one, (str, dict))] if isinstance(value, list) else []
    if "texts" in kinds and bad:
        for number in bad:
            what = "nothing (null)" if value[number] is None else "no text; put it in quotation marks"
            yield (*path, number), f"entry {number + 1} of “{path[0]}” is {what}.", True
    else:
        yield path, f"“{path[0]}” must be {wanted}.", True


def _choices(key: str, value: Any) -> Iterator[Found]:
    allowed = _rules()["choices"].get(key)
    if allowed is None:
        return
    entries = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    for number, one in entries:
        if one not in allowed:
            path: Path = (key,) if number is None else (key, number)
            short = ", ".join(allowed[:12]) + (" …" if len(allowed) > 12 else "")  # noqa: PLR2004 - as many as a sentence bears
            hint = " For another licence write other, with license_name and license_link." if key == "license" else ""
            yield path, f"“{one}” is not a value that the Hub knows for “{key}” ({short}).{hint}", True


def _languages(value: Any) -> Iterator[Found]:
    entries = [((("language", number)), one) for number, one in enumerate(value)] if isinstance(value, list) else [(("language",), value)]
    for path, one in entries:
        if isinstance(one, bool):
            yield path, "“language” is read as true or false. Put the code in quotation marks: 'no' is Norwegian.", True
        elif isinstance(one, str) and not LANGUAGE.match(one):
            yield path, f"“{one[:40]}” is no language code. Write the code of ISO 639, such as en.", True


def _license(front: Mapping[Any, Any]) -> Iterator[Found]:
    if front.get("license") == "other":
        missing = [key for key in ("license_name", "license_link") if not front.get(key)]
        if missing:
            yield ("license",), f"a licence “other” also needs {' and '.join(missing)}.", False


def _model(path: Path, model: Any) -> Iterator[Found]:
    if not isinstance(model, dict):
        return
    if not isinstance(model.get("name"), str):
        yield path, "a model of “model-index” needs a name.", True
    results = model.get("results")
    if not isinstance(results, list) or not results:
        yield path, "a model of “model-index” needs a list of results.", True
        return
    for number, result in enumerate(results):
        yield from _result((*path, "results", number), result)


def _result(path: Path, result: Any) -> Iterator[Found]:
    if not isinstance(result, dict):
        yield path, "a result must be keys with values: task, dataset and metrics.", True
        return
    for part, keys in (("task", ("type",)), ("dataset", ("type", "name"))):
        inner = result.get(part)
        if not isinstance(inner, dict):
            yield (*path, part), f"a result needs “{part}” with {' and '.join(keys)}; it holds nothing.", True
            continue
        for key in keys:
            if not isinstance(inner.get(key), str) or not inner[key]:
                yield (*path, part, key), f"“{part}” of a result needs “{key}” as text.", True
    metrics = result.get("metrics")
    if not isinstance(metrics, list) or not metrics:
        yield (*path, "metrics"), "a result needs a list of metrics.", True
        return
    for number, metric in enumerate(metrics):
        yield from _metric((*path, "metrics", number), metric)


def _metric(path: Path, metric: Any) -> Iterator[Found]:
    if not isinstance(metric, dict) or not isinstance(metric.get("type"), str):
        yield path, "a metric needs “type” as text.", True
    elif metric.get("value") is None:
        yield path, "a metric needs a value.", True
