"""An OSCAL catalog as a framework: groups, controls and their statements become groups, categories and items.

The rule: nothing is invented. An item is a control with its id, title and
statement, parameters written out; what the catalog withdrew is left out.

Source: NIST OSCAL 1.1, catalog model (JSON).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.editions import Path, Problem

INSERT: Final = re.compile(r"\{\{\s*(?:insert:\s*)?param,?\s*([A-Za-z0-9_.-]+)\s*\}\}")
SUPPORTED: Final = re.compile(r"1\.[01](\.\d+)?")
DEEPEST: Final = 12
MOST_EVIDENCE: Final = 10
STATEMENT: Final = "statement"
OBJECTS: Final = "assessment-objects"
# While the content is made, each part keeps here where in the catalog it comes from.
FROM: Final = "@from"
LONGEST: Final = 4_000
NOTE: Final = "Read from an OSCAL catalog; the questions ask for what each control states."


class OscalError(Exception):
    """The catalog cannot be read.

    Attributes:
        problem: what is wrong, and where.
    """

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = Problem(path, sentence)


def is_catalog(content: Any) -> bool:
    """Whether this is an OSCAL catalog rather than a framework of ours."""
    return isinstance(content, dict) and "catalog" in content


@dataclass(frozen=True)
class Converted:
    """A catalog as the content of a framework.

    Attributes:
        origins: where in the catalog a group, category or item comes from, by its path in the content.
    """

    content: dict[str, Any]
    origins: Mapping[Path, Path]

    def origin_of(self, path: Path) -> Path:
        """Return the part of the catalog from which the part of the content at a path was made."""
        return next((self.origins[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.origins), ("catalog",))


def convert(content: Mapping[str, Any], key: str = "") -> Converted:
    """Return a catalog as the content of a framework, with where each part comes from.

    Args:
        content: what the JSON holds.
        key: of the framework; empty makes one from the title.

    Raises:
        OscalError: it is not a catalog that this reads.
    """
    catalog = _mapping(content["catalog"], ("catalog",))
    about = _mapping(catalog.get("metadata"), ("catalog", "metadata"))
    title = _text(about.get("title"), ("catalog", "metadata", "title"))
    version = str(about.get("oscal-version", ""))
    if not SUPPORTED.fullmatch(version):
        raise OscalError(("catalog", "metadata"), f"oscal-version is “{version[:20]}”; 1.1 is read.")
    params = _params(catalog)
    groups = [_group(path, group, params) for path, group in _list(("catalog",), catalog, "groups")]
    loose = _controls(("catalog",), catalog, params)
    if loose:
        category = {"id": "controls", "title": "Controls", "outcome": "Controls.", "items": loose}
        groups.append(_made(("catalog",), "controls", "Controls", [category]))
    groups = [group for group in groups if group["categories"]]
    if not groups:
        raise OscalError(("catalog",), "The catalog has no controls.")
    origins = dict(_taken_out((), {"groups": groups}))
    made = {
        "key": key or _slug(title).replace("-", "_")[:60].strip("_"),
        "version": re.sub(r"[^0-9A-Za-z._+-]+", "-", str(about.get("version", "1")))[:40].strip("-._+") or "1",
        "title": title[:200],
        "source": f"{title}, version {about.get('version', '')} (OSCAL {version})"[:LONGEST],
        "note": NOTE,
        "applies": "chosen",
        "groups": groups,
    }
    return Converted(made, origins)


def _taken_out(path: Path, part: Any) -> Iterator[tuple[Path, Path]]:
    """Take the marks out of what was made, and yield where each part comes from."""
    if isinstance(part, dict):
        if FROM in part:
            yield path, part.pop(FROM)
        for key, value in part.items():
            yield from _taken_out((*path, key), value)
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _taken_out((*path, number), value)


def _group(path: Path, group: Mapping[str, Any], params: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    title = _text(group.get("title"), (*path, "title"))
    params = {**params, **_params(group)}
    categories = []
    if own := _controls(path, group, params):
        named = str(group.get("id", "")) or _slug(title)
        categories.append({"id": named, "title": title, "outcome": f"{title}.", "items": own, FROM: path})
    if depth > DEEPEST:
        raise OscalError(path, "Groups are nested too deeply.")
    for below, inner in _list(path, group, "groups"):
        categories += _group(below, inner, params, depth + 1)["categories"]
    return _made(path, _slug(str(group.get("id", "")) or title), title, categories)


def _made(path: Path, slug: str, title: str, categories: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": slug, "slug": slug, "title": title, "purpose": f"{title}.", "categories": categories, FROM: path}


def _controls(path: Path, part: Mapping[str, Any], params: Mapping[str, Any], depth: int = 0) -> list[dict[str, Any]]:
    if depth > DEEPEST:
        raise OscalError(path, "Controls are nested too deeply.")
    found = []
    for place, control in _list(path, part, "controls"):
        known = {**params, **_params(control)}
        if not any(
            prop.get("name") == "status" and str(prop.get("value")).lower() == "withdrawn" for _, prop in _list(place, control, "props")
        ):
            found.append(_item(place, control, known))
        found += _controls(place, control, known, depth + 1)
    return found


def _item(path: Path, control: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    identity = _text(control.get("id"), (*path, "id"))
    title = _text(control.get("title"), (*path, "title"))
    labels = [str(prop["value"]) for _, prop in _list(path, control, "props") if prop.get("name") == "label" and prop.get("value")]
    prose = [line for place, part in _list(path, control, "parts") if part.get("name") == STATEMENT for line in _prose(place, part, params)]
    evidence = [line.strip() for place, part in _list(path, control, "parts") for line in _objects(place, part)]
    return {
        "id": (labels[0] if labels else identity)[:80],
        "slug": _slug(identity)[:80],
        "title": title,
        "outcome": "\n".join(prose)[:LONGEST] or title,
        "question": f"Is “{title}” in place as the catalog states it?",
        "evidence": [line for line in evidence if line][:MOST_EVIDENCE],
        "scope": "system",
        FROM: path,
    }


def _prose(path: Path, part: Mapping[str, Any], params: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    label = next((f"{prop['value']} " for _, prop in _list(path, part, "props") if prop.get("name") == "label" and prop.get("value")), "")
    if prose := str(part.get("prose", "")).strip():
        yield f"{label}{_filled(prose, params)}"
    if depth < DEEPEST:
        for place, inner in _list(path, part, "parts"):
            yield from _prose(place, inner, params, depth + 1)


def _objects(path: Path, part: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    if part.get("name") == OBJECTS:
        yield from str(part.get("prose", "")).splitlines()
    if depth < DEEPEST:
        for place, inner in _list(path, part, "parts"):
            yield from _objects(place, inner, depth + 1)


def _params(part: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(param["id"]): param for _, param in _list((), part, "params") if "id" in param}


def _filled(prose: str, params: Mapping[str, Any], depth: int = 0) -> str:
    """Return prose with its parameters written out: their value, their choices, or what they stand for."""
    return INSERT.sub(lambda found: _value(found.group(1), params, depth), prose)


def _value(name: str, params: Mapping[str, Any], depth: int) -> str:
    param = params.get(name)
    if param is None or depth > DEEPEST:
        return f"[{name}]"
    if values := param.get("values"):
        return ", ".join(str(one) for one in values)
    select = param.get("select")
    if isinstance(select, dict) and select.get("choice"):
        return f"[one of: {'; '.join(_filled(str(one), params, depth + 1) for one in select['choice'])}]"
    return f"[{param.get('label', name)}]"


def _list(path: Path, part: Mapping[str, Any], key: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    found = part.get(key, [])
    if not isinstance(found, list):
        raise OscalError((*path, key), "This must be a list.")
    for number, one in enumerate(found):
        yield (*path, key, number), _mapping(one, (*path, key, number))


def _mapping(found: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise OscalError(path, "This must be a mapping of keys to values.")
    return found


def _text(found: Any, path: Path) -> str:
    if not isinstance(found, str) or not found.strip():
        raise OscalError(path, "Text is missing here.")
    return " ".join(found.split())[:LONGEST]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"
