"""The text of a job script: the template of a target with an experiment's part filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tcwc.config.canonical import canonical_json
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.quoting import folder_word, quoted
from tcwc.jobs.task import Task

COLUMNS = (
    "index",
    "run",
    "sha256",
    "science_hash",
    "world",
    "batch",
    "nodes",
    "processes",
    "epochs",
    "resumes",
    "names",
    "replaces",
    "name",
    "folder",
    "attempts",
)
"""What a row of the table has: words of bash, `-` for nothing; see `row`."""
ROWS_BEGIN = "<<'TCWC_ROWS'"
"""How the line ends after which the rows stand."""
ROWS_END = "TCWC_ROWS"
"""The line after the rows."""


def row(task: Task) -> str:
    """One run as a line of the table, without the line's end.

    The last word is how often it is begun at most where it goes on after its time limit. Raises
    NotAWord for a folder that only the config knows.
    """
    return " ".join(
        [
            str(task.index),
            task.run,
            task.sha256,
            task.science_hash,
            str(task.world),
            _or_nothing(task.batch),
            str(task.nodes),
            str(task.processes),
            _or_nothing(task.epochs),
            quoted(task.resumes),
            quoted(task.names or "-"),
            ",".join(task.was) or "-",
            quoted(task.name),
            folder_word(task.folder),
            str(task.attempts) if task.attempts > 1 else "-",
        ]
    )


def _or_nothing(value: int | None) -> str:
    return "-" if value is None else str(value)


def job_text(
    template: str,
    experiment: str,
    recipe: str,
    tasks: Iterable[Task],
    profile: Profile,
    *,
    distributed: bool,
    facts: str = "",
    output: str = "configs",
    lines: Sequence[str] = (),
    up: str = "../../..",
) -> str:
    """The text of a job script.

    `template` is scripts/job.sh; `distributed` says whether the recipe has processes; `facts` is
    the hash that names the facts of what really ran; `output` is where the configs are, from the
    folder of the experiment; `lines` are those for sbatch (`#SBATCH ...`). `up` leads from the
    script's folder to that of the experiment. Raises NotAWord.
    """
    settings = [
        f"experiment={quoted(canonical_json(experiment))} group={quoted(experiment)} "
        f"cluster={quoted(profile.name)} facts={facts or quoted('')}",
        f"recipe={quoted(recipe)} distributed={'yes' if distributed else 'no'} "
        f"wrapper=({profile.wrapper})",
        f"output={quoted(output)} up={quoted(up)} "
        f"checks={'yes' if profile.checks_configs else 'no'} {modes(profile)}",
    ]
    filled_in: dict[str, Sequence[str]] = {
        "directives": lines,
        "settings": settings,
        **of_profile(profile),
    }
    rows = list(tasks)
    given = {"several nodes": any(each.nodes > 1 for each in rows)}
    filled_in["rows"] = [row(each) for each in rows]
    return "\n".join(filled(template, filled_in, given)) + "\n"


def modes(profile: Profile) -> str:
    """Who may read what a job leaves, as scripts/attempt.sh and those that include it take it."""
    return f"modes={'group' if profile.group_readable else 'own'}"


def of_profile(profile: Profile) -> dict[str, Sequence[str]]:
    """What comes before the work of any job: the parts of scripts/beginning.sh."""
    return {
        "environment": [
            f"    export {name}={quoted(value)}" for name, value in profile.environment.items()
        ],
        # As they are: a text of several lines, or a here-document, is not to be indented.
        "setup": profile.setup,
    }


def filled(
    template: str, parts: Mapping[str, Sequence[str]], given: Mapping[str, bool]
) -> Iterator[str]:
    """The lines of a template: `#@ NAME` stands for a part; what is between `#@ if CONDITION` and
    `#@ end` is only there where that is given."""
    kept = True
    for line in template.splitlines():
        mark = line.removeprefix("#@ ")
        if mark == "end":
            kept = True
        elif mark.startswith("if ") and mark != line:
            kept = given[mark.removeprefix("if ")]
        elif kept:
            yield from [line] if mark == line else parts[mark]
