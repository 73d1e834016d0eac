"""What runs need of a machine, in words: `12:00:00, 2 GPUs, 64G`."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.ir import Experiment
from tcwc.model.resources import Needs, time_text
from tcwc.model.words import how_many

_OF_A_KIND = (("gpus", "GPU"), ("nodes", "node"), ("cpus", "core"), ("max_attempts", "attempt"))


def needs_text(needs: Needs) -> str:
    """What a run needs; "" where nothing is said."""
    said = [time_text(needs.time)] if needs.time is not None else []
    for name, what in _OF_A_KIND:
        count = getattr(needs, name)
        if count is not None:
            said.append(how_many(count, what))
    if needs.memory is not None:
        said.append(memory_text(needs.memory))
    if needs.on_timeout is not None:
        said.append(f"{needs.on_timeout} at the end of the time")
    return ", ".join(said)


def memory_text(size: int) -> str:
    """MiB as `resources:` has them: `64G`, `1500M`."""
    unit, each = next((u, e) for u, e in (("T", 1 << 20), ("G", 1 << 10), ("M", 1)) if not size % e)
    return f"{size // each}{unit}"


def needs_lines(experiment: Experiment) -> Iterator[str]:
    """What all runs need, and what those do that meet a condition."""
    resources = experiment.resources
    if resources is None:
        return
    if text := needs_text(resources.needs):
        yield text
    for case in resources.cases:
        yield f"{needs_text(case.needs)} where {' '.join(case.condition.text.split())}"
