"""The tasks of a Slurm array, which run one script each."""

from __future__ import annotations

import re

TASK = "SLURM_ARRAY_TASK_ID"
_ARRAY = re.compile(
    r"^[ \t]*#SBATCH[ \t]+(?:[^#\n]*[ \t])?(?:--array[= \t]|-a[ \t]*)[ \t]*([0-9,:%-]+)",
    re.MULTILINE,
)
_MOST = 10_001


def tasks_of(text: str) -> list[str] | None:
    """The numbers of `#SBATCH --array=0-5,8%2`; None where there is none."""
    said: list[str] = _ARRAY.findall(text)
    if not said:
        return None
    tasks: list[str] = []
    for part in said[-1].partition("%")[0].split(","):
        ends = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6})(?::(\d{1,6}))?)?", part)
        if ends is not None:
            last, step = int(ends[2] or ends[1]), int(ends[3] or 1)
            tasks += map(str, range(int(ends[1]), last + 1, max(step, 1)))
    return tasks[:_MOST]
