"""What the commands about jobs say where they cannot go on, and with which code they end."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from tcwc.api.cluster_choice import NoProfile
from tcwc.api.devices import NoDevice
from tcwc.api.local_script import NoTrainer
from tcwc.api.pruning import NotPruned
from tcwc.commands.findings import tell
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.jobs.selection import BadSelection
from tcwc.model.epochs import BadEpochs
from tcwc.model.problem import Problem
from tcwc.outcomes.best import NoBest

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

STOPS = (*PROBLEMS, Problem)
"""What keeps such a command from going on."""

_MISUSE = (BadEpochs, BadSelection, NoBest, NoDevice, NoProfile, NoTrainer, NotPruned)
"""What was typed, or what is missing here; other problems are the experiment's."""


def stopped(error: Exception, arguments: Namespace, compilation: Compilation | None = None) -> int:
    """Tell what stopped a command; gives its exit code."""
    if isinstance(error, PROBLEMS):
        explain(error, arguments, compilation)
        return exit_code(error)
    assert isinstance(error, Problem)
    tell(error, arguments)
    return 2 if isinstance(error, _MISUSE) else 1
