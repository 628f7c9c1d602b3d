"""Links between items: chains say no more than their links, end, and lead nowhere in circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog import links
from registry.catalog.crosswalk import Chain, Crosswalk, Kind, Link, Ref, compose
from registry.catalog.links import crosswalk, faults, refs_of, speaking
from registry.catalog.loader import frameworks, template

EQUAL, BROADER, NARROWER, RELATED = Kind
KINDS = st.sampled_from(list(Kind))
REFS = st.builds(Ref, st.sampled_from("abcd"), st.sampled_from("12345"))
LINKS = st.builds(Link, REFS, REFS, KINDS, st.booleans(), st.just("a source"))


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (EQUAL, EQUAL, EQUAL),
        (EQUAL, BROADER, BROADER),
        (BROADER, EQUAL, BROADER),
        (EQUAL, RELATED, RELATED),
        (BROADER, BROADER, BROADER),
        (NARROWER, NARROWER, NARROWER),
        (BROADER, NARROWER, RELATED),
        (NARROWER, BROADER, RELATED),
        (RELATED, BROADER, RELATED),
        (NARROWER, RELATED, RELATED),
        (RELATED, RELATED, RELATED),
    ],
)
def test_a_chain_of_two(first, second, together):
    assert compose(first, second) is together


@given(KINDS, KINDS)
def test_a_chain_is_as_strong_as_its_weakest_link_at_most(first, second):
    assert compose(first, second).strength <= min(first.strength, second.strength)


@given(KINDS, KINDS, KINDS)
def test_it_does_not_matter_where_a_chain_is_read_first(one, two, three):
    assert compose(compose(one, two), three) is compose(one, compose(two, three))


@given(KINDS, KINDS)
def test_a_chain_read_backwards_is_its_inverse(one, two):
    assert compose(one, two).inverse is compose(two.inverse, one.inverse)


@given(st.lists(LINKS, max_size=30), REFS, st.integers(1, 4))
def test_whatever_the_links_are_the_chains_are_sound(given_links, ref, depth):
    found = Crosswalk(given_links).counterparts(ref, depth)
    ends = [chain.end for chain in found]
    assert len(ends) == len(set(ends))
    for chain in found:
        assert chain.start == ref
        assert chain.end.framework != ref.framework
        assert 1 <= len(chain.links) <= depth
        assert all(one.end == other.start for one, other in zip(chain.links, chain.links[1:], strict=False))
        assert chain.kind.strength <= min(link.kind.strength for link in chain.links)
        assert len(chain.links) == 1 or chain.kind is not RELATED
        assert chain.editorial == any(link.editorial for link in chain.links)


@given(st.lists(LINKS, max_size=30), REFS)
def test_no_link_of_an_item_is_lost_and_every_link_is_read_from_both_ends(given_links, ref):
    walk = Crosswalk(given_links)
    direct = {link.end for link in walk.links(ref) if link.end.framework != ref.framework}
    assert direct <= {chain.end for chain in walk.counterparts(ref)}
    for link in walk.links(ref):
        assert (ref, link.kind.inverse) in {(back.end, back.kind) for back in walk.links(link.end)}


def test_the_strongest_chain_is_found_although_it_is_longer():
    one, two, three = Ref("a", "1"), Ref("b", "1"), Ref("c", "1")
    walk = Crosswalk([Link(one, three, RELATED, True, ""), Link(one, two, EQUAL, False, ""), Link(two, three, NARROWER, False, "")])
    (_, chain) = walk.counterparts(one)
    assert (chain.end, chain.kind, chain.over, chain.editorial) == (three, NARROWER, (two,), False)


def test_the_shipped_links_are_typed_and_marked():
    walk = crosswalk()
    assert list(faults()) == []
    found = {chain.end: chain for chain in walk.counterparts(Ref("privacy_review", "PR-12"))}
    assert found[Ref("nist_ai_rmf", "MANAGE 2.4")].kind is EQUAL
    assert found[Ref("eu_ai_act", "Art. 14")].kind is BROADER
    assert found[Ref("eu_ai_act", "Art. 14")].over == (Ref("nist_ai_rmf", "MANAGE 2.4"),)
    profile = walk.links(Ref("nist_ai_600_1", "2.5"))
    assert profile
    assert not any(link.editorial for link in profile)


def test_every_link_that_the_frameworks_name_is_there():
    walk = crosswalk()
    for made_from in frameworks().values():
        for item in made_from.items:
            ends = {link.end for link in walk.links(Ref(made_from.key, item.id))}
            assert ends >= {Ref(key, other) for key, others in item.crosswalk.items() for other in others}


def test_a_wrong_judgement_is_told(monkeypatch):
    told = [{"from": "iso_42001", "to": "nist_ai_rmf", "editorial": True, "source": "", "equal": {"A.2.2": ["MAP 1.1"]}}]
    for kept in (links._kinds, links._sources, links._told):
        kept.cache_clear()
    monkeypatch.setattr(links, "_told", lambda: told)
    found = list(faults())
    for kept in (links._kinds, links._sources):
        kept.cache_clear()
    assert "crosswalks.yaml: iso_42001 A.2.2 and nist_ai_rmf MAP 1.1 do not name each other in their frameworks." in found
    assert "crosswalks.yaml does not say who linked nist_ai_rmf and oecd_ai_principles." in found


def test_fields_speak_to_items_directly_or_over_a_close_counterpart():
    card, walk = template("model_card"), crosswalk()
    direct = speaking(card, Ref("eu_ai_act", "Annex IV 1(a)"), walk)
    assert {"primary_uses", "developer"} <= {one.field.id for one in direct if one.over is None}
    near = speaking(card, Ref("privacy_review", "PR-12"), walk)
    assert near
    assert all(one.over == Ref("nist_ai_rmf", "MANAGE 2.4") for one in near)
    assert all(Ref("nist_ai_rmf", "MANAGE 2.4") in refs_of(one.field) for one in near)


def test_a_chain_tells_its_ends():
    chain = Chain((Link(Ref("a", "1"), Ref("b", "1"), BROADER, True, "s"),))
    assert (chain.start, chain.end, chain.over) == (Ref("a", "1"), Ref("b", "1"), ())
