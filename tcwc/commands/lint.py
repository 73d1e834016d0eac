"""`tcwc lint`: find mistakes in experiments; writes nothing but what `--fix` repairs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, TextIO

from tcwc import __version__
from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.commands.findings import fails, short_names, show_findings, tell, wanted
from tcwc.commands.folded import Folded
from tcwc.commands.inputs import STDIN, Input, LintedAs, inputs
from tcwc.commands.problems import explain
from tcwc.commands.select import NothingToDo
from tcwc.commands.sessions import session_of
from tcwc.commands.shared import SharedFolders
from tcwc.commands.terminal import give, say
from tcwc.disk.files import FileProblem, Place
from tcwc.model.diagnostics import Diagnostic, Rule
from tcwc.model.lazy import load
from tcwc.model.outside import HIDDEN
from tcwc.model.rules import INTERNAL_FAILURE
from tcwc.model.source import SourceText
from tcwc.report.findings import CONCISE, FULL, FindingsFormat, LintResult, RuleText
from tcwc.report.formats import FINDINGS

if TYPE_CHECKING:
    from tcwc.commands.fix import Repairs
    from tcwc.commands.plain import PlainConfigs
    from tcwc.lint.stopwatch import Stopwatch


def run(arguments: Namespace) -> int:
    """Lint each experiment; 0 where none has errors, 1 where one has, 2 where one is unreadable.

    With `--strict`, or where the settings say so, warnings count as errors. A check that crashed
    makes 2 as well.
    """
    lint = _Lint(arguments)
    try:
        for each in inputs(arguments, lint.session, lambda: lint.configs, lint.cannot):
            lint.add(each)
    except (NothingToDo, FileProblem) as nothing:
        tell(nothing, arguments)
        return 2
    lint.conclude()
    return lint.exit_code()


class _Lint:
    """What was found so far, and whether that fails."""

    def __init__(self, arguments: Namespace) -> None:
        self.arguments = arguments
        self.form: FindingsFormat = load(FINDINGS[arguments.format])
        self.watch = _watch(arguments)
        self.session = session_of(arguments, self.watch)
        self.found: list[Diagnostic] = []
        self.seen: set[Diagnostic] = set()
        self.problems: dict[tuple[str, str], None] = {}
        self.read = self.profiles = self.plain = 0
        self.seconds = 0.0
        self.failed = False
        self.repairs = _repairs(arguments, self.session)
        self.folded = Folded(is_shown=arguments.verbose or self.form not in (FULL, CONCISE))
        self.shared = SharedFolders()

    @cached_property
    def configs(self) -> PlainConfigs:
        """How configs are linted that no experiment uses."""
        from tcwc.commands.plain import PlainConfigs  # few calls are about any

        return PlainConfigs(self.arguments, self.session)

    def add(self, each: Input) -> None:
        """Lint a file, or what is to stand in it."""
        if each.kind is LintedAs.PROFILE:
            self._add_profile(each.path, each.data, each.chosen_at)
        elif each.kind is LintedAs.CONFIG:
            self._add_config(each.path, each.data)
        else:
            self._add_experiment(each.path, each.data, each.others)

    def _add_config(self, path: str, data: bytes | None) -> None:
        start = perf_counter()
        try:
            if self.repairs:
                plain = self.repairs.of(path, data, lambda p, text, _: self.configs.lint(p, text))
            else:
                text = None if data is None else Place(path).decode(data)
                plain = self.configs.lint(path, text)
        except FileProblem as error:
            self.cannot(error)
            return
        finally:
            self.seconds += perf_counter() - start
        self.plain += 1
        self.failed |= fails(plain.diagnostics, self.arguments.strict or plain.strict)
        self._show(plain.diagnostics, plain.sources)

    def _add_experiment(self, path: str, data: bytes | None, others: Mapping[str, str]) -> None:
        start = perf_counter()
        try:
            if self.repairs:
                compilation = self.repairs.of(path, data, self._compiled)
            else:
                text = None if data is None else Place(path).decode(data)
                compilation = self._compiled(path, text, others)
        except FileProblem as error:
            self.cannot(error)
            return
        finally:
            self.seconds += perf_counter() - start
        self.read += 1
        found = (*compilation.diagnostics, *self.shared.add(compilation))
        self.failed |= fails(found, self.arguments.strict or compilation.strict)
        self._show(found, compilation.sources)
        self._tell_names(compilation)

    def _compiled(self, path: str, text: str | None, others: Mapping[str, str]) -> Compilation:
        return compile(path, text=text, others=others, session=self.session)

    def _add_profile(self, path: str, data: bytes | None, chosen_at: Place | None) -> None:
        """Lint a cluster profile, in which nothing is repaired; `chosen_at` is an experiment whose
        settings name it."""
        from tcwc.api.clusters import lint_profile

        start = perf_counter()
        try:
            text = None if data is None else Place(path).decode(data)
            read = lint_profile(path, self.session, text=text, apart_from=chosen_at)
        except FileProblem as error:
            self.cannot(error)
            return
        finally:
            self.seconds += perf_counter() - start
        self.profiles += 1
        self.failed |= fails(read.diagnostics, self.arguments.strict or read.strict)
        self._show(read.diagnostics, read.sources)

    @property
    def stream(self) -> TextIO:
        """Where findings go: beside a repaired text, which is what stdin's text becomes."""
        return sys.stderr if self.repairs and STDIN in self.arguments.files else sys.stdout

    def cannot(self, error: FileProblem) -> None:
        """Tell of what cannot be read, and go on."""
        key = (error.message, error.help)
        if key not in self.problems:  # a settings file holds for many
            explain(error, self.arguments)
        self.problems[key] = None

    def _show(self, diagnostics: tuple[Diagnostic, ...], sources: Mapping[str, SourceText]) -> None:
        # experiments that share a base file, or rules, share what is wrong in it
        found = [each for each in diagnostics if each not in self.seen]
        self.seen.update(found)
        if not self.arguments.diff:
            told = self.folded.rest(found)
            show_findings(told, sources, self.arguments, self.stream, self.form)
        self.found += found

    def _tell_names(self, compilation: Compilation) -> None:
        """What each short name became, for people: with errors it may not be what was meant."""
        arguments = self.arguments
        is_shown = self.form is FULL and not (arguments.quiet or arguments.diff) and compilation.ok
        if is_shown and (names := short_names(compilation)):
            say(compilation.shown(f"{compilation.place.path}: {names}"), self.stream)

    def conclude(self) -> None:
        """What is said once, after all files."""
        arguments = self.arguments
        if self.repairs:
            self.repairs.conclude()
        if arguments.diff:
            return
        for line in () if arguments.quiet else self.folded.lines():
            say(line, self.stream)
        self._end()
        if self.watch is not None:
            from tcwc.report.statistics import statistics

            for line in statistics(self.watch.seconds, self.seconds, self.read, self.found):
                say(line, sys.stderr)

    def _end(self) -> None:
        shown = wanted(self.found, self.arguments)
        text_of = partial(_rule_text, self.session)
        quiet = self.arguments.quiet
        text = self.form.end(
            LintResult(
                shown,
                tuple(self.problems),
                self.read,
                __version__,
                text_of,
                quiet,
                len(self.session.excluded),
                self.profiles,
                self.plain,
            )
        )
        if self.form.each is None:
            give(text + "\n")
        elif text:
            say(text, self.stream)

    def exit_code(self) -> int:
        """2 before 1 before 0; `--exit-zero` forgives findings, not failures."""
        if self.problems or any(each.rule is INTERNAL_FAILURE for each in self.found):
            return 2
        if self.repairs and self.arguments.diff:
            return 1 if self.repairs.would_change and not self.arguments.exit_zero else 0
        return 1 if self.failed and not self.arguments.exit_zero else 0


def _rule_text(session: Session, rule: Rule) -> RuleText:
    """What a rule's file says for people."""
    from tcwc.api.rule_files import shipped_rule  # reads YAML: only documents say it

    file = session.rule_file(rule) or shipped_rule(f"{rule.code}-{rule.name}.yaml")
    own = file.user_rule
    if session.is_outside(file):
        return RuleText(HIDDEN, HIDDEN)
    return RuleText(file.summary, file.why, own.help if own else "")


def _watch(arguments: Namespace) -> Stopwatch | None:
    if not arguments.statistics:
        return None
    from tcwc.lint.stopwatch import Stopwatch

    return Stopwatch()


def _repairs(arguments: Namespace, session: Session) -> Repairs | None:
    if not (arguments.fix or arguments.unsafe_fixes or arguments.diff):
        return None
    from tcwc.commands.fix import Repairs

    return Repairs(arguments, session)
