"""The pages of a dossier as one file of HTML that needs nothing else and fetches nothing."""

from __future__ import annotations

from typing import Final

from governance.reports.pdf import stylesheet

STYLESHEETS: Final = ("type", "cover", "contents", "parts", "tables", "charts", "screen")
POLICY: Final = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)


def to_webpage(html: str) -> str:
    """Return a page with its look inside it."""
    head, rest = html.split("</head>", 1)
    style = stylesheet(STYLESHEETS)
    return f"{head.lstrip()}{POLICY}<style>{style}</style></head>{rest}"
