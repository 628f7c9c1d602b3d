"""Frameworks as people upload them: YAML and OSCAL, faults by line, and what hiding and adding make of ours."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog import frameworkshape
from registry.catalog.loader import frameworks, shipped_framework
from registry.catalog.parsing import framework_from
from registry.exchange.framework_text import read_framework, write
from registry.exchange.json_lines import lines_of

GOOD = """\
key: house_rules
version: '1'
title: House rules
source: The organisation
note: Our own.
groups:
- id: first
  slug: first
  title: First
  purpose: To begin.
  categories:
  - id: a
    title: A
    outcome: It is so.
    items:
    - id: HR-1
      slug: hr-1
      title: Named owner
      outcome: Somebody answers for it.
      question: Is an owner named?
      evidence: [a minute]
"""
CATALOG = {
    "catalog": {
        "uuid": "6d0f3a0e-0000-4000-8000-000000000000",
        "metadata": {"title": "Made-up controls", "version": "2.0", "oscal-version": "1.1.2"},
        "params": [{"id": "who", "label": "a named role"}],
        "groups": [
            {
                "id": "ac",
                "title": "Access",
                "controls": [
                    {
                        "id": "ac-1",
                        "title": "Access policy",
                        "props": [{"name": "label", "value": "AC-1"}],
                        "params": [
                            {"id": "ac-1_prm_1", "values": ["yearly"]},
                            {"id": "ac-1_prm_2", "select": {"choice": ["by {{ insert: param, who }}", "by the board"]}},
                        ],
                        "parts": [
                            {
                                "name": "statement",
                                "prose": "A policy is:",
                                "parts": [
                                    {
                                        "name": "item",
                                        "props": [{"name": "label", "value": "a."}],
                                        "prose": "reviewed {{ insert: param, ac-1_prm_1 }}",
                                    },
                                    {"name": "item", "prose": "approved {{ insert: param, ac-1_prm_2 }}"},
                                ],
                            },
                            {"name": "assessment-method", "parts": [{"name": "assessment-objects", "prose": "policy\n\nminutes"}]},
                        ],
                        "controls": [{"id": "ac-1.1", "title": "Told to all", "parts": [{"name": "statement", "prose": "It is told."}]}],
                    },
                    {"id": "ac-2", "title": "Gone", "props": [{"name": "status", "value": "withdrawn"}]},
                ],
                "groups": [{"id": "acx", "title": "More access", "controls": [{"id": "acx-1", "title": "Keys"}]}],
            }
        ],
        "controls": [{"id": "zz-1", "title": "Loose"}],
    }
}


def lines(text: str) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.place, fault.text) for fault in read_framework(text).faults]


def test_a_framework_in_yaml_is_read():
    reading = read_framework(GOOD)
    assert reading.faults == ()
    made = framework_from(reading.content, "")
    assert [(item.id, item.question) for item in made.items] == [("HR-1", "Is an owner named?")]
    assert read_framework(GOOD, "other_key").content["key"] == "other_key"


@pytest.mark.parametrize(
    ("old", "new", "line", "place", "words"),
    [
        ("slug: hr-1", "slug: HR 1", 17, "groups[0].categories[0].items[0].slug", "no word for an address"),
        ("slug: hr-1", "slug: undo", 17, "groups[0].categories[0].items[0].slug", "no word for an address"),
        ("      question: Is an owner named?\n", "", 16, "groups[0].categories[0].items[0]", "The key question is missing"),
        ("note: Our own.", "note: Our own.\nweight: 3", 6, "weight", "This key is unknown here"),
        ("version: '1'", "version: 1", 2, "version", "Write text"),
        ("evidence: [a minute]", "evidence: a minute", 21, "groups[0].categories[0].items[0].evidence", "Write a list"),
        (
            "evidence: [a minute]",
            "lifecycle: [use]",
            21,
            "groups[0].categories[0].items[0].lifecycle",
            "not among the framework's lifecycle",
        ),
        ("key: house_rules", "key: House Rules", 1, "key", "Small letters"),
        ("key: house_rules", "key: upload", 1, "key", "is taken"),
        ("key: house_rules", "key: [upload]", 1, "key", "Write text"),
        ("note: Our own.", "note: Our own.\napplies: [always]", 6, "applies", "Write always"),
        ("evidence: [a minute]", "scope: [system]", 21, "groups[0].categories[0].items[0].scope", "Choose organisation"),
        ("note: Our own.", "note: Our own.\napplies: sometimes", 6, "applies", "Write always"),
        ("evidence: [a minute]", "crosswalk: {x: y}", 21, "groups[0].categories[0].items[0].crosswalk.x", "Write a mapping of frameworks"),
        (
            "evidence: [a minute]",
            "crosswalk: {x: {same: [y]}}",
            21,
            "groups[0].categories[0].items[0].crosswalk.x.same",
            "Choose among equal",
        ),
        ("note: Our own.", "note: Our own.\nlinked_by: Somebody", 6, "linked_by", "Write a mapping of words"),
        ("title: First", "title: [", 11, "", "This is not YAML"),
        ("title: First", "title: First\n  title: Again", 10, "", "occurs twice"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_path(old, new, line, place, words):
    [(found, where, told)] = lines(GOOD.replace(old, new))
    assert (found, where) == (line, place)
    assert words in told


def test_an_item_that_occurs_twice_is_told():
    twice = GOOD + GOOD[GOOD.index("    - id: HR-1") :]
    assert [(line, place.rpartition(".")[2]) for line, place, _ in lines(twice)] == [(22, "id"), (23, "slug")]


def test_what_is_misspelt_and_what_makes_no_sense_are_told_together():
    text = GOOD.replace("note: Our own.", "note: Our own.\nweight: 3") + GOOD[GOOD.index("    - id: HR-1") :].replace("hr-1", "HR 1")
    text = text.replace("      question: Is an owner named?\n", "", 1).replace("[a minute]", "[a minute]\n      lifecycle: [use]", 1)
    found = lines(text)
    words = ("unknown here", "question is missing", "not among the framework", "occurs twice", "no word for an address")
    assert [next(line for line, _, told in found if word in told) for word in words] == [6, 17, 22, 23, 24]
    assert len(found) == len(words)


ODD = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)), lambda inner: st.lists(inner, max_size=3))


@given(ODD, st.sampled_from(["groups", "lifecycle", "key", "id", "slug", "hidden", "crosswalk", "characteristics", "items"]))
def test_any_value_at_any_place_is_judged_and_never_breaks_the_judge(value, key):
    content = yaml.safe_load(GOOD)
    category = content["groups"][0]["categories"][0]
    place = content if key in {"groups", "lifecycle", "key"} else category if key == "items" else category["items"][0]
    place[key] = value
    assert isinstance(frameworkshape.problems(content), list)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "{}", "[1, 2]", "null"])
def test_what_is_no_framework_is_told(text):
    assert read_framework(text).faults


def test_aliases_that_explode_depth_and_size_are_refused():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "too large" in read_framework(bomb).faults[0].text
    assert "nested deeper" in read_framework("[" * 60 + "]" * 60).faults[0].text
    assert "too deeply" in read_framework('{"a":' + "[" * 100_000 + "]" * 100_000 + "}").faults[0].text
    assert "characters" in read_framework("x" * 5_000_001).faults[0].text
    assert "tag" in read_framework("key: !!python/object:os.system x\n").faults[0].text


def test_an_oscal_catalog_becomes_a_framework():
    reading = read_framework(json.dumps(CATALOG))
    assert reading.faults == ()
    made = framework_from(reading.content, "")
    assert (made.key, made.version, made.is_basic) == ("made_up_controls", "2.0", False)
    assert [item.id for item in made.items] == ["AC-1", "ac-1.1", "acx-1", "zz-1"]
    first = made.items[0]
    assert first.outcome == "A policy is:\na. reviewed yearly\napproved [one of: by [a named role]; by the board]"
    assert first.evidence == ("policy", "minutes")
    assert first.slug == "ac-1"
    assert [(group.title, [category.title for category in group.categories]) for group in made.groups] == [
        ("Access", ["Access", "More access"]),
        ("Controls", ["Controls"]),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one["metadata"].update({"oscal-version": "2.0"}), "1.1 is read"),
        (lambda one: one["metadata"].pop("title"), "Text is missing here"),
        (lambda one: one.update(groups=[], controls=[]), "no controls"),
        (lambda one: one.update(groups={}), "This must be a list"),
        (lambda one: one["groups"][0]["controls"].append("x"), "This must be a mapping"),
        (lambda one: one["groups"][0]["controls"][0].pop("title"), "Text is missing here"),
        (lambda one: one["controls"].append({"id": "zz-1", "title": "Again"}), "occurs twice"),
    ],
)
def test_a_catalog_that_is_not_whole_is_told(change, words):
    catalog = deepcopy(CATALOG)
    change(catalog["catalog"])
    faults = read_framework(json.dumps(catalog, indent=1)).faults
    assert words in faults[0].text


def test_a_fault_of_a_catalog_names_its_line():
    catalog = deepcopy(CATALOG)
    del catalog["catalog"]["metadata"]["title"]
    text = json.dumps(catalog, indent=1)
    [fault] = read_framework(text).faults
    assert '"metadata"' in text.splitlines()[fault.line - 1]
    assert fault.place == "catalog.metadata.title"


def test_a_fault_of_what_a_catalog_became_names_the_control_and_its_line():
    catalog = deepcopy(CATALOG)
    catalog["catalog"]["controls"].append({"id": "zz-1", "title": "Said again"})
    text = json.dumps(catalog, indent=1)
    found = read_framework(text).faults
    assert {fault.place for fault in found} == {"catalog.controls[1]"}
    assert text.splitlines()[found[0].line].strip() == '"id": "zz-1",'
    assert "Said again" in text.splitlines()[found[0].line + 1]


def test_a_fault_of_a_large_catalog_names_its_line_too():
    catalog = deepcopy(CATALOG)
    parts = [{"name": "guidance", "prose": "Words. " * 20} for _ in range(15_000)]
    catalog["catalog"]["controls"][0]["parts"] = parts
    catalog["catalog"]["controls"].append({"id": "zz-2"})
    text = json.dumps(catalog, indent=1)
    assert 2_000_000 < len(text) < 5_000_000
    [fault] = read_framework(text).faults
    assert fault.place == "catalog.controls[1].title"
    assert '"id": "zz-2"' in text.splitlines()[fault.line]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1]))
def test_every_value_of_a_json_text_begins_on_the_line_that_is_told(value, indent):
    def paths(part, path=()):
        yield path
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            yield from paths(inner, (*path, key))

    text = json.dumps(value, indent=indent)
    every = list(paths(value))
    found = lines_of(text, every)
    assert set(found) == set(every)
    if indent:
        assert sorted(found.values()) == [found[path] for path in every]
        for path in every[1:]:
            line = text.splitlines()[found[path] - 1].strip()
            assert line.startswith(
                json.dumps(path[-1]) if isinstance(path[-1], str) else ("{", "[", '"', "n", "t", "f", "-", *"0123456789")
            )
    else:
        assert set(found.values()) == {1}


def test_parameters_that_name_each_other_come_to_an_end():
    catalog = deepcopy(CATALOG)
    first = catalog["catalog"]["groups"][0]["controls"][0]
    first["params"] = [{"id": "ac-1_prm_1", "select": {"choice": ["{{ insert: param, ac-1_prm_1 }}"]}}]
    assert read_framework(json.dumps(catalog)).content is not None


@pytest.mark.parametrize("key", sorted(frameworks()))
def test_every_shipped_framework_is_sound_and_comes_back_as_it_was_written(key):
    content = shipped_framework(key)
    assert frameworkshape.problems(content) == []
    assert yaml.safe_load(write(content)) == content


def test_hiding_and_adding_leave_ours_as_it_is_and_are_laid_over_the_next():
    shipped = shipped_framework("privacy_review")
    before = deepcopy(shipped)
    changed = frameworkshape.with_hidden(shipped, "PR-2", value=True)
    own = {"title": "Ours", "question": "Is it ours?", "outcome": "It is ours."}
    changed = frameworkshape.with_question(changed, 0, 0, own)
    changed = frameworkshape.with_question(changed, 0, 0, own)
    assert shipped == before
    made = framework_from(changed, "")
    ids = {item.id for item in made.items}
    assert "PR-2" not in ids
    assert {"OWN 1", "OWN 2"} <= ids
    again = framework_from(frameworkshape.laid_over(shipped, changed), "")
    assert {item.id for item in again.items} == ids
    shown = frameworkshape.without_question(frameworkshape.with_hidden(changed, "PR-2", value=False), "OWN 1")
    found = frameworkshape.move(made, framework_from(shown, ""))
    assert ([item.id for item in found.added], [item.id for item in found.gone]) == (["PR-2"], ["OWN 1"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "key",
                        "version",
                        "title",
                        "source",
                        "note",
                        "groups",
                        "categories",
                        "items",
                        "id",
                        "slug",
                        "catalog",
                        "metadata",
                        "controls",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_json_says_is_a_framework_or_told(value):
    reading = read_framework(json.dumps(value))
    assert (reading.content is None) == bool(reading.faults)
