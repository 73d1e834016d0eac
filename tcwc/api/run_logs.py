"""What the training of a run logged, read from its folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

from tcwc.disk.result_files import LeftFile, files_left
from tcwc.jobs.states.stamp import Attempt
from tcwc.model.frozen import dataclass, replace
from tcwc.model.measured import Readout
from tcwc.model.training import Logs
from tcwc.model.words import listed
from tcwc.outcomes.attempts import attempt_at, counting
from tcwc.outcomes.curves import Logged, contradicting, curves_of
from tcwc.outcomes.making import RunFacts, last_rows, step_rows, summary_rows
from tcwc.outcomes.rows import ResultRow
from tcwc.outcomes.wandb import read_summary, written_at
from tcwc.outcomes.wandb_file import read_history

_DEEP = 4
"""Folders below a logger's in which its files are: `wandb/offline-run-.../files`."""

Tell = Callable[[str], None]
"""Is told in words what could not be read."""

_HISTORY = ".wandb"
"""How the file of a W&B run ends that has all steps."""
_LOST = "it has no metrics: W&B writes them late, and a training that is killed loses them"
_NOBODYS = "it was written at the time of none of the run's attempts"
_RIVALS = "{} and {} tell the same steps otherwise: move the one that its training did not log"


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a logger's, and which attempt wrote it (None: nobody knows)."""

    attempt: Attempt | None
    name: str
    read: Readout
    why_not: str = ""


def training_rows(
    about: RunFacts, logs: Logs, place: str, home: str, steps: bool, tell: Tell
) -> Iterator[ResultRow]:
    """The rows of a training that logs to a `place`; names of files are from `home`, the folder of
    the run. With `steps` every step is one."""
    files = list(_files(about, logs, place, home, tell))
    if not files:
        tell(f"no {logs.source} log in {place}")
    elif not any(each.read.found or each.read.unread for each in files):
        tell(f"no step is logged in {listed([each.name for each in files])}")
    for why_not in dict.fromkeys(each.why_not for each in files):
        some = [each for each in files if each.why_not == why_not]
        of = replace(about, why_not=about.why_not or why_not)
        yield from _rows(of, logs, some, steps)


def _rows(about: RunFacts, logs: Logs, files: list[_File], steps: bool) -> Iterator[ResultRow]:
    """The curves; where there are none, the values that a summary has."""
    logged = [
        Logged(each.attempt.number if each.attempt else None, each.name, each.read.found)
        for each in files
        if not _is_summary(logs, each.name)
    ]
    if curves := curves_of(logged):
        if two := contradicting(logged):
            about = replace(about, why_not=about.why_not or _RIVALS.format(*two))
        make = step_rows if steps else summary_rows
        yield from make(about, curves, logs.source, logs.speed)
    elif summaries := [each for each in files if _is_summary(logs, each.name)]:
        newest = max(summaries, key=lambda e: (e.attempt.number if e.attempt else 0, e.name))
        number = newest.attempt.number if newest.attempt else None
        found, name = newest.read.found, newest.name
        yield from last_rows(about, found, logs.source, name, number, logs.speed)


def _is_summary(logs: Logs, name: str) -> bool:
    return logs.read is None and not name.endswith(_HISTORY)


def _files(about: RunFacts, logs: Logs, place: str, home: str, tell: Tell) -> Iterator[_File]:
    """The files that count: those of attempts before the newest that began anew do not."""
    names = re.compile(logs.files)
    count = counting(about.tried)
    for left in files_left(place, _DEEP, lambda name: names.fullmatch(name) is not None):
        shown = os.path.relpath(os.path.join(place, left.name), home)
        if left.why_not:
            tell(f"cannot read {shown}: {left.why_not}")
            continue
        read, at = _content(logs, names, left)
        if read.unread:
            more = f" (and {len(read.unread) - 1:,} more)" if len(read.unread) > 1 else ""
            tell(f"{shown}: {read.unread[0]}, and does not count{more}")
        if left.name.endswith(_HISTORY) and not (read.found or read.unread):
            tell(f"{shown}: {_LOST}")
        wrote = attempt_at(about.tried, at) if at is not None else _only(about)
        if at is not None and wrote is None:
            yield _File(None, shown, read, _NOBODYS)
        elif wrote is None or wrote in count:
            yield _File(wrote, shown, read)


def _content(logs: Logs, names: re.Pattern[str], left: LeftFile) -> tuple[Readout, float | None]:
    """What a file has, and at which time of its attempt it was written; None where nothing says."""
    if logs.read is not None:
        found = names.fullmatch(left.name)
        is_told = found is not None and "began" in names.groupindex
        return logs.read(left.text), float(found["began"]) if found and is_told else None
    if _is_summary(logs, left.name):
        return read_summary(left.text, logs.step), written_at(left.text)
    history = read_history(left.data, logs.step)
    return history.read, history.began


def _only(about: RunFacts) -> Attempt | None:
    return about.tried[0] if len(about.tried) == 1 else None
