"""Sizes of models beside the weights that they load: one set of weights has one set of sizes."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.canonical import canonical_json
from tcwc.lint.cases import Case, cases
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Assignment, Path, Value, format_path, overlap
from tcwc.model.rules import SHARED_CHECKPOINT
from tcwc.torchtune.knowledge.sizes import LOADERS, SIZES
from tcwc.torchtune.knowledge.weights import weights_of


def check_shapes(context: Context) -> Iterator[Diagnostic]:
    """Models of one checkpoint whose sizes differ, from the base's or between runs."""
    reported = set()
    for model, loader in LOADERS:
        for found in _of_a_model(context, model, loader):
            if found.span not in reported:
                reported.add(found.span)
                yield found


def _of_a_model(context: Context, model: str, loader: str) -> Iterator[Diagnostic]:
    folder: Path = (loader, "checkpoint_dir")
    weights = (folder, (loader, "checkpoint_files"))
    paths = [*weights, *((model, size) for size in SIZES)]
    first: dict[str, tuple[Case, str]] = {}
    tried = [(Case(context.experiment.base.values, (), ()), "the base")]
    tried += [(case, "another run") for case in cases(context.experiment, paths)]
    for case, whose in tried:
        if case.value(folder) is None or not isinstance(case.value((model, "num_layers")), int):
            continue
        loaded = weights_of(context.experiment, case, loader)
        if loaded is None:
            continue
        other, theirs = first.setdefault(loaded, (case, whose))
        size = _different(model, case, other)
        if size is None:
            continue
        origin = _origin(case, size) or _origin(other, size)
        if origin is not None:
            yield finding(
                SHARED_CHECKPOINT,
                origin.value_span,
                f"`{format_path(size)}` is {_shown(case, size)} here and {_shown(other, size)} in "
                f"{theirs}, and both load the weights in `{format_path(folder)}` "
                f"{case.value(folder)}, which have one shape",
                help=f"name weights of that shape in `{format_path(folder)}` and "
                "`checkpoint_files`, or leave the sizes as the weights have them",
            )


def _different(model: str, one: Case, other: Case) -> Path | None:
    """The size by which the weights of two models cannot be the same; None if they may be."""
    for size in SIZES:
        path: Path = (model, size)
        values = [case.value(path) for case in (one, other)]
        if canonical_json(values[0]) == canonical_json(values[1]):
            continue
        if any(isinstance(value, str) for value in values):
            continue  # a reference
        if size != "num_heads" or _head_width(model, one) != _head_width(model, other):
            return path
    return None


def _head_width(model: str, case: Case) -> Value:
    """The width of a head, which the shapes of keys and values follow."""
    width, heads = (case.value((model, size)) for size in ("embed_dim", "num_heads"))
    stated = case.value((model, "head_dim"))
    if stated is None and isinstance(width, int) and isinstance(heads, int) and heads:
        return width // heads
    return stated


def _origin(case: Case, path: Path) -> Assignment | None:
    """The last assignment that set a path or a section of it, or deleted it."""
    return next((each for each in reversed(case.assignments) if overlap(each.path, path)), None)


def _shown(case: Case, path: Path) -> str:
    return str(case.value(path)) if case.has(path) else "the default"
