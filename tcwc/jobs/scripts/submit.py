"""The script that submits: what is generated of it, `scripts/submit.sh` being the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tcwc.jobs.arrays import label_of
from tcwc.jobs.places import variables_of
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.bill import takes
from tcwc.jobs.scripts.directives import Batch, site
from tcwc.jobs.scripts.evaluations import NO_EVALUATIONS, SubmittedEvaluations
from tcwc.jobs.scripts.quoting import NotAWord, folder_word, quoted
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.resources import time_text
from tcwc.model.training import Inputs

_MARK = "#@ settings\n"
_SECONDS_OF_A_WARM_UP = 3600
_FILES_OF_AN_EPOCH = 12
_FILES_OF_A_RUN = 20


@dataclass(frozen=True, slots=True)
class RunKind:
    """Runs that differ in nothing that a first look tells: one of each shows whether they start.

    `group` is the number of their batch. `bytes` and `files` are what a run may leave.
    """

    group: int
    tasks: tuple[Task, ...]
    fetched: tuple[str, ...]
    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are: `here` is the folder of the scripts, `output` that of the configs, both
    from the run directory, and `up` leads there from `here`. `logs` is the folder of the logs.
    `remake` is the command that writes the scripts again."""

    here: str
    output: str
    up: str
    logs: str
    remake: str


def kinds_of(
    batches: Sequence[Batch], reads: Mapping[str, Inputs], sizes: Mapping[str, int]
) -> Iterator[RunKind]:
    """The kinds of runs; `reads` is what each reads, by its id, `sizes` the bytes of files."""
    for group, batch in enumerate(batches):
        found: dict[tuple[object, ...], list[Task]] = {}
        for task in batch.tasks:
            one = reads[task.run]
            found.setdefault((one, task.epochs, task.attempts), []).append(task)
        for members in found.values():
            one, epochs = reads[members[0].run], members[0].epochs or 1
            weights = sum(sizes.get(path, 0) for path in one.weights)
            left = weights * epochs if one.whole else 0
            files = epochs * (_FILES_OF_AN_EPOCH + len(one.weights)) + _FILES_OF_A_RUN
            yield RunKind(group, tuple(members), one.fetched, left, files)


def submit_text(
    template: str,
    experiment: str,
    profile: Profile,
    layout: Layout,
    batches: Sequence[Batch],
    kinds: Sequence[RunKind],
    reads: Iterable[Inputs],
    evaluations: SubmittedEvaluations = NO_EVALUATIONS,
) -> str:
    """The text of submit.sh. Raises NotAWord."""
    before, mark, after = template.partition(_MARK)
    assert mark, "scripts/submit.sh says where settings stand"
    folders = [task.folder for each in batches for task in each.tasks]
    lines = [
        *_settings(experiment, profile, layout, [*folders, *evaluations.results]),
        "",
        *_groups(batches),
        "",
        *_kinds(kinds),
        "",
        *_evaluations(evaluations),
        "",
        *_inputs(reads),
    ]
    return before + "\n".join(lines) + "\n" + after


def _settings(
    experiment: str, profile: Profile, layout: Layout, folders: Sequence[str]
) -> Iterator[str]:
    words = {
        "experiment": experiment,
        "label": label_of(experiment, layout.output),
        "up": layout.up,
        "here": layout.here,
        "output": layout.output,
        "slurm": layout.here.rpartition("/")[0],
        "logs": layout.logs,
        "remake": layout.remake,
        "max_array_size": _number(profile.max_array_size),
        "concurrency": _number(profile.concurrency),
        "gpu_seconds_limit": _seconds(profile.gpu_hours_limit),
        "variables": " ".join(variables_of(folders)),
    }
    yield from (f"{name}={quoted(word)}" if word else f"{name}=''" for name, word in words.items())
    for name, value in profile.environment.items():
        yield f"export {name}={quoted(value)}"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _seconds(hours: float | None) -> str:
    return "" if hours is None else str(int(hours * 3600))


def _groups(batches: Sequence[Batch]) -> Iterator[str]:
    """What sbatch is told beside the lines of job.sbatch, for each group of runs."""
    yield f"groups={len(batches)}"
    yield from _options("options_of", batches)


def _options(name: str, batches: Sequence[Batch]) -> Iterator[str]:
    yield f"{name}() {{"
    yield "    case $1 in"
    for number, batch in enumerate(batches):
        words = " ".join(map(quoted, batch.words))
        yield f"    {number}) options=({words}) ;;"
    yield "    esac"
    yield "}"


def _evaluations(evaluations: SubmittedEvaluations) -> Iterator[str]:
    """What sbatch is told of evaluations, and what one of each kind takes in its job."""
    kinds = evaluations.kinds
    yield f"evaluated={'yes' if kinds else quoted('')}"
    yield f"evaluation_groups={len(evaluations.batches)}"
    yield f"evaluation_kinds_group=({' '.join(str(each.group) for each in kinds)})"
    yield f"evaluation_kinds_takes=({' '.join(quoted(each.takes) for each in kinds)})"
    yield f"evaluation_kinds_cost=({' '.join(str(each.cost) for each in kinds)})"
    yield from _options("evaluation_options_of", evaluations.batches)


def _kinds(kinds: Sequence[RunKind]) -> Iterator[str]:
    """What is the same for all runs of a kind, an array each; and the kinds of runs."""
    ones = [each.tasks[0] for each in kinds]
    yield "# By kind of runs: its group, what one takes at most, in words and in GPU-seconds, its"
    yield "# time limit in seconds, the bytes and the files that it may leave."
    for name, words in {
        "group": [str(each.group) for each in kinds],
        "takes": [quoted(takes(one)) for one in ones],
        "cost": [str(one.gpu_seconds) for one in ones],
        "limit": [str(one.needs.time or 0) for one in ones],
        "bytes": [str(each.bytes) for each in kinds],
        "files": [str(each.files) for each in kinds],
    }.items():
        yield f"kinds_{name}=({' '.join(words)})"
    yield "# The kinds of runs, by their indices; 0 of those that are not here."
    yield "kind_of=("
    for number, each in enumerate(kinds[1:], 1):
        yield "    " + " ".join(f"[{task.index}]={number}" for task in each.tasks)
    yield ")"
    yield "# Kinds whose data are fetched: a job does that before all others."
    yield f"warm_up='{' '.join(str(n) for n, each in enumerate(kinds) if each.fetched)}'"
    yield f"warm_up_options=(--time={time_text(_SECONDS_OF_A_WARM_UP)} --nodes=1 --ntasks=1)"


def _inputs(reads: Iterable[Inputs]) -> Iterator[str]:
    """What has to be there before a run begins: what each is, and its path as a word of bash."""
    yield "inputs() {"
    yield "    cat <<'TCWC_INPUTS'"
    yield from dict.fromkeys(line for each in reads for line in _lines(each))
    yield "TCWC_INPUTS"
    yield "}"


def _lines(reads: Inputs) -> Iterator[str]:
    for what, path in (*(("weights", each) for each in reads.weights), *reads.others):
        try:
            word = folder_word(path)
        except NotAWord:
            continue  # what only the run can know is not looked for
        yield f"{what} {word}"


def warm_up_text(template: str, profile: Profile, name: str, here: str, program: str) -> str:
    """The script of the job that reads tokenizer and data before all others. Raises NotAWord."""
    before, mark, after = template.partition(_MARK)
    assert mark, "scripts/warm_up.sh says where settings stand"
    lines = [
        f"#SBATCH --job-name={name}",
        *(each.line for each in site(profile) if each.name not in profile.refuses),
        "# shellcheck disable=SC2016  # values are data: nothing in them is to be expanded",
        "",
        f"program={quoted(f'{here}/{program}')}",
        *(f"export {key}={quoted(value)}" for key, value in profile.environment.items()),
        f"wrapper=({profile.wrapper})",
        "prepare() {",
        "    :",
        *profile.setup,
        "}",
    ]
    return before + "\n".join(lines) + "\n" + after
