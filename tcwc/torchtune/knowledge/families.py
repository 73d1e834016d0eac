"""Whether tokenizer, checkpoint and weight conversion fit the model, where the author swaps one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.config.canonical import canonical_json
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, Template, format_path
from tcwc.model.rules import OTHER_MODEL_TYPE, OTHER_TOKENIZER
from tcwc.model.source import Span
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.sizes import LOADERS, LOADING, MODELS, family
from tcwc.torchtune.knowledge.weights import Weights

_TOKENIZER: Path = ("tokenizer", COMPONENT)
_LOADED = ("checkpoint_dir", "checkpoint_files")

_CONVERTS = re.compile(r"^torchtune[.].*[.]FullModel(HF|Meta)Checkpointer$")
_TYPES = {"HF": "model_types", "Meta": "meta_types"}
"""Under which word of relations.json the model types are with which a checkpointer converts the
weights of a family rightly. FullModelTorchTuneCheckpointer takes one and does nothing with it."""

_FORMAT = re.compile(r"^torchtune[.].*[.]FullModel(HF|Meta|TorchTune)Checkpointer$")

_REWARD = "REWARD"
"""The type of a model that rates texts; its own weights have it, or those of the model it was
made from."""


def check_families(context: Context) -> Iterator[Diagnostic]:
    """Parts that do not belong to the model of their run, for each model that loads weights.

    Where a swapped model cannot even load its checkpoint, that is said, and not what else it lacks.
    """
    found: dict[Diagnostic, list[Levels]] = {}
    weights = Weights(context)
    swaps: set[Span] = set()
    for case in cases(context.experiment, _paths()):
        for model, loader in LOADERS:
            if not _text(case, (model, COMPONENT)) or not case.has((loader,)):
                continue
            for each in (
                *_tokenizer(context, case, model),
                *_model_type(context, case, model, loader),
                *_format(context, case, loader),
            ):
                found.setdefault(each, []).append(case.levels)
            if (swap := case.origin((model, COMPONENT))) is not None:
                swaps.add(swap.span_of((model, COMPONENT)))
            weights.add(case, model, loader)
    unloadable = list(weights.findings())
    yield from unloadable
    for each, levels in found.items():
        if not unloadable or each.span not in swaps:
            yield _in_runs(context, each, levels)


def _paths() -> list[Path]:
    paths = [_TOKENIZER, *((model, COMPONENT) for model in MODELS)]
    keys = (COMPONENT, "model_type", *_LOADED)
    return paths + [(loader, key) for loader in LOADING for key in keys]


def _in_runs(context: Context, each: Diagnostic, levels: list[Levels]) -> Diagnostic:
    return replace(each, runs=describe_runs(context.experiment, levels))


def _tokenizer(context: Context, case: Case, model: str) -> Iterator[Diagnostic]:
    name, tokenizer = _text(case, (model, COMPONENT)), _text(case, _TOKENIZER)
    known = family(catalogue(context), name)
    swap = _author(context, case, (model, COMPONENT), _TOKENIZER)
    if known is None or swap is None or not tokenizer:
        return
    every = {
        name for each in catalogue(context).relations("families") for name in each["tokenizers"]
    }
    if tokenizer in every and tokenizer not in known["tokenizers"]:
        yield finding(
            OTHER_TOKENIZER,
            swap,
            f"{_last(name)} is run with the tokenizer {_last(tokenizer)}, whose "
            "ids mean other tokens to it, or are past the end of its vocabulary",
            help=_with_its_tokenizer(case, model, known["tokenizers"][0]),
        )


def _with_its_tokenizer(case: Case, model: str, tokenizer: str) -> str:
    first = next((each for each in MODELS if case.has((each,))), model)
    if model != first:
        return (
            f"choose as `{model}._component_` a model of the same family as "
            f"{_last(_text(case, (first, COMPONENT)))}, whose tokenizer this is"
        )
    return (
        f"set `tokenizer._component_: {tokenizer}` with its files; models with tokenizers of "
        "their own are experiments of their own"
    )


def _model_type(context: Context, case: Case, model: str, loader: str) -> Iterator[Diagnostic]:
    name, path = _text(case, (model, COMPONENT)), (loader, "model_type")
    # Builders of a private module are of the family too, whatever tokens their models know.
    known = family(catalogue(context), re.sub(r"[.]_\w+(?=[.])", "", name))
    type_ = _text(case, path)
    swap = _author(context, case, (model, COMPONENT), path)
    converts = _CONVERTS.match(_text(case, (loader, COMPONENT)))
    if known is None or swap is None or not type_ or not converts:
        return
    fitting = known.get(_TYPES[converts[1]], ())
    if _rates(name):
        before = _text(_base(context), path)
        fitting = [_REWARD, *fitting]
        if _same_files(context, case, loader) and _REWARD in {before, type_} != {before}:
            # Files have the one head or the other, and the base says which.
            fitting = [before]
    if fitting and type_ not in fitting:
        yield finding(
            OTHER_MODEL_TYPE,
            swap,
            f"the checkpoint of {_last(name)} is converted as one of {type_}, "
            "which names or splits its weights in another way",
            help=f"set `{format_path(path)}: {fitting[0]}`",
        )


def _base(context: Context) -> Case:
    return Case(context.experiment.base.values, (), ())


def _same_files(context: Context, case: Case, loader: str) -> bool:
    """Whether a section loads the files that it loads in the base."""
    now, then = ([each.value((loader, key)) for key in _LOADED] for each in (case, _base(context)))
    return bool(now[0]) and canonical_json(now) == canonical_json(then)


def _format(context: Context, case: Case, loader: str) -> Iterator[Diagnostic]:
    """The base's own files, read as if they were written in another format."""
    component: Path = (loader, COMPONENT)
    both = (case, _base(context))
    origin, now, then = case.origin(component), *(_text(each, component) for each in both)
    if origin is None or now == then or not (_FORMAT.match(now) and _FORMAT.match(then)):
        return
    if _same_files(context, case, loader):
        yield finding(
            OTHER_MODEL_TYPE,
            origin.value_span,
            f"{_last(now)} reads the files that the base reads by {_last(then)}, and "
            "they are of one format: each has its own names and files for the same weights",
            help=f"keep {_last(then)}, or name the files of the other format in "
            f"`{loader}.checkpoint_dir` and `checkpoint_files`",
        )


def _author(context: Context, case: Case, *paths: Path) -> Span | None:
    """Where the author swapped one of the parts; None where base and shipped config agree."""
    for path in paths:
        origin = case.origin(path)
        if origin is not None:
            return origin.span_of(path)
    if context.experiment.base.is_file:
        return context.place(paths[0], None)
    return None


def _rates(model: str) -> bool:
    """Whether a model has a head for classes in place of the vocabulary's."""
    return "reward" in model or "classifier" in model


def _text(case: Case, path: Path) -> str:
    """A text that stands for itself; "" for what differs between the runs of a case, or may."""
    value = case.value(path)
    plain = isinstance(value, str) and not isinstance(value, Template) and "${" not in value
    return str(value) if plain else ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]
