"""A policy as somebody types it: YAML in, a policy or everything that is wrong with it, by line and path.

The rule: plain YAML only. No anchors, no tags, no key twice and no depth that
a policy has no use for, so that what is read is what stands there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import yaml

from governance.gate.policy import Policy, PolicyError
from governance.gate.shape import Path, Problem, problems_of
from registry.catalog.loader import frameworks
from registry.catalog.schema import Framework

LONGEST: Final = 60_000
DEEPEST: Final = 8
NONE: Final[Mapping[str, Framework]] = MappingProxyType({})


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a text, and where: line and column from 1, and the path, if one is known."""

    line: int
    column: int
    place: str
    text: str


@dataclass(frozen=True)
class Reading:
    """What came of a text: a policy, or faults in the order of the lines."""

    policy: Policy | None
    faults: tuple[Fault, ...]


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses what a policy has no use for."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse anchors, aliases, tags and depth before anything is built."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refused("anchors and aliases are not read; write it out", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _refused("tags are not read", event.start_mark)
        if self.depth >= DEEPEST:
            raise _refused("this is nested too deeply", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def load_policy(text: str, place: str) -> Policy:
    """Read a policy from YAML.

    Raises:
        PolicyError: it is not YAML, or not a policy; the message names the first thing that is wrong.
    """
    reading = read(text)
    if reading.policy is None:
        first = reading.faults[0]
        message = f"{place}: {_told(first)}"
        raise PolicyError(message)
    return reading.policy


def read(text: str, *, key: str = "", environments: Collection[str] | None = None, further: Mapping[str, Framework] = NONE) -> Reading:
    """Read a policy and say everything that is wrong with it.

    Args:
        text: YAML.
        key: the key that it must have; any when empty.
        environments: those that there are; not asked when None.
        further: frameworks that there are besides those that Assay ships, and ours as they are changed here.
    """
    if len(text) > LONGEST:
        return Reading(None, (Fault(1, 1, "", f"The text is longer than {LONGEST:,} characters."),))
    try:
        node = yaml.compose(text, Loader=_Loader)
        content = _Loader(text).get_single_data() if node else None
    except yaml.YAMLError as error:
        return Reading(None, (_of_yaml(error),))
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        return Reading(None, (Fault(1, 1, "", "A policy must be a mapping of keys to values."),))
    problems = list(_twice(node)) or list(problems_of(content))
    if not problems:
        policy = Policy.built_from(content)
        problems = [*policy.problems(), *_unknown(policy, key, environments, {**frameworks(), **further})]
        if not problems:
            return Reading(policy, ())
    faults = [_fault(node, problem) for problem in problems]
    return Reading(None, tuple(sorted(faults, key=lambda fault: (fault.line, fault.column))))


def _refused(message: str, mark: yaml.Mark) -> yaml.composer.ComposerError:
    return yaml.composer.ComposerError(None, None, message, mark)


def _told(fault: Fault) -> str:
    return fault.text[0].lower() + fault.text[1:] if not fault.place else fault.text


def _of_yaml(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    text = f"Not valid YAML: {said}."
    return Fault(mark.line + 1, mark.column + 1, "", text) if mark else Fault(1, 1, "", text)


def _twice(node: yaml.Node, path: Path = ()) -> Iterator[Problem]:
    """Return each key that is written twice; plain YAML keeps the last one without a word."""
    if isinstance(node, yaml.MappingNode):
        names = [str(key.value) for key, _ in node.value]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield Problem((*path, name), f"the key “{name}” is written twice", is_of_value=False)
        for key, value in node.value:
            yield from _twice(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _twice(value, (*path, number))


def _unknown(policy: Policy, key: str, environments: Collection[str] | None, known: Mapping[str, Framework]) -> Iterator[Problem]:
    """Return what the policy names that there is not."""
    if key and policy.key != key:
        yield Problem(("key",), f"must stay {key}; another tier or environment has a policy of its own")
    if environments is not None:
        if policy.environment not in environments:
            yield Problem(("environment",), f"names “{policy.environment}”; choose from {', '.join(environments)}")
        if policy.preceding is not None and policy.preceding.environment not in environments:
            yield Problem(("preceding", "environment"), f"names “{policy.preceding.environment}”; choose from {', '.join(environments)}")
        yield from _unknown_items(policy, known)


def _unknown_items(policy: Policy, known: Mapping[str, Framework]) -> Iterator[Problem]:
    for number, rule in enumerate(policy.frameworks):
        if rule.framework not in known:
            yield Problem(("frameworks", number, "framework"), f"names “{rule.framework}”; choose from {', '.join(known)}")
            continue
        ids = {item.id for item in known[rule.framework].items}
        for word, items in (("must_hold", rule.must_hold), ("must_be_yes", rule.must_be_yes)):
            if absent := [item for item in items if item not in ids]:
                yield Problem(("frameworks", number, word), f"names {', '.join(absent)}, which {rule.framework} does not have")


def _fault(node: yaml.Node, problem: Problem) -> Fault:
    mark = _mark(node, problem.path)
    return Fault(mark.line + 1, mark.column + 1, problem.place, problem.sentence)


def _mark(node: yaml.Node, path: Iterable[str | int]) -> yaml.Mark:
    """Return where a path stands: its key, or the last part of it that there is."""
    mark = node.start_mark
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if str(key.value) == part]
            if not found:
                break
            mark, node = found[-1][0].start_mark, found[-1][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
    return mark
