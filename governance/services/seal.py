"""The seal: the certificate of the house with which PDFs are signed, PAdES baseline B-B, or B-T with a timestamp.

The rule: the key lies in a file of mode 0600 or in a PKCS #12 file that the
operator gives, never in the database. Each certificate that ever signed is
kept, so that a PDF of today is known in ten years.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from registry.digest import sha256
from registry.errors import DomainError
from registry.kept import kept_file

FIELD: Final = "Assay"
REASON: Final = "Issued by Assay"
BITS: Final = 3072
DAYS: Final = 30 * 365
UNUSED: Final = ("key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only")
UNREADABLE: Final = (
    "The PKCS #12 file of PDF_PKCS12 cannot be read: it is missing, its password is another one, or it holds no key with a certificate. "
    "The PDF was not signed; tell whoever runs this Assay, and ask for it again afterwards."
)
OUT_OF_DATE: Final = (
    "The certificate of PDF_PKCS12 is valid from {start:%-d %B %Y} until {end:%-d %B %Y}, so it signs nothing today. "
    "Tell whoever runs this Assay, and ask for the PDF again afterwards."
)
NO_TIMESTAMP: Final = "The timestamp server of PDF_TIMESTAMP_URL gave no timestamp, so the PDF was not signed. Ask for it again later."


def seal(content: bytes) -> bytes:
    """Return a PDF with our signature; what was there stays, byte for byte, and the signature follows.

    Raises:
        DomainError: the certificate cannot be used, or the timestamp server does not answer.
    """
    from pyhanko.sign import fields, signers
    from pyhanko.sign.timestamps import TimestampRequestError

    invisible = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    field = fields.SigFieldSpec(FIELD, box=None, readable_field_name="Signature of Assay", invis_sig_settings=invisible)
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason=REASON, name=common_name()
    )
    signer = signers.PdfSigner(about, signer=_signer(), timestamper=_timestamper(), new_field_spec=field)
    output = io.BytesIO()
    try:
        signer.sign_pdf(_quiet_writer(content), output=output)
    except (TimestampRequestError, OSError) as error:
        raise DomainError(NO_TIMESTAMP) from error
    return output.getvalue()


def common_name() -> str:
    """Return the name that the certificate bears."""
    names = _bundle()[1].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else "Assay"


def certificates() -> tuple[str, ...]:
    """Return every certificate that ever signed here, as PEM; the present one is among them where it can be used."""
    with suppress(DomainError):  # what was signed before is checked all the same
        _bundle()
    return tuple(path.read_text(encoding="ascii") for path in sorted(_folder().glob("*.crt.pem")))


def check_given() -> None:
    """Try the PKCS #12 file of ``PDF_PKCS12``.

    Raises:
        DomainError: it cannot be read, or its certificate is not valid today.
    """
    _given()


def is_self_made() -> bool:
    """Whether the present certificate was made here, so that no reader of PDFs trusts it by itself."""
    return not settings.PDF_PKCS12


def _quiet_writer(content: bytes) -> Any:
    """Return a writer that leaves the metadata alone: they are part of what PDF/A and PDF/UA rest on."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Quiet(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            pass

    return Quiet(io.BytesIO(content))


def _signer() -> Any:
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, certificate, others = _bundle()

    class Ready(signers.SimpleSigner):
        """Signs with the key that was read already; the class that it extends reads an RSA key anew, twice for each signature."""

        def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
            mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)["algorithm"].native
            if mechanism == "sha256_rsa" and digest_algorithm == "sha256":
                return bytes(key.sign(data, PKCS1v15(), hashes.SHA256()))
            return super().sign_raw(data, digest_algorithm)

    form = serialization.PrivateFormat.PKCS8
    der = key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for one in (certificate, *others):
        store.register(asn1.Certificate.load(one.public_bytes(serialization.Encoding.DER)))
    return Ready(
        signing_cert=asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=store,
    )


def _timestamper() -> Any:
    if not settings.PDF_TIMESTAMP_URL:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(settings.PDF_TIMESTAMP_URL)


def _bundle() -> tuple[Any, x509.Certificate, Iterable[x509.Certificate]]:
    """Return the key, its certificate, and the certificates above it; ours is made on first use."""
    bundle = _given() if settings.PDF_PKCS12 else _own()
    kept = _folder() / f"{sha256(bundle[1].public_bytes(serialization.Encoding.DER))[:32]}.crt.pem"
    if not kept.exists():
        kept.write_bytes(bundle[1].public_bytes(serialization.Encoding.PEM))
    return bundle


def _given() -> tuple[Any, x509.Certificate, Iterable[x509.Certificate]]:
    password = settings.PDF_PKCS12_PASSWORD.encode() or None
    try:
        key, certificate, others = _opened(Path(settings.PDF_PKCS12).read_bytes(), password)
    except (OSError, ValueError) as error:
        raise DomainError(UNREADABLE) from error
    if key is None or certificate is None:
        raise DomainError(UNREADABLE)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= datetime.now(UTC) <= end:
        raise DomainError(OUT_OF_DATE.format(start=start, end=end))
    return key, certificate, others


def _own() -> tuple[Any, x509.Certificate, Iterable[x509.Certificate]]:
    pem = kept_file(_folder().parent / "pdf-seal.pem", _make).encode()
    return _parsed(pem), x509.load_pem_x509_certificate(pem), ()


# To read an RSA key is to check it, which takes longer than to sign. What is kept belongs to the bytes of the file, so that a
# file that was exchanged is read anew.
@lru_cache(maxsize=1)
def _parsed(pem: bytes) -> Any:
    return serialization.load_pem_private_key(pem, password=None)


@lru_cache(maxsize=1)
def _opened(content: bytes, password: bytes | None) -> Any:
    return pkcs12.load_key_and_certificates(content, password)


def _make() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Assay, seal of this installation")])
    now = datetime.now(UTC).replace(microsecond=0)
    unused = dict.fromkeys(UNUSED, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, key_cert_sign=True, **unused), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return (private + made.public_bytes(serialization.Encoding.PEM)).decode("ascii")


def _folder() -> Path:
    folder = Path(settings.ASSAY_HOME) / "keys" / "seals"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
