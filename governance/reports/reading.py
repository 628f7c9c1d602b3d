"""Reading a PDF that a stranger brought: its signatures, its files, and where its parts end.

The rule: a PDF is a program's worth of trouble, so it is read in a process of
its own with limits of its own, which is given the certificates that are ours
and answers in JSON. ``read`` starts that process; run as a program this
module is that process.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry.digest import sha256
from registry.errors import ConflictError, DomainError

CHECKOUT: Final = Path(__file__).resolve().parents[2]
logger = logging.getLogger(__name__)
SECONDS: Final = 30
MEMORY: Final = 1 << 30
END: Final = re.compile(rb"%%EOF\r?\n?")
MOST_FILES: Final = 200
NO_PDF: Final = "This file is no PDF that can be read. Choose the PDF as it was downloaded."
BUSY: Final = "Others are having PDFs checked at this moment. Try again in a few seconds."
_ONE_AT_A_TIME: Final = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Signature:
    """One signature.

    Attributes:
        signer: name in the certificate.
        certificate: SHA-256 of the certificate.
        is_intact: whether the signed bytes are those that were signed.
        is_ours: whether it was made with one of our certificates.
        is_whole: whether it covers the whole file, so that nothing was added since.
        at: when the signer says that it was made, ISO 8601; empty when it does not say.
        stamped_at: when a timestamp server says so; empty without one.
    """

    signer: str
    certificate: str
    is_intact: bool
    is_ours: bool
    is_whole: bool
    at: str
    stamped_at: str


@dataclass(frozen=True)
class Document:
    """What was found in a PDF.

    Attributes:
        signatures: all of them, the first first.
        files: content of the files inside, by name.
        parts: SHA-256 of the file up to the end of each part that was written at once, the shortest first.
    """

    signatures: tuple[Signature, ...]
    files: dict[str, bytes]
    parts: tuple[str, ...]


def read(content: bytes, certificates: Sequence[str]) -> Document:
    """Read a PDF; of one that is broken, nothing but the digests is known.

    Raises:
        DomainError: it is none.
        ConflictError: too many are being read at this moment.
    """
    if not content.startswith(b"%PDF-"):
        raise DomainError(NO_PDF)
    if not _ONE_AT_A_TIME.acquire(timeout=SECONDS):
        raise ConflictError(BUSY)
    try:
        told = _ask(content, certificates)
    finally:
        _ONE_AT_A_TIME.release()
    return Document(
        signatures=tuple(Signature(**one) for one in told["signatures"]),
        files={name: base64.b64decode(body) for name, body in told["files"].items()},
        parts=tuple(sha256(content[: end.end()]) for end in END.finditer(content)),
    )


def _ask(content: bytes, certificates: Sequence[str]) -> dict[str, Any]:
    head = json.dumps(list(certificates)).encode() + b"\n"
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    command = [sys.executable, "-m", "governance.reports.reading"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=head + content, capture_output=True, cwd=CHECKOUT, env=environment, timeout=SECONDS, check=True
        )
        told: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        logger.info("A PDF of %s bytes could not be read.", len(content))
        return {"signatures": [], "files": {}}
    return told


def main() -> None:
    """Read certificates and a PDF from standard input, and print what is in it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    certificates = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(json.dumps(_told(sys.stdin.buffer.read(), certificates)))


def _told(content: bytes, certificates: Sequence[str]) -> dict[str, Any]:
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator import ValidationContext

    logging.disable()
    ours = [x509.Certificate.load(pem.unarmor(one.encode())[2]) for one in certificates]
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    trusted = {one.sha256.hex(): ValidationContext(trust_roots=[one], allow_fetching=False) for one in ours}
    return {"signatures": [_signature(one, trusted, content) for one in reader.embedded_signatures], "files": _files(reader)}


def _signature(found: Any, trusted: dict[str, Any], content: bytes) -> dict[str, Any]:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    certificate = found.signer_cert
    digest = certificate.sha256.hex()
    status = validate_pdf_signature(found, trusted.get(digest))
    stamp = status.timestamp_validity
    return {
        "signer": str(certificate.subject.native.get("common_name", "")),
        "certificate": digest,
        "is_intact": bool(status.intact and status.valid and _is_plain(found, content)),
        "is_ours": digest in trusted,
        "is_whole": status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        "at": status.signer_reported_dt.isoformat() if status.signer_reported_dt else "",
        "stamped_at": stamp.timestamp.isoformat() if stamp is not None and stamp.intact and stamp.valid else "",
    }


def _is_plain(found: Any, content: bytes) -> bool:
    """Whether the place that no signature can cover, its own, holds the signature and zeros, and nothing else."""
    from asn1crypto import parser

    start, end = found.byte_range[1], found.byte_range[2]
    written = bytes(found.pkcs7_content)
    _, _, _, head, body, tail = parser.parse(written)
    return content[start:end].lower() == b"<" + written.hex().encode() + b">" and not any(written[len(head) + len(body) + len(tail) :])


def _files(reader: Any) -> dict[str, str]:
    """Return the files of the name tree, which ours has in one leaf."""
    names = reader.root
    for step in ("/Names", "/EmbeddedFiles", "/Names"):
        if step not in names:
            return {}
        names = names[step]
    files = {}
    for number in range(1, min(len(names), 2 * MOST_FILES), 2):
        found = names[number]
        files[str(found["/UF" if "/UF" in found else "/F"])] = base64.b64encode(found["/EF"]["/F"].data).decode("ascii")
    return files


if __name__ == "__main__":
    main()
