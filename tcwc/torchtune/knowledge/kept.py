"""What an epoch of torchtune's leaves: schemas/knowledge/kept.json, by the checkpointer.

Of PPO it is the policy's weights; those of the value model are no model to use. Epochs of a recipe
with `save_adapter_weights_only` have an adapter, and all others whole weights alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tcwc.config.interpolation.reading import NotKnown, Reading
from tcwc.config.walk import is_count
from tcwc.model.frozen import dataclass
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.training import EpochKept, EpochWeights, Found
from tcwc.model.values import Value
from tcwc.model.weights import ADAPTER, BASE, MERGED
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import CHECKPOINT, COMPONENT, SCALE, WEIGHTS
from tcwc.torchtune.knowledge.length import value_in
from tcwc.torchtune.knowledge.loads import (
    ADAPTER_CONFIG,
    Lying,
    loads_adapter,
    loads_base,
    loads_merged,
    why_no_adapter,
)
from tcwc.torchtune.knowledge.training import output_folder
from tcwc.torchtune.reads import file_names

_ADAPTER_FILE = "adapter_model"
_OWN_FORM = f"{_ADAPTER_FILE}.pt"
"""What a training goes on from. Peft's form lies beside it, where torchtune writes that."""
_REPOSITORY = "original_repo_id.json"
"""Left by `tune download` beside the weights: what the hub calls them."""
ONLY_ADAPTER = "save_adapter_weights_only"
_ASYNC = "enable_async_checkpointing"
_DIGITS = 5

Config = dict[str, Value]


def kept(
    config: Config,
    recipe: Recipe | None,
    known: Knowledge,
    epoch: int,
    is_last: bool,
    found: Found,
) -> EpochKept:
    """What an epoch leaves: as it is there, else as it will be."""
    assert isinstance(known, Catalogue)
    component = _text(config, f"checkpointer.{COMPONENT}").rpartition(".")[2]
    entry = known.entries("kept").get(component)
    lying = _lying(config, component, entry, found)
    left = _Left(config, recipe, entry)
    why = _unknown(config, recipe, lying, is_last)
    due = {} if why or entry is None else left.due
    there = _there(due, found)
    has_config = left.has_config if found.names is None else ADAPTER_CONFIG in found.names
    folder = f"{output_folder(config).rstrip('/')}/{CHECKPOINT.format(epoch=epoch)}"
    weights = tuple(
        _weights(kind, folder, files, due.get(kind, ()), has_config, lying, found)
        for kind, files in there.items()
    )
    files = tuple(file_names(value_in(config, "checkpointer.checkpoint_files")))
    scale = _scale(config) if left.adapts else (None, None)
    base = EpochWeights(BASE, lying.path, files, False, *loads_base(lying, files, found.text_of))
    about = _text(config, "tokenizer.path"), _dataset(config), _prompt_template(config)
    return EpochKept(base, weights, lying.id, *about, *scale, why)


@dataclass(frozen=True, slots=True)
class _Left:
    """What a config's checkpointer writes, as kept.json has it."""

    config: Config
    recipe: Recipe | None
    entry: Mapping[str, Any] | None

    @property
    def adapts(self) -> bool:
        """Whether the recipe trains an adapter."""
        return self.recipe is not None and ONLY_ADAPTER in self.recipe.keys

    def _has(self, what: str) -> bool:
        """Whether an adapter comes in peft's form: its `weights`, its `config`."""
        entry, family = self.entry, _text(self.config, "checkpointer.model_type")
        if entry is None or not entry["peft"]:
            return False
        return what not in entry["without"].get(family, ())

    @property
    def has_config(self) -> bool:
        """Whether `adapter_config.json` is written."""
        return self.adapts and self._has("config")

    @property
    def due(self) -> dict[str, tuple[str, ...]]:
        """The names of the files of each kind, () where they are not known before; with them what
        says how an adapter is made."""
        adapter = _ADAPTER_FILE + self._suffix if self._has("weights") else _OWN_FORM
        only = self.adapts and value_in(self.config, ONLY_ADAPTER) is True
        config = (ADAPTER_CONFIG,) if self.has_config else ()
        found: dict[str, tuple[str, ...]] = {}
        if self.adapts:
            found[ADAPTER] = (adapter, *config)
        return found if only else {**found, MERGED: self._merged}

    @property
    def _suffix(self) -> str:
        is_plain = value_in(self.config, "checkpointer.safe_serialization") is False
        return ".bin" if is_plain or self._has_own_form else ".safetensors"

    @property
    def _has_own_form(self) -> bool:
        """Whether the weights are not in Hugging Face's form, and so in one file of torch's."""
        return self.entry is not None and "format" in self.entry

    @property
    def _merged(self) -> tuple[str, ...]:
        """As many files as were read, or one, of those whose form is not Hugging Face's."""
        names = self.entry["names"] if self.entry else ""
        files = file_names(value_in(self.config, "checkpointer.checkpoint_files"))
        count = 1 if self._has_own_form else len(files)
        last = str(count).zfill(_DIGITS)
        numbers = (str(each).zfill(_DIGITS) for each in range(1, count + 1) if names)
        return tuple(names.format(number=n, count=last) + self._suffix for n in numbers)


def kind_of(file: str) -> str:
    """The kind of weights that a file of an epoch has; "" for none."""
    if not file.endswith(WEIGHTS):
        return ""
    return ADAPTER if file.startswith(f"{_ADAPTER_FILE}.") else MERGED


def _there(due: Mapping[str, tuple[str, ...]], found: Found) -> dict[str, tuple[str, ...]]:
    """The files of each kind: those that are there, else those that will be."""
    if found.names is None:
        return {kind: tuple(n for n in names if kind_of(n)) for kind, names in due.items()}
    names = sorted(found.names)
    there = {kind: tuple(n for n in names if kind_of(n) == kind) for kind in (ADAPTER, MERGED)}
    there[ADAPTER] = tuple(n for n in there[ADAPTER] if n != _OWN_FORM) or there[ADAPTER]
    return {kind: files for kind, files in there.items() if files or due.get(kind)}


def _weights(
    kind: str,
    folder: str,
    files: tuple[str, ...],
    due: tuple[str, ...],
    has_config: bool,
    lying: Lying,
    found: Found,
) -> EpochWeights:
    missing = () if found.names is None else tuple(n for n in due if n not in found.names)
    on_base = False
    if kind == ADAPTER:
        has_weights = any(each != _OWN_FORM for each in files)
        text = found.text_of(f"{folder}/{ADAPTER_CONFIG}") if found.names is not None else None
        verdict = loads_adapter(lying, has_weights, has_config, text, found.text_of)
        on_base = not why_no_adapter(lying, has_weights, has_config)
    else:
        verdict = loads_merged(lying, has_config)
    if missing:
        verdict = False, f"{missing[0]} is missing", ""
    beside = (ADAPTER_CONFIG,) if kind == MERGED and has_config else ()
    return EpochWeights(kind, folder, files, has_config, *verdict, on_base, missing, beside)


def _unknown(config: Config, recipe: Recipe | None, lying: Lying, is_last: bool) -> str:
    """Why nobody can tell before what an epoch leaves; "" where that is known."""
    if recipe is None:
        return "what its recipe keeps is not known"
    if lying.format is None:
        return f"what {lying.component or 'its checkpointer'} writes is not known"
    if not is_last and value_in(config, _ASYNC, late=True):
        return f"`{_ASYNC}`: an epoch before the last is kept in torch's distributed form"
    return ""


def _lying(config: Config, component: str, entry: Mapping[str, Any] | None, found: Found) -> Lying:
    path = _text(config, "checkpointer.checkpoint_dir").rstrip("/")
    return Lying(
        component,
        None if entry is None else str(entry.get("format", "")),
        path,
        _id_in(found.text_of(f"{path}/{_REPOSITORY}")) if path else "",
        bool(path) and found.text_of(f"{path}/config.json") is not None,
        _text(config, "checkpointer.model_type"),
        value_in(config, "model.use_dora") is True,
    )


def _id_in(text: str | None) -> str:
    """What a hub calls a model, by the file that `tune download` leaves; "" where none says it."""
    try:
        said = json.loads(text or "null")
    except (ValueError, RecursionError):
        return ""
    found = said.get("repo_id") if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""


def _text(config: Config, path: str) -> str:
    """A text of a config: what is known only when the run starts stays as it is written."""
    reading = Reading(config, late=lambda resolver: resolver.text)
    try:
        found = reading.at(tuple(path.split(".")))[1]
    except NotKnown:
        return ""
    return found if isinstance(found, str) else ""


def _dataset(config: Config) -> str:
    """The component that makes the samples, the first where there are several."""
    section = value_in(config, "dataset")
    first = section[0] if isinstance(section, list) and section else section
    found = first.get(COMPONENT) if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def _prompt_template(config: Config) -> Value:
    """What stands around the parts of a sample: as the tokenizer has it, or the data set."""
    found: Value = value_in(config, "tokenizer.prompt_template")
    return value_in(config, "dataset.prompt_template") if found is None else found


def _scale(config: Config) -> tuple[int | None, float | None]:
    rank, alpha = value_in(config, SCALE[1]), value_in(config, SCALE[0])
    is_number = isinstance(alpha, (int, float)) and not isinstance(alpha, bool)
    return (rank if is_count(rank) else None), (alpha if is_number else None)
