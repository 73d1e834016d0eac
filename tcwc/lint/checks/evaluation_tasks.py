"""Tasks of one's own beside the experiment that an evaluation means, and will not find.

Which tasks a tool ships is not known here: a task is told of only where a file nearby says that it
is that one, or one whose name is a slip away.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice

from tcwc.lint.checks.evaluations import is_elsewhere
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import FILES, TASKS, Evaluation
from tcwc.model.evaluators import EvaluationTool
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.rules import ASTRAY_EVALUATION_FILES
from tcwc.model.words import either, nearest

_MOST_FILES = 200
"""Of so many files at most it is looked which tasks they are."""

_NEAR, _DEEP = 2, 8
"""Folders one in the other that are looked through: around an experiment, and for tasks."""

_BUILT = "run_mapping.yaml"
"""What a folder of configs has, which are no tasks."""

_ENDS, _UNREAD = ".yaml", ".yml"
"""How the files end in which tasks are looked for, and how others do that are YAML as well."""

_PLAIN = pattern(r"\w[\w.-]*")
"""A name that is the task's, and neither a pattern of several nor a path."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What lies around an experiment, as the context tells it."""

    exists: Callable[[str], bool]
    below: Callable[[str, int], tuple[list[str], bool]]
    head: Callable[[str], str | None]


def check_tasks(context: Context) -> Iterator[Diagnostic]:
    """Tasks of one's own in a folder that nothing names, or by names that are a slip away."""
    if context.exists is None or context.below is None or context.head is None:
        return
    # Several evaluations ask for the same folders and files.
    beside = _Beside(context.exists, cache(context.below), cache(context.head))
    tools = context.catalogue.evaluators().tools
    known = {
        name
        for each in context.experiment.evaluations
        if isinstance(each.settings.get(FILES), str)
        for name in _asked(each)
    }
    for evaluation in context.experiment.evaluations:
        tool = tools[evaluation.tool]
        is_read = FILES in evaluation.settings or FILES not in evaluation.spans
        if tool.named_by and evaluation.settings.get(TASKS) and is_read:
            yield from _tasks(beside, evaluation, tool, known)


def _asked(evaluation: Evaluation) -> list[str]:
    """The tasks that are asked for by their names."""
    asked = evaluation.settings.get(TASKS)
    names = map(str, asked) if isinstance(asked, list | tuple) else ()
    return [name for name in names if _PLAIN.fullmatch(name)]


def _tasks(
    beside: _Beside, evaluation: Evaluation, tool: EvaluationTool, known: Collection[str]
) -> Iterator[Diagnostic]:
    asked, folder = _asked(evaluation), evaluation.settings.get(FILES)
    if not isinstance(folder, str):
        # Where another evaluation has a folder for it, this one asks for the tool's own.
        wanted = [name for name in asked if name not in known]
        near = _around(beside, tool, wanted) if wanted else {}
        yield from (_outside(evaluation, name, near[name]) for name in wanted if name in near)
    elif is_elsewhere(folder) or not beside.exists(folder):
        return
    elif not beside.exists(f"{folder}/.") and beside.head(folder) is not None:
        yield _no_folder(evaluation, tool, folder)
    else:
        yield from _unsaid(beside, evaluation, tool, folder)


def _around(beside: _Beside, tool: EvaluationTool, asked: Collection[str]) -> dict[str, str]:
    """The tasks that files around the experiment are, each with the first file that is it."""
    files, _ = beside.below("", _NEAR)
    built = {posixpath.dirname(each) for each in files if posixpath.basename(each) == _BUILT}
    tasks = [
        file for file in files if file.endswith(_ENDS) and posixpath.dirname(file) not in built
    ]
    # Those that go by the name of one come first.
    tasks.sort(key=lambda file: posixpath.basename(file).removesuffix(_ENDS) not in asked)
    texts = {file: beside.head(file) or "" for file in islice(tasks, _MOST_FILES)}
    return _named(tool, texts)


def _named(tool: EvaluationTool, texts: Mapping[str, str]) -> dict[str, str]:
    """The tasks that are described in texts of files, each with the first file that is it."""
    needed = pattern(rf"(?m)^{tool.named_by[0]}:")
    described = pattern(rf"(?m)^(?:{'|'.join(tool.described_by)}):")
    keys = "|".join(tool.named_by)
    says = pattern(rf"(?m)^(?:{keys}):[ \t]+([\"']?)(\w[\w.-]*)\1[ \t\r]*(?:[ \t]#|$)")
    found: dict[str, str] = {}
    for file, text in texts.items():
        is_one = needed.search(text) and described.search(text)
        for name in says.finditer(text) if is_one else ():
            found.setdefault(name[2], file)
    return found


def _unsaid(
    beside: _Beside, evaluation: Evaluation, tool: EvaluationTool, folder: str
) -> Iterator[Diagnostic]:
    """Names that no file in a folder has, where one has a name that is a slip away, or one that is
    not read has this one.

    Nothing is said of a folder of which not all was seen: what is asked may be in the rest.
    """
    files, is_whole = beside.below(folder, _DEEP)
    texts = _texts(beside, [each for each in files if each.endswith(_ENDS)])
    if not is_whole or texts is None:
        return
    unsaid = [name for name in _asked(evaluation) if not _is_said(name, texts.values())]
    there = _named(tool, texts) if unsaid else {}
    unread = _named(tool, _unread(beside, files, texts)) if unsaid else {}
    for name in unsaid:
        if name in unread:
            yield _other_end(evaluation, name, unread[name])
        elif near := nearest(name, there):
            yield _other_name(evaluation, folder, name, near)


def _texts(beside: _Beside, files: Collection[str]) -> dict[str, str] | None:
    """The texts of all files; None where some cannot be read, or are too many."""
    if len(files) > _MOST_FILES:
        return None
    texts = {file: text for file in files if (text := beside.head(file)) is not None}
    return texts if len(texts) == len(files) else None


def _unread(beside: _Beside, files: Iterable[str], texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of files whose end is another one, but of those that a task includes."""
    ends = [each for each in files if each.endswith(_UNREAD)][:_MOST_FILES]
    alone = [each for each in ends if not _is_said(posixpath.basename(each), texts.values())]
    return {file: beside.head(file) or "" for file in alone}


def _is_said(name: str, texts: Iterable[str]) -> bool:
    """Whether a text has a name, in whatever form."""
    whole = pattern(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
    return any(name in text and whole.search(text) for text in texts)


def _outside(evaluation: Evaluation, name: str, file: str) -> Diagnostic:
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[TASKS],
        f"{file} is the task `{name}`, and without `{FILES}` {evaluation.tool} does not look "
        "there: it finds none, or another of that name",
        help=_named_folder(file),
    )


def _no_folder(evaluation: Evaluation, tool: EvaluationTool, path: str) -> Diagnostic:
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[FILES],
        f"`{path}` is a file, and {tool.name} looks for tasks in folders alone",
        help=_named_folder(path),
    )


def _named_folder(file: str) -> str:
    """What to write so that a file is found: the folder that it is in, which is not the first."""
    folder = posixpath.dirname(file)
    return (
        f"write the folder that it is in, `{FILES}: {folder}`"
        if folder
        else f"put it into a folder of its own, such as tasks, and write `{FILES}: tasks`"
    )


def _other_end(evaluation: Evaluation, name: str, file: str) -> Diagnostic:
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[TASKS],
        f"{file} is the task `{name}`, and {evaluation.tool} reads files `*{_ENDS}` alone",
        help=f"call it {file.removesuffix(_UNREAD)}{_ENDS}",
    )


def _other_name(evaluation: Evaluation, folder: str, name: str, near: list[str]) -> Diagnostic:
    meant = either([f"`{each}`" for each in near])
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[TASKS],
        f"no file in `{folder}` is the task `{name}`",
        help=f"did you mean {meant}? Where it is one of the tool's own, leave it",
    )
