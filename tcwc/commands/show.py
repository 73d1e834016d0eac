"""`tcwc show`: the config of one run on stdout."""

from __future__ import annotations

from argparse import Namespace

from tcwc.commands.runs import open_run
from tcwc.commands.terminal import give


def run(arguments: Namespace) -> int:
    """Print a run's config; 0 printed, 1 the source has errors or no such run, 2 unreadable."""
    opened = open_run(arguments)
    if isinstance(opened, int):
        return opened
    _, found = opened
    give(found.text)
    return 0
