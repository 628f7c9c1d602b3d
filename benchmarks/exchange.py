"""Import and export of large cards: ``python -m benchmarks.exchange``.

The time of an import is that of the call, from bytes to fields, and beside it
that of the whole command. Refusals are whole processes, since their claim is
also about memory.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Claims, process, quickest
from registry.exchange import formats

SIZE = 200_000
FRONT = "---\nlicense: mit\nlanguage: en\ntags: [a, b]\nmodel-index:\n- name: mine\n  results:\n"
RESULT = (
    "  - task: {{type: text-classification}}\n    dataset: {{type: d{0}, name: D{0}}}\n"
    "    metrics:\n    - {{type: accuracy, value: 0.{0}}}\n    - {{type: f1, value: 0.{0}}}\n"
)
BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
REFUSED = {
    "aliases that explode": BOMB,
    "a list 100,000 deep": "a: " + "[" * 100_000,
    "a tag": "a: !!python/object/apply:os.system ['true']",
    "200,000 entries": "a: [" + "x," * 200_000 + "]",
    "2 MB of front matter": "a: " + "x" * 1_999_000,
}
READ_ALONE = "import sys; from registry.exchange import formats; formats.read(open(sys.argv[1], 'rb').read())"
REFUSE = f"""
from registry.errors import DomainError
try:
    {READ_ALONE}
except DomainError:
    pass
else:
    sys.exit(3)
"""


def cards() -> dict[str, bytes]:
    """Cards of 200 KB: prose, a table a field takes, one that none takes, headings, bullets, results, and right-to-left text."""
    row = "| {} | 0.91 | 0.88 | a longer cell with words | <b>html</b> |\n"
    table = "| a | b | c | d | e |\n|---|---|---|---|---|\n" + "".join(row.format(n) for n in range(3_500))
    made = {
        "prose": "# Mine\n\n" + "Some words in a line of text that goes on for a while.\n\n" * 3_600,
        "a table below a known heading": f"# Mine\n\n## Training data\n\n{table}",
        "a table below an unknown heading": f"# Mine\n\n## Secret sauce\n\n{table}",
        "1,900 headings": "# Mine\n\n"
        + "".join(f"## Heading number {n}\n\nText below it, {n}, and a little more of it so that it counts.\n\n" for n in range(2_300)),
        "bullets": "# Mine\n\n## Limitations\n\n"
        + "".join(f"- Limitation {n}, which is said in a whole line of words {'x' * 380}\n" for n in range(450)),
        "results": FRONT + "".join(RESULT.format(n) for n in range(1_300)) + "---\n# Mine\n",
        "right-to-left text": "# نموذج\n\n" + "هذا نص طويل من اليمين إلى اليسار.\n\n" * 3_400,
    }
    return {name: text.encode()[: SIZE + 2_000] if name != "results" else text.encode() for name, text in made.items()}


def measure(claims: Claims, folder: Path) -> None:
    """Print every figure."""
    for name, raw in cards().items():
        seconds = quickest(lambda raw=raw: formats.read(raw), 3)
        claims.tell(f"import of {len(raw) // 1000} KB, {name}", f"{seconds:.3f} s", "under 0.5 s", is_met=seconds < 0.5)
        found = formats.read(raw)
        seconds = quickest(lambda found=found: formats.write("huggingface", found.template, found.content), 3)
        claims.tell(f"export of the same, {name}", f"{seconds:.3f} s", "under 1 s", is_met=seconds < 1)
    path = folder / "card.md"
    path.write_bytes(cards()["a table below a known heading"])
    empty, full = (
        process([sys.executable, "-c", "import registry.exchange.formats"], repeat=3),
        process([sys.executable, "-c", READ_ALONE, str(path)], repeat=3),
    )
    claims.tell("the same import as a process", f"{full.seconds:.2f} s", "start + 0.5 s", is_met=full.seconds < empty.seconds + 0.5)
    refused = {name: f"---\n{front}\n---\n# Mine\n" for name, front in REFUSED.items()}
    refused |= {f"380 KB of {unit!r}": unit * (380_000 // len(unit)) for unit in ("#\n", "a\n===\n", "## Limitations\n- a\n\n")}
    for name, text in refused.items():
        path.write_text(text)
        run = process([sys.executable, "-c", REFUSE, str(path)])
        figure = f"{run.seconds:.2f} s, {run.megabytes:.0f} MB"
        claims.tell(f"refusal of {name}", figure, "1 s and 100 MB", is_met=run.seconds < 1 and run.megabytes < 100)


def main() -> int:
    """Run the benchmark."""
    claims = Claims()
    with tempfile.TemporaryDirectory() as folder:
        measure(claims, Path(folder))
    return claims.end()


if __name__ == "__main__":
    sys.exit(main())
