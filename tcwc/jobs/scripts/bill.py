"""What runs cost at most, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tcwc.jobs.task import Task
from tcwc.model.words import how_many


def bill(tasks: Iterable[Task], evaluations: Iterable[Task] = ()) -> str:
    """What runs take at most: `48 runs x 4 GPUs x 12 h: at most 2,304 GPU-hours`; and evaluations,
    each as what it takes of its job.

    scripts/submit.sh says it of those that it submits, in the same words.
    """
    every = {"run": list(tasks), "evaluation": list(evaluations)}
    parts = [
        f"{how_many(count, what)} x {each}"
        for what, members in every.items()
        for each, count in Counter(map(takes, members)).items()
    ]
    spent = sum(task.gpu_seconds for members in every.values() for task in members)
    hours = how_many(_over(spent, 3600), "GPU-hour")
    total = f": at most {hours}" if spent else ", without GPUs"
    return " + ".join(parts) + total


def takes(task: Task) -> str:
    """What one run takes at most: `4 GPUs x 12 h`."""
    of_each = [how_many(task.gpus, "GPU")] if task.gpus else []
    return " x ".join([*of_each, duration(task.seconds)])


def duration(seconds: int) -> str:
    """Seconds in words, whole minutes that they do not exceed: `12 h`, `1 h 30 min`."""
    hours, minutes = divmod(_over(seconds, 60), 60)
    words = [*([f"{hours:,} h"] if hours else []), *([f"{minutes} min"] if minutes else [])]
    return " ".join(words) or "0 min"


def _over(count: int, part: int) -> int:
    """How many parts of a size hold a count: rounded up, as a bill is."""
    return -(-count // part)
