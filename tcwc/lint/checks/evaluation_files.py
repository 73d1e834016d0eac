"""Files beside the experiment that an evaluation means, and will not find.

Which tasks a tool ships is not known here: a task is told of only where a file nearby says that it
is that one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from tcwc.lint.checks.evaluations import is_elsewhere
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import FILES, TASKS, Evaluation, scripts_in
from tcwc.model.evaluators import COMMAND, EvaluationTool
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.rules import ASTRAY_EVALUATION_FILES
from tcwc.model.words import nearest

_MOST_FILES = 200
"""Of so many files at most it is looked which tasks they are."""

_BUILT = "run_mapping.yaml"
"""What a folder of configs has, which are no tasks."""

_PLAIN = pattern(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class _Beside:
    """What lies around an experiment, as the context tells it."""

    exists: Callable[[str], bool]
    matching: Callable[[str], list[str]]
    head: Callable[[str], str | None]

    def all_matching(self, patterns: Iterable[str]) -> Iterator[str]:
        for each in patterns:
            yield from self.matching(each)


def check_astray(context: Context) -> Iterator[Diagnostic]:
    """Tasks of one's own in a folder that nothing names, and scripts that are not there."""
    if context.exists is None or context.matching is None or context.head is None:
        return
    beside = _Beside(context.exists, context.matching, context.head)
    tools = context.catalogue.evaluators().tools
    for evaluation in context.experiment.evaluations:
        tool = tools[evaluation.tool]
        yield from _scripts(beside, evaluation, tool)
        if tool.named_by and evaluation.settings.get(TASKS):
            yield from _tasks(beside, evaluation, tool)


def _scripts(beside: _Beside, evaluation: Evaluation, tool: EvaluationTool) -> Iterator[Diagnostic]:
    for script in scripts_in(evaluation, tool):
        if "{" in script or beside.exists(script):
            continue
        near = beside.matching(f"*/{posixpath.basename(script)}")
        here = f"write `{near[0]}`" if near else "correct it"
        yield finding(
            ASTRAY_EVALUATION_FILES,
            evaluation.spans[COMMAND],
            f"`{script}` is not there, seen from the folder of this experiment, where the command "
            "is started",
            help=f"{here}; where it is only on the cluster, write the whole path of it",
        )


def _tasks(beside: _Beside, evaluation: Evaluation, tool: EvaluationTool) -> Iterator[Diagnostic]:
    asked = [str(each) for each in evaluation.settings[TASKS]]  # type: ignore[union-attr]
    folder = evaluation.settings.get(FILES)
    if not isinstance(folder, str):
        near = _named(beside, tool, _near(beside, asked))
        yield from (_outside(evaluation, name, near[name]) for name in asked if name in near)
    elif is_elsewhere(folder) or not beside.exists(folder):
        return
    elif not beside.exists(f"{folder}/."):
        yield _no_folder(evaluation, tool, folder)
    else:
        files = beside.all_matching(f"{folder}/{'*/' * depth}*.yaml" for depth in range(4))
        there = _named(beside, tool, files)
        if there and not there.keys() & set(asked):
            yield _other_tasks(evaluation, folder, asked, list(there))


def _near(beside: _Beside, asked: Iterable[str]) -> Iterator[str]:
    """Files that may be one of the tasks: those of its name, then any others close by."""
    plain = [name for name in asked if _PLAIN.fullmatch(name)]
    yield from beside.all_matching(f"{'*/' * n}{name}.yaml" for name in plain for n in range(3))
    yield from beside.all_matching(("*.yaml", "*/*.yaml"))


def _named(beside: _Beside, tool: EvaluationTool, files: Iterable[str]) -> dict[str, str]:
    """The tasks that are described in files, each with the first file that is it."""
    keys = "|".join(tool.named_by)
    says = pattern(rf"(?m)^(?:{keys}):[ \t]+([\"']?)([^\s\"'#]+)\1[ \t]*(?:#|$)")
    found: dict[str, str] = {}
    for file in islice(_unbuilt(beside, files), _MOST_FILES):
        for name in says.finditer(beside.head(file) or ""):
            found.setdefault(name[2], file)
    return found


def _unbuilt(beside: _Beside, files: Iterable[str]) -> Iterator[str]:
    """Each of some files once, but those in folders that a build wrote."""
    built: dict[str, bool] = {}
    for file in dict.fromkeys(files):
        folder = posixpath.dirname(file)
        if folder not in built:
            built[folder] = beside.exists(posixpath.join(folder, _BUILT))
        if not built[folder]:
            yield file


def _outside(evaluation: Evaluation, name: str, file: str) -> Diagnostic:
    folder = posixpath.dirname(file)
    help = f"write `{FILES}: {folder}`"
    if not folder:
        help = f"put it into a folder of its own, such as tasks, and write `{FILES}: tasks`"
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[TASKS],
        f"{file} is the task `{name}`, and without `{FILES}` {evaluation.tool} does not look "
        "there: it finds none, or another of that name",
        help=help,
    )


def _no_folder(evaluation: Evaluation, tool: EvaluationTool, path: str) -> Diagnostic:
    above = posixpath.dirname(path)
    help = f"write the folder that it is in, `{FILES}: {above}`"
    if not above:
        help = f"put it into a folder of its own, such as tasks, and write `{FILES}: tasks`"
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[FILES],
        f"`{path}` is a file, and {tool.name} looks for tasks in folders alone",
        help=help,
    )


def _other_tasks(
    evaluation: Evaluation, folder: str, asked: list[str], there: list[str]
) -> Diagnostic:
    listed = ", ".join(f"`{each}`" for each in there[:4]) + (", ..." if there[4:] else "")
    near = next((each for name in asked for each in nearest(name, there)), "")
    help = f"did you mean `{near}`? " if near else ""
    return finding(
        ASTRAY_EVALUATION_FILES,
        evaluation.spans[TASKS],
        f"none of these is a task in `{folder}`, where there is {listed}",
        help=f"{help}Where they are the tool's own, remove `{FILES}`",
    )
