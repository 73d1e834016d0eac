"""Findings as values: what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from tcwc.model.frozen import dataclass
from tcwc.model.printable import printable
from tcwc.model.source import Span


class Severity(Enum):
    """How bad a finding is; each equals its word, `severity == "error"`, and prints as that.

    error: it will not run, or will not do what it says. warning: it runs, and you probably do
    not mean it. info: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    # No `str`, which would have an order: that of the alphabet.
    def __eq__(self, other: object) -> bool:
        return self is other or self.value == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the code of a finding stands for; `lint_rules/CODE-name.yaml` documents and tests it.

    A `preview` rule is new: it is reported only where preview rules are asked for.
    """

    code: str
    name: str
    severity: Severity
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that a finding points to, and why ("first set here")."""

    span: Span
    text: str


class How(Enum):
    """What an edit does. All but `REPLACE` are settled to it before a finding leaves the compiler,
    by the text around the place (yaml/edits.py).

    replace: the span's text by `text`. word: `part`, which stands once in the span, by `text`.
    remove: the entry that begins at the span, with its comma or line. after: the entry `text`
    behind the one whose key is at the span; `{section}` in it becomes what stands before the last
    part of that key.
    """

    REPLACE = "replace"
    WORD = "word"
    REMOVE = "remove"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one place of a source."""

    span: Span
    text: str = ""
    how: How = How.REPLACE
    part: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair of a finding, as edits that belong together; `title` says what it does.

    A safe one writes what the author surely meant. An unsafe one is the likely repair, and may
    change what runs do.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `runs` names the runs it concerns ("run_003-run_005 (3 of 24 runs)"), empty where all.
    """

    rule: Rule
    message: str
    span: Span
    help: str = ""
    labels: tuple[Label, ...] = ()
    runs: str = ""
    severity: Severity = Severity.ERROR
    fixes: tuple[Fix, ...] = ()

    @property
    def code(self) -> str:
        return self.rule.code

    def __repr__(self) -> str:
        at = f"{self.severity.value} at {self.span}"
        return printable(f"Diagnostic(rule={self.code} {self.rule.name}, {at}: {self.message})")


def finding(
    rule: Rule,
    span: Span,
    message: str,
    *,
    help: str = "",
    labels: tuple[Label, ...] = (),
    runs: str = "",
    fix: Fix | None = None,
) -> Diagnostic:
    """A finding of a rule, with the severity that the rule has."""
    fixes = (fix,) if fix is not None else ()
    return Diagnostic(rule, message, span, help, labels, runs, rule.severity, fixes)


def replace_by(span: Span, text: str, *, safe: bool = False) -> Fix:
    """The fix that writes `text` for what stands at a span."""
    return Fix(f"write {text}", (Edit(span, text),), safe)


def reword(span: Span, part: str, text: str, *, safe: bool = False) -> Fix:
    """The fix that writes `text` for the word `part` in what stands at a span."""
    return Fix(f"write {text} for {part}", (Edit(span, text, How.WORD, part),), safe)


def remove_at(span: Span, *, safe: bool = False) -> Fix:
    """The fix that removes the entry that begins at a span."""
    return Fix("remove it", (Edit(span, how=How.REMOVE),), safe)


def in_order(
    diagnostics: list[Diagnostic], called: Mapping[str, str] | None = None
) -> tuple[Diagnostic, ...]:
    """By place in the source, then by code; equal findings once.

    Files are in the order of their names, or of what they are `called` by the source.
    """
    names = called or {}

    def place(found: Diagnostic) -> tuple[str, int, int, str, str]:
        span = found.span
        file = names.get(span.file, span.file)
        return file, span.line, span.column, found.code, found.message

    # No set: findings that tie would stand in another order in every process.
    return tuple(sorted(dict.fromkeys(diagnostics), key=place))


def counted(diagnostics: Iterable[Diagnostic]) -> str:
    """ "2 errors and 1 warning", "3 infos"; "" for none."""
    counts = dict.fromkeys(Severity, 0)
    for each in diagnostics:
        counts[each.severity] += 1
    return " and ".join(
        f"{count} {severity.value}{'' if count == 1 else 's'}"
        for severity, count in counts.items()
        if count
    )


def first_errors(diagnostics: Iterable[Diagnostic], most: int) -> list[str]:
    """Lines about the first errors, and about how many more there are, without secrets."""
    from tcwc.model.secrets import masked  # for mistakes only

    errors = [each for each in diagnostics if each.severity is Severity.ERROR]
    told = [f"  {each.span}: {each.code}: {masked(each.message)}" for each in errors[:most]]
    return told + ([f"  and {len(errors) - most} more"] if len(errors) > most else [])


def has_errors(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in diagnostics)
