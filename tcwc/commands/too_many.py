"""What is said of more files, or runs, than a command takes: lines that it does take."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcwc.commands.unknown_options import Answer
from tcwc.model.printable import shell_line, shell_path

RUN = re.compile(r"run_[0-9]+|[0-9]+")
"""The id of a run, or its number."""
_CHOOSE = ("slurm", "status", "prune")
"""Commands whose `--only` takes runs."""
_BEFORE = {
    **dict.fromkeys(("build", "lint", "check", "migrate"), "name all experiments before them"),
    "run": "name runs right behind the experiment",
    "keys": "words stand right behind the base config, or the experiment",
    "init": "words for the base config stand together",
}
"""Commands that take several words, and where these stand."""
_OF_A_RUN = ("show", "explain")
_ENDS = (".yaml", ".yml")


def too_many(command: str, named: Sequence[str], rest: Sequence[str], extra: str) -> Answer:
    """The answer to a line that names more than its command takes. `named` are its files and runs,
    `rest` all words after the command, `extra` those that are not taken."""
    options = [each for each in rest if each not in named]
    if command in _BEFORE:
        typed = shell_line(["tcwc", command, *dict.fromkeys(named), *options])
        return f"{extra} stands behind options", f"{_BEFORE[command]}: `{typed}`"
    what = f"tcwc {command} does not take {extra} as well"
    return what, _runs(command, named, options) or _one_at_a_time(command, named, options)


def _runs(command: str, named: Sequence[str], options: Sequence[str]) -> str:
    """How the runs of one experiment are named; "" where it is no matter of runs."""
    file, *runs = map(shell_path, named)
    if not runs or not all(map(RUN.fullmatch, named[1:])):
        return ""
    if command == "diff" and len(runs) == 2:
        return f"join the experiment and its run: `tcwc diff {file}:{runs[0]} {runs[1]}`"
    if command in _OF_A_RUN:
        one = shell_line(["tcwc", command, *named[:2], *options])
        compared = f"`tcwc diff {file}:{runs[0]} {runs[1]}` compares two"
        return f"it looks at one run at a time: `{one}`; {compared}"
    if command in _CHOOSE:
        return f"runs are chosen so: `tcwc {command} {file} --only {','.join(runs)}`"
    return ""


def _one_at_a_time(command: str, named: Sequence[str], options: Sequence[str]) -> str:
    """The line for the first of several files, and how many more such lines there are."""
    files = [each for each in named if each.endswith(_ENDS)] or list(named)
    if command == "verify":
        return _of_folders(named, files[-1], options)
    if command == "diff":
        typed = shell_line(["tcwc", command, *named[:2], *options])
        return f"it compares two runs: `{typed}`"
    others = [each for each in named if each not in files] if command in _OF_A_RUN else []
    run = (others or ["run_000"])[:1] if command in _OF_A_RUN else []
    line = shell_line(["tcwc", command, files[0], *run, *options])
    more = f", and so the other {len(files) - 1}" if len(files) > 2 else ""
    if len(files) == 2:
        more = f", then `{shell_line(['tcwc', command, files[1], *run, *options])}`"
    return f"it looks at one experiment at a time: `{line}`{more}"


def _of_folders(named: Sequence[str], experiment: str, options: Sequence[str]) -> str:
    """The line for the first folder; where none is named, a place for it."""
    folder = next((each for each in named if each != experiment), "")
    first = "FOLDER" if folder.endswith(_ENDS) else folder
    typed = shell_line(["tcwc", "verify", first, experiment, *options])
    return f"it looks at one folder at a time: `{typed}`"
