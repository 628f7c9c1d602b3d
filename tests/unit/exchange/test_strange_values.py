"""Known keys with values that nobody expects: read or kept, never a crash, and always brought back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange import formats, hub_rules, huggingface
from registry.exchange.front_matter import kept_mapping
from registry.exchange.imported import FRONT_MATTER
from registry.exchange.vocabulary import vocabulary
from registry.exchange.yaml_text import write

KEYS = sorted({*vocabulary("model_card").keys.values(), *vocabulary("datasheet").keys.values(), "pipeline_tag", "co2_eq_emissions", "odd"})
WORDS = ["name", "results", "metrics", "dataset", "type", "value", "args", "task", "emissions", "hardware_used", "slice", "x"]
leaves = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from([0.5, "mit", "no", "a b", "", "org/name", "accuracy"]))


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)


values = st.recursive(leaves, grown, max_leaves=12)
metrics = st.lists(st.dictionaries(st.sampled_from(["type", "name", "value", "args"]), values, max_size=4) | leaves, max_size=3)
results = st.lists(st.fixed_dictionaries({}, optional={"task": values, "dataset": values, "metrics": metrics}) | leaves, max_size=3)
indexes = st.lists(st.fixed_dictionaries({}, optional={"name": leaves, "results": results}) | leaves, max_size=3)
fronts = st.dictionaries(st.sampled_from(KEYS), values, max_size=5) | st.fixed_dictionaries({"model-index": indexes})


@given(fronts, st.sampled_from(["model_card", "datasheet"]))
def test_any_front_matter_comes_back_key_by_key(front, key):
    found = huggingface.read(f"---\n{write(front)}---\n# Mine\n".encode(), key)
    assert found.front_matter == front
    text = huggingface.write(key, found.content)
    again = huggingface.read(text.encode(), key)
    assert {name: again.front_matter[name] for name in front} == front
    assert again.fields == found.fields
    for one in hub_rules.findings(key, text):
        assert one.line >= 1


@given(fronts, st.sampled_from(["license", "tags", "unitary_results", "base_model", "languages"]))
def test_a_field_that_was_changed_is_what_the_next_import_reads(front, name):
    changed: dict[str, Any] = {
        "license": "apache-2.0",
        "tags": ["new", "no"],
        "unitary_results": [{"metric": "m", "value": "0.50", "slice": "s", "dataset": "d"}, {"metric": "n"}],
        "base_model": ["https://huggingface.co/a/b", "https://a.example/b"],
        "languages": ["German"],
    }
    content = {**huggingface.read(f"---\n{write(front)}---\n# Mine\n".encode(), "model_card").content, name: changed[name]}
    again = huggingface.read(huggingface.write("model_card", content).encode(), "model_card")
    assert again.fields[name] == changed[name]


@given(
    st.dictionaries(
        st.sampled_from(["name", "description", "creator", "license", "rai:dataBiases", "isBasedOn", "@context", "version"]), values
    )
)
def test_any_croissant_comes_back_as_it_was(value):
    value = {**value, "@type": "sc:Dataset"}
    found = formats.read(json.dumps(value).encode())
    assert json.loads(formats.write("croissant", "datasheet", found.content)) == value


@given(
    st.fixed_dictionaries(
        {"model_details": st.dictionaries(st.sampled_from(["name", "owners", "version", "licenses", "references", "citations"]), values)},
        optional={
            "model_parameters": values,
            "considerations": values,
            "quantitative_analysis": st.fixed_dictionaries({"performance_metrics": values}),
        },
    )
)
def test_any_card_of_the_toolkit_is_kept_whole(value):
    found = formats.read(json.dumps(value).encode())
    kept = kept_mapping(found.kept[FRONT_MATTER])
    assert kept is not None
    assert kept["model_card_toolkit"] == value


@pytest.mark.parametrize(
    ("front", "fields"),
    [
        ("co2_eq_emissions: 12", [{"what": "Emissions (training)", "amount": "12 g CO2e"}]),
        (
            "co2_eq_emissions: {emissions: 0.5, training_type: fine-tuning, hardware_used: A100, geographical_location: Bern}",
            [{"what": "Emissions (fine-tuning)", "amount": "0.5 g CO2e", "hardware": "A100", "place": "Bern"}],
        ),
        ("co2_eq_emissions: true", None),
    ],
)
def test_emissions_become_a_row(front, fields):
    found = huggingface.read(f"---\n{front}\n---\n".encode(), "model_card")
    assert found.fields.get("environmental") == fields


def test_what_was_typed_by_hand_as_front_matter_is_exported():
    text = huggingface.write("model_card", {"front_matter": "gated: true\nlicense: mit", "model_name": "Mine"})
    assert huggingface.read(text.encode(), "model_card").front_matter == {"gated": True, "license": "mit"}
    text = huggingface.write("model_card", {"front_matter": "not: [yaml", "model_name": "Mine"})
    found = huggingface.read(text.encode(), "model_card")
    assert (found.front_matter, found.content["front_matter"]) == ({}, "not: [yaml")


def test_an_outline_that_is_nonsense_is_ignored_and_one_that_is_edited_is_followed():
    content = {"model_name": "Mine", "overview": "O.", "citation": "C.", "further_text": "## A\n\na\n\n### B\n\nb"}
    text = huggingface.write("model_card", {**content, "outline": ["nonsense", "## X = nothing", "no heading = citation"]})
    assert huggingface.read(text.encode(), "model_card").fields == {name: content[name] for name in ("model_name", "overview", "citation")}
    outline = ["# Mine = model_name", "## Citing = citation", "## A = -", "(opening) = overview", "## Gone = license"]
    text = huggingface.write("model_card", {**content, "outline": outline})
    assert text.index("## Citing") < text.index("a\n\n### B\n\nb") < text.index("O.")
    assert "assay:" not in text
    again = huggingface.read(text.encode(), "model_card")
    assert {**again.fields, "further_text": again.content["further_text"]} == content
