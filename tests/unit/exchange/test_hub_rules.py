"""What the Hub would refuse is said before, with its line."""

from __future__ import annotations

import pytest

from registry.exchange import formats
from registry.exchange.hub_rules import findings
from tests import samples

GOOD = """---
license: mit
language: 'no'
tags: [a]
datasets: [beans]
model-index:
- name: mine
  results:
  - task: {type: text-classification}
    dataset: {type: beans, name: Beans}
    metrics:
    - {type: accuracy, value: 0.9}
---
# Mine
"""


def test_a_good_card_gives_no_findings():
    assert findings("model_card", GOOD) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("datasets: [beans]", "datasets: null", 5, "“datasets” holds nothing"),
        ("datasets: [beans]", "datasets:\n- beans\n- null", 7, "entry 2 of “datasets” is nothing"),
        ("datasets: [beans]", "datasets: [1]", 5, "put it in quotation marks"),
        ("tags: [a]", "tags: a", 4, "“tags” must be a list of text"),
        ("license: mit", "license: MIT License", 2, "is not a value that the Hub knows"),
        ("language: 'no'", "language: false", 3, "“language” must be text"),
        ("language: 'no'", "language: [en, German]", 3, "“German” is no language code"),
        ("- name: mine", "- named: mine", 7, "needs a name"),
        ("    dataset: {type: beans, name: Beans}\n", "    dataset: null\n", 10, "needs “dataset”"),
        ("    dataset: {type: beans, name: Beans}\n", "", 9, "needs “dataset”"),
        ("{type: text-classification}", "{name: x}", 9, "“task” of a result needs “type”"),
        ("{type: accuracy, value: 0.9}", "{type: accuracy}", 12, "a metric needs a value"),
        ("{type: accuracy, value: 0.9}", "{value: 1}", 12, "a metric needs “type”"),
        ("    metrics:\n    - {type: accuracy, value: 0.9}\n", "    metrics: []\n", 11, "needs a list of metrics"),
        ("license: mit", "license: [mit", 3, "not valid YAML"),
    ],
)
def test_what_the_hub_refuses_is_named_with_its_line(before, after, line, words):
    assert before in GOOD
    found = [one for one in findings("model_card", GOOD.replace(before, after)) if one.is_error]
    assert [one for one in found if words in one.sentence and one.line == line], [str(one) for one in found]


def test_unknown_keys_and_a_nameless_licence_are_said_but_no_error():
    found = findings("model_card", GOOD.replace("license: mit", "license: other\ncustom: 1"))
    assert [(one.line, one.is_error) for one in found] == [(2, False), (3, False)]


def test_a_dataset_card_has_its_own_keys():
    text = "---\nsize_categories: [1K<n<10K]\ntask_ids: [x]\nmodel-index: []\nconfigs: a\n---\n"
    assert [one.line for one in findings("datasheet", text)] == [4, 5]


@pytest.mark.parametrize("name", [name for name, expected in samples.documents(samples.CARDS) if expected["front_matter"] == "mapping"])
def test_real_cards_pass_before_and_after(name):
    raw = (samples.CARDS / name).read_bytes()
    found = formats.read(raw)
    written = formats.write("huggingface", found.template, found.content)
    assert [one for one in findings(found.template, written) if one.is_error] == []
