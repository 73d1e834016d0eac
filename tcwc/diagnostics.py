"""Findings as values: what is wrong, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from tcwc.source import Span


class Severity(Enum):
    """How bad a finding is.

    error: it will not run, or will not do what it says. warning: it runs, and you probably do
    not mean it. info: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the code of a finding stands for; `lint_rules/CODE-name.yaml` documents and tests it."""

    code: str
    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that a finding points to, and why ("first set here")."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `runs` names the runs it concerns ("runs 3-5 of 24"), empty where all."""

    rule: Rule
    message: str
    span: Span
    help: str = ""
    labels: tuple[Label, ...] = ()
    runs: str = ""
    severity: Severity = field(default=Severity.ERROR)

    @property
    def code(self) -> str:
        return self.rule.code


def finding(
    rule: Rule,
    span: Span,
    message: str,
    *,
    help: str = "",
    labels: tuple[Label, ...] = (),
    runs: str = "",
) -> Diagnostic:
    """A finding of a rule, with the severity that the rule has."""
    return Diagnostic(rule, message, span, help, labels, runs, rule.severity)


def in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place in the source, then by code; equal findings once."""
    unique = dict.fromkeys(diagnostics)
    return tuple(
        sorted(unique, key=lambda d: (d.span.file, d.span.line, d.span.column, d.code, d.message))
    )


def has_errors(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in diagnostics)
