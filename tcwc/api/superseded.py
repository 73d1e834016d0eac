"""Jobs that were submitted, and whose runs a build has made something else of."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tcwc.disk.handed_over import HandedOver
from tcwc.disk.stamps import Stamps
from tcwc.jobs.arrays import task_list
from tcwc.jobs.states.records import read_refusals
from tcwc.jobs.states.stamp import beat_of, is_part, is_text, members, read_stamp
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import JOBS, LOCAL
from tcwc.model.values import Value

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


@dataclass(frozen=True, slots=True)
class Superseded:
    """Runs whose jobs train what they were: their ids, and the words that name these jobs to
    scancel (`161_[0-5,7]`)."""

    runs: tuple[str, ...]
    jobs: tuple[str, ...]


def superseded(compilation: Compilation, changed: Iterable[str]) -> Superseded | None:
    """The last jobs of runs that changed meaning or are gone, as far as nothing says that they
    have ended; None where there are none."""
    wanted = set(changed)
    handed = HandedOver(os.path.join(compilation.folder, JOBS))
    last: dict[str, dict[str, Value]] = {}
    for profile in handed.profiles() if wanted else []:
        for line in handed.jobs(profile) if profile != LOCAL else []:
            noted = members(line) or {}
            if noted.get("run") in wanted:
                last[str(noted["run"])] = noted
    if not last:
        return None
    refused = {each.job for each in read_refusals(handed.refused()).values()}
    stamps = Stamps(compilation.folder, is_part, is_text, beat_of)
    left: dict[str, str] = {}
    for run, noted in last.items():
        job, folder = noted.get("job"), noted.get("folder")
        if not isinstance(job, str) or not isinstance(folder, str) or job in refused:
            continue
        path = os.path.join(compilation.place.folder, folder)
        stamp = read_stamp(stamps.folder(path).texts)
        ended = [each for each in stamp.attempts if each.claim and not each.is_open]
        if all(each.claim.job != job for each in ended if each.claim):
            left[run] = job
    return Superseded(tuple(sorted(left)), tuple(_named(left.values()))) if left else None


def _named(jobs: Iterable[str]) -> Iterator[str]:
    """Jobs of arrays as scancel has them, an array a word."""
    tasks: dict[str, list[int]] = {}
    for job in jobs:
        array, _, task = job.partition("_")
        tasks.setdefault(array, []).extend([int(task)] if task.isdecimal() else [])
    for array, numbers in tasks.items():
        yield f"{array}_[{task_list(numbers)}]" if numbers else array
