"""`tcwc plan --against`: what becomes of the runs that a commit has, for who reviews a change."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable

from tcwc import __version__
from tcwc.api.compilation import Compilation, compile
from tcwc.api.review import Against, Commit
from tcwc.api.session import Session
from tcwc.commands.findings import fails, problem, show_weighty, tell
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.select import NothingToDo, experiments
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, paint_for, say
from tcwc.disk.files import FileProblem
from tcwc.disk.revisions import NoRevision, revision
from tcwc.model.diagnostics import Diagnostic, first_errors
from tcwc.model.lazy import load
from tcwc.model.problem import Problem
from tcwc.model.words import either
from tcwc.report.formats import REVIEW
from tcwc.report.review import ReviewFormat, ReviewOfAll

_TOLD = 3
"""Errors of an experiment that stand in a review; stderr has all."""


def review(arguments: Namespace) -> int:
    """Show a review; 0 shown, 1 an experiment has errors, 2 unreadable, or no such commit."""
    if arguments.format not in REVIEW:
        forms = either([f"`--format {each}`" for each in REVIEW])
        problem(f"--against has no form {arguments.format}", f"take {forms}", arguments)
        return 2
    session = session_of(arguments)
    closed: list[FileProblem] = []
    try:
        commit = Commit(revision(_folder(arguments.experiments), arguments.against), session)
        paths = _paths(arguments, session, closed)
        calls = _Calls(commit, session, arguments)
        found = [calls.of(path) for path in paths]
        below = [each for each in arguments.experiments or [os.curdir] if os.path.isdir(each)]
        failed = {each.name for each in found if each.errors}
        found += commit.gone(below, failed) if below else []
    except (NoRevision, FileProblem, NothingToDo) as wrong:
        tell(wrong, arguments)
        return 2
    for each in closed:
        tell(each, arguments)
    revised = commit.revision
    left_out = len(session.excluded)
    review = ReviewOfAll(revised.name, revised.commit, tuple(found), __version__, left_out)
    form: ReviewFormat = load(REVIEW[arguments.format][0])
    for piece in form.pieces(review, paint_for(arguments.color, sys.stdout), arguments.verbose):
        (say if form.is_text else give)(piece)
    return max([calls.status, 2 if closed else 0])


def _folder(named: Iterable[str]) -> str:
    """A folder of the repository that is looked at."""
    first = next(iter(named), os.curdir)
    return first if os.path.isdir(first) else os.path.dirname(first) or os.curdir


def _paths(arguments: Namespace, session: Session, closed: list[FileProblem]) -> Iterable[str]:
    """The experiments to look at. Where all are wanted there may be none any more."""
    try:
        return experiments(arguments.experiments, session, closed.append)
    except NothingToDo:
        if not all(map(os.path.isdir, arguments.experiments)):
            raise
        return ()


def _told(found: Iterable[Diagnostic]) -> tuple[str, ...]:
    return tuple(line.strip() for line in first_errors(found, _TOLD))


class _Calls:
    """Looks at experiments one by one; `status` is the worst exit code so far."""

    def __init__(self, commit: Commit, session: Session, arguments: Namespace) -> None:
        self.status = 0
        self._commit = commit
        self._session = session
        self._arguments = arguments

    def of(self, path: str) -> Against:
        """What becomes of the runs of an experiment; what is wrong with it is said on stderr."""
        compilation = None
        try:
            compilation = compile(path, session=self._session)
            if fails(compilation.diagnostics, strict=False):
                return self._with_errors(compilation)
            return self._commit.against(compilation)
        except BrokenPipeError:
            raise
        except NoRevision as error:
            tell(error, self._arguments)
            return self._failed(path, compilation, error.message, 2)
        except PROBLEMS as error:
            explain(error, self._arguments, compilation)
            said = error.message if isinstance(error, Problem) else str(error)
            said = said if compilation is None else compilation.shown(said)
            return self._failed(path, compilation, said, exit_code(error))

    def _with_errors(self, compilation: Compilation) -> Against:
        found = compilation.diagnostics
        show_weighty(found, compilation.sources, self._arguments, sys.stderr)
        self.status = max(self.status, 1)
        path, name = compilation.place.path, _name(compilation)
        return Against(path, name, state="errors", errors=_told(found))

    def _failed(self, path: str, compilation: Compilation | None, why: str, status: int) -> Against:
        self.status = max(self.status, status)
        return Against(path, _name(compilation), state="errors", errors=(why,))


def _name(compilation: Compilation | None) -> str:
    """The name of an experiment, as far as it can be read."""
    return compilation.experiment.name if compilation and compilation.experiment else ""
