"""A template changes without losing what was written, is checked with line and path, and has a JSON Schema."""

from __future__ import annotations

import json
import time

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog import loader, templateshape
from registry.catalog.documents import applies, clean, completeness
from registry.catalog.editions import with_field, with_mark, with_section
from registry.catalog.jsonschema import json_schema
from registry.catalog.loader import shipped_content, template, template_from, templates
from registry.catalog.moves import move
from registry.catalog.readings import ANNEX_IV, Answered, read_as, reading
from registry.catalog.templateshape import problems
from registry.exchange import template_text
from tests.factories import answer_for

KEY = "model_card"
CONTENT = shipped_content(KEY)
CARD = template(KEY)
PLAIN = [field.id for field in CARD.fields() if field.source != "exchange"]
FIELD = {"id": "retention", "title": "Retention", "type": "text", "format": "line", "essential": True, "prompt": "How long is it kept?"}


def changed(content):
    return template_from({**content, "version": "1.1"}, "test")


@pytest.mark.parametrize("key", sorted(templates()))
def test_the_shipped_templates_are_sound_and_written_and_read_again(key):
    content = shipped_content(key)
    assert problems(content, content) == []
    again = template_text.read(template_text.write(content), content)
    assert (again.content, again.sentences) == (content, ())


def test_what_a_move_changes_is_told():
    content = with_field(with_section(CONTENT, {"id": "ours", "title": "Ours", "essence": "What we ask."}), "ours", FIELD)
    content = with_mark(with_mark(content, "tags", "hidden", value=True), "languages", "essential", value=True)
    change = move(CARD, changed(content))
    assert [section.title for section in change.sections] == ["Ours"]
    assert [field.id for field in change.added] == ["retention"]
    assert [field.id for field in change.hidden] == ["tags"]
    assert [field.id for field in change.essential] == ["languages"]
    assert move(CARD, CARD).is_empty


def test_changing_leaves_the_given_content_alone():
    before = json.dumps(CONTENT, sort_keys=True)
    with_mark(with_field(CONTENT, "identity", FIELD), "tags", "hidden", value=True)
    assert json.dumps(CONTENT, sort_keys=True) == before


@given(
    hidden=st.sets(st.sampled_from(PLAIN), max_size=10),
    essential=st.sets(st.sampled_from(PLAIN), max_size=10),
    filled=st.sets(st.sampled_from(PLAIN)),
)
def test_no_answer_loses_its_field_and_hidden_ones_are_not_asked(hidden, essential, filled):
    content = CONTENT
    for key in hidden:
        content = with_mark(content, key, "hidden", value=True)
    for key in essential:
        content = with_mark(content, key, "essential", value=True)
    assert problems(content, CONTENT) == []
    after = changed(content)
    answers = {key: clean(CARD.field(key), answer_for(CARD.field(key))) for key in filled}
    assert {key: clean(after.field(key), value) for key, value in answers.items()} == answers
    state = completeness(after, answers)
    assert not hidden.intersection(gap.field.id for gap in state.gaps)
    assert not any(applies(after.field(key), answers) for key in hidden)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("  title: Identity\n", "  title: 7\n", "sections[0].title: Write text"),
        ("    type: list\n", "    type: lists\n", "].type: Choose one of text, list"),
        ("  - id: tags\n", "  - id: labels\n", "The field tags is missing. Fields are hidden (hidden: true), not taken out."),
        ("  - id: tags\n", "  - id: overview\n", "The id “overview” occurs twice."),
        ("  - id: tags\n    title: Tags\n    type: list\n", "  - id: tags\n    title: Tags\n    type: text\n", "The type must stay list"),
        ("    essential: false\n", "    essential: perhaps\n", "].essential: Write true or false."),
        ("key: model_card\n", "key: other\n", "key: This must stay “model_card”."),
        ("- id: identity\n", "- id: history\n", "“history” is a word of the addresses"),
        ("    title: Tags\n", "    titel: Tags\n", "].titel: This key is unknown here."),
        ("key: model_card\n", "key: [\n", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_path(before, after, words):
    text = template_text.write(CONTENT)
    assert before in text
    broken = text.replace(before, after, 1)
    found = template_text.read(broken, CONTENT)
    assert found.content is None
    said = next(sentence for sentence in found.sentences if words in sentence)
    number = int(said.removeprefix("Line ").split(",")[0].split(":")[0])
    assert 1 <= number <= broken.count("\n") + 2


def test_the_line_is_the_line():
    text = template_text.write(CONTENT).replace("    type: list\n", "    type: lists\n", 1)
    said = template_text.read(text, CONTENT).sentences[0]
    line = int(said.removeprefix("Line ").split(",")[0])
    assert text.splitlines()[line - 1].strip() == "type: lists"


def test_what_is_misspelt_and_what_makes_no_sense_are_told_together_in_the_order_of_the_lines():
    text = template_text.write(CONTENT).replace("    title: Tags\n", "    titel: Tags\n", 1)
    text = text.replace("  - id: developer\n", "  - id: overview\n", 1).replace("key: model_card\n", "key: other\n", 1)
    found = template_text.read(text, CONTENT).sentences
    words = ("This must stay", "occurs twice", "This key is unknown", "The key title is missing")
    assert all(any(word in sentence for sentence in found) for word in words)
    numbers = [int(sentence.removeprefix("Line ").split(",")[0]) for sentence in found]
    assert numbers == sorted(numbers)


def test_a_field_that_cannot_be_read_is_not_told_as_missing():
    text = template_text.write(CONTENT).replace("  - id: tags\n", "  - id: [tags]\n", 1)
    found = template_text.read(text, CONTENT).sentences
    assert found
    assert not any("is missing" in sentence for sentence in found)


def test_two_questions_of_a_section_do_not_share_a_title():
    (said,) = problems(with_field(CONTENT, "identity", {**FIELD, "title": " tags "}), CONTENT)
    assert (said.path[-1], said.sentence) == ("title", "“tags” has the title “ tags ” too. Give this one another.")
    assert problems(with_field(CONTENT, "identity", {**FIELD, "title": "Tags", "hidden": True}), CONTENT) == []
    assert problems(with_field(CONTENT, "uses", {**FIELD, "title": "Tags"}), CONTENT) == []


def test_a_bomb_is_refused_at_once():
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    start = time.perf_counter()
    assert template_text.read(bomb, CONTENT).content is None
    assert time.perf_counter() - start < 1


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)), lambda inner: st.lists(inner, max_size=3)))
def test_any_shape_is_judged_and_never_breaks_the_judge(value):
    for content in (value, {**CONTENT, "sections": value}, {**CONTENT, "sections": [{"id": "x", "fields": value}]}):
        assert problems(content, CONTENT)


@pytest.mark.parametrize("made_from", [*templates().values(), changed(with_field(CONTENT, "identity", FIELD))], ids=lambda one: one.version)
def test_the_json_schema_takes_what_the_template_takes(made_from):
    schema = json_schema(made_from, "https://assay.example/schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    content = {field.id: clean(field, answer_for(field)) for field in made_from.fields()}
    assert list(check.iter_errors(content)) == []
    for field in made_from.fields():
        assert list(check.iter_errors({field.id: {"x": 1}})) != []


def test_an_edition_is_found_by_its_digest_and_a_lost_one_falls_back(monkeypatch):
    edition = changed(with_field(CONTENT, "identity", FIELD))
    kept = {edition.digest: json.dumps({**with_field(CONTENT, "identity", FIELD), "version": "1.1"})}
    monkeypatch.setattr(loader, "_TEMPLATES", loader._Editions(loader.template_from))
    loader.use_editions(kept.get)
    assert loader.template(loader.name_of(KEY, edition.digest)) == edition
    assert loader.template(f"{KEY}@{'0' * 64}") == CARD
    assert loader.name_of(KEY, CARD.digest) == KEY


@pytest.mark.parametrize("key", sorted(templates()))
def test_every_edition_that_was_ever_shipped_is_found_and_the_present_one_follows_it(key):
    present, *earlier = loader.shipped_templates(key)
    assert present == template(key)
    assert earlier
    for one in earlier:
        assert loader.template(loader.name_of(key, one.digest)) == one
        assert problems(shipped_content(key), loader.earlier_contents()[one.digest]) == []


# Whoever changes a shipped template keeps the earlier one in templates/earlier, gives the new one a version, and says its digest here.
@pytest.mark.parametrize(
    ("key", "digests"),
    [
        ("model_card", {"1": "1e6dba8daecbcf42", "2": "da406e424b56d709"}),
        ("datasheet", {"1": "8c0b19422b293e83", "2": "5843b2f6f0763e03"}),
    ],
)
def test_a_shipped_edition_never_changes(key, digests):
    assert {one.version: one.digest[:16] for one in loader.shipped_templates(key)} == digests


@pytest.mark.parametrize("made_from", templates().values(), ids=lambda one: one.key)
def test_a_good_example_begins_with_what_its_field_takes(made_from):
    for field in made_from.fields():
        if not field.is_asked:
            continue
        words = [field.good_example.split()[0].rstrip(",:;")]
        if field.type in {"choice", "link"} or (field.type == "number" and len(field.units) < 2):
            assert clean(field, words if field.type == "link" else words[0])
        if field.type == "table":
            assert field.good_example.count(" | ") == len(field.columns) - 1
        assert field.good_example != field.bad_example


def test_annex_iv_takes_the_same_fields_in_its_own_order():
    law = reading(ANNEX_IV)
    content = {field.id: clean(field, answer_for(field)) for field in CARD.fields()}
    full, empty = read_as(law, CARD, content), read_as(law, CARD, {})
    assert [one.point.id for one in full][:3] == ["1", "1(a)", "1(b)"]
    mapped = {point for field in CARD.fields() for point in field.maps.get(ANNEX_IV, ())}
    assert mapped <= {point.id for point in law.points}
    assert all(one.state is Answered.FULLY for one in full if one.answers)
    assert not any(one.missing for one in full)
    assert {one.state for one in empty} == {Answered.NOT, Answered.ELSEWHERE}
    carried = read_as(law, CARD, content, to_confirm=["overview"])
    assert [answer.field.id for answer in carried[0].missing] == ["overview"]


def test_every_annex_iv_point_of_the_standard_is_there():
    numbers = [point.id for point in reading(ANNEX_IV).points]
    assert [number for number in numbers if "(" not in number] == [str(number) for number in range(1, 10)]
    assert len(numbers) == len(set(numbers)) == 25


def test_reserved_words_are_the_addresses_of_a_document():
    from registry.urls import VERSION, urlpatterns

    prefix = f"{VERSION}document/"
    words = {str(one.pattern).removeprefix(prefix).split("/")[0] for one in urlpatterns if str(one.pattern).startswith(prefix)}
    assert {word for word in words if word and "<" not in word and "-" not in word} <= templateshape.RESERVED


def test_a_framework_whose_text_is_not_the_one_that_its_digest_names_falls_back(monkeypatch):
    key, digest = "nist_ai_rmf", "0" * 64
    monkeypatch.setattr(loader, "_FRAMEWORKS", loader._Editions(loader.framework_from))
    loader.use_framework_editions({digest: json.dumps({**loader.shipped_framework(key), "version": "another"})}.get)
    assert loader.framework(f"{key}@{digest}") == loader.frameworks()[key]
