"""What is known of an environment, as a table to read and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from tcwc.model.environment import NOT_TRIED, Diagnosis, Environment, Package
from tcwc.model.printable import printable, shell_line
from tcwc.model.values import Value
from tcwc.model.words import listed
from tcwc.report.findings import Paint
from tcwc.report.json_text import json_text

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""

_VERDICTS = {
    "works": ("works", ""),
    "broken": ("does not work", "error"),
    "unknown": ("not known", "warning"),
    "absent": ("not installed", "dim"),
}
_HEADS = ("package", "found", "known to work")
_WIDTH = 100
_LONG = 60
"""A longer version is cut: no package has one."""


def first_line(diagnosis: Diagnosis) -> str:
    """An environment in a line: what is there, and what of it does not work."""
    rows = {
        "missing": [row for row in diagnosis.broken if not row.found],
        "known not to work": [row for row in diagnosis.broken if row.found],
        "not known": [row for row in diagnosis.rows if row.verdict == "unknown"],
    }
    there = ", ".join(f"{_name(row)} {_cut(row.found)}" for row in diagnosis.rows if row.found)
    told = [f"{what}: {', '.join(map(_name, some))}" for what, some in rows.items() if some]
    return f"{there}: {'; '.join(told) or 'all known to work'}"


def lines(
    diagnosis: Diagnosis, environment: Environment, pip: str, paint: Paint, *, everything: bool
) -> Iterator[str]:
    """A table, what does not work and why, and the line to type; `everything`: with sources."""
    yield paint("bold", first_line(diagnosis))
    against = f"{diagnosis.rows[0].name} {diagnosis.version or 'of no known release'}"
    yield f"  with {against}, in {environment.python}"
    if diagnosis.of == "default":
        subject = diagnosis.rows[0].name
        yield f"  no {subject} is installed, and no experiment was named that says which is meant:"
        yield f"  `--{subject} VERSION` or an EXPERIMENT does"
    yield ""
    yield from _table(diagnosis, paint)
    for row in diagnosis.rows:
        yield from _told(row, paint, everything)
    if diagnosis.install:
        yield ""
        yield "To put it right:"
        yield f"  {command(diagnosis, pip)}"
        left = [_name(row) for row in diagnosis.broken if not row.install]
        if left:
            yield f"  and what is said above of {listed(left)}, which that line leaves as it is"


def command(diagnosis: Diagnosis, pip: str) -> str:
    """The line that installs what works; "" where nothing is to be installed."""
    # In quotes whatever is in them: a shell takes `<` for a file, and some take more.
    return f"{pip} install " + " ".join(f"'{each}'" for each in diagnosis.install)


def pip_of(python: str | None) -> str:
    """What installs into an environment: that of a Python, or the one that is active."""
    return shell_line([python, "-m", "pip"]) if python else "pip"


def document(
    diagnosis: Diagnosis, environment: Environment, pip: str, experiment: str | None, tool: str
) -> str:
    """The same as JSON, in the layout of `schemas/doctor.schema.json`."""
    whole: dict[str, Value] = {
        "format": FORMAT,
        "tool": {"name": "tcwc", "version": tool},
        "experiment": experiment,
        "version": diagnosis.version or None,
        "version_of": diagnosis.of,
        "python": environment.python,
        "platform": environment.platform,
        "works": not diagnosis.broken,
        "packages": [_member(row) for row in diagnosis.rows],
        "commands": [command(diagnosis, pip)] if diagnosis.install else [],
    }
    return json_text(whole)


def _member(row: Package) -> Value:
    return {
        "name": row.name,
        "found": _cut(row.found) if row.found else None,
        "known_to_work": list[Value](row.works),
        "verdict": row.verdict,
        "why": row.why,
        "source": row.source,
        "notes": list[Value](row.notes),
        "install": list[Value](row.install),
    }


def _table(diagnosis: Diagnosis, paint: Paint) -> Iterator[str]:
    cells = [
        (_name(row), _cut(row.found) or "-", ", ".join(row.works) or "-") for row in diagnosis.rows
    ]
    widths = [max(map(len, column)) + 2 for column in zip(_HEADS, *cells, strict=False)]
    yield paint("dim", _line(_HEADS, widths) + "verdict")
    for row, texts in zip(diagnosis.rows, cells, strict=True):
        word, style = _VERDICTS[row.verdict]
        if row.verdict == "broken" and not row.found:
            word = "missing"
        yield _line(texts, widths) + (paint(style, word) if style else word)


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "".join(text.ljust(at) for text, at in zip(texts, widths, strict=True))


def _told(row: Package, paint: Paint, everything: bool) -> Iterator[str]:
    """What is to be said of a package beside its verdict."""
    told = [row.why] if row.why and (everything or row.why != NOT_TRIED) else []
    told += row.notes
    if everything and row.source:
        told.append(f"source: {row.source}")
    if not told:
        return
    yield ""
    yield paint("bold", " ".join(filter(None, [_name(row), _cut(row.found)])))
    width = min(paint.width, _WIDTH) - 4
    for each in told:
        for part in wrap(printable(each), width, break_long_words=False, break_on_hyphens=False):
            yield f"    {part}"


def _name(row: Package) -> str:
    return "Python" if row.name == "python" else row.name


def _cut(text: str) -> str:
    text = printable(text)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."
