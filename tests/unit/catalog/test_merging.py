"""Bringing together what two people wrote: no field is dropped, and nothing is decided for them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.catalog.loader import template
from registry.catalog.merging import EMPTY, fingerprint, fingerprints, merge, together
from registry.exchange.values import accepted
from tests.unit.exchange.writing import raw_value

KEYS = st.sampled_from(["overview", "risks", "uses", "metrics"])
ROWS = st.lists(st.dictionaries(st.sampled_from(["metric", "value"]), st.text(min_size=1), min_size=1), min_size=1)
VALUES = st.one_of(st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1), ROWS)
CONTENTS = st.dictionaries(KEYS, VALUES)
WRITTEN = st.dictionaries(KEYS, st.none() | VALUES)


@given(base=CONTENTS, theirs=WRITTEN, mine=WRITTEN)
def test_merging_never_drops_a_field_and_never_invents_one(base, theirs, mine):
    stored = {key: value for key, value in {**base, **theirs}.items() if value is not None}
    merged = merge(stored, mine, fingerprints(base, mine))
    for key in {*base, *theirs, *mine}:
        here, ours, before = merged.content.get(key), mine.get(key), base.get(key)
        if key in merged.clashes:
            assert here == stored.get(key)
            assert (merged.clashes[key].mine, merged.clashes[key].theirs) == (ours, stored.get(key))
        elif key in mine and ours != before:
            assert here == ours
        else:
            assert here == stored.get(key)
    assert set(merged.content) <= {*base, *theirs, *mine}
    assert None not in merged.content.values()


@given(base=CONTENTS, theirs=WRITTEN, mine=WRITTEN)
def test_changes_to_different_fields_never_clash(base, theirs, mine):
    apart = {key: value for key, value in mine.items() if key not in theirs}
    stored = {key: value for key, value in {**base, **theirs}.items() if value is not None}
    assert not merge(stored, apart, fingerprints(base, apart)).clashes


@given(base=CONTENTS, mine=WRITTEN)
def test_what_was_seen_in_an_unknown_state_is_never_overwritten(base, mine):
    merged = merge(base, mine, {})
    assert dict(merged.content) == base
    assert set(merged.clashes) == {key for key, value in mine.items() if value != base.get(key)}


@given(st.none() | VALUES, st.none() | VALUES)
def test_a_fingerprint_names_one_value(one, other):
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


def test_an_empty_field_has_a_fingerprint_too():
    assert fingerprint(None) == EMPTY


FIELDS = st.sampled_from(list(template("model_card").fields()))


@given(FIELDS.flatmap(lambda field: st.tuples(st.just(field), raw_value(field), raw_value(field))))
def test_both_texts_of_a_field_hold_each_of_them_whole_or_are_not_offered(case):
    field, *raw = case
    theirs, mine = (accepted(field, value) for value in raw)
    both = together(field, mine, theirs)
    if both is None:
        holds_one_thing = field.format == "line" or field.type not in {"text", "list", "link", "table"}
        assert not mine or not theirs or holds_one_thing
    elif isinstance(both, list):
        assert both[: len(theirs)] == theirs
        assert all(entry in both for entry in mine)
    else:
        assert both == f"{theirs}\n\n{mine}"
