"""Claims in a text: any attribute survives, and nothing else is taken for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.catalog.claims import Claim, claims_in, claims_of, readable, with_words
from registry.exchange import formats

ATTRIBUTES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
METRICS = st.from_regex(r"[a-z0-9_]{1,60}", fullmatch=True)
WHOSE = st.one_of(st.tuples(ATTRIBUTES, st.just("")), st.tuples(ATTRIBUTES, ATTRIBUTES), st.just(("", "")))
CLAIMS = st.builds(lambda pk, metric, whose: Claim(pk, metric, *whose), st.integers(1, 10**17), METRICS, WHOSE)


@given(CLAIMS, st.text(), st.text())
def test_a_claim_is_found_again_in_any_text_and_replaced(claim, before, after):
    text = f"{before} {claim.token} {after}"
    assert claim in claims_in(text)
    assert claims_in([{"value": claim.token}]) == (claim,)
    assert claim.token not in with_words(text, {claim: "0.5"})
    assert with_words(text, {}) == text


@given(claim=CLAIMS)
def test_a_claim_survives_export_and_import(claim):
    content = {"primary_uses": f"The gap is {claim.token}, so we wait.", "unitary_results": [{"metric": "Gap", "value": claim.token}]}
    back = formats.read(formats.write("huggingface", "model_card", content).encode(), "model_card").content
    assert claims_of(back) == {"primary_uses": (claim,), "unitary_results": (claim,)}


def test_what_only_looks_like_a_claim_is_none():
    for text in (
        "{{finding}}",
        "{{finding 0 a b}}",
        "{{finding 1 A b}}",
        "{finding 1 a b}",
        "{{finding 1 a {b}}}",
        "{{ 1 }}",
        "{{rate 1 a b}}",
        "{{finding 1 a b c}}",
    ):
        assert claims_in(text) == ()


def test_two_contents_are_read_with_numbers_as_long_as_that_hides_no_change_and_makes_none_up():
    old, new = Claim(1, "recall", "sex", "female"), Claim(2, "recall", "sex", "female")
    before = {"a": f"It is {old.token}.", "b": f"{old.token}", "c": [old.token], "gone": old.token}
    after = {"a": f"It is {new.token}.", "b": f"{old.token}", "c": [new.token], "new": new.token}
    read = readable(before, after, {old: "0.8"}, {old: "0.8 (superseded)", new: "0.9"})
    assert read == (
        {"a": "It is 0.8.", "b": old.token, "c": ["0.8"], "gone": "0.8"},
        {"a": "It is 0.9.", "b": old.token, "c": ["0.9"], "new": "0.9"},
    )
    same = readable({"a": old.token}, {"a": new.token}, {old: "0.8"}, {new: "0.8"})
    assert same == ({"a": old.token}, {"a": new.token})
