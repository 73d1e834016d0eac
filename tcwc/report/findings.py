"""Findings as text: `full` with the source line and a pointer, `concise` a line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tcwc.model.diagnostics import Diagnostic, Label, Rule, counted
from tcwc.model.frozen import dataclass
from tcwc.model.hidden import masked_line
from tcwc.model.source import SourceText, Span
from tcwc.report.excerpt import excerpt

MAX_WIDTH = 160
"""Columns where no terminal says how many it has."""


@dataclass(frozen=True, slots=True)
class Paint:
    """A text in a style ("error", "warning", "info", "bold", "dim"), plain where colour is off, for
    what has so many columns.

    A style is written as a mark (`STYLES`), and becomes a code of the terminal where it is printed:
    an escape character in a text is never ours.
    """

    colour: bool
    width: int = MAX_WIDTH

    def __call__(self, style: str, text: str) -> str:
        return f"{_MARKS[style]}{text}{_END}" if self.colour else text


def painter(colour: bool, width: int = MAX_WIDTH) -> Paint:
    """How to style text for so many columns: with ANSI codes, or not at all."""
    return Paint(colour, width)


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule's file says for people; `help`, what to write instead, may be empty."""

    summary: str
    why: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class LintResult:
    """What a call of lint found, in so many files that could be read.

    `problems` are files that could not be: message and help. `text_of` describes a rule. So many
    experiments are `excluded` by settings.
    """

    findings: Sequence[Diagnostic]
    problems: Sequence[tuple[str, str]]
    files: int
    version: str
    text_of: Callable[[Rule], RuleText]
    quiet: bool
    excluded: int = 0
    profiles: int = 0
    """Cluster profiles beside the experiments."""
    configs: int = 0
    """Configs that no experiment uses, beside both."""


@dataclass(frozen=True, slots=True)
class FindingsFormat:
    """A form of findings. `each` writes one as soon as it is found, `end` what follows on all.

    Without `each` all of it is one document, for another program. `are_commands`: its lines are
    meant for what reads the log.
    """

    each: Callable[[Diagnostic, Mapping[str, SourceText], Paint], Iterable[str]] | None
    end: Callable[[LintResult], str]
    are_commands: bool = False


# High surrogates stand in no text from outside: UTF-8 has none, and bytes of file names that are no
# UTF-8 are low ones.
_MARKS = {
    "error": "\ud900",
    "warning": "\ud901",
    "info": "\ud902",
    "bold": "\ud903",
    "dim": "\ud904",
}
_END = "\ud905"
_CODES = {"error": "1;31", "warning": "1;33", "info": "1;34", "bold": "1", "dim": "36"}

STYLES = {**{_MARKS[style]: f"\x1b[{code}m" for style, code in _CODES.items()}, _END: "\x1b[0m"}
"""What each mark is on a terminal."""


def concise(diagnostic: Diagnostic, paint: Paint) -> str:
    """`experiment.yaml:9:5: error[TCW201]: message, in run_002 (1 of 3 runs) [--fix]`."""
    fix = f" [{_option(diagnostic)}]" if diagnostic.fixes else ""
    return _head(diagnostic, paint) + (paint("dim", fix) if fix else "")


def _head(diagnostic: Diagnostic, paint: Paint) -> str:
    where = paint("bold", str(diagnostic.span))
    kind = f"{diagnostic.severity.value}[{diagnostic.code}]"
    runs = f", in {diagnostic.runs}" if diagnostic.runs else ""
    return f"{where}: {paint(diagnostic.severity.value, kind)}: {diagnostic.message}{runs}"


def full(diagnostic: Diagnostic, sources: Mapping[str, SourceText], paint: Paint) -> list[str]:
    """The lines of a finding: with the source line it is about, further places, and what to write
    instead."""
    width = len(str(max(each.line for each in _spans(diagnostic))))
    gutter = " " * (width + 3)
    lines = [_head(diagnostic, paint)]
    lines += _excerpt(diagnostic.span, "", diagnostic.severity.value, sources, width, paint)
    for label in diagnostic.labels:
        lines += _labelled(label, diagnostic.span.file, sources, width, paint)
    if diagnostic.help:
        lines.append(f"{gutter}{paint('dim', '=')} help: {diagnostic.help}")
    if diagnostic.fixes:
        lines.append(f"{gutter}{paint('dim', '=')} fix available: tcwc lint {_option(diagnostic)}")
    return lines


def _option(diagnostic: Diagnostic) -> str:
    return "--fix" if any(fix.safe for fix in diagnostic.fixes) else "--unsafe-fixes"


def summary(
    diagnostics: Iterable[Diagnostic],
    files: int,
    excluded: int = 0,
    profiles: int = 0,
    configs: int = 0,
) -> str:
    """ "Found 2 errors and 1 warning in 3 experiments (1 more is excluded by settings)." """
    found = counted(diagnostics)
    beside = [_so_many(configs, "config"), _so_many(profiles, "cluster profile")]
    experiments = _so_many(files, "experiment") or ("" if any(beside) else "0 experiments")
    where = _and([each for each in (experiments, *beside) if each])
    where += left_out(excluded)
    return f"Found {found} in {where}." if found else f"No findings in {where}."


def left_out(excluded: int) -> str:
    """ " (1 more is excluded by settings)"; "" where none is."""
    if not excluded:
        return ""
    return f" ({excluded} more {'is' if excluded == 1 else 'are'} excluded by settings)"


def _so_many(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}" if count else ""


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


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
    line = masked_line(source, span.line)
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    room = paint.width - width - 5
    shown, at, count = excerpt(line, span.column - 1, end, room)
    bar = paint("dim", "|")
    number = paint("dim", f"{span.line:>{width + 2}}")
    gutter = f"{' ' * (width + 2)} {bar} "
    pointer = " " * at + "^" * count
    under = [f"{gutter}{paint(style, pointer + text)}"]
    if text and at + count + len(text) > room:
        under = [gutter + paint(style, pointer), f"{gutter}{paint(style, text.strip())}"]
    return [f"{number} {bar} {shown}", *under]


def _end(result: LintResult) -> str:
    if result.quiet or not (result.files or result.profiles or result.configs):
        return ""
    return summary(result.findings, result.files, result.excluded, result.profiles, result.configs)


FULL = FindingsFormat(lambda each, sources, paint: [*full(each, sources, paint), ""], _end)
CONCISE = FindingsFormat(lambda each, _, paint: [concise(each, paint)], _end)
