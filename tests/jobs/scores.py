"""Experiments whose runs are evaluated by a command that stands in for a tool."""

from __future__ import annotations

from pathlib import Path

SCORE = Path(__file__).with_name("score.sh")


def evaluated(*names: str, minutes: int = 30, more: str = "", gpus: int | None = None) -> str:
    """Sections of an experiment: ten minutes a run, and evaluations of these names."""
    entries = "".join(
        f"  {name}:\n    with: command\n    command: sh {SCORE} {{results}} {{folder}}\n"
        f"    weights: adapter\n{more}"  # what the stand-in for a training leaves
        f"    resources:\n      time: 00:{minutes}:00\n"
        for name in names
    )
    needs = f"resources:\n  time: 00:10:00\n{f'  gpus: {gpus}' if gpus else ''}\n"
    return f"{needs}evaluate:\n{entries}"


BASELINE = "    baseline: true\n"
