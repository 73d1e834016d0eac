"""The script that an evaluation's command starts: whether it is there.

Told only where it is known how a word is read: a program may make of `made.py` what it likes, a
shell looks for a bare name on the PATH too, and a container has folders of its own.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterator, Sequence

from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import is_script
from tcwc.model.evaluators import COMMAND
from tcwc.model.patterns import pattern
from tcwc.model.rules import ASTRAY_EVALUATION_FILES

_STARTERS = (("accelerate", "launch"), ("uv", "run"), ("poetry", "run"))
_BEFORE = ("env", "nohup", "time", "exec", "nice")
"""What starts the rest of its words where it is itself."""

_PROGRAM = pattern(r"python[\d.]*|pypy[\d.]*|torchrun|Rscript|julia|(?:ba|z|da|k)?sh")
_SHELL = pattern(r"(?:ba|z|da|k)?sh")
_OTHERWISE = pattern(r"-[A-Za-z]*[cem]|--(?:module|eval|chdir|directory|cwd|workdir|project)\b.*")
"""Options with which a module or a text is run, or all is in another folder."""

_PATH = pattern(r"[\w.+\-/ \[\]()@,]+")
"""What is a path to everybody: no address, no pattern, nothing to be filled in."""


def check_scripts(context: Context) -> Iterator[Diagnostic]:
    """Scripts that are started by commands, and are not there."""
    if context.exists is None or context.below is None:
        return
    for evaluation in context.experiment.evaluations:
        program, script = _started(str(evaluation.settings.get(COMMAND) or ""))
        if not script or context.exists(script):
            continue
        near = _near(context.below, posixpath.basename(script))
        if not near and _SHELL.fullmatch(program) and "/" not in script:
            continue  # it may be on the PATH
        here = f"write `{near}`" if near else "correct it"
        yield finding(
            ASTRAY_EVALUATION_FILES,
            evaluation.spans[COMMAND],
            f"`{script}` is not there, seen from the folder of this experiment, where the command "
            "is started",
            help=f"{here}; where it is only on the cluster, write the whole path of it",
        )


def _near(below: Callable[[str, int], tuple[list[str], bool]], name: str) -> str:
    files, _ = below("", 1)
    return next((each for each in files if posixpath.basename(each) == name), "")


def _started(command: str) -> tuple[str, str]:
    """The program that reads a script, and the script, at a relative path; "" for none that is
    known."""
    try:
        words = shlex.split(command)
    except ValueError:
        return "", ""  # which is told of it
    program, script = _read_by(_without_starters(words))
    is_known = is_script(script) and _PATH.fullmatch(script) and not script.startswith("/")
    return (program, script) if is_known else ("", "")


def _without_starters(words: list[str]) -> list[str]:
    while words and (words[0] in _BEFORE or "=" in words[0]):
        words = words[1:]
    return words


def _read_by(words: Sequence[str]) -> tuple[str, str]:
    """The program among the first words, and the first word behind it that is no option's."""
    if not words:
        return "", ""
    program = posixpath.basename(words[0])
    if tuple(words[:2]) in _STARTERS:
        if words[2:] and _PROGRAM.fullmatch(posixpath.basename(words[2])):
            return _read_by(words[2:])  # python itself
        words = words[1:]
    elif not _PROGRAM.fullmatch(program):
        return "", words[0] if "/" in words[0] else ""
    before = ""
    for word in words[1:]:
        if _OTHERWISE.fullmatch(word):
            break
        if is_script(word) and not word.startswith("-"):
            return program, word
        if not word.startswith("-") and not before.startswith("-"):
            break  # this is what is started
        before = word
    return program, ""
