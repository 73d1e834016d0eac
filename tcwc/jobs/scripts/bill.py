"""What runs cost at most, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tcwc.jobs.task import Task
from tcwc.model.words import how_many


def bill(tasks: Iterable[Task]) -> str:
    """What runs take at most: `48 runs x 4 GPUs x 12 h: at most 2,304 GPU-hours`.

    scripts/submit.sh says it of those that it submits, in the same words.
    """
    counts = Counter((task.gpus, task.seconds) for task in tasks)
    parts = []
    for (gpus, seconds), count in counts.items():
        of_each = [how_many(gpus, "GPU")] if gpus else []
        parts.append(" x ".join([how_many(count, "run"), *of_each, duration(seconds)]))
    spent = sum(gpus * seconds * count for (gpus, seconds), count in counts.items())
    total = f": at most {_over(spent, 3600):,} GPU-hours" if spent else ", without GPUs"
    return " + ".join(parts) + total


def duration(seconds: int) -> str:
    """Seconds in words, whole minutes that they do not exceed: `12 h`, `1 h 30 min`."""
    hours, minutes = divmod(_over(seconds, 60), 60)
    words = [*([f"{hours:,} h"] if hours else []), *([f"{minutes} min"] if minutes else [])]
    return " ".join(words) or "0 min"


def _over(count: int, part: int) -> int:
    """How many parts of a size hold a count: rounded up, as a bill is."""
    return -(-count // part)
