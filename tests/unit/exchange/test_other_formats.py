"""Croissant, the Model Card Toolkit and CycloneDX: what goes in, what comes out, and that it is valid."""

from __future__ import annotations

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog.loader import template
from registry.exchange import formats
from registry.exchange.about import About, File
from registry.exchange.imported import FRONT_MATTER, ExchangeError
from registry.exchange.values import exact_value
from tests import factories, samples
from tests.unit.exchange.writing import contents, texts

TITANIC = samples.DATASHEETS / "croissant_titanic.json"
ABOUT = About("Scoring", "2.1.0", "model:scoring:2.1.0", (File("a.bin", "ab" * 32), File("b.bin", "cd" * 32)))
SMALL = {
    "@context": "https://schema.org/",
    "@type": "Dataset",
    "name": "People",
    "description": "One row is one person.",
    "license": ["https://creativecommons.org/licenses/by/4.0/"],
    "creator": [{"@type": "Person", "name": "Ada", "email": "ada@a.example"}, {"@type": "Organization", "name": "Us"}],
    "rai:dataBiases": "Few women.",
    "rai:dataSocialImpact": ["Some."],
    "rai:dataUseCases": ["Training", "Testing"],
    "rai:annotationsPerItem": 3,
    "odd": {"deep": [1, None]},
}
TOOLKIT = {
    "schema_version": "0.0.2",
    "model_details": {
        "name": "Mine",
        "overview": "It sorts.",
        "owners": [{"name": "Ada", "contact": "ada@a.example"}, {"name": "Bob"}],
        "version": {"name": "2", "date": "2026-11-23"},
        "licenses": [{"identifier": "MIT"}],
        "references": [{"reference": "https://a.example/paper"}],
    },
    "model_parameters": {"data": [{"name": "Beans", "sensitive": {"sensitive_data": ["None."]}}], "input_format": "Rows"},
    "quantitative_analysis": {
        "performance_metrics": [
            {"type": "accuracy", "value": "0.9", "slice": "all", "confidence_interval": {"lower_bound": "0.8", "upper_bound": 0.95}},
            {"type": "f1", "value": 0.5},
        ],
        "graphics": {"description": "Kept"},
    },
    "considerations": {
        "users": [{"description": "Cooks"}],
        "ethical_considerations": [{"name": "Waste", "mitigation_strategy": "Compost"}],
    },
}


def read(value: object, key: str | None = None):
    return formats.read(json.dumps(value).encode(), key)


def test_croissant_properties_become_fields_and_come_back_as_they_were():
    found = read(SMALL)
    assert found.template == "datasheet"
    assert found.fields == {
        "instance_meaning": "One row is one person.",
        "license_terms": "cc-by-4.0",
        "creators": "Ada (ada@a.example)\n\nUs",
        "future_impact": "Few women.\n\nSome.",
        "past_uses": ["Training", "Testing"],
        "labels": "3",
    }
    assert json.loads(formats.write("croissant", "datasheet", found.content)) == SMALL


def test_the_croissant_sample_comes_back_as_it_was():
    if not samples.are_here():
        pytest.skip("The samples are not here.")
    found = formats.read(TITANIC.read_bytes())
    assert found.fields["instance_meaning"].startswith("The original Titanic dataset")
    assert found.fields["license_terms"] == "other"
    assert json.loads(formats.write("croissant", "datasheet", found.content)) == json.loads(TITANIC.read_text())
    card = formats.read(formats.write("huggingface", "datasheet", found.content).encode(), "datasheet")
    assert card.front_matter["croissant"] == json.loads(TITANIC.read_text())


def test_a_changed_field_changes_its_property_and_nothing_else():
    content = {**read(SMALL).content, "future_impact": "Measure again.", "purpose": "To test."}
    text = formats.write("croissant", "datasheet", content)
    written = json.loads(text)
    assert written["rai:dataBiases"] == "Measure again."
    assert "rai:dataSocialImpact" not in written
    assert written["odd"] == SMALL["odd"]
    found = formats.read(text.encode())
    assert {name: found.fields[name] for name in content if name != FRONT_MATTER} == {
        name: value for name, value in content.items() if name != FRONT_MATTER
    }


def test_a_new_croissant_file_names_its_version_and_vocabulary():
    written = json.loads(formats.write("croissant", "datasheet", {"creators": "Us", "license_terms": "mit"}, ABOUT))
    assert written["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    assert (written["name"], written["creator"], written["license"]) == ("Scoring", "Us", "https://opensource.org/licenses/MIT")
    assert written["@context"]["rai"] == "http://mlcommons.org/croissant/RAI/"


@given(contents("datasheet"))
def test_any_datasheet_survives_croissant(content):
    assert formats.read(formats.write("croissant", "datasheet", content, ABOUT).encode()).fields == content


def test_a_card_of_the_toolkit_becomes_fields_and_keeps_every_key():
    found = read(TOOLKIT)
    assert found.fields == {
        "model_name": "Mine",
        "overview": "It sorts.",
        "developer": "Ada, Bob",
        "contact": "ada@a.example",
        "model_version": "2",
        "model_date": "2026-11-23",
        "license": "mit",
        "resources": ["https://a.example/paper"],
        "train_datasets": ["Beans"],
        "sensitive_data": "None.",
        "primary_users": ["Cooks"],
        "mitigations": ["Compost"],
        "risks_harms": ["Waste"],
        "unitary_results": [
            {"metric": "accuracy", "value": "0.9", "slice": "all", "interval": "0.8 to 0.95"},
            {"metric": "f1", "value": "0.5"},
        ],
        "input_output": [{"direction": "input", "format": "Rows"}],
    }
    again = formats.read(formats.write("huggingface", "model_card", found.content).encode())
    assert again.front_matter["model_card_toolkit"] == TOOLKIT
    assert {name: again.fields[name] for name in found.fields} == found.fields


def test_what_a_field_of_the_toolkit_cannot_hold_is_kept_as_text():
    found = read({"model_details": {"version": {"date": "last May"}, "name": "Mine"}})
    assert [(one.heading, one.text) for one in found.unmapped] == [("Model date", "last May")]
    assert "last May" in found.content["further_text"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "Line 1: the file is not valid JSON"),
        (b'{"a": 1}', "none that can be imported"),
        (b'{"a": ' + b"[" * 100_000, "nested deeper"),
        (b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}", "nested deeper"),
        (b'{"@type": "Dataset", "name": "\\ud800"}', "lone surrogate"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too long"),
    ],
)
def test_other_json_is_refused_with_a_sentence(raw, words):
    with pytest.raises(ExchangeError, match=words):
        formats.read(raw)


def test_a_file_about_a_dataset_does_not_go_into_a_model():
    with pytest.raises(ExchangeError, match="import it there"):
        read(SMALL, "model_card")
    with pytest.raises(ExchangeError, match="Choose one of"):
        formats.write("cyclonedx", "datasheet", {})


def valid(text: str) -> None:
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert problem is None, problem


def test_a_full_card_is_a_valid_ml_bom_with_every_field():
    content = {field.id: factories.answer_for(field) for field in template("model_card").fields()}
    content |= {"base_model": ["https://a.example/%zz", "https://huggingface.co/a/b"], "resources": ["https://a.example/ö"]}
    content = {name: value.split("\n") if isinstance(value, str) and "\n" in value else value for name, value in content.items()}
    content["risks_harms"] = ["One", "Two"]
    content["unitary_results"] = [{"metric": "recall", "value": "0.9", "interval": "0.8 to 0.95", "slice": "women", "dataset": "test"}]
    for name in ("tags", "languages", "train_datasets", "eval_datasets", "relevant_factors"):
        content[name] = ["x", "y"]
    for about in (ABOUT, formats.NOBODY):
        text = formats.write("cyclonedx", "model_card", content, about)
        valid(text)
    model = json.loads(text)["components"][0]
    card = model["modelCard"]
    assert card["quantitativeAnalysis"]["performanceMetrics"][0] == {
        "type": "recall",
        "value": "0.9",
        "slice": "women, test",
        "confidenceInterval": {"lowerBound": "0.8", "upperBound": "0.95"},
    }
    assert [one["name"] for one in card["considerations"]["ethicalConsiderations"]][:2] == ["One", "Two"]
    assert {one["name"] for one in card["properties"]} == {f"assay:{name}" for name in content}
    assert [one["url"] for one in model["externalReferences"]] == ["https://huggingface.co/a/b"]


@given(contents("model_card"), texts, st.lists(texts.filter(str.strip), max_size=3))
def test_any_card_is_a_valid_ml_bom_that_holds_every_field_exactly(content, name, names):
    about = About(name or "x", name, f"model:{name}:1", tuple(File(one, "ab" * 32) for one in names))
    text = formats.write("cyclonedx", "model_card", content, about)
    valid(text)
    held = {
        one["name"].removeprefix("assay:"): one["value"] for one in json.loads(text)["components"][0]["modelCard"].get("properties", [])
    }
    assert {key: exact_value(template("model_card").field(key), value) for key, value in held.items()} == content


def test_the_same_card_gives_the_same_bytes():
    assert formats.write("cyclonedx", "model_card", {"model_name": "x"}, ABOUT) == formats.write(
        "cyclonedx", "model_card", {"model_name": "x"}, ABOUT
    )
