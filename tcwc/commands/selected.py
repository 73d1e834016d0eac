"""What is said where `--only` selects no run."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence

from tcwc.commands.findings import problem
from tcwc.jobs.selection import states_in_words
from tcwc.jobs.states.rows import RunStatus
from tcwc.model.printable import shell_word

NOTHING = 3
"""The exit code of a call that selects nothing, though there are runs."""


def none_selected(
    words: Sequence[str], rows: Iterable[RunStatus], arguments: Namespace, *others: str
) -> int:
    """Say that words select no run, and what there is instead, and `others` that may be meant: an
    empty table would look like success. Gives the exit code."""
    typed = " ".join(f"--only {shell_word(each)}" for each in words)
    there = "; ".join([f"there are {states_in_words(rows)}", *others])
    problem(f"{typed} selects no run", there, arguments)
    return NOTHING
