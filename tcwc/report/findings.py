"""Findings as text: `full` with the source line and a pointer, `concise` a line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tcwc.model.diagnostics import Diagnostic, Label, Rule, Severity
from tcwc.model.frozen import dataclass
from tcwc.model.source import SourceText, Span

Paint = Callable[[str, str], str]
"""A text in a style ("error", "warning", "info", "bold", "dim"); plain where colour is off."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule's file says for people; `help`, what to write instead, may be empty."""

    summary: str
    why: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class LintResult:
    """What a call of lint found, in so many files that could be read.

    `problems` are files that could not be: message and help. `text_of` describes a rule.
    """

    findings: Sequence[Diagnostic]
    problems: Sequence[tuple[str, str]]
    files: int
    version: str
    text_of: Callable[[Rule], RuleText]
    quiet: bool


@dataclass(frozen=True, slots=True)
class FindingsFormat:
    """A form of findings. `each` writes one as soon as it is found, `end` what follows on all.

    Without `each` all of it is one document, for another program.
    """

    each: Callable[[Diagnostic, Mapping[str, SourceText], Paint], str] | None
    end: Callable[[LintResult], str]


_STYLES = {"error": "1;31", "warning": "1;33", "info": "1;34", "bold": "1", "dim": "36"}
_MAX_WIDTH = 160


def painter(colour: bool) -> Paint:
    """How to style text: with ANSI codes, or not at all."""
    if not colour:
        return lambda _, text: text
    return lambda style, text: f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def concise(diagnostic: Diagnostic, paint: Paint) -> str:
    """`experiment.yaml:9:5: error[TCW201]: message, in run_002 (1 of 3 runs) [--fix]`."""
    fix = f" [{_option(diagnostic)}]" if diagnostic.fixes else ""
    return _head(diagnostic, paint) + (paint("dim", fix) if fix else "")


def _head(diagnostic: Diagnostic, paint: Paint) -> str:
    where = paint("bold", str(diagnostic.span))
    kind = f"{diagnostic.severity.value}[{diagnostic.code}]"
    runs = f", in {diagnostic.runs}" if diagnostic.runs else ""
    return f"{where}: {paint(diagnostic.severity.value, kind)}: {_line(diagnostic.message)}{runs}"


def full(diagnostic: Diagnostic, sources: Mapping[str, SourceText], paint: Paint) -> str:
    """A finding with the source line it is about, further places, and what to write instead."""
    width = len(str(max(each.line for each in _spans(diagnostic))))
    gutter = " " * (width + 3)
    lines = [_head(diagnostic, paint)]
    lines += _excerpt(diagnostic.span, "", diagnostic.severity.value, sources, width, paint)
    for label in diagnostic.labels:
        lines += _labelled(label, diagnostic.span.file, sources, width, paint)
    if diagnostic.help:
        lines.append(f"{gutter}{paint('dim', '=')} help: {_line(diagnostic.help)}")
    if diagnostic.fixes:
        lines.append(f"{gutter}{paint('dim', '=')} fix available: tcwc lint {_option(diagnostic)}")
    return "\n".join(lines)


def _option(diagnostic: Diagnostic) -> str:
    return "--fix" if any(fix.safe for fix in diagnostic.fixes) else "--unsafe-fixes"


def summary(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """ "Found 2 errors and 1 warning in 3 files." """
    counts = dict.fromkeys(Severity, 0)
    for each in diagnostics:
        counts[each.severity] += 1
    parts = [
        f"{count} {severity.value}{'s' if count != 1 and severity is not Severity.INFO else ''}"
        for severity, count in counts.items()
        if count
    ]
    where = f"{files} experiment{'s' if files != 1 else ''}"
    return f"Found {' and '.join(parts)} in {where}." if parts else f"No findings in {where}."


def _spans(diagnostic: Diagnostic) -> list[Span]:
    return [diagnostic.span, *(label.span for label in diagnostic.labels)]


def _labelled(
    label: Label, file: str, sources: Mapping[str, SourceText], width: int, paint: Paint
) -> list[str]:
    other = [f"{' ' * (width + 1)}{paint('dim', '-->')} {label.span}"]
    shown = [] if label.span.file == file else other
    return shown + _excerpt(label.span, " " + label.text, "info", sources, width, paint)


def _excerpt(
    span: Span,
    text: str,
    style: str,
    sources: Mapping[str, SourceText],
    width: int,
    paint: Paint,
) -> list[str]:
    """The line of a span, and a pointer under it; nothing where the source is not at hand."""
    source = sources.get(span.file)
    if source is None:
        return []
    line = source.line(span.line)
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    cut = max(0, start - _MAX_WIDTH // 2)
    shown = _printable(line[cut : cut + _MAX_WIDTH])
    pointer = " " * (start - cut) + "^" * max(1, min(end, cut + _MAX_WIDTH) - start)
    bar = paint("dim", "|")
    number = paint("dim", f"{span.line:>{width + 2}}")
    return [
        f"{number} {bar} {shown}",
        f"{' ' * (width + 2)} {bar} {paint(style, pointer + text)}",
    ]


def _printable(line: str) -> str:
    """A source line without what would move or hide the pointer below it."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def _line(text: str) -> str:
    """A message on one line, whatever it quotes."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _end(result: LintResult) -> str:
    return "" if result.quiet or not result.files else summary(result.findings, result.files)


FULL = FindingsFormat(lambda each, sources, paint: full(each, sources, paint) + "\n", _end)
CONCISE = FindingsFormat(lambda each, _, paint: concise(each, paint), _end)
