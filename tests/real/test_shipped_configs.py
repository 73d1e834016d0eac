"""Every config that torchtune ships, as a base: it builds in silence and is not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

import tcwc
from tests.experiments import (
    CATALOGUE,
    configs,
    lacks_only_a_package,
    tune_validate,
    write_experiment,
)

# The one shipped file that no recipe is registered for, and the recipe that its author means.
UNREGISTERED = {"dev/8B_full_experimental": "full_finetune_distributed"}

# All recipes of 0.6.1 read `seed`, and every shipped config has it.
EXPERIMENT = """\
experiment_name: sweep
base_config: {config}
{recipe}variables:
  seed: [1, 2]
"""


def pairs() -> Iterator[tuple[str, str, str]]:
    """Each shipped config with each recipe that it is registered for, and a folder name."""
    for config in CATALOGUE.config_names():
        shipped = CATALOGUE.config(config)
        assert shipped is not None
        for recipe in shipped.recipes or (UNREGISTERED[config],):
            yield config, recipe, f"{config}@{recipe}".replace("/", "-")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The output folders of all builds, by `config recipe`."""
    top = tmp_path_factory.mktemp("shipped")
    folders = {}
    for config, recipe, folder in pairs():
        line = f"recipe: {recipe}\n"
        path = write_experiment(top / folder, EXPERIMENT.format(config=config, recipe=line))
        compilation = tcwc.compile(path)
        findings = [
            f"{config}: {each.code} {each.message}"
            for each in compilation.diagnostics
            if each.code != "TCW406"  # about this sweep: some recipes cannot feel a seed
        ]
        assert findings == []  # no error, and no warning about what torchtune itself ships
        compilation.write()
        folders[f"{config} {recipe}"] = top / folder / "configs"
    return folders


def test_all_build_in_silence(built: Mapping[str, Path]) -> None:
    assert len({key.split()[0] for key in built}) == 156
    assert {len(configs(folder)) for folder in built.values()} == {2}


def test_the_recipe_need_not_be_given_where_one_is_registered(tmp_path: Path) -> None:
    for config, recipe, folder in pairs():
        path = write_experiment(tmp_path / folder, EXPERIMENT.format(config=config, recipe=""))
        compilation = tcwc.compile(path)
        if config in UNREGISTERED:
            assert not compilation.ok
            assert any("recipe" in each.message for each in compilation.diagnostics)
        else:
            assert compilation.experiment is not None
            assert compilation.experiment.recipe == recipe


@pytest.mark.slow
@pytest.mark.network
def test_a_build_is_its_base_plus_seed_and_own_directories(
    built: Mapping[str, Path], torchtune_source: Path
) -> None:
    literal = set()
    for key, folder in built.items():
        config = key.split()[0]
        base = loaded(torchtune_source / "recipes" / "configs" / f"{config}.yaml")
        for number, path in enumerate(configs(folder)):
            expected, moved = isolated(base, f"/sweep/run_00{number}")
            assert loaded(path) == expected | {"seed": number + 1}, (config, path.name)
            if moved != ["output_dir"]:
                literal.add(config)
    assert len(literal) == 6  # the shipped configs that write to a second literal directory


@pytest.mark.slow
@pytest.mark.network
def test_keys_keep_the_order_of_the_base(built: Mapping[str, Path], torchtune_source: Path) -> None:
    for key, folder in built.items():
        base = loaded(torchtune_source / "recipes" / "configs" / f"{key.split()[0]}.yaml")
        assert list(loaded(configs(folder)[0])) == list(base)


@pytest.mark.slow
@pytest.mark.torchtune
def test_tune_validate_accepts_all_whose_packages_are_installed(
    built: Mapping[str, Path], torchtune_python: Path
) -> None:
    paths = [path for folder in built.values() for path in configs(folder)]
    refused = tune_validate(torchtune_python, paths)
    assert {path: why for path, why in refused.items() if not lacks_only_a_package(why)} == {}
    assert len(refused) <= 2 * 27  # those that the shipped files themselves fail for


def loaded(path: Path) -> dict[str, Any]:
    values = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


def isolated(base: Mapping[str, Any], run: str) -> tuple[dict[str, Any], list[str]]:
    """The rule in words: what names a literal write directory gets the run's name behind it.

    A directory given by `${output_dir}` follows that one.
    """
    moved = []
    result: dict[str, Any] = {}
    for key, value in base.items():
        if key == "output_dir":
            moved.append(key)
            result[key] = value.rstrip("/") + run
        elif isinstance(value, dict):
            result[key] = dict(value)
            for name in {"output_dir", "log_dir"} & set(value):
                if "${output_dir}" not in value[name]:
                    moved.append(f"{key}.{name}")
                    result[key][name] = value[name].rstrip("/") + run
        else:
            result[key] = value
    return result, moved
