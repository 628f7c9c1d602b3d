"""Merkle trees: the vectors of Certificate Transparency, and what holds for every tree."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import merkle

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


def grown(size: int) -> tuple[merkle.Growing, merkle.Look, list[bytes]]:
    """A tree of numbered leaves, its perfect subtrees, and the leaves' hashes."""
    tree, nodes, leaves = merkle.Growing(), {}, []
    for number in range(size):
        leaf = merkle.leaf_hash(str(number).encode())
        leaves.append(leaf)
        nodes[0, number] = leaf
        nodes.update(dict(tree.add(leaf)))
    return tree, lambda level, index: nodes[level, index], leaves


def straight(leaves: list[bytes]) -> bytes:
    """The root as section 2.1 defines it, by recursion over the whole list."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return merkle.node_hash(straight(leaves[:left]), straight(leaves[left:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size):
    tree = merkle.Growing()
    for leaf in LEAVES[:size]:
        tree.add(merkle.leaf_hash(bytes.fromhex(leaf)))
    assert tree.root().hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing():
    assert merkle.Growing().root() == merkle.root_at(0, lambda *_: b"") == hashlib.sha256().digest()


@given(SIZES, st.data())
def test_every_root_on_the_way_can_be_told_later(size, data):
    earlier = data.draw(st.integers(1, size))
    tree, look, leaves = grown(size)
    assert tree.root() == straight(leaves)
    assert merkle.root_at(earlier, look) == straight(leaves[:earlier])


@given(SIZES, st.data())
def test_a_path_leads_to_the_root_and_no_other_leaf_does(size, data):
    number = data.draw(st.integers(0, size - 1))
    tree, look, leaves = grown(size)
    path = merkle.inclusion(number, size, look)
    assert merkle.is_included(leaves[number], number, size, path, tree.root())
    assert not merkle.is_included(merkle.leaf_hash(b"other"), number, size, path, tree.root())
    assert not merkle.is_included(leaves[number], number, size, [*path, b"\x00" * 32], tree.root())
    if size > 1:
        other = data.draw(st.integers(0, size - 1).filter(lambda one: one != number))
        assert not merkle.is_included(leaves[number], other, size, path, tree.root())
        at = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:at], merkle.leaf_hash(path[at]), *path[at + 1 :]]
        assert not merkle.is_included(leaves[number], number, size, bent, tree.root())
        assert not merkle.is_included(leaves[number], number, size, path[:-1], tree.root())


@given(SIZES, st.data())
def test_a_tree_is_shown_to_have_grown_and_another_is_not(size, data):
    first = data.draw(st.integers(1, size))
    tree, look, leaves = grown(size)
    old, proof = straight(leaves[:first]), merkle.consistency(first, size, look)
    assert merkle.is_consistent(first, size, old, tree.root(), proof)
    forged = straight([*leaves[: first - 1], merkle.leaf_hash(b"other")])
    assert not merkle.is_consistent(first, size, forged, tree.root(), proof)
    assert not merkle.is_consistent(first, size, old, merkle.leaf_hash(b"other"), proof)
    if proof:
        assert not merkle.is_consistent(first, size, old, tree.root(), proof[:-1])
        assert not merkle.is_consistent(first, size, old, tree.root(), [*proof, proof[0]])


@pytest.mark.parametrize(("number", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_path(number, size):
    with pytest.raises(ValueError, match="has no leaf"):
        merkle.inclusion(number, size, lambda *_: b"")
    assert not merkle.is_included(b"", number, size, [], b"")


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_what_did_not_grow_has_no_proof(first, second):
    with pytest.raises(ValueError, match="no beginning"):
        merkle.consistency(first, second, lambda *_: b"")
    assert not merkle.is_consistent(first, second, b"", b"", [])


def test_what_a_computation_needs_is_told_before_it_is_fetched():
    _, look, _ = grown(21)
    places = merkle.needed(lambda spy: merkle.inclusion(6, 21, spy))
    wanted = {place: look(*place) for place in places}
    assert merkle.inclusion(6, 21, lambda level, index: wanted[level, index]) == merkle.inclusion(6, 21, look)
    assert len(places) < 8
