"""What an evaluation needs of a machine."""

from __future__ import annotations

from tcwc.model.frozen import replace
from tcwc.model.resources import Needs


def needs_over(own: Needs, of_run: Needs) -> Needs:
    """What an evaluation needs: what it says itself, else what the run needs.

    It is one process, on one node; what is done at the end of the training's time is no matter of
    it.
    """
    return replace(
        own,
        time=own.time if own.time is not None else of_run.time,
        gpus=own.gpus if own.gpus is not None else of_run.gpus,
        cpus=own.cpus if own.cpus is not None else of_run.cpus,
        memory=own.memory if own.memory is not None else of_run.memory,
    )
