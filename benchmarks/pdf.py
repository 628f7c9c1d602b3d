"""How fast PDFs are made: python -m benchmarks.pdf [--dossiers 100].

Four questions: what our way costs over WeasyPrint alone for the same HTML
(press, PDF/A-3a, PDF/UA-1 and signature included); whether time is linear in
pages; how much faster two workers are than one; and how much memory 200 pages
take. Both sides of the first run in turns on the same machine, after one run
that does not count.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MOST_OVER_WEASYPRINT = 1.15
LEAST_WITH_TWO = 1.8
MOST_MEGABYTES = 600
PAGES = 200
ROUNDS = 5


def document(sections: int) -> str:
    """A document like a dossier: headings, paragraphs and tables, seven pages for ten sections."""
    words = "The model scores applications for credit and was tested on held-out data of the year before. "
    rows = "".join(
        f"<tr><th scope='row'>Group {number}</th><td class='num'>{number * 137}</td><td class='num'>0.{number:03}</td>"
        "<td>No difference that matters was found.</td></tr>"
        for number in range(12)
    )
    table = (
        "<table class='grid'><thead><tr><th scope='col'>Group</th><th scope='col'>Records</th><th scope='col'>Rate</th>"
        f"<th scope='col'>Finding</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    parts = "".join(
        f"<section class='part'><h3 id='s{number}'>Section {number}</h3><p>{words * 6}</p>{table}<p>{words * 4}</p></section>"
        for number in range(sections)
    )
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>A benchmark</title>"
        "<meta name='dcterms.created' content='2026-11-23T10:00:00Z'><meta name='dcterms.modified' content='2026-11-23T10:00:00Z'></head>"
        f"<body><h1>A benchmark</h1><section class='chapter'><h2>Chapter</h2>{parts}</section></body></html>"
    )


def alone(html: str) -> Callable[[], int]:
    """WeasyPrint in this process with the same sheets and fonts, and nothing of ours."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from governance.reports import pdf

    base, assets = "https://assets.invalid/", pdf.assets_of_today()

    class Plain(URLFetcher):
        def fetch(self, url, headers=None):
            return URLFetcherResponse(url, body=assets[url.removeprefix(base)], headers={"Content-Type": "font/woff2"})

    def make() -> int:
        fonts, fetcher = FontConfiguration(), Plain()
        sheet = weasyprint.CSS(string=pdf.stylesheet(), base_url=f"{base}{pdf.SHEETS}", url_fetcher=fetcher, font_config=fonts)
        page = weasyprint.HTML(string=html, url_fetcher=fetcher)
        return len(page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3a"))

    return make


def ours(html: str) -> Callable[[], int]:
    """What a worker does with a manuscript."""
    from governance.reports import pdf
    from governance.services import seal

    def make() -> int:
        return len(seal.seal(pdf.render_html(html, identifier="ab" * 32).content))

    return make


def seconds(make: Callable[[], int]) -> float:
    start = time.perf_counter()
    make()
    return time.perf_counter() - start


def overhead(sections: int) -> float:
    html = document(sections)
    plain, mine = alone(html), ours(html)
    plain(), mine()
    pairs = [(seconds(plain), seconds(mine)) for _ in range(ROUNDS)]
    left, right = statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"{sections:4} sections: WeasyPrint alone {left:6.2f} s, ours {right:6.2f} s, ratio {ratio:.3f}")
    return ratio


def line() -> tuple[float, float]:
    """Seconds a page for few and many pages, and the memory of 200 pages."""
    from governance.reports import pdf

    found, megabytes = [], 0.0
    for sections in (36, 72, 145, 290, 430):
        html = document(sections)
        start = time.perf_counter()
        made = pdf.render_html(html, identifier="ab" * 32)
        took = time.perf_counter() - start
        found.append(took / made.pages)
        if made.pages >= PAGES and not megabytes:
            megabytes = made.peak / 1024
        print(f"{made.pages:4} pages: {took:6.2f} s, {1000 * took / made.pages:5.1f} ms a page, {made.peak / 1024:6.0f} MB")
    return max(found) / min(found), megabytes


def workers(dossiers: int) -> float:
    make = ours(document(6))
    make()
    took = {}
    for count in (1, 2):
        with ThreadPoolExecutor(count) as pool:
            start = time.perf_counter()
            list(pool.map(lambda _: make(), range(dossiers)))
            took[count] = time.perf_counter() - start
        print(f"{dossiers} dossiers on {count}: {took[count]:6.1f} s")
    return took[1] / took[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dossiers", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-pdf-") as home:
        from governance.reports import presses

        os.environ |= {"ASSAY_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings", "SOURCE_DATE_EPOCH": "0"}
        os.environ["FONTCONFIG_FILE"] = str(Path(__file__).resolve().parents[1] / "governance/reports/fonts/fonts.conf")
        import django

        django.setup()
        ratios = [overhead(sections) for sections in (5, 20)]
        bend, megabytes = line()
        speedup = workers(options.dossiers)
        presses.PRESS.close()
    checks = {
        f"at most {MOST_OVER_WEASYPRINT} times WeasyPrint alone: {max(ratios):.3f}": max(ratios) <= MOST_OVER_WEASYPRINT,
        f"linear in pages, dearest page over cheapest: {bend:.2f}": bend <= 1.5,
        f"two workers at least {LEAST_WITH_TWO} times one: {speedup:.2f}": speedup >= LEAST_WITH_TWO,
        f"{PAGES} pages under {MOST_MEGABYTES} MB: {megabytes:.0f}": 0 < megabytes < MOST_MEGABYTES,
    }
    for text, is_met in checks.items():
        print(f"{'met    ' if is_met else 'NOT MET'} {text}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
