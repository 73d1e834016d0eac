"""Which models load which weights, over the runs of an experiment: one set of weights fits one."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.canonical import canonical_json
from tcwc.lint.cases import Case
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.model.rules import SHARED_CHECKPOINT
from tcwc.model.source import Span
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.sizes import LOADERS, shape

_FILES = ("checkpoint_dir", "checkpoint_files")


@dataclass(frozen=True, slots=True)
class _Load:
    """A model of some runs, and the section of what loads its weights."""

    case: Case
    model: str
    loader: str

    @property
    def component(self) -> str:
        return str(self.case.value((self.model, COMPONENT)))

    @property
    def folder(self) -> object:
        return self.case.value((self.loader, _FILES[0]))

    @property
    def weights(self) -> str:
        values = (self.case.value((self.loader, key)) for key in _FILES)
        return canonical_json([e.rstrip("/") if isinstance(e, str) else e for e in values])

    def swapped(self) -> Span | None:
        """Where the author chose the model."""
        path: Path = (self.model, COMPONENT)
        origin = self.case.origin(path)
        return origin.span_of(path) if origin else None

    def chosen(self) -> Span | None:
        """Where the author chose the weights."""
        path: Path = (self.loader, _FILES[0])
        origin = self.case.origin(path)
        return origin.span_of(path) if origin else None


class Weights:
    """What is loaded by which models, gathered over the cases of an experiment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._loaded: dict[str, dict[str, _Load]] = {}

    def add(self, case: Case, model: str, loader: str) -> None:
        """A model of some runs, with what loads its weights."""
        load = _Load(case, model, loader)
        known = shape(catalogue(self._context), load.component)
        if known and load.folder:
            self._loaded.setdefault(load.weights, {}).setdefault(known, load)

    def findings(self) -> Iterator[Diagnostic]:
        """Models of different shapes that load the same files: at most one of them can.

        What the base loads counts too: its files are known to be those of its model.
        """
        base = Case(self._context.experiment.base.values, (), ())
        for model, loader in LOADERS:
            load = _Load(base, model, loader)
            if base.has((model, COMPONENT)) and load.weights in self._loaded:
                self.add(base, model, loader)
        for shapes in self._loaded.values():
            loads = list(shapes.values())
            if len(loads) > 1 and (at := _place(loads)) is not None:
                yield _finding(loads, at)


def _place(loads: list[_Load]) -> Span | None:
    """Where the author chose the second of the models, or else weights."""
    swapped = [span for each in loads if (span := each.swapped())]
    chosen = [span for each in loads if (span := each.chosen())]
    if swapped:
        return swapped[min(1, len(swapped) - 1)]
    return chosen[-1] if chosen else None


def _finding(loads: list[_Load], at: Span) -> Diagnostic:
    names = list(dict.fromkeys(each.component.rpartition(".")[2] for each in loads))
    first = loads[0]
    loader = next((each.loader for each in loads if at in (each.swapped(), each.chosen())), "")
    loader = loader or first.loader
    return finding(
        SHARED_CHECKPOINT,
        at,
        f"{' and '.join(names[:3])} load the same checkpoint, `{loader}.checkpoint_dir` "
        f"{first.folder}, and its weights have the shapes of one of them",
        help="one experiment for each model, each with its own base_config; or set with the "
        f"model `{loader}.checkpoint_dir`, `checkpoint_files`, and what else its family "
        "has of its own: `model_type`, tokenizer",
    )
