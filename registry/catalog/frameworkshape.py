"""Whether a framework that somebody wrote is whole, and what hiding and adding make of one of ours; pure.

The rule: functions work on the content of a framework's file (``dict``), hand
back a new one, and never change what they were given. Of ours nothing changes
but what is hidden; questions of an organisation have ids of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from registry.catalog.crosswalk import Kind
from registry.catalog.editions import Path, Problem
from registry.catalog.parsing import framework_from
from registry.catalog.schema import CatalogError, Framework, Item

KEY: Final = re.compile(r"[a-z][a-z0-9_]{2,59}")
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
VERSION: Final = re.compile(r"[0-9A-Za-z][ -~]{0,39}")
# Words of the addresses beside a framework.
TAKEN_KEYS: Final = frozenset({"upload"})
# Words of the addresses below a checklist.
TAKEN: Final = frozenset({"at-once", "choose", "undo", "move"})
SCOPES: Final = ("organisation", "system")
APPLIES: Final = ("always", "chosen", "eu-high-risk", "generative")
OWN: Final = "OWN"
LONGEST: Final = 4_000
LONGEST_ID: Final = 80
MOST_ITEMS: Final = 1_000
LINKS: Final = f"Write a mapping of frameworks to lists of ids, or to a mapping of {', '.join(Kind)} to lists of ids."
TOP: Final = ("key", "version", "title", "source", "note", "groups")
TOP_MORE: Final = ("applies", "lifecycle", "characteristics", "scoring", "linked_by")
GROUP: Final = ("id", "slug", "title", "purpose", "categories")
CATEGORY: Final = ("id", "title", "outcome", "items")
ITEM: Final = ("id", "slug", "title", "outcome", "question")
ITEM_MORE: Final = ("evidence", "lifecycle", "characteristics", "scope", "crosswalk", "hidden", "own")


@dataclass(frozen=True)
class Move:
    """What moving from one edition of a framework to another changes.

    Attributes:
        added: items that are asked anew.
        gone: items that are asked no more; their answers are kept.
        reworded: items whose question or outcome differ.
    """

    added: tuple[Item, ...]
    gone: tuple[Item, ...]
    reworded: tuple[Item, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing that is asked changes."""
        return not (self.added or self.gone or self.reworded)


def move(before: Framework, after: Framework) -> Move:
    """Return what moving from one edition to another changes."""
    old, new = ({item.id: item for item in one.items} for one in (before, after))
    return Move(
        added=tuple(item for key, item in new.items() if key not in old),
        gone=tuple(item for key, item in old.items() if key not in new),
        reworded=tuple(
            item for key, item in new.items() if key in old and (item.question, item.outcome) != (old[key].question, old[key].outcome)
        ),
    )


def problems(content: Any) -> list[Problem]:
    """Return everything that is wrong with a framework's content; empty when it is sound."""
    if not isinstance(content, dict):
        return [Problem((), f"Write a mapping with the keys {', '.join(TOP)}.")]
    shape = [*_keys((), content, TOP, TOP_MORE), *_head(content), *_groups(content.get("groups"))]
    found = [*shape, *_sense(content, {one.path for one in shape})]
    if not found:
        try:
            framework_from(content, "the framework")
        except CatalogError as error:
            found = [Problem((), error.message)]
    return found


def rows(content: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every item with its path and its category, hidden ones too."""
    for number, group in enumerate(content["groups"]):
        for place, category in enumerate(group["categories"]):
            for last, item in enumerate(category["items"]):
                yield ("groups", number, "categories", place, "items", last), category, item


def with_hidden(content: Mapping[str, Any], item_id: str, *, value: bool) -> dict[str, Any]:
    """Return the content with an item hidden, or shown again."""
    new = deepcopy(dict(content))
    for _, _, item in rows(new):
        if item["id"] == item_id and isinstance(item, dict):
            item.pop("hidden", None)
            if value:
                item["hidden"] = True
    return new


def with_question(content: Mapping[str, Any], group: int, category: int, question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with a question of the organisation's own at the end of a category."""
    new = deepcopy(dict(content))
    numbers = [int(item["id"].split()[-1]) for _, _, item in rows(new) if item.get("own")]
    number = max(numbers, default=0) + 1
    own = {"id": f"{OWN} {number}", "slug": f"{OWN.lower()}-{number}", "scope": "system", "own": True, **question}
    new["groups"][group]["categories"][category]["items"].append(own)
    return new


def without_question(content: Mapping[str, Any], item_id: str) -> dict[str, Any]:
    """Return the content without a question of the organisation's own."""
    new = deepcopy(dict(content))
    for group in new["groups"]:
        for category in group["categories"]:
            category["items"] = [item for item in category["items"] if not (item.get("own") and item["id"] == item_id)]
    return new


def laid_over(shipped: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return ours as it is shipped now, with what an earlier edition hides and adds."""
    new = deepcopy(dict(shipped))
    hidden = {item["id"] for _, _, item in rows(earlier) if item.get("hidden")}
    own = [(category["id"], item) for _, category, item in rows(earlier) if item.get("own")]
    places = {category["id"]: category for group in new["groups"] for category in group["categories"]}
    last = new["groups"][-1]["categories"][-1]
    for _, _, item in rows(new):
        if item["id"] in hidden and isinstance(item, dict):
            item["hidden"] = True
    for category_id, item in own:
        places.get(category_id, last)["items"].append(deepcopy(dict(item)))
    return new


def _keys(path: Path, part: Mapping[Any, Any], needed: Sequence[str], more: Collection[str] = ()) -> Iterator[Problem]:
    for key in part.keys() - {*needed, *more}:
        yield Problem((*path, str(key)), f"This key is unknown here. Known are {', '.join([*needed, *more])}.")
    for key in needed:
        if key not in part:
            yield Problem(path, f"The key {key} is missing.")
        elif key not in {"groups", "categories", "items"} and not _is_text(part[key]):
            yield Problem((*path, key), f"Write text of 1 to {LONGEST:,} characters, in quotes if it looks like a number.")


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST


def _head(content: Mapping[str, Any]) -> Iterator[Problem]:
    for key, pattern, sentence in (
        ("key", KEY, "Small letters, digits and _, beginning with a letter, 3 to 60 of them."),
        ("version", VERSION, "At most 40 plain letters, digits and signs, beginning with a letter or digit; in quotes."),
    ):
        if _is_text(content.get(key)) and not pattern.fullmatch(content[key]):
            yield Problem((key,), sentence)
    if _is_text(content.get("key")) and content["key"] in TAKEN_KEYS:
        yield Problem(("key",), f"“{content['key']}” is taken. Choose another word.")
    if content.get("applies", "always") not in APPLIES:
        yield Problem(
            ("applies",),
            "Write always (every model is asked), chosen (people choose it), or what the triage finds: eu-high-risk or generative.",
        )
    if not isinstance(content.get("scoring", {}), dict):
        yield Problem(("scoring",), "Write a mapping with rule and bands.")
    for key in ("lifecycle", "characteristics", "linked_by"):
        words = content.get(key, {})
        if not isinstance(words, dict) or not all(isinstance(one, str) and _is_text(title) for one, title in words.items()):
            yield Problem((key,), "Write a mapping of words to their titles.")


def _groups(groups: Any) -> Iterator[Problem]:
    for path, group in _listed(("groups",), groups):
        yield from _keys(path, group, GROUP)
        for below, category in _listed((*path, "categories"), group.get("categories")):
            yield from _keys(below, category, CATEGORY)
            for place, item in _listed((*below, "items"), category.get("items")):
                yield from _keys(place, item, ITEM, ITEM_MORE)
                yield from _item(place, item)
            yield from _not_a_list((*below, "items"), category.get("items"))
        yield from _not_a_list((*path, "categories"), group.get("categories"))
    yield from _not_a_list(("groups",), groups)


def _listed(path: Path, found: Any) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if isinstance(found, list):
        yield from (((*path, number), one) for number, one in enumerate(found) if isinstance(one, dict))


def _not_a_list(path: Path, found: Any) -> Iterator[Problem]:
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        yield Problem(path, "Write a list of mappings, with at least one.")


def _item(path: Path, item: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("evidence", "lifecycle", "characteristics"):
        if not isinstance(words := item.get(key, []), list) or not all(_is_text(one) for one in words):
            yield Problem((*path, key), "Write a list of texts.")
    if item.get("scope", "system") not in SCOPES:
        yield Problem((*path, "scope"), f"Choose {' or '.join(SCOPES)}.")
    for key in ("hidden", "own"):
        if not isinstance(item.get(key, False), bool):
            yield Problem((*path, key), "Write true or false.")
    yield from _linked((*path, "crosswalk"), item.get("crosswalk", {}))


def _linked(path: Path, links: Any) -> Iterator[Problem]:
    if not isinstance(links, dict):
        yield Problem(path, LINKS)
        return
    for key, others in links.items():
        place = (*path, str(key))
        if isinstance(others, dict):
            yield from (Problem((*place, str(word)), f"Choose among {', '.join(Kind)}.") for word in others if word not in set(Kind))
        for ids in others.values() if isinstance(others, dict) else [others]:
            if not isinstance(ids, list) or not all(_is_text(one) for one in ids):
                yield Problem(place, LINKS)


def _sense(content: Mapping[str, Any], broken: Collection[Path]) -> Iterator[Problem]:
    """Return what makes no sense, as far as it can be read; ``broken`` are the places that are told already."""
    groups = list(_listed(("groups",), content.get("groups")))
    found = [
        one
        for path, group in groups
        for below, part in _listed((*path, "categories"), group.get("categories"))
        for one in _listed((*below, "items"), part.get("items"))
    ]
    if len(found) > MOST_ITEMS:
        yield Problem(("groups",), f"{len(found)} items are too many; {MOST_ITEMS} are allowed.")
    if found and all(item.get("hidden") is True for _, item in found):
        yield Problem(("groups",), "Every item is hidden; at least one must be asked.")
    yield from _once(found, "id")
    yield from _once(found, "slug")
    yield from _once(groups, "slug")
    for path, part in [*found, *groups]:
        yield from _named(path, part)
    for path, item in found:
        for key in ("lifecycle", "characteristics"):
            if not {(key,), (*path, key)} & set(broken):
                yield from _words((*path, key), item.get(key, ()), content.get(key, {}))


def _named(path: Path, part: Mapping[str, Any]) -> Iterator[Problem]:
    slug, name = part.get("slug"), part.get("id")
    if _is_text(slug) and (not SLUG.fullmatch(slug) or slug in TAKEN):
        rule = f"small letters, digits and -, not {', '.join(sorted(TAKEN))}"
        yield Problem((*path, "slug"), f"“{slug[:80]}” is no word for an address: {rule}.")
    if _is_text(name) and len(name) > LONGEST_ID:
        yield Problem((*path, "id"), f"An id has at most {LONGEST_ID} characters.")


def _words(path: Path, words: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    for word in words:
        if word not in known:
            yield Problem(path, f"“{word}” is not among the framework's {path[-1]}.")


def _once(found: Sequence[tuple[Path, Mapping[str, Any]]], key: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, part in found:
        if not _is_text(word := part.get(key)):
            continue
        if word in seen:
            yield Problem((*path, key), f"The {key} “{word[:80]}” occurs twice.")
        seen.add(word)
