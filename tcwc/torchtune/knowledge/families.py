"""Whether tokenizer, checkpoint and weight conversion fit the model, where the author swaps one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tcwc.config.canonical import canonical_json
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.rules import OTHER_MODEL_TYPE, OTHER_TOKENIZER, SHARED_CHECKPOINT
from tcwc.model.source import Span
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue

_MODEL: Path = ("model", COMPONENT)
_TOKENIZER: Path = ("tokenizer", COMPONENT)
_CHECKPOINTER: Path = ("checkpointer", COMPONENT)
_MODEL_TYPE: Path = ("checkpointer", "model_type")
_FOLDER: Path = ("checkpointer", "checkpoint_dir")
_FILES: Path = ("checkpointer", "checkpoint_files")
# The others take a model_type too; FullModelTorchTuneCheckpointer does nothing with it.
_CONVERTS = "FullModelHFCheckpointer"

_FORMAT = re.compile(r"\.FullModel(HF|Meta|TorchTune)Checkpointer$")

_SIZE = re.compile(r"_\d+(_\d+)?b(_|$)")


def check_families(context: Context) -> Iterator[Diagnostic]:
    """Parts that do not belong to the model of their run.

    Where a swapped model cannot even load its checkpoint, that is said, and not what else it lacks.
    """
    found: dict[Diagnostic, list[Levels]] = {}
    loaded: dict[str, dict[str, Case]] = {}
    swaps: set[Span] = set()
    paths = (_MODEL, _TOKENIZER, _CHECKPOINTER, _MODEL_TYPE, _FOLDER, _FILES)
    for case in cases(context.experiment, paths):
        for each in (
            *_tokenizer(context, case),
            *_model_type(context, case),
            *_format(context, case),
        ):
            found.setdefault(each, []).append(case.levels)
        if (swap := case.origin(_MODEL)) is not None:
            swaps.add(swap.span_of(_MODEL))
        shape = _shape(_text(case, _MODEL))
        if shape:
            weights = canonical_json([case.value(_FOLDER), case.value(_FILES)])
            loaded.setdefault(weights, {}).setdefault(shape, case)
    unloadable = list(_checkpoints(context, loaded))
    yield from unloadable
    for each, levels in found.items():
        if not unloadable or each.span not in swaps:
            yield _in_runs(context, each, levels)


def _in_runs(context: Context, each: Diagnostic, levels: list[Levels]) -> Diagnostic:
    return replace(each, runs=describe_runs(context.experiment, levels))


def _tokenizer(context: Context, case: Case) -> Iterator[Diagnostic]:
    family, tokenizer = _family(context, _text(case, _MODEL)), _text(case, _TOKENIZER)
    swap = _author(context, case, _MODEL, _TOKENIZER)
    if family is None or swap is None or not tokenizer:
        return
    every = {
        name for each in catalogue(context).relations("families") for name in each["tokenizers"]
    }
    if tokenizer in every and tokenizer not in family["tokenizers"]:
        yield finding(
            OTHER_TOKENIZER,
            swap,
            f"{_last(_text(case, _MODEL))} is run with the tokenizer {_last(tokenizer)}, whose "
            "ids mean other tokens to it, or are past the end of its vocabulary",
            help=f"set `tokenizer._component_: {family['tokenizers'][0]}` with its files; models "
            "with tokenizers of their own are experiments of their own",
        )


def _model_type(context: Context, case: Case) -> Iterator[Diagnostic]:
    family, type_ = _family(context, _text(case, _MODEL)), _text(case, _MODEL_TYPE)
    swap = _author(context, case, _MODEL, _MODEL_TYPE)
    converts = _text(case, _CHECKPOINTER).endswith(_CONVERTS)
    if family is None or swap is None or not type_ or not converts:
        return
    families = catalogue(context).relations("families")
    known = {name for each in families for name in each["model_types"]}
    if type_ in known and type_ not in family["model_types"]:
        yield finding(
            OTHER_MODEL_TYPE,
            swap,
            f"the checkpoint of {_last(_text(case, _MODEL))} is converted as one of {type_}, "
            "which names or splits its weights in another way",
            help=f"set `checkpointer.model_type: {family['model_types'][0]}`",
        )


def _format(context: Context, case: Case) -> Iterator[Diagnostic]:
    """The base's own files, read as if they were written in another format."""
    base = Case(context.experiment.base.values, (), ())
    origin, now, then = case.origin(_CHECKPOINTER), *(_text(e, _CHECKPOINTER) for e in (case, base))
    if origin is None or now == then or not (_FORMAT.search(now) and _FORMAT.search(then)):
        return
    weights = [[each.value(_FOLDER), each.value(_FILES)] for each in (case, base)]
    if weights[0][0] and canonical_json(weights[0]) == canonical_json(weights[1]):
        yield finding(
            OTHER_MODEL_TYPE,
            origin.value_span,
            f"{_last(now)} reads the files that the base reads by {_last(then)}, and "
            "they are of one format: each has its own names and files for the same weights",
            help=f"keep {_last(then)}, or name the files of the other format in "
            "`checkpointer.checkpoint_dir` and `checkpoint_files`",
        )


def _checkpoints(context: Context, loaded: dict[str, dict[str, Case]]) -> Iterator[Diagnostic]:
    """Models of different shapes that load the same files: at most one of them can."""
    base = context.experiment.base.values
    section, model = base.get("checkpointer"), base.get("model")
    if isinstance(section, dict) and isinstance(model, dict):
        theirs = _shape(str(model.get(COMPONENT)))
        weights = [section.get("checkpoint_dir"), section.get("checkpoint_files")]
        if theirs and section.get("checkpoint_dir"):
            first = Case(base, (), ())
            shapes = loaded.get(canonical_json(weights), {})
            if shapes:
                shapes.setdefault(theirs, first)
    for shapes in loaded.values():
        swapped = [origin for case in shapes.values() if (origin := case.origin(_MODEL))]
        if len(shapes) < 2 or not swapped:
            continue
        names = list(dict.fromkeys(_last(_text(case, _MODEL)) for case in shapes.values()))
        folder = next(iter(shapes.values())).value(_FOLDER)
        yield finding(
            SHARED_CHECKPOINT,
            swapped[min(1, len(swapped) - 1)].span_of(_MODEL),
            f"{' and '.join(names[:3])} load the same checkpoint, `{format_path(_FOLDER)}` "
            f"{folder}, and its weights have the shapes of one of them",
            help="one experiment for each model, each with its own base_config; or set with the "
            "model `checkpointer.checkpoint_dir`, `checkpoint_files`, and what else its family "
            "has of its own: `model_type`, tokenizer",
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


def _family(context: Context, model: str) -> dict[str, Any] | None:
    """What is known of the family of a model's component; reward and classifier heads are not."""
    module, _, name = model.rpartition(".")
    if "reward" in name or "classifier" in name:
        return None
    for each in catalogue(context).relations("families"):
        if each["module"] == module:
            return dict(each)
    return None


def _shape(model: str) -> str:
    """The name of a model without what leaves its shapes alone; "" where it says no size."""
    name = _last(model)
    bare = re.sub(r"^(q?lora)_", "", name)
    bare = re.sub(r"_(base|instruct)$", "", bare)
    if not model.startswith("torchtune.models.") or not _SIZE.search(bare):
        return ""
    # At one size Llama 3.1 and 3.3 are shaped as 3, and Qwen 2.5 as 2; 3.2 has sizes of its own.
    return re.sub(r"^(llama3)_[13]_|^(qwen2)_5_", lambda m: f"{m[1] or m[2]}_", bare)


def _text(case: Case, path: Path) -> str:
    value = case.value(path)
    return value if isinstance(value, str) else ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]
