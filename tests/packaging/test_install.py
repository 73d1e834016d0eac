"""The wheel, the sdist and an editable install give the same tcwc, data included."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.packaging.project import copy_project, fresh_environment, pip, run
from tools.completions import LOADERS, SHELLS

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
    """`sdist` and `wheel` (built from the sdist, as `python -m build` does)."""
    return built(project, tmp_path_factory.mktemp("built"))


def built(project: Path, folder: Path, env: dict[str, str] | None = None) -> dict[str, Path]:
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, cwd=project, env=env)
    return {"sdist": next(folder.glob("*.tar.gz")), "wheel": next(folder.glob("*.whl"))}


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


def test_two_builds_are_the_same_bytes(
    project: Path, distributions: dict[str, Path], tmp_path: Path
) -> None:
    """Another folder, another time, another umask, another user's surroundings."""
    other = copy_project(project, tmp_path / "an other" / "folder")
    for path in other.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    surroundings = {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "COLUMNS": "40"}
    again = built(other, tmp_path / "built", surroundings)
    for name, path in distributions.items():
        assert again[name].name == path.name
        assert again[name].read_bytes() == path.read_bytes(), name


def test_a_wheel_of_the_checkout_is_that_of_the_sdist(
    project: Path, distributions: dict[str, Path], tmp_path: Path
) -> None:
    build = (sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path)
    run(*build, cwd=project)
    (wheel,) = tmp_path.iterdir()
    assert wheel.read_bytes() == distributions["wheel"].read_bytes()


def test_what_uploads_find(distributions: dict[str, Path], tmp_path: Path) -> None:
    tools = fresh_environment(tmp_path / "tools", "twine", "check-wheel-contents")
    run(tools / "twine", "check", "--strict", *distributions.values(), cwd=tmp_path)
    run(tools / "check-wheel-contents", distributions["wheel"], cwd=tmp_path)
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        metadata = wheel.read("tcwc-0.1.0.dist-info/METADATA").decode()
    assert "License-Expression: Apache-2.0 AND BSD-3-Clause AND MPL-2.0\n" in metadata
    assert len(re.findall(r"(?m)^Project-URL: \w+, https://", metadata)) == 5
    # Far from what it is (2.0 MB): for what slips in (a model, an environment), not for growth.
    assert distributions["wheel"].stat().st_size < 3_000_000


def test_the_wheel_holds_the_package_and_nothing_else(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        names = wheel.namelist()
    tops = {"tcwc", "tcwc-0.1.0.dist-info", "tcwc-0.1.0.data"}
    assert {name.split("/")[0] for name in names} == tops
    data = "tcwc-0.1.0.data/data/"
    shared = {name.removeprefix(data) for name in names if name.startswith(data)}
    assert shared == set(LOADERS)
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


def test_completions_are_there(installed: Path, tmp_path: Path) -> None:
    for shell in SHELLS:
        assert "halve-batch" in run(installed / "tcwc", "completion", shell, cwd=tmp_path)


@pytest.mark.parametrize("installed", ["wheel"], indirect=True)
def test_shells_find_them(installed: Path, tmp_path: Path) -> None:
    share = installed.parent / "share"
    path = f"{installed}:{os.environ['PATH']}"
    loader = share / "bash-completion" / "completions" / "tcwc"
    said = run("bash", "-c", f"source '{loader}'; complete -p", cwd=tmp_path, env={"PATH": path})
    assert "_shtab_tcwc tcwc\n" in said
    if shutil.which("fish"):
        env = {"PATH": path, "XDG_DATA_DIRS": str(share), "HOME": str(tmp_path)}
        assert "build\t" in run("fish", "-c", "complete -C 'tcwc bui'", cwd=tmp_path, env=env)


def test_the_core_needs_three_packages(installed: Path, tmp_path: Path) -> None:
    python = installed / "python"
    code = "import importlib.metadata as m; print('\\n'.join(m.requires('tcwc')))"
    required = run(python, "-c", code, cwd=tmp_path).splitlines()
    core = {re.split(r"[<>= ]", line)[0] for line in required if "extra ==" not in line}
    assert core - {"tomli"} == {"strictyaml", "lark", "jsonschema"}  # tomli: up to Python 3.10
    listed = json.loads(pip(installed, "list", "--format=json", cwd=tmp_path))
    names = {package["name"].lower() for package in listed}
    assert not names & {"torch", "torchtune", "omegaconf", "pyyaml", "ruamel.yaml", "griffe"}


def test_the_version_is_the_same_everywhere(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "tcwc", "--version", cwd=tmp_path) == "tcwc 0.1.0\n"
    assert run(installed / "python", "-m", "tcwc", "--version", cwd=tmp_path) == "tcwc 0.1.0\n"


def test_the_first_hour(installed: Path, tmp_path: Path) -> None:
    """Who has the wheel and nothing else comes to a first sweep by what each command says next."""
    told = subprocess.run(
        [installed / "tcwc"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stderr
    lines = re.findall(r"(?m)^  (tcwc .*?)(?:  |$)", told)
    assert [line.split()[1] for line in lines] == ["bases", "init", "build"]
    for line in (*lines, "tcwc plan experiment.yaml", "tcwc keys experiment.yaml lora"):
        run(installed / "tcwc", *line.split()[1:], cwd=tmp_path)
    assert len(list((tmp_path / "configs").glob("run_0*.yaml"))) == 3
