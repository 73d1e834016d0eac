"""The text of the script that evaluates: scripts/eval.sh with an experiment's part filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tcwc.config.canonical import canonical_json
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.job import NO_RUN
from tcwc.jobs.places import NoPlace, Variable, pieces_of
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.job import filled, modes, of_profile
from tcwc.jobs.scripts.quoting import folder_word, quoted
from tcwc.model.patterns import pattern

EVALUATION_COLUMNS = (
    "index",
    "run",
    "evaluation",
    "label",
    "epoch",
    "tool",
    "science_hash",
    "world",
    "evaluation_hash",
    "config_sha256",
    "config",
    "kind",
    "paths",
    "files",
    "beside",
    "words",
)
"""What a row of the table has: words of bash, `-` for nothing. The last four are lists of words,
which are taken apart only where they are needed: in `paths` a variable may not be set."""

_PLACES = pattern(r"(\{(?:results|config|weights)\})")
_VARIABLES = {"{results}": '"$part"', "{config}": '"$config"', "{weights}": '"$weights"'}
"""What stands in the words of a command for what only the job knows, and its variable there."""


def evaluation_row(task: EvaluationTask, folder: str, kind: int) -> str:
    """One evaluation as a line of the table, without the line's end.

    `folder` is that of the run, "" where it is no run's; `kind` is what it costs, as submit.sh
    counts it. Raises NotAWord.
    """
    paths = [folder_word(folder), folder_word(task.results), folder_word(task.weights)]
    return " ".join(
        [
            _or_nothing(task.index),
            task.run or NO_RUN,
            quoted(task.evaluation),
            quoted(task.label),
            _or_nothing(task.epoch),
            quoted(task.tool),
            task.science_hash or "-",
            str(task.world),
            task.evaluation_hash,
            task.config_sha256 or "-",
            quoted(task.config or "-"),
            str(kind),
            quoted(" ".join(paths)),
            quoted(" ".join(map(quoted, task.files))),
            quoted(" ".join(map(quoted, task.beside))),
            quoted(" ".join(map(_word, task.words))),
        ]
    )


def _or_nothing(value: int | None) -> str:
    return "-" if value is None else str(value)


def _word(text: str) -> str:
    """A word of a command, with what the job knows in the places that are left for it.

    A path in it may name variables, as the config has it.
    """
    pieces = [each for each in _PLACES.split(text) if each]
    return "".join(_VARIABLES.get(each) or _part(each) for each in pieces) or quoted("")


def _part(text: str) -> str:
    """A text as it is, but for variables of the environment that a path in it names."""
    pieces = pieces_of(text)
    names = not isinstance(pieces, NoPlace) and any(isinstance(p, Variable) for p in pieces)
    return folder_word(text) if names else quoted(text)


def evaluation_text(
    template: str,
    experiment: str,
    rows: Iterable[str],
    profile: Profile,
    *,
    output: str = "configs",
    lines: Sequence[str] = (),
    up: str = "../../..",
) -> str:
    """The text of the script that evaluates; `template` is scripts/eval.sh, `rows` are those of
    `evaluation_row`, and the others are as `job_text` has them."""
    settings = [
        f"experiment={quoted(canonical_json(experiment))} cluster={quoted(profile.name)} facts=''",
        f"wrapper=({profile.wrapper}) output={quoted(output)} up={quoted(up)} {modes(profile)}",
    ]
    parts: Mapping[str, Sequence[str]] = {
        "directives": lines,
        "settings": settings,
        **of_profile(profile),
        "rows": list(rows),
    }
    return "\n".join(filled(template, parts, {})) + "\n"
