"""What ships is what the generator makes, and agrees with torchtune itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tcwc.disk import data
from tcwc.disk.packages import open_packages
from tcwc.model.ir import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.introspect.generate import generate
from tools.regenerate_catalogue import main

FOLDER = "schemas/torchtune/0.6.1"
FILES = ("about.json", "components.json", "configs.json", "launch.json", "recipes.json")


@cache
def catalogue() -> Catalogue:
    return Catalogue(
        "0.6.1",
        data.read_schema,
        data.schema_names,
    )


def pairs() -> Iterator[tuple[str, str]]:
    """Each recipe with each config that is registered for it."""
    for name in catalogue().recipe_names():
        recipe = catalogue().recipe(name)
        assert recipe is not None
        yield from ((name, config) for config in recipe.configs)


PAIRS = sorted(pairs())


def values(config: str) -> dict[str, Value]:
    found = catalogue().config(config)
    assert found is not None
    return found.values


def components(value: Value) -> Iterator[str]:
    """The components that a config names, at any depth."""
    if isinstance(value, dict):
        if isinstance(name := value.get("_component_"), str):
            yield name
        for inner in value.values():
            yield from components(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from components(inner)


NAMED = sorted({c for name in catalogue().config_names() for c in components(values(name))})


@pytest.mark.slow
@pytest.mark.network
def test_what_ships_is_what_the_generator_makes_of_the_wheel(torchtune_wheel: Path) -> None:
    with open_packages(torchtune_wheel) as packages:
        is_what_ships(generate(packages))


@pytest.mark.slow
@pytest.mark.network
def test_what_ships_is_what_the_generator_writes(torchtune_source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "0.6.1"
    assert main(["torchtune", str(torchtune_source), str(folder)]) == 0
    is_what_ships({file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()})


def is_what_ships(made: Mapping[str, str]) -> None:
    assert sorted(made) == sorted(FILES)
    different = [name for name in FILES if made[name] != data.read_text(f"{FOLDER}/{name}")]
    assert different == [], "run python -m tools.regenerate_catalogue"


@pytest.mark.parametrize(("recipe", "config"), PAIRS)
def test_a_shipped_config_has_every_key_that_its_recipe_requires(recipe: str, config: str) -> None:
    found = catalogue().recipe(recipe)
    assert found is not None
    assert [
        path for path, key in found.keys.items() if key.required and not has(path, config)
    ] == []


def has(path: str, config: str) -> bool:
    """Whether a config has a key; where it lacks the section, none of its keys is required."""
    at: Value = values(config)
    *above, last = path.split(".")
    for segment in above:
        if not isinstance(at, dict) or at.get(segment) is None:
            return True
        at = at[segment]
    items = at if isinstance(at, list) else [at]
    return all(isinstance(item, dict) and last in item for item in items)


def test_the_keys_of_shipped_configs_that_nothing_reads() -> None:
    """As counted by hand: facts about 0.6.1, and the reason for silence about a shipped base."""
    dead: dict[tuple[str, str], int] = {}
    for name, config in PAIRS:
        recipe = catalogue().recipe(name)
        assert recipe is not None
        read = {path.partition(".")[0] for path in recipe.keys}
        for key in values(config).keys() - read:
            dead[name, key] = dead.get((name, key), 0) + 1
    assert dead == {
        ("dev/generate_v2", "output_dir"): 2,
        ("dev/generate_v2_distributed", "output_dir"): 3,
        ("eleuther_eval", "output_dir"): 10,
        ("eleuther_eval", "resume_from_checkpoint"): 5,
        ("generate", "output_dir"): 1,
        ("knowledge_distillation_distributed", "enable_activation_offloading"): 2,
        ("knowledge_distillation_single_device", "enable_activation_offloading"): 2,
        ("lora_dpo_distributed", "compile"): 2,
        ("lora_finetune_distributed", "fsdp"): 3,
        ("quantize", "output_dir"): 1,
    }


def test_no_recipe_reads_what_cannot_be_told() -> None:
    recipes = [catalogue().recipe(name) for name in catalogue().recipe_names()]
    opened = {(r.name, path) for r in recipes if r for path in r.keys if path.endswith("*")}
    assert opened == {("dev/lora_finetune_distributed_multi_dataset", "datasets.*")}


def test_the_generator_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "python -m tools.regenerate_catalogue torchtune SOURCE" in capsys.readouterr().err


def test_a_folder_without_torchtune_is_refused(tmp_path: Path) -> None:
    with open_packages(tmp_path) as packages, pytest.raises(FileNotFoundError, match="torchtune"):
        generate(packages)


@pytest.mark.parametrize("name", NAMED)
def test_a_component_that_a_shipped_config_names_is_known(name: str) -> None:
    assert catalogue().component(name) is not None


@pytest.mark.parametrize("name", FILES)
def test_what_ships_names_no_place_or_time_of_its_making(name: str) -> None:
    text = data.read_text(f"{FOLDER}/{name}")
    assert "\r" not in text
    at = [line for line in text.splitlines() if '"at": "/' in line or "site-packages" in line]
    assert at == []


# Prints {name: [[parameter, required], ..., takes more] or null} of what can be imported.
ASK_TORCHTUNE = """
import inspect, json, sys, warnings
warnings.simplefilter("ignore")
from torch import nn
from torchtune.config._utils import _get_component_from_path

def ask(name):
    try:
        component = _get_component_from_path(name)
    except Exception:
        return None
    if getattr(component, "__init__", None) is nn.Module.__init__:
        return [[], False]  # declared as (*args, **kwargs), and refuses all
    named, more = [], False
    for p in inspect.signature(component).parameters.values():
        if p.kind is p.VAR_KEYWORD:
            more = True
        elif p.kind is not p.VAR_POSITIONAL:
            named.append([p.name, p.default is p.empty])
    return [named, more]

names = json.load(sys.stdin)
print("ANSWER" + json.dumps({name: ask(name) for name in names}))
"""


@pytest.fixture(scope="module")
def real_signatures(torchtune_python: Path) -> dict[str, Any]:
    """What the installed torchtune says of every listed component of its own."""
    listed = [name for name in catalogue().component_names() if name.startswith("torchtune.")]
    done = subprocess.run(
        [str(torchtune_python), "-c", ASK_TORCHTUNE],
        input=json.dumps(sorted({*listed, *NAMED})),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: dict[str, Any] = json.loads(done.stdout.rpartition("ANSWER")[2])
    return answers


INITIALISED_BY_PROTOCOL = {
    "torchtune.data.ChatMLTemplate",
    "torchtune.models.llama2.Llama2ChatTemplate",
    "torchtune.models.mistral.MistralChatTemplate",
    "torchtune.training.metric_logging.StdoutLogger",
}
"""Their signature is that of typing.Protocol's own initialiser, which makes nothing of what it is
given; the catalogue says that they take no arguments."""


@pytest.mark.slow
@pytest.mark.torchtune
def test_signatures_are_those_of_the_real_torchtune(real_signatures: dict[str, Any]) -> None:
    wrong = {}
    for name, real in real_signatures.items():
        found = catalogue().component(name)
        assert found is not None, name
        ours = [[p.name, p.required] for p in found.parameters.values()]
        claims_nothing = not ours and (found.forwards == "*" or name in INITIALISED_BY_PROTOCOL)
        if real and not claims_nothing and [ours, found.forwards != ""] != real:
            wrong[name] = (real, ours)
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.torchtune
def test_nearly_every_component_could_be_compared(real_signatures: dict[str, Any]) -> None:
    """Those not importable need torchvision or bitsandbytes; a broken comparison would be empty."""
    assert len([name for name in NAMED if real_signatures[name] is None]) <= 12
    assert sum(real is not None for real in real_signatures.values()) > 450
