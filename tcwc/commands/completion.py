"""`tcwc completion`: what lets a shell complete commands, options and values."""

from __future__ import annotations

from argparse import Namespace

from tcwc.commands.findings import problem
from tcwc.commands.terminal import give
from tcwc.disk import data


def run(arguments: Namespace) -> int:
    """Print a shell's script; 0 printed, 2 this checkout has none."""
    try:
        give(data.read_text(f"completions/{arguments.shell}"))
    except FileNotFoundError:
        message = "this checkout has no completions: they are made when tcwc is installed"
        problem(message, "`python -m tools.completions` makes them, with shtab", arguments)
        return 2
    return 0
