"""Which models load which weights, over the runs of an experiment: one set of weights fits one."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.canonical import canonical_json
from tcwc.config.interpolation.closure import mentions
from tcwc.config.walk import strings
from tcwc.lint.cases import Case, touches
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Severity, finding
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Experiment, Path, Template, Value
from tcwc.model.rules import SHARED_CHECKPOINT
from tcwc.model.source import Span
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.sizes import LOADERS, shape

_FILES = ("checkpoint_dir", "checkpoint_files")


def weights_of(experiment: Experiment, case: Case, loader: str) -> str | None:
    """What a section loads, as one text: equal where it is the same; None where it may differ
    between the runs of a case, by a template or by what a factor sets elsewhere."""
    values: list[Value] = []
    for key in _FILES:
        path: Path = (loader, key)
        value = case.value(path)
        if not _is_settled(experiment, value, path):
            return None
        values.append(value.rstrip("/") if isinstance(value, str) else value)
    return canonical_json(values)


def _is_settled(experiment: Experiment, value: Value, path: Path) -> bool:
    for at, text in strings(value, path) if isinstance(value, (str, list, dict)) else ():
        if isinstance(text, Template):
            return False
        named = list(mentions(text, at)) if "${" in text else []
        if named and any(touches(column, named) for column in experiment.columns):
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Load:
    """A model of some runs, and the section of what loads its weights."""

    case: Case
    model: str
    loader: str
    of_a_run: bool = True
    """False for what the base alone loads, whose files somebody may have replaced."""

    @property
    def component(self) -> str:
        return str(self.case.value((self.model, COMPONENT)))

    @property
    def folder(self) -> object:
        return self.case.value((self.loader, _FILES[0]))

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

    def add(self, case: Case, model: str, loader: str, *, of_a_run: bool = True) -> None:
        """A model of some runs, with what loads its weights."""
        load = _Load(case, model, loader, of_a_run)
        known = shape(catalogue(self._context), load.component)
        weights = weights_of(self._context.experiment, case, loader)
        if known and load.folder and weights is not None:
            self._loaded.setdefault(weights, {}).setdefault(known, load)

    def findings(self) -> Iterator[Diagnostic]:
        """Models of different shapes that load the same files: at most one of them can.

        What the base loads counts too: its files are known to be those of its model.
        """
        experiment = self._context.experiment
        base = Case(experiment.base.values, (), ())
        for model, loader in LOADERS:
            known = weights_of(experiment, base, loader) in self._loaded
            if known and base.has((model, COMPONENT)):
                self.add(base, model, loader, of_a_run=False)
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
    own = len({each.loader for each in loads}) == 1 and loader == "checkpointer"
    found = finding(
        SHARED_CHECKPOINT,
        at,
        f"{' and '.join(names[:3])} load the same checkpoint, `{loader}.checkpoint_dir` "
        f"{first.folder}, and its weights have the shapes of one of them",
        help=("one experiment for each model, each with its own base_config; or " * own)
        + f"set with the model `{loader}.checkpoint_dir`, `checkpoint_files`, and what else its "
        "family has of its own: `model_type`, tokenizer",
    )
    certain = sum(each.of_a_run for each in loads) > 1
    return replace(found, severity=Severity.ERROR) if certain else found
