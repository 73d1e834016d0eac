"""An experiment as text, compiled in a folder of its own."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import tcwc
from tcwc.api.session import Session
from tcwc.model.ir import Cell, Experiment, Value

HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"


@cache
def _session() -> Session:
    return Session()


def compiled(text: str) -> tcwc.Compilation:
    """The compilation of the sections of an experiment."""
    folder = tempfile.mkdtemp()
    path = Path(folder, "experiment.yaml")
    try:
        path.write_text(HEAD + text, encoding="utf-8")
        return tcwc.compile(path, session=_session())
    finally:
        path.unlink(missing_ok=True)
        Path(folder).rmdir()


def experiment(text: str) -> Experiment:
    """The experiment of sections that have no mistake."""
    made = compiled(text)
    assert made.experiment is not None
    assert codes(made, "error") == [], [each.message for each in made.diagnostics]
    return made.experiment


def codes(compilation: tcwc.Compilation, severity: str = "") -> list[str]:
    return [each.code for each in compilation.diagnostics if severity in ("", each.severity.value)]


def levels(experiment: Experiment, cell: Cell) -> dict[str, Value]:
    """The value of each column that a run has, by the author's name; derived ones by path."""
    pairs = zip(experiment.columns, cell, strict=True)
    return {c.name: c.levels[level].value for c, level in pairs if level is not None}


def runs(experiment: Experiment) -> list[dict[str, Value]]:
    return [levels(experiment, cell) for cell in experiment.cells]
