"""Which experiments a command is about, where other files are named: those that read or write them.

Pre-commit names every file of a commit: sixty configs of one build are one experiment.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tcwc.api.session import Session
from tcwc.commands import select
from tcwc.commands.select import NothingToDo
from tcwc.disk.files import Place


def experiments(named: Sequence[str]) -> tuple[str, ...]:
    return select.experiments(named, Session())


STUDY = """\
experiment_name: {name}
base_config_file: ../shared/{base}.yaml
engineering_file: cluster.yaml
variables:
  seed: [1, 2]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two studies of one base and one of another; the last says where its configs go."""
    monkeypatch.chdir(tmp_path)
    Path("shared").mkdir()
    for name, base in (("c", "one"), ("a", "one"), ("b", "two")):
        Path(name).mkdir()
        text = STUDY.format(name=name, base=base)
        Path(name, "experiment.yaml").write_text(text + "output: built\n" * (name == "b"))
        for file in (f"{name}/cluster.yaml", f"shared/{base}.yaml", "unused.yaml"):
            Path(file).write_text("batch_size: 2\n")
    for folder in ("a/configs", "b/built", "c/configs"):
        Path(folder).mkdir()
        for config in ("run_000", "run_001", "run_mapping"):
            Path(folder, f"{config}.yaml").write_text("seed: 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("named", "owners"),
    [
        ("a/configs/run_000.yaml", "a"),
        ("./a/../a/configs/run_001.yaml", "a"),
        ("a/configs/run_mapping.yaml", "a"),
        ("b/built/run_000.yaml", "b"),
        ("b/cluster.yaml", "b"),
        ("shared/one.yaml", "a c"),
        ("shared/two.yaml", "b"),
        ("c/experiment.yaml a/configs/run_000.yaml c/configs/run_000.yaml", "c a"),
        ("b a/cluster.yaml", "b a"),
        ("", "a b c"),
    ],
)
def test_the_experiments_of_files(named: str, owners: str) -> None:
    expected = tuple(f"{name}/experiment.yaml" for name in owners.split())
    assert experiments(named.split()) == expected


def test_a_link_into_an_output_folder(here: Path) -> None:
    Path("latest").symlink_to(here / "a" / "configs")
    Path("elsewhere.yaml").write_text("seed: 1\n")
    Path("b/built/elsewhere.yaml").symlink_to(here / "elsewhere.yaml")
    assert experiments(["latest/run_000.yaml"]) == ("a/experiment.yaml",)
    assert experiments(["b/built/elsewhere.yaml"]) == ("b/experiment.yaml",)


def test_a_file_of_nobody() -> None:
    with pytest.raises(NothingToDo, match=r"unused\.yaml is no experiment, and no experiment"):
        experiments(["unused.yaml"])


def test_each_experiment_is_read_once_however_many_files_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []
    source = Place.source

    def noted(self: Place) -> str:
        read.append(self.path)
        return source(self)

    monkeypatch.setattr(Place, "source", noted)
    named = [f"a/configs/run_{number:03}.yaml" for number in range(60)]
    for path in named:
        Path(path).write_text("seed: 1\n")
    assert experiments([*named, "shared/two.yaml"]) == ("a/experiment.yaml", "b/experiment.yaml")
    assert sorted(read) == [f"{name}/experiment.yaml" for name in "abc"]
    read.clear()
    assert experiments(["a/experiment.yaml"]) == ("a/experiment.yaml",)
    assert read == []
