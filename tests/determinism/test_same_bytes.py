"""The same source gives the same bytes, whatever the process and the machine are like."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.study import contents

SOURCE = """\
experiment_name: etude-free
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
  optimizer.lr: [1e-4, 2.5e-05]
  metric_logger.log_dir: ["/logs/a", "naïve 🙂"]
controls:
  epochs: 2
  tokenizer.path: "/data/größe/ tokenizer.model"
  ~profiler:
engineering:
  log_every_n_steps: 7
meta: {why: "zum Vergleich: ½", tags: [b, a, 12:30, no]}
"""

EVERYTHING = ROOT / "tests" / "golden" / "plan" / "all_at_once"

RETIRING = SOURCE.replace("[8, 16]", "[32, 8]")


def tcwc(folder: Path, *arguments: str, python: str = sys.executable, **variables: str) -> str:
    """A command of tcwc in a process of its own; what it said."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | variables
    shell = "umask " + environment.pop("UMASK", "022") + ' && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", python, "-W", "error", "-m", "tcwc", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=120,
    )
    said = (done.stdout + done.stderr).decode(environment.get("PYTHONIOENCODING", "utf-8"))
    assert done.returncode == 0, said
    return said


def grown(folder: Path, *arguments: str, python: str = sys.executable, **variables: str) -> Path:
    """Two builds, one upon the other, so that the outputs depend on the lock too."""
    folder.mkdir(parents=True)
    for text in (SOURCE, RETIRING):
        (folder / "experiment.yaml").write_text(text, encoding="utf-8")
        tcwc(folder, "build", "experiment.yaml", *arguments, python=python, **variables)
    return folder


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = grown(tmp_path_factory.mktemp("reference") / "study", PYTHONHASHSEED="0")
    files = contents(folder / "configs")
    assert len(files) == 10
    assert b"retired:\n  run_" in files["run_mapping.yaml"]
    assert str(folder).encode() not in b"".join(files.values())
    return files


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"}, id="seed and time zone"),
        pytest.param({"PYTHONHASHSEED": "random", "PYTHONOPTIMIZE": "2"}, id="optimized"),
        pytest.param(
            {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "UMASK": "077"},
            id="C and umask",
        ),
        pytest.param({"LC_ALL": "POSIX", "HOME": "/nonexistent"}, id="POSIX, no home"),
        pytest.param({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "ascii"}, id="ascii terminal"),
        pytest.param(
            {
                "LC_ALL": "de_DE.UTF-8",
                "LANG": "tr_TR.UTF-8",
                "COLUMNS": "10",
                "TERM": "dumb",
                "NO_COLOR": "1",
            },
            id="other language, narrow terminal",
        ),
    ],
)
def test_the_environment_does_not_matter(
    tmp_path: Path, reference: dict[str, bytes], variables: dict[str, str]
) -> None:
    assert contents(grown(tmp_path / "study", **variables) / "configs") == reference


def test_the_folders_do_not_matter(tmp_path: Path, reference: dict[str, bytes]) -> None:
    study = grown(tmp_path / "a b" / "größe")
    assert contents(study / "configs") == reference
    shutil.copytree(study, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "configs")
    (tmp_path / "copy" / "configs").mkdir()
    mapping = study / "configs" / "run_mapping.yaml"
    shutil.copy(mapping, tmp_path / "copy" / "configs")
    tcwc(tmp_path, "build", "copy/experiment.yaml")
    assert contents(tmp_path / "copy" / "configs") == reference
    tcwc(tmp_path, "build", str(tmp_path / "copy" / "experiment.yaml"), "-o", "elsewhere")
    assert contents(tmp_path / "elsewhere") == reference


def test_the_order_of_files_in_a_folder_does_not_matter(
    tmp_path: Path, reference: dict[str, bytes]
) -> None:
    study = grown(tmp_path / "study")
    for name in sorted(reference, reverse=True):
        path = study / "configs" / name
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)
    tcwc(study, "build", "experiment.yaml")
    assert contents(study / "configs") == reference


def test_an_ascii_terminal_gets_words_for_what_it_lacks(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "experiment.yaml").write_text(SOURCE, encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    said = tcwc(study, "build", "experiment.yaml", PYTHONIOENCODING="ascii", **plain)
    assert said.isascii()
    assert said.startswith("ok Loaded base config")
    assert tcwc(study, "build", "experiment.yaml", PYTHONIOENCODING="utf-8").startswith("✓ Loaded")


@pytest.mark.torchtune
def test_an_installed_torchtune_does_not_matter(
    tmp_path: Path, reference: dict[str, bytes], torchtune_python: Path
) -> None:
    libraries = tmp_path / "libraries"
    install(str(torchtune_python), libraries)
    path = f"{ROOT}{os.pathsep}{libraries}"
    study = grown(tmp_path / "study", python=str(torchtune_python), PYTHONPATH=path)
    assert contents(study / "configs") == reference


def find_python(version: str) -> str | None:
    """An interpreter of this version that works: kept by pyenv, or on the path."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = map(str, sorted(root.glob(f"{version}.*/bin/python{version}"), reverse=True))
    for python in (*kept, shutil.which(f"python{version}")):
        if python and not subprocess.run([python, "-c", ""], capture_output=True).returncode:
            return python
    return None


def install(python: str, folder: Path) -> None:
    """The libraries that tcwc needs, for an interpreter, in a folder of their own."""
    needs = ["strictyaml>=1.7.3,<1.8", "lark>=1.2,<2", "jsonschema>=4.18,<5"]
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--target", str(folder), *needs],
        check=True,
        capture_output=True,
        timeout=300,
    )


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13"])
def test_the_python_does_not_matter(
    tmp_path: Path, reference: dict[str, bytes], version: str
) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    install(python, tmp_path / "libraries")
    path = f"{ROOT}{os.pathsep}{tmp_path / 'libraries'}"
    study = grown(tmp_path / "study", python=python, PYTHONPATH=path)
    assert contents(study / "configs") == reference
    for command in ("plan experiment.yaml", "explain experiment.yaml 1"):
        told = tcwc(EVERYTHING, *command.split(), python=python, PYTHONPATH=path)
        assert told == tcwc(EVERYTHING, *command.split())
