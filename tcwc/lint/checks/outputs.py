"""The proof that no two runs write to one directory, where the author keeps them apart himself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.design.product import Grid
from tcwc.diagnostics import Diagnostic, finding, remove_at
from tcwc.ir import Path, Value, format_path
from tcwc.isolation import written
from tcwc.lint.context import Context
from tcwc.merge import lookup, merge
from tcwc.rules import SHARED_OUTPUT
from tcwc.source import Span

_REFERENCE = re.compile(r"\$\{([^:{}]+)\}")
_MAX_STEPS = 20


def check_outputs(context: Context) -> Iterator[Diagnostic]:
    """The first two runs that share a directory.

    With `isolate_outputs` the id of the run ends each directory, so there are none. The
    experiment must merge without conflicts.
    """
    experiment = context.experiment
    if experiment.isolate_outputs:
        return
    start = context.sections.get("isolate_outputs", context.start)
    constants = (*experiment.controls, *experiment.engineering)
    shared = merge(experiment.base.values, constants)
    owners: dict[tuple[Path, str], int] = {}
    for place, cell in enumerate(Grid.of(experiment.factors)):
        levels = zip(experiment.factors, cell, strict=True)
        config = merge(shared, (a for factor, i in levels for a in factor.levels[i].assignments))
        for path, text in (each for key, value in config.items() for each in written(key, value)):
            directory = resolved(text, config)
            first = owners.setdefault((path, directory), place)
            if first != place:
                yield _shared(path, directory, first, place, start)
                return


def resolved(text: str, config: dict[str, Value]) -> str:
    """A text with the plain `${path}` in it replaced; what cannot be resolved stays."""
    for _ in range(_MAX_STEPS):
        replaced = _REFERENCE.sub(lambda found: _value(found, config), text)
        if replaced == text:
            break
        text = replaced
    return text


def _value(found: re.Match[str], config: dict[str, Value]) -> str:
    there, value = lookup(config, tuple(found[1].strip().split(".")))
    return str(value) if there and isinstance(value, (str, int, float)) else found[0]


def _shared(path: Path, directory: str, first: int, second: int, start: Span) -> Diagnostic:
    return finding(
        SHARED_OUTPUT,
        start,
        f"runs {first} and {second} both write to `{format_path(path)}` {directory}, "
        "and the later one overwrites the earlier one's checkpoints and logs",
        help="remove `isolate_outputs: false`, and each run gets a directory of its own",
        fix=remove_at(start),
    )
