"""Texts that name each run: `r8-lr3e-4`. No variables, they say what a run is meant to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Template, Value, format_path
from tcwc.moves.columns import Varying, combined
from tcwc.moves.templates import template_of

_FEW = 2
"""So many runs do not tell a name of each from a variable."""
_TWINS = 2
"""Runs that may be told apart by their names alone: a slip made two of them one."""
_LEFT_OUT = 100
"""Runs of which each is looked at for the one that is misnamed."""


@dataclass(frozen=True, slots=True)
class HandName:
    """A text of each run: as a template, but for some runs which have another text (`but`); with
    no template it is `lost`, since nothing in the design says it."""

    path: Path
    value: Value = None
    but: tuple[int, ...] = ()
    lost: bool = False


def labels_of(
    columns: Sequence[Varying], runs: int, folders: Sequence[Varying]
) -> tuple[list[Varying], list[Varying]]:
    """The columns that name runs, and the others, which tell the runs apart without them."""
    found = [each for each in columns if each.is_text and len(each) == runs]
    others = [each for each in columns if each not in found]
    told = combined([each.codes for each in others])
    is_enough = told == runs or (bool(found or folders) and told >= runs - _TWINS and runs > 5)
    if runs <= _FEW or not found or not others or not is_enough:
        return [], list(columns)
    return found, others


def label(
    varying: Varying, others: Sequence[Varying], key_class: Callable[[str], str]
) -> HandName | None:
    """What an experiment says of a label; None where it cannot say it, and the label may change
    what a run gives."""
    template = template_of(varying, others)
    if template is not None:
        return HandName(varying.path, Template(template, {}))
    runs = range(len(varying.codes))
    for run in runs if len(runs) <= _LEFT_OUT else ():
        left = [each for each in runs if each != run]
        template = template_of(varying.of(left), [each.of(left) for each in others])
        if template is not None:
            return HandName(varying.path, Template(template, {}), (run,))
    if key_class(format_path(varying.path)) == "engineering":
        return HandName(varying.path, lost=True)
    return None
