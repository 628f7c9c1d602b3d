"""Cards of the Hugging Face Hub: what is read, what is kept, and that nothing is lost on the way back."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.catalog.loader import template, templates
from registry.exchange import formats, huggingface
from registry.exchange.front_matter import kept_mapping
from registry.exchange.imported import FRONT_MATTER, FURTHER_TEXT, OUTLINE, ExchangeError
from registry.exchange.values import accepted
from registry.exchange.vocabulary import plain, vocabulary
from tests.unit.exchange.writing import cards, contents, texts

KEYS = st.sampled_from(sorted(templates()))
# A heading of which there are several with nothing below may stand once.
NOT_PROSE = re.compile(r"^(#.*|Title)$", re.MULTILINE)
MARK = re.compile(r"<!-- /?assay:.*? -->")
CARD = """---
license: mit
language: no
tags: [a, "b: c"]
thumbnail: 2022-01-20
custom: {deep: [1, 0.9, null]}
model-index:
- name: mine
  results:
  - task: {type: text-classification, revision: kept}
    dataset: {type: beans, name: Beans, split: test}
    metrics:
    - {type: accuracy, value: 0.90, verified: true}
    - {type: f1, value: 0.5}
---

# Model Card for Mine

It sorts beans.

## Limitations & Biases

- Beans only
- No lentils

## Secret sauce

A table:

| a | b |
|---|---|
| 1 | 2 |
"""


def read(text: str | bytes, key: str = "model_card"):
    return huggingface.read(text if isinstance(text, bytes) else text.encode(), key)


def test_keys_headings_and_results_become_fields():
    found = read(CARD)
    assert found.fields == {
        "license": "mit",
        "languages": ["no"],
        "tags": ["a", "b: c"],
        "model_name": "Mine",
        "overview": "It sorts beans.",
        "risks_harms": ["Beans only", "No lentils"],
        "eval_datasets": ["Beans (test)"],
        "unitary_results": [
            {"metric": "accuracy", "value": "0.9", "dataset": "Beans (test)"},
            {"metric": "f1", "value": "0.5", "dataset": "Beans (test)"},
        ],
    }
    assert [(one.heading, one.text.startswith("A table:")) for one in found.unmapped] == [("Secret sauce", True)]
    assert found.front_matter["custom"] == {"deep": [1, 0.9, None]}
    assert found.warnings == ()


def test_an_export_of_an_import_says_the_same():
    found = read(CARD)
    text = huggingface.write("model_card", found.content)
    again = read(text)
    assert again.front_matter == found.front_matter
    assert (again.fields, again.unmapped) == (found.fields, found.unmapped)
    assert "thumbnail: 2022-01-20\n" in text
    assert "language: 'no'\n" in text
    assert "# Model Card for Mine\n\nIt sorts beans.\n\n## Limitations & Biases\n\n- Beans only\n- No lentils\n" in text
    assert "assay:" not in text


def test_a_changed_field_wins_over_the_key_that_was_imported():
    content = {**read("---\nlicense: afl-3.0\ngated: true\n---\n").content}
    assert content["license"] == "other"
    assert read(huggingface.write("model_card", content)).front_matter == {"license": "afl-3.0", "gated": True}
    text = huggingface.write("model_card", {**content, "license": "mit"})
    assert read(text).front_matter == {"license": "mit", "gated": True}


def test_a_result_that_stays_keeps_what_the_index_says_of_it_and_a_new_one_joins():
    content = dict(read(CARD).content)
    rows = content["unitary_results"]
    new = {"metric": "Recall", "value": "0.75", "dataset": "Lentils", "slice": "green", "interval": "0.7 to 0.8"}
    content["unitary_results"] = [rows[0], new]
    again = read(huggingface.write("model_card", content))
    assert again.fields["unitary_results"] == content["unitary_results"]
    kept, added = again.front_matter["model-index"][0]["results"]
    assert kept["metrics"] == [{"type": "accuracy", "value": 0.9, "verified": True}]
    assert kept["task"]["revision"] == "kept"
    assert added["metrics"] == [{"type": "recall", "name": "Recall", "value": 0.75, "args": {"slice": "green", "interval": "0.7 to 0.8"}}]


@given(KEYS.flatmap(lambda key: st.tuples(st.just(key), contents(key))))
def test_any_text_in_any_field_survives_export_and_import(case):
    key, content = case
    assume(content)
    found = read(huggingface.write(key, content), key)
    assert {name: value for name, value in found.content.items() if name not in {FRONT_MATTER, OUTLINE}} == content


@given(cards, KEYS)
def test_no_word_and_no_key_of_any_card_is_lost(card, key):
    assume(MARK.sub("", card).strip())
    found = read(card, key)
    text = huggingface.write(key, found.content)
    if not any("comments" in warning for warning in found.warnings):
        assert not words(NOT_PROSE.sub("", card)) - words(text)
        assert set(words(card)) <= set(words(text))
    if text.strip():
        again = read(text, key)
        assert {**again.content, OUTLINE: 0} == {**found.content, OUTLINE: 0}
        assert {name: again.front_matter[name] for name in found.front_matter} == found.front_matter


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", MARK.sub("", text)))


@pytest.mark.parametrize(
    ("front", "warning"),
    [
        ("license: mit\ntags: [a", "Line 4: the front matter is not valid YAML"),
        ("license: mit\nlicense: apache-2.0", "Line 3: the front matter is not valid YAML (the key “license” occurs twice)"),
        ("- a\n- b", "Line 2: the front matter is a list"),
        ("just words", "Line 2: the front matter is plain text"),
    ],
)
def test_front_matter_that_cannot_be_read_is_kept_as_text_and_the_body_comes_in(front, warning):
    found = read(f"---\n{front}\n---\n# Mine\n\n## Citation\n\nUs.\n")
    assert warning in found.warnings[0]
    assert found.fields == {"model_name": "Mine", "citation": "Us."}
    assert found.front_matter == {}
    assert front in found.kept[FURTHER_TEXT]
    assert front in huggingface.write("model_card", found.content)


@pytest.mark.parametrize(
    "front", ["!!python/name:os.system x", "[" * 60, "&a0 [x]\n" + "".join(f"k{n}: &a{n + 1} [{f'*a{n},' * 9}]\n" for n in range(9))]
)
def test_what_is_refused_is_named_by_its_line_in_the_file(front):
    with pytest.raises(ExchangeError, match=r"^Line ([3-9]|\d{2,}): .*\.$"):
        read(f"---\nlicense: mit\na: {front}\n---\n# Mine\n")


def test_front_matter_without_an_end_is_kept_as_text():
    found = read("---\nlicense: mit\ntags: [a]\n\n# Mine\n\nWords.\n")
    assert "never closed" in found.warnings[0]
    assert found.fields == {"model_name": "Mine", "overview": "Words."}
    assert "license: mit\ntags: [a]" in found.kept[FURTHER_TEXT]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same(encoding, end):
    text = CARD.replace("It sorts beans.", "It sorts “beans”.")
    assert read(text.replace("\n", end).encode(encoding)).as_dict() == read(text).as_dict()


def test_latin_text_is_read_with_a_warning_and_right_to_left_text_as_it_is():
    found = read("# Mine\n\nCafé".encode("cp1252"))
    assert found.fields["overview"] == "Café"
    assert "Line 3 is not UTF-8" in found.warnings[0]
    assert read("# نموذج\n\nمرحبا بالعالم").fields == {"model_name": "نموذج", "overview": "مرحبا بالعالم"}


def test_control_characters_are_replaced_and_said():
    found = read("# Mine\n\nA\x07B")
    assert found.fields["overview"] == "A\ufffdB"
    assert "Line 3: control characters" in found.warnings[0]


@pytest.mark.parametrize("raw", [b"", b" \n ", b"\x89PNG\r\n\0\0\0\rIHDR\0\0", b"a" * 2_000_001, b"\xff\xfea"])
def test_what_is_no_text_is_refused_with_a_sentence(raw):
    with pytest.raises(ExchangeError, match=r"\.$"):
        read(raw)


def test_more_text_than_a_document_holds_is_refused_and_not_cut():
    for text in ("# Mine\n\n## Secret sauce\n\n" + "word " * 90_000, f"---\nodd: {'x ' * 210_000}\n---\n"):
        with pytest.raises(ExchangeError, match="400,000 are allowed"):
            read(text)


def test_a_card_of_nothing_but_headings_is_refused():
    for unit in ("#\n", "a\n===\n", "- **a?\n\n    b\n\n", "## Limitations\n- a\n\n", "###### x\n# y\n"):
        with pytest.raises(ExchangeError, match="headings; 5,000 are allowed"):
            read(unit * (380_000 // len(unit)), "datasheet")


def test_code_and_comments_hold_no_headings():
    found = read("# Mine\n\n```\n# Citation\n```\n\n<!--\n## License\n-->\n\n~~~ python\n## Contact\n~~~\n")
    assert set(found.fields) == {"model_name", "overview"}
    assert found.unmapped == ()


def test_raw_html_stays_as_it_is():
    html = '<table>\n<tr><td align="left">1</td></tr>\n</table>'
    found = read(f"# Mine\n\n## Evaluation\n\n{html}\n")
    assert found.unmapped[0].text == html
    assert html in huggingface.write("model_card", found.content)


def test_a_datasheet_with_its_questions_printed():
    text = (
        "Datasheet\n====\n\nMotivation\n----\n\n-   **For what purpose was the\n    dataset created?** Please describe.\n\n    To test.\n"
    )
    found = read(text, "datasheet")
    assert found.fields == {"purpose": "To test."}
    assert "**For what purpose was the dataset created?** Please describe.\n\n    To test." in huggingface.write("datasheet", found.content)


def test_an_answer_that_begins_with_a_choice_gives_the_choice_and_keeps_its_words():
    text = "- **Does the dataset relate to people?** Say.\n\n    Yes, all of them.\n"
    found = read(text, "datasheet")
    assert found.fields == {"relates_to_people": "yes"}
    assert found.unmapped[0].text == "Yes, all of them."


def test_the_file_decides_what_it_is():
    assert formats.read(b"---\npretty_name: x\n---\n").template == "datasheet"
    assert formats.read(b"# Datasheet for x\n").template == "datasheet"
    assert formats.read(b"# Mine\n").template == "model_card"


def test_every_heading_of_an_export_is_understood_again():
    for key in templates():
        known = vocabulary(key)
        titles = [known.headings[field.id] for field in known.template.fields()]
        assert len({plain(title) for title in titles}) == len(titles)
        for field in known.template.fields()[:-3]:
            assert known.field_of(known.headings[field.id]) == field.id


@given(KEYS.flatmap(lambda key: st.tuples(st.just(key), contents(key), texts.filter(str.strip))))
def test_any_text_typed_as_front_matter_survives_too(case):
    key, content, typed = case
    cleaned = accepted(template(key).field(FRONT_MATTER), typed)
    assume(cleaned)
    found = read(huggingface.write(key, {**content, FRONT_MATTER: cleaned}), key)
    mapping = kept_mapping(cleaned)
    if mapping is None:
        assert found.content[FRONT_MATTER] == cleaned
    else:
        assert set(map(str, mapping)) <= set(map(str, found.front_matter))
    assert {name: found.content[name] for name in content} == content


@given(KEYS.flatmap(lambda key: st.tuples(st.just(key), contents(key, frozenset()))))
def test_json_brings_back_the_whole_document_and_markdown_every_word(case):
    key, content = case
    found = formats.read(formats.write("json", key, content).encode(), key)
    assert found.content == content
    written = words(formats.write("markdown", key, content))
    for value in (content[name] for name in content if name != OUTLINE):  # It says how an export looks, and is no text of it.
        parts = [value] if isinstance(value, str) else value
        for text in [one for part in parts for one in (part.values() if isinstance(part, dict) else [part])]:
            assert not words(text) - written
