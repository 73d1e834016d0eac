"""torchtune, as what configs are compiled for.

What few commands need (own recipes, explanations, base files) is imported where it is asked for:
`tcwc lint` runs in every commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.known import Knowledge, Recipe, ShippedConfig
from tcwc.model.rules import UNREADABLE_FILE
from tcwc.model.source import Span
from tcwc.model.target import (
    CodeFolders,
    Data,
    Document,
    Launch,
    Local,
    Made,
    Models,
    ReadFile,
    SourceTree,
    Surroundings,
    Target,
    Validator,
    WhoReads,
)
from tcwc.model.training import Training
from tcwc.model.values import Value
from tcwc.torchtune.catalogue import load
from tcwc.torchtune.catalogue.files import GENERATED, LOCAL
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import (
    CHECKPOINT,
    COMPONENT,
    GOES_ON,
    LEAVES,
    LENGTHS,
    MODEL_COMPONENTS,
    MODEL_SECTIONS,
    MODELS_ROOT,
    NO_RELEASE,
    REGISTRY,
    SAMPLES_OF_A_STEP,
    SAVED,
    SCALE,
    STATE,
    WEIGHTS,
    WRITE_KEYS,
)
from tcwc.torchtune.knowledge.table import CHECKS

if TYPE_CHECKING:
    from tcwc.lint.context import Context
    from tcwc.model.about import About
    from tcwc.model.beginning import Beginning
    from tcwc.model.differences import Differences
    from tcwc.model.environment import Diagnosis, Environment, Use
    from tcwc.model.invocation import Invocation
    from tcwc.model.launch import Basis, Fetch, Start
    from tcwc.model.training import Beside, EpochKept, EpochWeights, Found, Inputs, Logs, Outlook
    from tcwc.yaml.nodes import MappingNode


def _versions(data: Data) -> tuple[str, ...]:
    return load.versions(data.names)


def _open(version: str, data: Data, folders: CodeFolders, built_with: int | None) -> Knowledge:
    def own() -> load.KnowsOwnCode:
        from tcwc.torchtune.catalogue.own import OwnCode  # parses Python: rarely needed

        return OwnCode(folders())

    return _shipped(version, data.read, data.names).beside(own, built_with)


@lru_cache(4)  # a program that compiles many experiments reads what ships once
def _shipped(
    version: str, read: Callable[[str], str], names: Callable[[str], Sequence[str]]
) -> Catalogue:
    return Catalogue(version, read, names)


def _read_base(text: str, name: str) -> Document:
    from tcwc.yaml.config import read_base  # costly, and most bases are shipped ones

    return read_base(text, name)


def _emit(key: str, value: Value) -> str:
    from tcwc.yaml.emit import render_member

    return render_member(key, value)


def _read_recipe(
    name: str, span: Span, known: Knowledge, read: ReadFile
) -> tuple[Recipe | None, list[Diagnostic]] | None:
    from tcwc.torchtune.own_recipe import read_own_recipe

    assert isinstance(known, Catalogue)
    found = read_own_recipe(name, span, known, read)
    if found is None or (found[0] is None and found[1][0].rule is UNREADABLE_FILE):
        from tcwc.torchtune.knowledge.recipe_names import misnamed  # for mistakes only

        wrong = misnamed(name, span, known)
        return (None, [wrong]) if wrong else found
    return found


def _readers(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Knowledge
) -> WhoReads:
    from tcwc.torchtune.catalogue.readers import Readers

    assert isinstance(known, Catalogue)
    return Readers(config, name, recipe, known)


def _advise(
    found: list[Diagnostic], root: MappingNode, known: Knowledge, context: Context | None
) -> list[Diagnostic]:
    from tcwc.torchtune.knowledge.advice.advise import advised  # for mistakes only

    assert isinstance(known, Catalogue)
    return advised(found, root, known, context, TORCHTUNE)


def _near_configs(name: str, known: Knowledge) -> list[str]:
    from tcwc.torchtune.knowledge.advice.bases import near_configs  # for mistakes only

    assert isinstance(known, Catalogue)
    return near_configs(name, known)


def _about(config: ShippedConfig, known: Knowledge) -> About:
    from tcwc.torchtune.knowledge.about import about

    return about(config, known)


def _beginning(config: ShippedConfig, recipe: Recipe | None, known: Knowledge) -> Beginning:
    from tcwc.torchtune.knowledge.beginning import beginning

    return beginning(config, recipe, known)


def _start(base: Basis, name: str, recipe: Recipe | None, known: Knowledge) -> Start:
    from tcwc.torchtune.launch import start

    return start(base, name, recipe, known)


def _start_of(nodes: int, processes: int) -> Start:
    from tcwc.torchtune.launch import start_of

    return start_of(nodes, processes)


def _fetches(base: Basis, config: dict[str, Value], known: Knowledge) -> Iterable[Fetch]:
    from tcwc.torchtune.launch import fetches

    return fetches(base, config, known)


def _outlook(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Knowledge, beside: Beside
) -> Outlook:
    from tcwc.torchtune.knowledge.training import outlook

    return outlook(config, name, recipe, known, beside)


def _reads(config: dict[str, Value]) -> Inputs:
    from tcwc.torchtune.reads import reads

    return reads(config)


def _logs(config: dict[str, Value]) -> Logs:
    from tcwc.torchtune.logs import logs  # of what ran

    return logs(config)


def _asked(known: Knowledge) -> tuple[str, ...]:
    from tcwc.torchtune.environment.judge import asked

    assert isinstance(known, Catalogue)
    return asked(known)


def _own(environment: Environment, known: Knowledge) -> str:
    from tcwc.torchtune.environment.judge import own

    assert isinstance(known, Catalogue)
    return own(environment, known)


def _judge(environment: Environment, known: Knowledge, version: str, use: Use | None) -> Diagnosis:
    from tcwc.torchtune.environment.judge import judge

    assert isinstance(known, Catalogue)
    return judge(environment, known, version, use)


def _halved(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Knowledge, beside: Beside
) -> Iterable[str]:
    from tcwc.torchtune.knowledge.halving import halved  # few ask

    return halved(config, name, recipe, known, beside)


def _kept(
    config: dict[str, Value],
    recipe: Recipe | None,
    known: Knowledge,
    epoch: int,
    is_last: bool,
    found: Found,
) -> EpochKept:
    from tcwc.torchtune.knowledge.kept import kept  # what comes after a training asks

    return kept(config, recipe, known, epoch, is_last, found)


def _evaluation(
    config: dict[str, Value], weights: EpochWeights, said: Mapping[str, Value], known: Knowledge
) -> dict[str, Value]:
    from tcwc.torchtune.knowledge.evaluation_config import evaluation_config  # few evaluate

    return evaluation_config(TORCHTUNE.evaluating_config, config, weights, said, known)


def _paced(config: dict[str, Value]) -> Mapping[str, Value]:
    from tcwc.torchtune.knowledge.pace import paced  # few ask

    return paced(config)


def _misshapen(texts: Mapping[str, str]) -> str:
    from tcwc.torchtune.catalogue.shape import misshapen  # few have any

    return misshapen(texts)


def _make(sources: SourceTree, data: Data) -> Made:
    from tcwc.disk.packages import Packages
    from tcwc.torchtune.introspect.generate import generate_like  # parses Python

    assert isinstance(sources, Packages)
    return generate_like(sources, data.read)


def _differences(old: Knowledge, new: Knowledge) -> Differences:
    from tcwc.torchtune.catalogue.differences import differences

    assert isinstance(old, Catalogue)
    assert isinstance(new, Catalogue)
    return differences(old, new)


def _invocation(words: Sequence[str]) -> Invocation | None:
    from tcwc.torchtune.command_line import invocation  # for scripts that are adopted

    return invocation(words)


def _argument(config: dict[str, Value], text: str) -> tuple[str, str | None]:
    from tcwc.torchtune.command_line import assignment

    return assignment(config, text)


TORCHTUNE = Target(
    name="torchtune",
    # A newer catalogue in a newer tcwc changes nothing for a source that names no version.
    default_version="0.6.1",
    versions=_versions,
    open=_open,
    command="tune run {options}{recipe} --config {config}",
    lister="tcwc bases",
    example_config="llama3_2/1B_lora_single_device",
    component=COMPONENT,
    made_by="torchtune.config.instantiate",
    write_keys=WRITE_KEYS,
    resolver="OmegaConf",
    read_base=_read_base,
    emit=_emit,
    read_recipe=_read_recipe,
    readers=_readers,
    evaluating_config="eleuther_evaluation",
    local=Local(LOCAL, GENERATED, REGISTRY, _misshapen, _make),
    synonyms={"nightly": "0.7.0.dev", "main": "0.7.0.dev"},
    differences=_differences,
    validator=Validator("tune validate", "tcwc.torchtune.validate", "pip install 'tcwc[validate]'"),
    models=Models(MODEL_SECTIONS, MODEL_COMPONENTS, MODELS_ROOT),
    launch=Launch(_start, _fetches, _start_of),
    surroundings=Surroundings(NO_RELEASE, _asked, _own, _judge),
    training=Training(
        _outlook,
        "job.sh",
        _reads,
        "warm_up.py",
        checkpoint=CHECKPOINT,
        leaves=LEAVES,
        weights=WEIGHTS,
        state=STATE,
        goes_on=GOES_ON,
        saved=SAVED,
        paced=_paced,
        lengths=LENGTHS,
        halved=_halved,
        kept=_kept,
        evaluation=_evaluation,
        logs=_logs,
    ),
    products=(SAMPLES_OF_A_STEP,),
    ratios=(SCALE,),
    checks=CHECKS,
    invocation=_invocation,
    argument=_argument,
    near_configs=_near_configs,
    about=_about,
    beginning=_beginning,
    advise=_advise,
)
"""The one target that ships."""
