"""Typed Markdown: what it may become, and what it never becomes."""

from __future__ import annotations

import time

import pytest

from registry.markup import render

FETCHING = ("<img", "<script", "<svg", "<iframe", "<object", "<embed", "<link", "<style", "<video", "<input", "<form")


def test_prose_tables_and_code_become_html():
    html = render("A *word*.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```\nx < y\n```\n\n3. three")
    assert "<em>word</em>" in html
    assert '<th scope="col">a</th>' in html
    assert '<td align="right">2</td>' in html
    assert "<pre><code>x &lt; y" in html
    assert '<ol start="3">' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="http://evil.example/x.png" onerror="alert(1)">',
        "![alt](http://evil.example/x.png)",
        "![alt][ref]\n\n[ref]: http://evil.example/x.png",
        '<svg><image href="file:///etc/passwd"/></svg>',
        '<link rel="stylesheet" href="http://evil.example/x.css">',
        '<style>@import "http://evil.example/x.css"</style>',
        '<div><object data="file:///etc/passwd"></object></div>',
        "<!-- --><iframe src=//evil.example></iframe>",
    ],
)
def test_nothing_that_fetches_or_runs_gets_through_and_what_was_typed_stays_readable(text):
    html = render(text)
    assert not any(tag in html for tag in FETCHING)
    assert "style=" not in html.replace("&lt;", "") or "&lt;" in html
    assert "evil.example" in html or "passwd" in html or "alert" in html


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/admin/", "//evil.example", "x.html", "http:", "vbscript:x"],
)
def test_a_link_leads_to_an_absolute_web_address_or_nowhere(target):
    assert "href" not in render(f"[here]({target})")


def test_a_good_link_tells_its_target_nothing():
    assert render("[here](https://a.example/b)") == '<p><a href="https://a.example/b" rel="noopener nofollow">here</a></p>'


@pytest.mark.parametrize(
    ("level", "tags"), [(4, ["<h4>One", "<h5>Two", "<h6>Three", "<h4>Four"]), (3, ["<h3>One", "<h4>Two", "<h5>Three", "<h3>Four"])]
)
def test_headings_fall_into_the_pages_order_without_gaps(level, tags):
    html = render("# One\n### Two\n###### Three\n# Four", level)
    assert [tag for tag in tags if tag not in html] == []


@pytest.mark.parametrize("text", ["[" * 50_000, "[a](" * 12_500, "> " * 20_000, "`" * 50_000, "*_" * 25_000, "- " * 25_000])
def test_a_text_made_to_take_minutes_takes_seconds(text):
    start = time.process_time()
    assert render(text)
    assert time.process_time() - start < 5


def test_a_text_with_a_few_lonely_brackets_keeps_its_links():
    assert "href" in render("[x] :( [1, 2( [here](https://a.example)")
