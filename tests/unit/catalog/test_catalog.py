"""The shipped catalogs are whole, and whatever is typed is either kept or refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog.checks import problems
from registry.catalog.documents import FieldError, applies, changed_fields, clean, completeness, is_filled
from registry.catalog.loader import framework, frameworks, load_framework, load_template, template, templates
from registry.catalog.schema import CatalogError, FieldType, UnknownItemError
from registry.digest import canonical

FIELDS = [field for one in templates().values() for field in one.fields()]
CARD = template("model_card")


def field_of(kind: FieldType):
    return next(field for field in FIELDS if field.type is kind)


def test_the_shipped_catalogs_are_whole():
    assert problems() == []


def test_the_counts_of_the_standards():
    assert {group.id: len(group.items) for group in framework("nist_ai_rmf").groups} == {
        "GOVERN": 19,
        "MAP": 18,
        "MEASURE": 22,
        "MANAGE": 13,
    }
    assert len(framework("oecd_ai_principles").items) == 27 + 14
    assert sum(field.source == "mitchell-2019" for field in CARD.fields()) == 34
    assert sum(field.source == "extension" for field in CARD.fields()) == 15
    assert sum(field.source.startswith("gebru-2021") for field in template("datasheet").fields()) == 57
    assert sum(field.condition is not None for field in template("datasheet").fields()) == 9


def test_every_catalog_is_named_by_its_digest():
    digests = {one.digest for one in (*templates().values(), *frameworks().values())}
    assert len(digests) == len(templates()) + len(frameworks())
    assert all(len(digest) == 64 for digest in digests)


def test_what_is_not_there_is_said():
    for ask in (template, framework, CARD.field, CARD.section, framework("nist_ai_rmf").item):
        with pytest.raises(UnknownItemError):
            ask("nothing-like-it")


@pytest.mark.parametrize("load", [load_template, load_framework])
@pytest.mark.parametrize(("text", "words"), [("a: [", "here.yaml is not valid YAML"), ("[]", "mapping"), ("key: x", "version")])
def test_a_broken_file_is_named_with_what_is_wrong(load, text, words):
    with pytest.raises(CatalogError, match=words):
        load(text, "here.yaml")


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.id)
@given(raw=st.one_of(st.none(), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4), st.integers(), st.floats()))
def test_whatever_is_typed_is_kept_canonically_or_refused(field, raw):
    try:
        value = clean(field, raw)
    except FieldError as refused:
        value, sentence = None, refused.message
        assert sentence.startswith(field.title)
    canonical({"value": value})
    assert value is None or clean(field, value) == value


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        (FieldType.NUMBER, " 0.50 ", "0.50"),
        (FieldType.NUMBER, "1e3", "1000"),
        (FieldType.DATE, "2026-11-23", "2026-11-23"),
        (FieldType.LIST, "a\r\n\r\n b ", ["a", "b"]),
        (FieldType.LINK, "https://example.org/x", ["https://example.org/x"]),
        (FieldType.TEXT, "  ", None),
        (FieldType.TABLE, [{}], None),
    ],
)
def test_values_are_kept_in_one_form(kind, raw, kept):
    assert clean(field_of(kind), raw) == kept


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (FieldType.NUMBER, "NaN"),
        (FieldType.NUMBER, "1e999"),
        (FieldType.NUMBER, "ten"),
        (FieldType.DATE, "23.11.2026"),
        (FieldType.CHOICE, "none of these"),
        (FieldType.LINK, "javascript:alert(1)"),
        (FieldType.LINK, "ftp://example.org"),
        (FieldType.TEXT, "a\x00b"),
        (FieldType.TEXT, "x" * 400_001),
        (FieldType.TABLE, "not rows"),
    ],
)
def test_values_that_do_not_fit_are_refused(kind, raw):
    with pytest.raises(FieldError):
        clean(field_of(kind), raw)


@given(filled=st.sets(st.sampled_from([field.id for field in CARD.fields() if field.is_asked])))
def test_completeness_counts_what_is_filled(filled):
    state = completeness(CARD, dict.fromkeys(filled, "x"))
    assert state.filled == len(filled)
    assert state.essential_filled + len(state.missing) == state.essential_total
    assert (state.percent == 100) == (not state.missing)
    assert 0 <= state.percent <= 100


def test_questions_about_people_count_only_when_the_data_are_about_people():
    sheet = template("datasheet")
    field = next(field for field in sheet.fields() if field.condition)
    assert not applies(field, {})
    assert applies(field, {"relates_to_people": "yes"})
    without = completeness(sheet, {"relates_to_people": "no"}).essential_total
    assert completeness(sheet, {"relates_to_people": "yes"}).essential_total > without


def test_what_has_changed_and_what_is_blank():
    assert changed_fields({"a": "1", "b": "2"}, {"a": "1", "c": "3"}) == ("b", "c")
    assert [is_filled(value) for value in (None, "", [], "0", ["x"])] == [False, False, False, True, True]
