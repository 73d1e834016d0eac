"""The config by which torchtune's own recipe evaluates what a run left: as it ships, with the
model, the weights and the tokenizer of the run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tcwc.config.interpolation.reading import NotKnown, Reading
from tcwc.model.arguments import arguments
from tcwc.model.evaluations import NoEvaluation
from tcwc.model.known import Knowledge
from tcwc.model.training import EpochWeights
from tcwc.model.types import misfit
from tcwc.model.values import Path, Value
from tcwc.torchtune.keys import COMPONENT, MODEL_COMPONENTS

_AS_TRAINED = ("device", "dtype")
"""Keys of the recipe that have the value of the training where nothing says."""
_LONGEST = "max_seq_length"
_OF_MODEL = "max_seq_len"
_OUTPUT = "output_dir"
_BATCH, _VISION = "batch_size", "vision"


def evaluation_config(
    shipped: str,
    config: dict[str, Value],
    weights: EpochWeights,
    said: Mapping[str, Value],
    known: Knowledge,
) -> dict[str, Value]:
    """The config for the weights of a run, `said` by its author; `shipped` is the name of the one
    that it is like. Raises NoEvaluation."""
    found = known.config(shipped)
    if found is None:
        message = f"torchtune {known.version} ships no config {shipped}"
        raise NoEvaluation(message, "use `with: lm_eval`, or `with: command`")
    own = {key: value for key in _AS_TRAINED if (value := _at(config, key)) is not None}
    made: dict[str, Any] = {**found.values, **own, "model": _model(config, known)}
    made["checkpointer"] = _checkpointer(config, weights)
    made["tokenizer"] = _at(config, "tokenizer")
    longest = made["model"].get(_OF_MODEL)
    shortest = made.get(_LONGEST)
    if isinstance(longest, int) and isinstance(shortest, int) and longest < shortest:
        made[_LONGEST] = longest  # the model has no more places for tokens
    if _VISION in made["model"][COMPONENT]:
        made[_BATCH] = _one(said.get(_BATCH, 1))
    return {**made, **said}


def _one(batch: Value) -> Value:
    """The one sample at a time that the recipe evaluates of what sees (eleuther_eval.py:223)."""
    if batch != 1:
        message = f"torchtune's recipe evaluates a vision model one sample at a time, not {batch}"
        raise NoEvaluation(message, f"write `{_BATCH}: 1`, or leave it out")
    return batch


def _model(config: dict[str, Value], known: Knowledge) -> dict[str, Value]:
    """The model without what training adds to it, and the arguments that such a one takes."""
    section = next((each for key in MODEL_COMPONENTS if (each := _at(config, key))), None)
    name = section.get(COMPONENT) if isinstance(section, dict) else None
    if not isinstance(section, dict) or not isinstance(name, str):
        raise NoEvaluation("the config of the run names no model", "use `with: command`")
    plain = _plain(name)
    takes = arguments(known, plain)
    if takes is None:
        message = f"what model {name} is without adapters is not known"
        raise NoEvaluation(message, "use `with: command`")
    fitting = {
        key: value
        for key, value in section.items()
        if key in takes.named and misfit(value, takes.named[key].type) is None
    }
    return {COMPONENT: plain, **fitting}


def _plain(name: str) -> str:
    """The builder of the same model without adapters: torchtune names them alike."""
    module, _, builder = name.rpartition(".")
    return (
        f"{module}.{builder.removeprefix('q').removeprefix('lora_')}"
        if "lora_" in builder
        else name
    )


def _checkpointer(config: dict[str, Value], weights: EpochWeights) -> dict[str, Value]:
    if not weights.files:
        message = (
            "which names torchtune gives the files of the weights is not known before, and its "
            "recipe is told of each"
        )
        raise NoEvaluation(message, "use `with: lm_eval`, or `with: command`")
    return {
        COMPONENT: _at(config, f"checkpointer.{COMPONENT}"),
        "checkpoint_dir": weights.folder,
        "checkpoint_files": list(weights.files),
        _OUTPUT: f"${{{_OUTPUT}}}",
        "model_type": _at(config, "checkpointer.model_type"),
    }


def _at(config: dict[str, Value], path: str) -> Any:
    """What stands in a config, references followed; what the run's start tells as it is written."""
    here: Value = config
    place: Path = ()
    for key in path.split("."):
        here = _resolved(config, here, place, deep=False)
        place = (*place, key)
        here = here.get(key) if isinstance(here, dict) else None
    return _resolved(config, here, place)


def _resolved(config: dict[str, Value], value: Value, at: Path, *, deep: bool = True) -> Value:
    if isinstance(value, dict) and deep:
        return {key: _resolved(config, each, (*at, key)) for key, each in value.items()}
    if isinstance(value, list) and deep:
        return [_resolved(config, each, (*at, index)) for index, each in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    for reading in (Reading(config), Reading(config, late=lambda resolver: resolver.text)):
        with suppress(NotKnown):
            return reading.resolve(value, at)
    return value
