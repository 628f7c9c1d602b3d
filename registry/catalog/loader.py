"""Reading templates and frameworks from YAML; each file is read once.

A template that an organisation changed is an edition, named by the digest of
its content. Where editions are kept is not known here: the app's
configuration gives ``use_editions`` a way to find one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from registry.catalog.parsing import framework_from, load_framework, load_template, template_from, yaml_of
from registry.catalog.schema import Framework, Template, UnknownItemError
from registry.digest import canonical, sha256
from registry.memo import Memo

DIGEST: Final = 64
DATA: Final = Path(__file__).parent / "data"


E = TypeVar("E", bound=Template | Framework)


class _Editions(Generic[E]):
    """The way to editions by their digest; nothing is found until the app says how a text is."""

    def __init__(self, read: Callable[[Mapping[str, Any], str], E]) -> None:
        self.find: Callable[[str], str | None] = lambda _: None
        self._read = read
        self._memo: Memo[E] = Memo(200)

    def edition(self, digest: str) -> E:
        """Return an edition.

        Raises:
            LookupError: it is not kept here, or its text is not the one that the digest names.
        """
        return self._memo.of(digest, lambda: self._found(digest))

    def _found(self, digest: str) -> E:
        text = self.find(digest) if len(digest) == DIGEST else None
        found = self._read(json.loads(text), digest) if text is not None else None
        if found is None or found.digest != digest:
            raise LookupError(digest)
        return found


_TEMPLATES: Final = _Editions(template_from)
_FRAMEWORKS: Final = _Editions(framework_from)


@cache
def templates() -> Mapping[str, Template]:
    """Return every template by key."""
    found = [load_template(path.read_text(), path.name) for path in sorted((DATA / "templates").glob("*.yaml"))]
    return MappingProxyType({template.key: template for template in found})


@cache
def earlier_contents() -> Mapping[str, dict[str, Any]]:
    """Return what the files of templates held that Assay shipped before, by digest, so that documents stay on them."""
    found = [yaml_of(path.read_text(), path.name) for path in sorted((DATA / "templates" / "earlier").glob("*.yaml"))]
    return MappingProxyType({sha256(canonical(content)): content for content in found})


@cache
def earlier_templates() -> Mapping[str, Template]:
    """Return every template that Assay shipped before, by digest."""
    return MappingProxyType({digest: template_from(content, digest) for digest, content in earlier_contents().items()})


@cache
def shipped_templates(key: str) -> tuple[Template, ...]:
    """Return every edition of a template that Assay ever shipped, the present one first."""
    earlier = [one for one in earlier_templates().values() if one.key == key]
    return (template(key), *sorted(earlier, key=lambda one: int(one.version), reverse=True))


@cache
def frameworks() -> Mapping[str, Framework]:
    """Return every framework by key."""
    found = [load_framework(path.read_text(), path.name) for path in sorted((DATA / "frameworks").glob("*.yaml"))]
    return MappingProxyType({framework.key: framework for framework in found})


def use_editions(find: Callable[[str], str | None]) -> None:
    """Say how the canonical text of an edition of a template is found by its digest."""
    _TEMPLATES.find = find


def template(name: str) -> Template:
    """Return one template.

    Args:
        name: a key for the shipped template, such as ``model_card``, or a key
            and the digest of an edition, ``model_card@3f…``. An edition that
            is not kept here any more falls back to the shipped template.

    Raises:
        UnknownItemError: there is none of this key.
    """
    key, _, digest = name.partition("@")
    if key not in templates():
        message = f"There is no template “{key}”."
        raise UnknownItemError(message)
    shipped = templates()[key]
    if digest in {"", shipped.digest}:
        return shipped
    if digest in earlier_templates():
        return earlier_templates()[digest]
    try:
        return _TEMPLATES.edition(digest)
    except LookupError:
        return shipped


def name_of(key: str, digest: str) -> str:
    """Return what ``template`` finds an edition by; a shipped template is named by its key alone."""
    return key if key in templates() and templates()[key].digest == digest else f"{key}@{digest}"


def key_of(name: str) -> str:
    """Return the key in a template's name."""
    return name.partition("@")[0]


@cache
def shipped_content(key: str) -> dict[str, Any]:
    """Return what the file of the present shipped template holds; take care not to change it."""
    return yaml_of((DATA / "templates" / f"{template(key).key}.yaml").read_text(), key)


@cache
def earlier_frameworks() -> Mapping[str, Framework]:
    """Return every framework that Assay shipped before, by digest, so that answers stay on the questions that they were given to."""
    found = [load_framework(path.read_text(), path.name) for path in sorted((DATA / "frameworks" / "earlier").glob("*.yaml"))]
    return MappingProxyType({one.digest: one for one in found})


def use_framework_editions(find: Callable[[str], str | None]) -> None:
    """Say how the canonical text of an edition of a framework is found by its digest."""
    _FRAMEWORKS.find = find


def framework(name: str) -> Framework:
    """Return one framework.

    Args:
        name: a key for the shipped framework, such as ``nist_ai_rmf``, or a
            key and the digest of an edition, ``nist_ai_rmf@3f…``. An edition
            that is not kept here any more falls back to the shipped one.

    Raises:
        UnknownItemError: there is none of this key.
    """
    key, _, digest = name.partition("@")
    shipped = frameworks().get(key)
    if shipped is not None and digest in {"", shipped.digest}:
        return shipped
    if digest in earlier_frameworks():
        return earlier_frameworks()[digest]
    try:
        return _FRAMEWORKS.edition(digest)
    except LookupError as error:
        if shipped is not None:
            return shipped
        message = f"There is no framework “{key}”."
        raise UnknownItemError(message) from error


def framework_of(reference: Mapping[str, str]) -> Framework | None:
    """Return the framework that a snapshot names, in that edition where it is kept; None where there is none of the key."""
    try:
        return framework(f"{reference['key']}@{reference['digest']}")
    except UnknownItemError:
        return None


@cache
def shipped_framework(key: str) -> dict[str, Any]:
    """Return what the file of a shipped framework holds; take care not to change it."""
    return yaml_of((DATA / "frameworks" / f"{frameworks()[key].key}.yaml").read_text(), key)
