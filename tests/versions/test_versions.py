"""torchtune 0.5.0 and main: silence over what ships, identity with it, parity of validation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tcwc
from tcwc.disk.packages import open_packages
from tcwc.model.diagnostics import Severity
from tcwc.torchtune.introspect.generate import generate
from tests.conftest import missing
from tests.evidence import check
from tests.experiments import configs, write_experiment
from tests.parity.mutants import recipes_of
from tests.parity.silence import Linted, copied, lint_all, table
from tests.real.test_shipped_configs import isolated, loaded
from tests.versions import proof
from tests.versions.environments import MAIN, VERSIONS, Environment, Missing, environment
from tests.versions.proof import catalogue
from tests.versions.rejected import is_rejected
from tools.regenerate_catalogue import differing

FOLDER = Path(__file__).parent


@pytest.fixture(scope="module", params=VERSIONS)
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    try:
        return environment(request.param, tmp_path_factory.mktemp("torchtune"))
    except Missing as what:
        if request.param == MAIN:
            pytest.skip(f"main is only looked at where its tree is: {what}")
        missing(str(what))


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_no_error_in_what_ships(version: str, tmp_path: Path) -> None:
    known = catalogue(version)
    linted = list(lint_all(tmp_path, lambda config: copied(config, known), known))
    assert {each.config for each in linted} == set(known.config_names())
    assert [each for each in errors(linted) if not is_rejected(version, *each)] == []
    listed = FOLDER / f"silence-{version}.txt"
    assert table(linted) == listed.read_text(encoding="utf-8")


def errors(linted: list[Linted]) -> Iterator[tuple[str, str, str]]:
    """The errors, by config, code and message."""
    for each in linted:
        for found in each.found:
            if found.severity is Severity.ERROR:
                yield each.config, found.code, found.message


EXPERIMENT = """\
experiment_name: sweep
base_config: {config}
recipe: {recipe}
torchtune: "{version}"
variables:
  seed: [1, 2]
"""


@pytest.mark.slow
def test_a_build_is_its_base_plus_seed_and_own_directories(
    other: Environment, tmp_path: Path
) -> None:
    known = catalogue(other.version)
    for config in known.config_names():
        base = loaded(other.source / "recipes" / "configs" / f"{config}.yaml")
        for recipe in recipes_of(known, config):
            here = tmp_path / f"{config}@{recipe}".replace("/", "-")
            text = EXPERIMENT.format(config=config, recipe=recipe, version=other.version)
            compilation = tcwc.compile(write_experiment(here, text))
            if not compilation.ok:
                found = Linted(config, recipe, "name", compilation.diagnostics)
                told = list(errors([found]))
                assert all(is_rejected(other.version, *each) for each in told), told
                continue
            compilation.write()
            for number, path in enumerate(configs(here / "configs")):
                expected, _ = isolated(base, f"/sweep/run_00{number}")
                assert loaded(path) == expected | {"seed": number + 1}, (config, path.name)


@pytest.mark.slow
def test_what_ships_is_what_the_generator_makes(other: Environment) -> None:
    commit = catalogue(other.version).provenance.get("commit", "")
    with open_packages(other.source) as packages:
        made = generate(packages, other.version, commit)
    assert differing(made, other.version) == []


@pytest.mark.slow
def test_whatever_validation_refuses_is_told(other: Environment) -> None:
    name, made = ("versions_main", proof.main) if other.version == MAIN else (
        "versions_release", proof.release)  # fmt: skip
    check(name, made)
