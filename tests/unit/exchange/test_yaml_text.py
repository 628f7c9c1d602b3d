"""YAML of strangers: the same to every reader, and nothing that costs more than a moment."""

from __future__ import annotations

import tracemalloc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange import huggingface
from registry.exchange.imported import ExchangeError
from registry.exchange.yaml_text import BrokenYamlError, read, write

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
REFUSED = {
    "aliases that explode": BOMB,
    "aliases of a long text": "a: &a " + "x" * 100_000 + "\nb: [" + ",".join(["*a"] * 1000) + "]",
    "merged aliases that explode": "a: &a {k: [" + "x," * 40_000 + "]}\n" + "".join(f"m{n}:\n  <<: *a\n" for n in range(400)),
    "deep lists": "a: " + "[" * 100_000,
    "deep blocks": "\n".join(" " * n + "k:" for n in range(600)),
    "a tag of Python": "a: !!python/object/apply:os.system ['true']",
    "an own tag": "a: !secret x",
    "a binary": "a: !!binary aGVsbG8=",
    "very many entries": "a: [" + "x," * 200_000 + "]",
    "a huge document": "a: " + "x" * 600_000,
}
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.sampled_from(["no", "1e5", "~", "0x1", "1:30", "="])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)


@pytest.mark.parametrize("front", REFUSED.values(), ids=REFUSED)
def test_what_would_cost_too_much_or_do_anything_is_refused_within_100_mb(front):
    card = f"---\n{front}\n---\n# Mine\n".encode()
    with pytest.raises(ExchangeError, match=r"[A-Z].*\.$"):
        huggingface.read(card, "model_card")
    tracemalloc.start()
    with pytest.raises(ExchangeError):
        huggingface.read(card, "model_card")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000


@given(values)
def test_what_is_written_is_read_back(value):
    assert read(write(value)).value == value


@given(st.dictionaries(st.text(max_size=5), st.text(), max_size=4))
def test_text_is_text_to_readers_of_yaml_1_1_too(value):
    assert yaml.safe_load(write(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: yes", {"a": "yes"}),
        ("a: 2022-01-20", {"a": "2022-01-20"}),
        ("a: 1e-5", {"a": 1e-5}),
        ("a: 007", {"a": "007"}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 0x1F", {"a": 31}),
        ("a: True", {"a": True}),
        ("a: '1'", {"a": "1"}),
        ("a: !!str 1", {"a": "1"}),
        ("a: ~", {"a": None}),
        ("b: &x {p: 1}\nc: {<<: *x, q: 2}", {"b": {"p": 1}, "c": {"p": 1, "q": 2}}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
    ],
)
def test_plain_words_follow_yaml_1_2_and_stay_what_they_are_to_others(text, value):
    found = read(text)
    assert found.value == value
    assert read(write(found.value)).value == value


@pytest.mark.parametrize("word", ["2022-01-20", "007", "1:30", "12_000"])
def test_what_the_two_versions_read_differently_is_written_as_it_stood(word):
    assert write(read(f"a: {word}").value) == f"a: {word}\n"


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: 1\nb: [", 3, "did not find"),
        ("a: 1\na: 2", 2, "occurs twice"),
        ("a: 1\n? [b]\n: c", 2, "a key must be a word"),
        ("a: 1\nb: *c", 2, "names nothing"),
        ("a: &x [*x]", 1, "names nothing, or itself"),
        ("a\n---\nb", 2, "second document"),
        ("a: 1\nb: \x01", 2, "control characters"),
    ],
)
def test_what_is_broken_names_line_and_cause(text, line, cause):
    with pytest.raises(BrokenYamlError, match=cause) as found:
        read(text)
    assert found.value.line in {line, line - 1}


def test_lines_are_known_by_path():
    found = read("a: 1\nb:\n- x\n- c: 2\n  d:\n    - y\n")
    assert found.lines["b",] == 2
    assert found.lines["b", 1, "c"] == 4
    assert found.lines["b", 1, "d", 0] == 6
