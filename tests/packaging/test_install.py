"""The wheel, the sdist and an editable install give the same tcwc, data included."""

from __future__ import annotations

import json
import os
import re
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.project import copy_project, fresh_environment, run

pytestmark = [pytest.mark.slow, pytest.mark.network]

READ_ALL_DATA = """
import hashlib, json
from tcwc.disk import data

def files(folder):
    for name in data.names(folder):
        path = f"{folder}/{name}"
        yield from files(path) if data.names(path) else [path]

found = {}
for folder in ("schemas", "grammar", "lint_rules"):
    for path in files(folder):
        found[path] = hashlib.sha256(data.read_text(path).encode()).hexdigest()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def project(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(project_root, tmp_path_factory.mktemp("project") / "tcwc")


@pytest.fixture(scope="module")
def distributions(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`sdist`, `wheel` (built from the sdist, as `python -m build` does) and `direct` wheel."""
    built, direct = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("direct")
    build = (sys.executable, "-m", "build", "--no-isolation")
    run(*build, "--outdir", built, cwd=project)
    run(*build, "--wheel", "--outdir", direct, cwd=project)
    return {
        "sdist": next(built.glob("*.tar.gz")),
        "wheel": next(built.glob("*.whl")),
        "direct": next(direct.glob("*.whl")),
    }


@pytest.fixture(scope="module", params=["wheel", "sdist", "editable"])
def installed(
    request: pytest.FixtureRequest,
    project: Path,
    distributions: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The bin folder of a fresh environment with tcwc and nothing but its dependencies."""
    folder = tmp_path_factory.mktemp(request.param) / "venv"
    if request.param == "editable":
        return fresh_environment(folder, "-e", project)
    return fresh_environment(folder, distributions[request.param])


def test_the_wheel_is_the_same_from_the_sdist(distributions: dict[str, Path]) -> None:
    with (
        zipfile.ZipFile(distributions["wheel"]) as one,
        zipfile.ZipFile(distributions["direct"]) as other,
    ):
        contents = [{n: wheel.read(n) for n in wheel.namelist()} for wheel in (one, other)]
    assert contents[0] == contents[1]


def test_the_wheel_holds_the_package_and_nothing_else(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {"tcwc", "tcwc-0.1.0.dist-info"}
    for needed in ("tcwc/py.typed", "tcwc/_data/grammar/path.lark", "tcwc/__main__.py"):
        assert needed in names
    for text in ("LICENSE", "NOTICE"):
        assert f"tcwc-0.1.0.dist-info/licenses/{text}" in names


def test_the_sdist_holds_what_the_tests_need(distributions: dict[str, Path]) -> None:
    with tarfile.open(distributions["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    needed = {
        "pyproject.toml",
        "README.md",
        "tests/conftest.py",
        "examples/lora_rank/experiment.yaml",
    }
    needed |= {".pre-commit-hooks.yaml", ".ci/run", "grammar/path.lark"}
    assert needed <= names


def test_data_is_found_alike(installed: Path, project: Path, tmp_path: Path) -> None:
    found = json.loads(run(installed / "python", "-c", READ_ALL_DATA, cwd=tmp_path))
    wanted = {
        path.relative_to(project).as_posix()
        for folder in ("schemas", "grammar", "lint_rules")
        for path in (project / folder).rglob("*")
        if path.is_file()
    }
    assert set(found) == wanted


def test_a_build_gives_the_committed_bytes(installed: Path, project: Path, tmp_path: Path) -> None:
    example = copy_project(project / "examples" / "lora_rank", tmp_path / "lora_rank")
    committed = {path: path.read_bytes() for path in example.rglob("*") if path.is_file()}
    for path in list((example / "configs").glob("*.yaml")):
        os.remove(path)
    run(installed / "tcwc", "build", "experiment.yaml", cwd=example)
    assert {path: path.read_bytes() for path in example.rglob("*") if path.is_file()} == committed


def test_the_core_needs_three_packages(installed: Path, tmp_path: Path) -> None:
    python = installed / "python"
    code = "import importlib.metadata as m; print('\\n'.join(m.requires('tcwc')))"
    required = run(python, "-c", code, cwd=tmp_path).splitlines()
    core = {re.split(r"[<>= ]", line)[0] for line in required if "extra ==" not in line}
    assert core - {"tomli"} == {"strictyaml", "lark", "jsonschema"}  # tomli: up to Python 3.10
    listed = json.loads(run(python, "-m", "pip", "list", "--format=json", cwd=tmp_path))
    names = {package["name"].lower() for package in listed}
    assert not names & {"torch", "torchtune", "omegaconf", "pyyaml", "ruamel.yaml", "griffe"}


def test_the_version_is_the_same_everywhere(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "tcwc", "--version", cwd=tmp_path) == "tcwc 0.1.0\n"
    assert run(installed / "python", "-m", "tcwc", "--version", cwd=tmp_path) == "tcwc 0.1.0\n"
