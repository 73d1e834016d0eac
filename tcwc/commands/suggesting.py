"""`tcwc slurm --suggest`: shows time limits from finished runs, and with `--write` writes them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from tcwc.api.clusters import chosen_profile
from tcwc.api.compilation import Compilation
from tcwc.api.measuring import TrainedRun
from tcwc.api.queues import ask_memory, most_seconds
from tcwc.api.session import Session
from tcwc.api.status import status_of
from tcwc.api.suggesting import Limited, NothingMeasured, Suggestion, suggest
from tcwc.api.work import tasks
from tcwc.commands.findings import problem
from tcwc.commands.fix import patch, write_texts
from tcwc.commands.selected import NOTHING
from tcwc.commands.terminal import give, say
from tcwc.jobs.limits import MARGIN, ROUND
from tcwc.jobs.profiles.profile import Profile
from tcwc.model.printable import printable, shell_path, shell_word
from tcwc.model.resources import time_text
from tcwc.model.secrets import masked_value
from tcwc.model.values import Value
from tcwc.model.words import how_many, listed
from tcwc.report.runs import numbered

_GIB = 1024
"""MiB."""


def suggest_times(compilation: Compilation, session: Session, arguments: Namespace) -> int:
    """Show the time limits that finished runs tell, and with `--write` record them in the
    experiment; submits nothing. 0 shown or written, 1 they cannot be, 2 wrong usage, 3 no run is
    finished.

    Raises NotSuggested, NoProfile, BadProfile, and FileProblem where it cannot be written.
    """
    if arguments.only or arguments.halve_batch:
        other = "--only" if arguments.only else "--halve-batch"
        help = "a limit is for runs that cost alike, whatever became of them: leave it out"
        problem(f"--suggest goes with no {other}", help, arguments)
        return 2
    profile = chosen_profile(compilation.place, session, arguments.cluster)
    runs = sorted(tasks(compilation), key=lambda each: each.index)
    rows = status_of(compilation, runs, profile)
    try:
        made = suggest(compilation, runs, rows, profile, session)
    except NothingMeasured as error:
        path = shell_path(compilation.place.path)
        first = f" {runs[0].run}" if runs else ""
        help = f"train one: `tcwc run {path}{first}`, or submit it: `submit.sh --only{first}`"
        problem(f"{path}: {error.message}", help, arguments)
        return NOTHING
    for line in patch(made.path, made.old, made.text):
        give(line)
    sys.stdout.flush()
    _tell(made, profile)
    _tell_bound(made, profile)
    _tell_memory(made)
    return _end(made, arguments)


def _end(made: Suggestion, arguments: Namespace) -> int:
    if made.text == made.old:
        say("these are the limits that stand there")
        return 0
    if not arguments.write:
        say("Nothing is written yet: --write writes it.")
        return 0
    write_texts({made.path: (made.old, made.text)})
    where = f" --cluster {shell_word(arguments.cluster)}" if arguments.cluster else ""
    say(f"Written; no config changes. Next: tcwc slurm {shell_path(made.path)}{where}")
    return 0


def _tell(made: Suggestion, profile: Profile | None) -> None:
    distinct = _distinct([each.group.values for each in made.groups])
    for each, values in zip(made.groups, distinct, strict=True):
        for line in _lines(each, f"{listed(values)}: " if values else ""):
            say(printable(line))
    if profile is not None and not made.is_there:
        name = printable(profile.name)
        say(f"note: none of this was measured on {name}: another GPU takes another time")
    say(
        f"a limit is {MARGIN} x the time and that beside steps once more (loading, saving), rounded"
        f" up to {ROUND // 60} minutes"
    )


def _lines(limited: Limited, named: str) -> Iterator[str]:
    """What was measured of a group, which is `named` so, and what follows for its runs."""
    group = limited.group
    whole = [each for each in group.seen if each.measured.whole]
    if whole:
        yield f"{named}{_took(whole)}"
    else:
        runs = list(group.lengths)
        yield f"{named}nothing is measured for {numbered(runs)}: finish {runs[0]} first"
    by_time: dict[int, list[str]] = {}
    for run, time in limited.times.items():
        by_time.setdefault(time, []).append(run)
    for time, ids in sorted(by_time.items()):
        yield f"  {time_text(time)} for {numbered(ids)}{_steps(limited, ids)}"
    cut = {each.measured.run for each in group.seen if not each.measured.whole}
    if cut:
        most = max(each.measured.seconds for each in group.seen if not each.measured.whole)
        yield f"  {numbered(sorted(cut))} came to a limit after {time_text(most)}: it takes more"
    yield from _untold(limited)


def _took(whole: Sequence[TrainedRun]) -> str:
    """What whole attempts took, and where."""
    seconds = [each.measured.seconds for each in whole]
    paces = [each.measured.pace for each in whole if each.measured.pace is not None]
    where = ", ".join(dict.fromkeys(str(each.machine) for each in whole))
    runs = numbered(sorted({each.measured.run for each in whole}))
    most = " at most" if len(whole) > 1 else ""
    pace = f", {max(paces):.2g} s a step{most}" if paces else ""
    alone = "" if len(whole) > 1 else ": one run alone"
    return f"{runs} took {time_text(max(seconds))}{most} on {where}{pace}{alone}"


def _steps(limited: Limited, ids: Sequence[str]) -> str:
    """How many steps some runs have at most, where that is known."""
    steps = [limited.group.lengths[each].steps for each in ids]
    known = [each for each in steps if each is not None]
    return f", of up to {how_many(max(known), 'step')}" if len(known) == len(steps) else ""


def _untold(limited: Limited) -> Iterator[str]:
    """The runs that have no limit by this, and what does not count."""
    group = limited.group
    left = [run for run in group.lengths if run not in limited.times]
    if left and any(each.measured.whole for each in group.seen):
        yield f"  nobody knows how long {numbered(left)} will be: say `samples:`, or finish one"
    if group.untold:
        yield (
            f"  {numbered(group.untold)} told nothing: went on after an end in the middle, or was"
            " trained with another config"
        )
    if limited.elsewhere:
        ids = sorted({each.measured.run for each in limited.elsewhere})
        where = ", ".join(dict.fromkeys(str(each.machine) for each in limited.elsewhere))
        yield f"  {numbered(ids)} not counted: trained on {where}"


def _distinct(groups: Sequence[Mapping[str, Value]]) -> list[list[str]]:
    """The values by which each group differs from another, as `key value`."""
    keys = [key for group in groups for key in group]
    told = [
        key for key in dict.fromkeys(keys) if len({str(group.get(key)) for group in groups}) > 1
    ]
    return [[f"{key} {masked_value(key, group.get(key))}" for key in told] for group in groups]


def _tell_bound(made: Suggestion, profile: Profile | None) -> None:
    """Say where a site gives less time."""
    if profile is None or not profile.partition:
        return
    times = {run: time for each in made.groups for run, time in each.times.items()}
    most = most_seconds(profile.partition)
    over = [run for run, time in times.items() if most is not None and time > most]
    if over and most is not None:
        say(
            f"note: {printable(profile.partition)} gives a job {time_text(most)} at most, less than"
            f" {numbered(over)} {'need' if len(over) > 1 else 'needs'}: more `epochs` of fewer"
            " steps, and `on_timeout: requeue`"
        )


def _tell_memory(made: Suggestion) -> None:
    """Say what memory the jobs of these runs had, where the site keeps accounts."""
    jobs = [seen.job for each in made.groups for seen in each.group.seen if seen.job]
    if found := ask_memory(jobs):
        most = max(found.values()) / _GIB
        say(
            f"{how_many(len(found), 'job')} had {most:.1f} GiB of a node at most, by the site's"
            f" accounts, which look now and then: `memory: {ceil(MARGIN * most)}G` has that margin"
        )
