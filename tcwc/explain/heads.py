"""What is said of a run as such: where it starts from, its levels, how it came to be a run."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.explain.formulas import text_of
from tcwc.explain.notes import Note
from tcwc.explain.stages import row_of
from tcwc.model.ir import Cell, Experiment, Value


def head(experiment: Experiment, cell: Cell, draw: int | None) -> Iterator[Note]:
    """The facts about a run that hold for all its values."""
    kind = "base_config_file" if experiment.base.is_file else "base_config"
    yield Note(kind, experiment.base.name)
    yield Note("recipe", f"{experiment.recipe}, of {experiment.target.name} {experiment.version}")
    yield from _selection(experiment, cell, draw)


def levels(experiment: Experiment, cell: Cell) -> dict[str, Value]:
    """The levels of a run, under the author's names."""
    # A cell goes on behind the factors, with the levels of what is derived.
    chosen = zip(experiment.factors, cell, strict=False)
    return {factor.name: factor.levels[at].value for factor, at in chosen if at is not None}


def _selection(experiment: Experiment, cell: Cell, draw: int | None) -> Iterator[Note]:
    """Why the design has this run."""
    design = experiment.design
    row = row_of(experiment, cell)
    if row is not None:
        text = "a row of `include`; `when`, `exclude` and `sample` do not apply to it"
        yield Note("chosen by", text, row.span)
        return
    if design.sample is not None:
        size, seed = design.sample.size, design.sample.seed
        text = f"`sample`: one of {size} of the grid's runs, by seed {seed}"
        if draw is not None:
            text = f"`sample`: one of {size} runs; draw {draw} of seed {seed}"
        yield Note("chosen by", text, design.sample.span)
    for each in design.exclude:
        yield Note("not excluded", f"`{text_of(each)}` is false here", each.span)
