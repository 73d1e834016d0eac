"""Which experiments a command is about: those named, and the owners of what else is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tcwc.api.session import Session
from tcwc.cli import main
from tcwc.commands import select
from tcwc.commands.select import NothingToDo
from tcwc.disk.files import FileProblem

HEAD = "experiment_name: study\n"
OWN = f"{HEAD}base_config_file: ../bases/base.yaml\nengineering_file: a100.yaml\n"
NAMED = f"{HEAD}base_config: llama3_2/1B_lora_single_device\noutput: elsewhere\n"


def experiments(named: Sequence[str]) -> tuple[str, ...]:
    return select.experiments(named, Session())


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two experiments in folders, one that cannot be read, and files that none of them uses."""
    for name, text in {
        "a/experiment.yaml": OWN,
        "a/configs/run_000.yaml": "seed: 1\n",
        "a/configs/run_mapping.yaml": "format: 1\n",
        "a/a100.yaml": "compile: true\n",
        "b/lr.experiment.yaml": NAMED,
        "b/elsewhere/run_mapping.yaml": "format: 1\n",
        "b/elsewhere/run_007.yaml": "seed: 1\n",
        "b/lr.configs/run_000.yaml": "seed: 1\n",
        "bases/base.yaml": "seed: 1\n",
        "c/experiment.yaml": "a: [\n",
        "other/notes.yaml": "a: 1\n",
        "other/run_000.yaml": "seed: 1\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "experiment.yaml").write_bytes(b"\xff\xfe\x00")
    monkeypatch.chdir(tmp_path)
    return tmp_path


A, B = "a/experiment.yaml", "b/lr.experiment.yaml"


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        ([A], (A,)),
        ([B, A, B], (B, A)),
        (["a"], (A,)),
        (["b", A, "a"], (B, A)),
        (["bases/base.yaml"], (A,)),
        (["a/a100.yaml"], (A,)),
        (["a/configs/run_000.yaml"], (A,)),
        (["a/configs/run_mapping.yaml"], (A,)),
        (["b/elsewhere/run_mapping.yaml"], (B,)),
        (["b/elsewhere/run_007.yaml"], (B,)),
        (["a/configs/run_000.yaml", "bases/base.yaml", B], (A, B)),
        (["new.experiment.yaml"], ("new.experiment.yaml",)),
        ([], (A, B, "c/experiment.yaml", "d/experiment.yaml")),
    ],
)
def test_what_is_chosen(here: Path, named: list[str], chosen: tuple[str, ...]) -> None:
    assert experiments(named) == chosen
    (here / "a" / "configs" / "run_000.yaml").write_text("# another text\n")
    assert experiments(named) == chosen


def test_a_file_named_in_another_way_is_the_same(here: Path) -> None:
    assert experiments([str(here / "bases" / "base.yaml")]) == (A,)
    assert experiments(["a/../bases/./base.yaml"]) == (A,)
    (here / "link.yaml").symlink_to("bases/base.yaml")
    assert experiments(["link.yaml"]) == (A,)


def test_a_mapping_that_is_a_link(here: Path) -> None:
    (here / "a" / "configs" / "run_mapping.yaml").rename(here / "kept.yaml")
    (here / "a" / "configs" / "run_mapping.yaml").symlink_to("../../kept.yaml")
    assert experiments(["a/configs/run_mapping.yaml"]) == (A,)


def test_all_owners_of_a_file(here: Path) -> None:
    text = NAMED.replace("base_config: llama3_2/1B_lora_single_device", "base_config_file: x.yaml")
    (here / "b" / "lr.experiment.yaml").write_text(text.replace("x.yaml", "../bases/base.yaml"))
    assert experiments(["bases/base.yaml"]) == (A, B)


def test_a_base_in_the_home_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here / "bases"))
    (here / A).write_text(OWN.replace("../bases/base.yaml", "~/base.yaml"))
    assert experiments(["bases/base.yaml"]) == (A,)


@pytest.mark.parametrize(
    "name",
    ["other/notes.yaml", "other/run_000.yaml", "b/lr.configs/run_000.yaml", "a/run_000.yaml"],
)
def test_what_no_experiment_uses(here: Path, name: str) -> None:
    (here / "a" / "run_000.yaml").write_text("seed: 1\n")
    with pytest.raises(NothingToDo) as raised:
        experiments([name])
    message = f"{name} is no experiment, and no experiment below this folder uses it"
    assert (raised.value.message, raised.value.help) == (message, "name an experiment.yaml")
    told: list[FileProblem] = []
    assert select.experiments([A, name], Session(), told.append) == (A,)
    assert [each.message for each in told] == [message]


def test_nothing_below_this_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here / "other")
    with pytest.raises(NothingToDo, match=r"no experiment\.yaml or NAME\.experiment\.yaml"):
        experiments([])
    with pytest.raises(NothingToDo, match=r"below \.\./bases"):
        experiments(["../bases"])


def test_a_config_that_is_kept_elsewhere(here: Path) -> None:
    """The output folder has links to configs: one named by its own path is its experiment's."""
    Path("kept/experiment.yaml").parent.mkdir()
    Path("kept/experiment.yaml").write_text(f"{HEAD}base_config: x\n")
    Path("kept/configs").mkdir()
    Path("store").mkdir()
    Path("store/run_000.yaml").write_text("seed: 1\n")
    Path("store/run_001.yaml").write_text("seed: 1\n")
    Path("kept/configs/run_000.yaml").symlink_to(here / "store" / "run_000.yaml")
    assert experiments(["store/run_000.yaml"]) == ("kept/experiment.yaml",)
    assert experiments(["kept/configs/run_000.yaml"]) == ("kept/experiment.yaml",)
    with pytest.raises(NothingToDo):
        experiments(["store/run_001.yaml"])


@pytest.mark.parametrize("command", ["check", "lint"])
def test_a_folder_without_experiments_is_no_reason_to_be_green(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "bases"]) == 2
    assert "NAME.experiment.yaml below bases" in capsys.readouterr().err
