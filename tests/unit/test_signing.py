"""Envelopes and keys: what is signed verifies, anywhere; what is changed does not."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.signer import CryptoSigner, SSlibKey
from securesystemslib.signer._key import Key

from registry.signing import ALGORITHMS, Envelope, EnvelopeError, SigningKeyError, generate, read_private, read_public, sign, verify
from registry.signing.envelope import pae

KEYS = {algorithm: generate(algorithm) for algorithm in ALGORITHMS}
TYPE = "application/vnd.in-toto+json"


def theirs(key) -> Key:
    """Our public key as securesystemslib has it."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return SSlibKey.from_crypto(load_pem_public_key(key.pem.encode()))


def test_the_encoding_is_the_one_of_the_dsse_protocol():
    assert pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(payload=st.binary(max_size=200), kind=st.text(min_size=1, max_size=30))
def test_what_is_signed_verifies_and_survives_json(algorithm, payload, kind):
    key = KEYS[algorithm]
    envelope = Envelope.from_json(json.dumps(sign(payload, kind, key).to_json()))
    assert verify(envelope, [KEYS["ed25519"].public, KEYS["ecdsa-p256"].public]) == (key.public,)
    assert (envelope.payload, envelope.payload_type) == (payload, kind)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(payload=st.binary(min_size=1, max_size=60), data=st.data())
def test_any_changed_byte_is_found(algorithm, payload, data):
    key = KEYS[algorithm]
    made = sign(payload, TYPE, key)
    place = data.draw(st.integers(0, len(payload) - 1))
    changed = bytearray(payload)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EnvelopeError, match="No signature"):
        verify(Envelope(bytes(changed), TYPE, made.signatures), [key.public])
    with pytest.raises(EnvelopeError, match="No signature"):
        verify(Envelope(payload, TYPE + "x", made.signatures), [key.public])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_stranger_verifies_with_securesystemslib(algorithm):
    key = KEYS[algorithm]
    envelope = TheirEnvelope.from_dict(sign(b'{"a": 1}', TYPE, key).to_json())
    assert envelope.payload == b'{"a": 1}'
    envelope.verify([_named(key.public)], 1)


def test_an_envelope_that_a_stranger_made_verifies_here():
    signer = CryptoSigner.generate_ed25519()
    envelope = TheirEnvelope(b"payload", TYPE, {})
    envelope.sign(signer)
    body = envelope.to_dict()
    pem = signer.public_key.keyval["public"]
    public = read_public(_ed25519_pem(pem)) if "BEGIN" not in pem else read_public(pem)
    assert verify(Envelope.from_json(body), [public]) == (public,)


@pytest.mark.parametrize(
    "source",
    ["", "{}", "[]", "null", '{"payload": 1}', '{"payload": "?", "payloadType": "x", "signatures": [{"sig": "?"}]}', "[" * 100_000],
)
def test_what_is_no_envelope_is_refused_with_a_sentence(source):
    with pytest.raises(EnvelopeError, match="no DSSE envelope"):
        Envelope.from_json(source)


def test_an_envelope_without_signatures_is_signed_by_nobody():
    with pytest.raises(EnvelopeError, match="names none"):
        verify(Envelope(b"x", TYPE, ()), [KEYS["ed25519"].public])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_keys_survive_pem(algorithm):
    key = KEYS[algorithm]
    again = read_private(key.to_pem())
    assert again.public == key.public == read_public(key.public.pem)
    assert again.public.is_signed(b"x", key.sign(b"x"))


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n"])
def test_a_key_that_is_none_is_refused_with_a_sentence(pem):
    with pytest.raises(SigningKeyError, match="cannot be read"):
        read_private(pem)
    with pytest.raises(SigningKeyError, match="cannot be read"):
        read_public(pem)


def test_other_kinds_of_keys_are_refused():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(SigningKeyError, match="neither"):
        read_private(other.decode())
    with pytest.raises(SigningKeyError, match="no algorithm"):
        generate("rsa")


def _named(public) -> Key:
    """Their key with our key id, as DSSE verifiers look keys up by it."""
    key = theirs(public)
    key.keyid = public.key_id
    return key


def _ed25519_pem(hex_key: str) -> str:
    prefix = bytes.fromhex("302a300506032b6570032100")
    body = base64.b64encode(prefix + bytes.fromhex(hex_key)).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
