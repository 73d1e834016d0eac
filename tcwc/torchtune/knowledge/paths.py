"""Paths in texts of the author's: torchtune takes them as they stand, from the run directory.

Only what can be told here is told: an absolute path may be there on the cluster, one relative to
the experiment's folder travels with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.config.interpolation.reading import as_far_as_known
from tcwc.config.merge import Conflict, lookup, merge
from tcwc.config.walk import strings
from tcwc.lint.assigned import assignments, stated
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Path, Template, Value, format_path
from tcwc.model.patterns import pattern
from tcwc.model.rules import MISSING_PATH, ODD_PATH, TEXT_OF_NULL, UNEXPANDED_PATH
from tcwc.model.source import Span
from tcwc.model.unreadable import is_of_windows
from tcwc.torchtune.knowledge.known import catalogue

_PATHS = ("path", "paths", "dir", "file", "files", "source")
_VARIABLE = pattern(r"\$[A-Za-z_]")

_NAMED = pattern(r"\$([A-Za-z_][A-Za-z0-9_]*)")

_ELSEWHERE = pattern(r"[/~]|[A-Za-z]:[\\/]|.*(://|[*?\[$])")
"""Texts that name nothing in the run directory, or more than one thing, or nobody knows what."""

_FOLDER = "models"
"""The word of an arm whose levels are configs, behind which the folder of their weights stands."""
_LOCAL = ("checkpoint_dir", "output_dir", "log_dir", _FOLDER)
_ADDRESS = pattern(r"(?:s3a?|gs|gcs|hf|https?|ftp|az|abfss?|wasbs?|hdfs|dbfs|r2|oss)://?")
_CONTROL = pattern(r"[\x00-\x1f\x7f]")
_PYTHON = pattern(r"[fFrR]{1,2}[\"'](.*)[\"']$")
_PLACEHOLDER = pattern(r"%[jAaxNu](?![A-Za-z0-9])|<[a-z_]+>|%\([A-Za-z_][\w.]*\)[sd]")
_BRACED = pattern(r"(?<![$\\{])\{([a-z_][a-z_.]*)\}")
_FILLED = {
    "%j": "${oc.env:SLURM_JOB_ID}",
    "%A": "${oc.env:SLURM_ARRAY_JOB_ID}",
    "%a": "${oc.env:SLURM_ARRAY_TASK_ID}",
    "%x": "${oc.env:SLURM_JOB_NAME}",
    "%N": "${oc.env:SLURMD_NODENAME}",
    "%u": "${oc.env:USER}",
}
"""What Slurm fills in, in names of its own, and what says it to a config."""

_REPOSITORY = pattern(r"[\w-][\w.-]*/[\w-][\w.-]*$")

_DATA = ("data_files", "data_dir")
_LOADERS = ("json", "csv", "text", "parquet", "arrow")
"""What `datasets.load_dataset` reads files of one's own with; another `source` is a repository of
the hub, and the files are looked for in it."""

_OF_WEIGHTS = (("checkpointer", "checkpoint_dir"), ("tokenizer", "path"))

_IN_A_FOLDER = ("checkpoint_files", "recipe_checkpoint", "adapter_checkpoint")
"""Files that are looked for in the checkpointer's folders."""

Written = tuple[Span, Path, str, Value]
"""Where a text stands, its path, the text, and the section that is written together with it."""


def check_paths(context: Context) -> Iterator[Diagnostic]:
    """Paths that nothing expands, or that are no paths."""
    folders = _folders(context)
    for span, text in folders.items():
        yield from _unexpanded(span, _FOLDER, text, context)
        if wrong := _of_another_program(_FOLDER, text):
            yield finding(ODD_PATH, span, f"`{_FOLDER}` {wrong[0]}", help=wrong[1])
    at = {span: (path, text) for span, path, text, _ in _places(context)}
    for span, (path, text) in at.items():
        if span not in folders:
            yield from _odd_path(span, path, text, context)
    for span, path, text, _ in _written(context, templates=True):
        key = next(each for each in reversed(path) if isinstance(each, str))
        if not key.endswith(_PATHS) or span in folders:
            continue
        if _ADDRESS.match(text) and _may_be_an_address(context, path):
            continue
        wrong = _of_another_program(key, text) or _doubled(key, text, context)
        if wrong is not None:
            message, help = wrong
            yield finding(ODD_PATH, span, f"`{format_path(path)}` {message}", help=help)


def _folders(context: Context) -> dict[Span, str]:
    """The folders of weights that arms name whose levels are configs: each stands in many paths."""
    return {
        each.value_span: factor.models
        for factor in context.experiment.factors
        if factor.models
        for level in factor.levels
        for each in level.assignments
        if each.value_span != each.key_span
    }


def _may_be_an_address(context: Context, path: Path) -> bool:
    known = catalogue(context).relations("addresses")
    return any(path[-1] in e["keys"] and path[:-1] == (s,) for e in known for s in e["sections"])


def _doubled(key: str, text: str, context: Context) -> tuple[str, str] | None:
    """A name in doubled braces, which are braces and fill in nothing, and what to write."""
    found = None if isinstance(text, Template) else _BRACED.search(text)
    if found is None or not isinstance(context.resolve(found[1]), tuple):
        return None
    return (
        f"has `{found[0]}` in it, and a folder is called so: `{{{{` and `}}}}` are braces, and "
        "fill in no name",
        f"write `{key}: {text}`",
    )


def _of_another_program(key: str, text: str) -> tuple[str, str] | None:
    """What in a path is no part of one, though it is taken as it stands, and what to write."""
    if key in _LOCAL and (address := _ADDRESS.match(text)):
        name = text[address.end() :].rstrip("/").rpartition("/")[2] or "model"
        return (
            f"is an address, and a folder of this machine is needed: `{address[0]}` is the name of "
            "a folder here",
            f"mount it, or copy it to and fro, and name that folder: `{key}: /data/{name}`",
        )
    if key == "source" and (address := _ADDRESS.match(text)):
        kind = text.rpartition(".")[2].lower()
        kind = {"jsonl": "json", "txt": "text"}.get(kind, kind)
        kind = kind if kind in _LOADERS else "json"
        return (
            "is an address, and `datasets` takes the name of a repository or of a format there",
            f"write `source: {kind}` and `data_files: {text}`",
        )
    if found := _CONTROL.search(text):
        return (
            f"has the control character U+{ord(found[0]):04X} in it: in double quotes `\\` begins "
            "an escape",
            "write the path in single quotes, or with `/`",
        )
    if is_of_windows(text):
        return (
            "is a path of Windows: where torchtune runs on Linux, all of it is the name of one "
            "folder below that of the experiment",
            "write the path as that machine has it, with `/` (in WSL, drive C: is /mnt/c)",
        )
    if found := _PYTHON.match(text):
        return (
            "has the `f` and the quotes of Python in it, which become a part of the path",
            f"write `{key}: {found[1]}`: braces are filled in without them",
        )
    if found := _PLACEHOLDER.search(text):
        mine = _PLACEHOLDER.sub(_filled, text)
        return (
            f"has `{found[0]}` in it, which nothing fills in: a folder is called so",
            f"write `{key}: {mine}`",
        )
    return None


def _filled(found: re.Match[str]) -> str:
    return _FILLED.get(found[0], f"{{{re.sub(r'^%[(]|[)][sd]$|[<>]', '', found[0])}}}")


def _places(context: Context) -> list[Written]:
    """The texts of the author's that say where something is."""
    return [each for each in _written(context) if _is_place(each[1])]


def _written(context: Context, *, templates: bool = False) -> Iterator[Written]:
    """The texts of the author's, in a base file of his too; `templates` if they are asked for."""
    experiment = context.experiment
    base = experiment.base
    for path, text in strings(base.values) if base.is_file else ():
        if not stated(experiment, path):
            yield context.place(path, None), path, text, base.values
    for each in assignments(experiment):
        if isinstance(each.value, (str, list, dict)):
            for path, text in strings(each.value, each.path):
                if isinstance(text, Template) and not templates:
                    continue  # what it comes to differs between runs
                yield each.span_of(path), path, text, _from_the_top(each.path, each.value)


def _from_the_top(path: Path, value: Value) -> Value:
    for key in reversed(path):
        value = {str(key): value}
    return value


def _is_place(path: Path) -> bool:
    return any(isinstance(key, str) and key.endswith(_PATHS) for key in path[-3:])


def _odd_path(span: Span, path: Path, text: str, context: Context) -> Iterator[Diagnostic]:
    """What is wrong with a text itself, whatever is there."""
    key = next(each for each in reversed(path) if isinstance(each, str))
    if not key.endswith(_PATHS):
        return
    unexpanded = list(_unexpanded(span, format_path(path), text, context))
    yield from unexpanded
    if not unexpanded and text.startswith(("null ", "None ", "none ")):
        yield finding(
            TEXT_OF_NULL,
            span,
            f"`{format_path(path)}` is the string `{text}`, and no null",
            help="write `null` alone, or the path alone",
        )


def _unexpanded(span: Span, name: str, text: str, context: Context) -> Iterator[Diagnostic]:
    """What a shell would fill in, and nobody does here."""
    if text.startswith("~") or (text[:1] != "\\" and _VARIABLE.search(text)):
        key = name.rpartition(".")[2].partition("[")[0]
        own = frozenset[str]() if name == _FOLDER else _own(text, context)
        yield finding(
            UNEXPANDED_PATH,
            span,
            f"`{name}` is taken as it stands: nothing expands `{_sign(text)}` in it",
            help=f"write a name of this experiment in braces: `{key}: {_expanded(text, own)}`"
            if own
            else f"write the whole path, or what the environment says: `{key}: {_expanded(text)}`",
        )


def _sign(text: str) -> str:
    found = _NAMED.search(text)
    return found[0] if found else "~"


def _own(text: str, context: Context) -> frozenset[str]:
    """The names after `$` that stand for keys of the config: braces fill them in."""
    named = _NAMED.findall(text)
    return frozenset(each for each in named if isinstance(context.resolve(each), tuple))


def _expanded(text: str, own: frozenset[str] = frozenset()) -> str:
    """A path as it is filled in: `~/x` and `$HOME/x` are `${oc.env:HOME}/x`, names of the
    experiment's `own` stand in braces."""
    if text == "~" or text.startswith("~/"):
        text = f"$HOME{text[1:]}"
    return _NAMED.sub(lambda each: _braced(each[1], own), text)


def _braced(name: str, own: frozenset[str]) -> str:
    return f"{{{name}}}" if name in own else f"${{oc.env:{name}}}"


# --- what is not there ---------------------------------------------------------------------


def check_missing(context: Context) -> Iterator[Diagnostic]:
    """What relative paths name, and that is not there: a finding for each file that names some."""
    missing: dict[str, list[tuple[Span, Path, str]]] = {}
    for each in _missing(context):
        missing.setdefault(each[0].file, []).append(each)
    for found in missing.values():
        span, path, name = found[0]
        where = "seen from " + (
            "here, or from the folder of the config, or one above it"
            if context.alone
            else "the folder of this experiment, in which the runs are started"
        )
        message = f"`{format_path(path)}` is `{name}`, and that is not there, {where}"
        if len(found) > 1:
            every = dict.fromkeys(f"`{name}` (`{format_path(path)}`)" for _, path, name in found)
            message = f"{len(every)} paths are not there, {where}: {', '.join(every)}"
        yield finding(
            MISSING_PATH,
            span,
            message,
            help=_fetched(found)
            + "correct it; where it is only on the cluster, write the whole path of it there",
        )


def _fetched(found: list[tuple[Span, Path, str]]) -> str:
    """How weights come from the hub, where the name of a repository stands for their folder."""
    names = ((path, name) for _, path, name in found if path in _OF_WEIGHTS)
    none: tuple[Path, str] = ((), "")
    path, name = next((each for each in names if _REPOSITORY.match(each[1])), none)
    if not name or name.endswith((".model", ".json", ".txt")):
        return ""
    folder = f"/tmp/{name.partition('/')[2]}"
    if path[0] == "tokenizer":
        return (
            f"if `{name}` is a repository of the Hugging Face hub, `tune download {name} "
            f"--output-dir {folder}` fetches it, and a file there is named, such as "
            f"`tokenizer.path: {folder}/original/tokenizer.model`; else "
        )
    return (
        f"if `{name}` is a repository of the Hugging Face hub, `tune download {name} --output-dir "
        f"{folder}` fetches it, and the folder is named: `checkpoint_dir: {folder}`; else "
    )


def _missing(context: Context) -> Iterator[tuple[Span, Path, str]]:
    """Where a path stands, its key, and what it names, where that is not there."""
    exists = context.exists
    if exists is None:
        return
    written = _places(context)
    at = {span: (path, text) for span, path, text, _ in written}
    odd = {span for span, (path, text) in at.items() if any(_odd_path(span, path, text, context))}
    constant: dict[str, Value] | None = None
    for span, path, text, beside in written:
        if span in odd:
            continue
        if constant is None and "${" in text:
            constant = _constant(context)
        name = _resolved(text, path, constant or {})
        if not name or _ELSEWHERE.match(name) or any(key in _IN_A_FOLDER for key in path):
            continue
        if context.catalogue.key_class(format_path(path)) != "location":
            continue
        if _is_of_the_hub(context, path, beside) or _is_in_data_dir(context, path, beside):
            continue
        if exists(name):
            continue
        yield span, path, name


def _is_of_the_hub(context: Context, path: Path, beside: Value) -> bool:
    """Whether files are looked for in a repository of the hub, or by nobody knows whom."""
    at = next((i for i, key in enumerate(path) if key in _DATA), None)
    if at is None:
        return False
    source: Path = (*path[:at], "source")
    return _beside(context, source, beside) not in _LOADERS


def _is_in_data_dir(context: Context, path: Path, beside: Value) -> bool:
    """Whether a file of data is looked for in a folder that is named beside it."""
    if "data_files" not in path:
        return False
    folder: Path = (*path[: path.index("data_files")], "data_dir")
    varied = any(each.path == folder for each in assignments(context.experiment))
    return varied or _beside(context, folder, beside) is not None


def _beside(context: Context, path: Path, beside: Value) -> Value:
    """What stands at a path: written together with another value, or the same in all runs."""
    there, value = lookup(beside, path) if isinstance(beside, dict) else (False, None)
    if there:
        return value
    own = [each.value for each in context.experiment.constants if each.path == path]
    return own[-1] if own else lookup(context.experiment.base.values, path)[1]


def _resolved(text: str, path: Path, config: dict[str, Value]) -> str:
    found = as_far_as_known(text, path, config)
    return found if isinstance(found, str) else text


def _constant(context: Context) -> dict[str, Value]:
    """The values that are the same in all runs."""
    experiment = context.experiment
    try:
        merged = merge(experiment.base.values, experiment.constants)
    except Conflict:
        return {}
    levels = (level for factor in experiment.factors for level in factor.levels)
    varied = {each.path[0] for level in levels for each in level.assignments}
    return {key: value for key, value in merged.items() if key not in varied}
