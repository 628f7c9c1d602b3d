"""Reading PDFs back, for tests."""

from __future__ import annotations

import http.server
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import page
import pypdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from governance.reports import reading
from governance.services import seal

DAY = timedelta(days=1)
PROFILES = ("pdfa-3a", "pdfua-1")


def stream_of(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def faults(content: bytes) -> list[str]:
    """What keeps a PDF from being PDF/A-3a and PDF/UA-1."""
    reports = [page.validate_pdf_bytes(content, profile=profile) for profile in PROFILES]
    return [f"{one.rule_id}: {one.message}" for report in reports for one in report.failures]


def text_of(content: bytes) -> str:
    """All text, blanks made one."""
    return " ".join(re.sub(r"\s+", " ", one.extract_text()) for one in pypdf.PdfReader(io.BytesIO(content)).pages)


def language_of(content: bytes) -> str:
    """The language of the whole file."""
    return str(pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"])


def width_of(content: bytes) -> int:
    """The width of the first page, in points."""
    return int(pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox.width)


def elements_of(content: bytes) -> list[tuple[str, pypdf.generic.DictionaryObject]]:
    """Every structure element, in the order of reading, as its tag and itself."""
    found: list[tuple[str, pypdf.generic.DictionaryObject]] = []

    def walk(node) -> None:
        node = node.get_object()
        if not isinstance(node, pypdf.generic.DictionaryObject) or "/S" not in node:
            return
        found.append((str(node["/S"]), node))
        children = node.get("/K", [])
        children = children.get_object() if hasattr(children, "get_object") else children
        for child in children if isinstance(children, list) else [children]:
            walk(child)

    for root in pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]["/K"]:
        walk(root)
    return found


def scopes_of(content: bytes) -> list[str]:
    """The scope of every head of a table, in order."""
    return [str(element["/A"].get_object()["/Scope"]) for tag, element in elements_of(content) if tag == "/TH"]


def attachments_of(content: bytes) -> dict[str, bytes]:
    """Files inside a PDF, by name."""
    return {name: contents[0] for name, contents in pypdf.PdfReader(io.BytesIO(content)).attachments.items()}


def environment_of(pid: int) -> dict[str, str]:
    """The environment with which a process was started."""
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if pair)


def unsigned(content: bytes) -> bytes:
    """The bytes before the signature."""
    end = re.search(rb"startxref\n\d+\n%%EOF\n?", content)
    assert end is not None
    return content[: end.end()]


def signatures_of(content: bytes) -> tuple[reading.Signature, ...]:
    """The signatures of a PDF, read with our certificates."""
    return reading.read(content, seal.certificates()).signatures


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificate(
    name: str, *, usage: x509.ObjectIdentifier | None = None, is_elliptic: bool = False, end: timedelta = DAY
) -> tuple[Key, x509.Certificate]:
    """A key with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1()) if is_elliptic else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), now - 2 * DAY, now + end)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def pkcs12_file(folder: Path, name: str, password: str, *, is_elliptic: bool = False, end: timedelta = DAY) -> Path:
    """A PKCS #12 file with one key and its certificate."""
    key, made = certificate(name, is_elliptic=is_elliptic, end=end)
    file = folder / "seal.p12"
    locked = serialization.BestAvailableEncryption(password.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, made, None, locked))
    return file


class Quiet(http.server.BaseHTTPRequestHandler):
    """Answers, and writes nothing to the terminal."""

    def log_message(self, *_):
        pass


@contextmanager
def serving(handler: type[Quiet]) -> Iterator[str]:
    """A server on loopback; its address, without the slash at the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def bait() -> Iterator[tuple[str, list[str]]]:
    """A server that notes every request: its address and the paths that were asked for."""
    asked: list[str] = []

    class Handler(Quiet):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    with serving(Handler) as address:
        yield address, asked


@contextmanager
def timestamp_server() -> Iterator[str]:
    """A server of timestamps (RFC 3161) on loopback."""
    from asn1crypto import keys, tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, made = certificate("Clock", usage=ExtendedKeyUsageOID.TIME_STAMPING)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    clock = DummyTimeStamper(
        tsa_cert=asn1.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
        tsa_key=keys.PrivateKeyInfo.load(der),
        certs_to_embed=SimpleCertificateStore(),
    )

    class Handler(Quiet):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = clock.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with serving(Handler) as address:
        yield f"{address}/"
