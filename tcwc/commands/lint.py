"""`tcwc lint`: find mistakes in experiments; writes nothing but what `--fix` repairs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, TextIO, TypeVar

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
    from tcwc.api.plain import LintedConfig
    from tcwc.commands.fix import LintedFile, Read, Repairs
    from tcwc.commands.plain import PlainConfigs
    from tcwc.lint.stopwatch import Stopwatch

_Made = TypeVar("_Made")
_Linted = TypeVar("_Linted", bound="LintedFile")


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
            self._add_profile(each)
        elif each.kind is LintedAs.CONFIG:
            self._add_config(each)
        else:
            self._add_experiment(each)

    def _add_config(self, each: Input) -> None:
        plain = self._read(lambda: self._repaired(each, self._config))
        if plain is not None:
            self.plain += 1
            self._judge(plain.diagnostics, plain.sources, strict=plain.strict)

    def _add_experiment(self, each: Input) -> None:
        compilation = self._read(lambda: self._repaired(each, self._compiled))
        if compilation is not None:
            self.read += 1
            found = (*compilation.diagnostics, *self.shared.add(compilation))
            self._judge(found, compilation.sources, strict=compilation.strict)
            self._tell_names(compilation)

    def _add_profile(self, each: Input) -> None:
        """Lint a cluster profile, in which nothing is repaired."""
        from tcwc.api.clusters import lint_profile

        session, at = self.session, each.chosen_at
        read = self._read(lambda: lint_profile(each.path, session, text=_text(each), apart_from=at))
        if read is not None:
            self.profiles += 1
            self._judge(read.diagnostics, read.sources, strict=read.strict)

    def _read(self, make: Callable[[], _Made]) -> _Made | None:
        """What is made of a file, in the time that counts; None where it cannot be read, which is
        told."""
        start = perf_counter()
        try:
            return make()
        except FileProblem as error:
            self.cannot(error)
            return None
        finally:
            self.seconds += perf_counter() - start

    def _repaired(self, each: Input, read: Read[_Linted]) -> _Linted:
        """What `read` makes of a file, after its repair where that is asked for."""
        if self.repairs:
            return self.repairs.of(each.path, each.data, read)
        return read(each.path, _text(each), each.others)

    def _config(self, path: str, text: str | None, _: Mapping[str, str]) -> LintedConfig:
        return self.configs.lint(path, text)

    def _compiled(self, path: str, text: str | None, others: Mapping[str, str]) -> Compilation:
        return compile(path, text=text, others=others, session=self.session)

    def _judge(
        self, found: Sequence[Diagnostic], sources: Mapping[str, SourceText], *, strict: bool
    ) -> None:
        """Show what was found, and note whether it fails."""
        self.failed |= fails(found, self.arguments.strict or strict)
        self._show(found, sources)

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

    def _show(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> None:
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


def _text(each: Input) -> str | None:
    """What is to stand in a file; None where that is what stands there."""
    return None if each.data is None else Place(each.path).decode(each.data)


def _repairs(arguments: Namespace, session: Session) -> Repairs | None:
    if not (arguments.fix or arguments.unsafe_fixes or arguments.diff):
        return None
    from tcwc.commands.fix import Repairs

    return Repairs(arguments, session)
