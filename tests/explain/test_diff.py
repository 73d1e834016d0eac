"""`tcwc diff`: what its arguments mean, what it says, and its exit codes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tcwc.cli import main
from tests.study import Study, inside


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study").write()


@pytest.fixture
def diff(study: Study, capsys: pytest.CaptureFixture[str]) -> Diff:
    return Diff(study, capsys)


class Diff:
    """Runs the command in the folder of a study; gives exit code, stdout and stderr."""

    def __init__(self, study: Study, capsys: pytest.CaptureFixture[str]) -> None:
        self._study = study
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        with inside(self._study.folder):
            code = main(["diff", *arguments])
        said = self._capsys.readouterr()
        return code, said.out, said.err


RANK = "model.lora_rank 8 -> 16"


# --- configs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("experiment.yaml:run_000", "experiment.yaml:run_001"),
        ("experiment.yaml:0", "1"),
        ("experiment.yaml:run_000", "run_001"),
        ("configs/run_000.yaml", "configs/run_001.yaml"),
        ("experiment.yaml:0", "configs/run_001.yaml"),
        ("./experiment.yaml:0", "1"),
    ],
)
def test_two_runs_however_they_are_named(study: Study, diff: Diff, a: str, b: str) -> None:
    study.build()
    code, out, err = diff(a, b)
    assert (code, err) == (1, "")
    head, values = out.splitlines()[:2], out.splitlines()[2:]
    assert [line[:4] for line in head] == ["--- ", "+++ "]
    assert sorted(values) == [
        RANK,
        'output_dir "/tmp/torchtune/llama3_2_1B/lora_single_device/study/run_000" -> '
        '"/tmp/torchtune/llama3_2_1B/lora_single_device/study/run_001"',
    ]


def test_a_run_and_its_base(study: Study, diff: Diff) -> None:
    code, out, _ = diff("experiment.yaml:base", "0")
    assert code == 1
    assert "model.lora_rank 64 -> 8\n" in out
    assert "epochs 1 -> 2\n" in out
    assert "optimizer" not in out
    assert diff("experiment.yaml:0", "base")[1].count("epochs 2 -> 1\n") == 1


def test_nothing_differs(study: Study, diff: Diff) -> None:
    study.build()
    assert diff("experiment.yaml:0", "configs/run_000.yaml") == (0, "", "")


def test_an_edit_by_hand(study: Study, diff: Diff) -> None:
    study.build()
    config = study.configs / "run_000.yaml"
    config.write_text(config.read_text().replace("epochs: 2", "epochs: 9"))
    assert diff("experiment.yaml:0", "configs/run_000.yaml")[1].splitlines()[2:] == [
        "epochs 2 -> 9"
    ]


def test_a_number_and_its_text_differ(study: Study, diff: Diff) -> None:
    (study.folder / "a.yaml").write_text("x: 1\ny: 1\n")
    (study.folder / "b.yaml").write_text("x: '1'\ny: 1.0\n")
    assert diff("a.yaml", "b.yaml")[1].splitlines()[2:] == ['x 1 -> "1"', "y 1 -> 1.0"]


def test_many_differences_are_bounded(study: Study, diff: Diff) -> None:
    for name, value in (("a", 1), ("b", 2)):
        text = "".join(f"k{i}: {value}\n" for i in range(50))
        (study.folder / f"{name}.yaml").write_text(text)
    _, out, _ = diff("a.yaml", "b.yaml")
    assert out.splitlines()[-1] == "... and 10 more (-v shows all)"
    assert len(diff("a.yaml", "b.yaml", "-v")[1].splitlines()) == 52
    assert diff("a.yaml", "b.yaml", "-q") == (1, "", "")


# --- builds ----------------------------------------------------------------------------------


@pytest.fixture
def kept(study: Study) -> Path:
    """A copy of a first build, beside which the study is built anew."""
    study.write("lora_rank: [8, 16, 32]").build()
    shutil.copytree(study.configs, study.folder / "kept")
    return study.folder / "kept"


def test_the_same_build(study: Study, diff: Diff, kept: Path) -> None:
    assert diff("configs", "kept") == (0, "", "")


def test_runs_that_differ_alike_are_one_line(study: Study, diff: Diff, kept: Path) -> None:
    study.write("lora_rank: [8, 16, 64]", "epochs: 3\nlr: 1e-4").build()
    code, out, _ = diff("kept", "configs")
    assert code == 1
    assert out.splitlines()[2:] == [
        "only in kept: run 2",
        "only in configs: run 3",
        "runs 0-1: optimizer.lr 0.0003 -> 0.0001, epochs 2 -> 3",
    ]


def test_runs_are_matched_by_their_parameters_before_their_ids(
    study: Study, diff: Diff, kept: Path
) -> None:
    shutil.rmtree(study.configs)
    study.write("lora_rank: [32, 16, 8]").build(renumber=True)
    _, out, _ = diff("kept", "configs")
    assert out.splitlines()[2:] == [
        "run_000 is run_002 in configs",
        "run_002 is run_000 in configs",
    ]


def test_a_run_of_another_variable_is_found_by_its_id(study: Study, diff: Diff, kept: Path) -> None:
    shutil.rmtree(study.configs)
    study.write("seed: [5]", "epochs: 2\nlora_rank: 8").build(renumber=True)
    _, out, _ = diff("kept", "configs")
    assert out.splitlines()[2:] == ["only in kept: runs 1-2", "run 0: seed null -> 5"]


def test_another_base_is_named(study: Study, diff: Diff, kept: Path) -> None:
    shutil.rmtree(study.configs)
    text = study.source.read_text().replace("llama3_2/1B", "llama3_2/3B")
    study.source.write_text(text)
    study.build(renumber=True)
    _, out, _ = diff("kept", "configs")
    start = 'base.config "llama3_2/1B_lora_single_device" -> "llama3_2/3B_lora_single_device"'
    assert out.splitlines()[2] == start


def test_a_config_that_is_missing(study: Study, diff: Diff, kept: Path) -> None:
    study.write("lora_rank: [8, 16, 32]", "epochs: 3").build()
    (kept / "run_001.yaml").unlink()
    _, out, _ = diff("kept", "configs")
    assert out.splitlines()[2:] == [
        "runs 0, 2: epochs 2 -> 3",
        "run 1: differs, and a config of it is missing",
    ]


# --- what cannot be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("nowhere.yaml", "x.yaml", "there is no nowhere.yaml"),
        ("experiment.yaml:0", "9", "experiment.yaml has no run run_009"),
        ("experiment.yaml:0", "nowhere.yaml", "experiment.yaml has no run nowhere.yaml"),
        ("experiment.yaml", "experiment.yaml:0", "experiment.yaml is an experiment, not a config"),
        ("empty", "experiment.yaml:0", "empty has no run_mapping.yaml"),
        ("configs", "experiment.yaml:0", "cannot be compared"),
        ("broken.yaml", "configs/run_000.yaml", "broken.yaml:"),
        ("damaged", "configs", "damaged/run_mapping.yaml:"),
    ],
)
def test_trouble_is_two(study: Study, diff: Diff, a: str, b: str, message: str) -> None:
    study.build()
    (study.folder / "empty").mkdir()
    (study.folder / "broken.yaml").write_text("a: [1\n")
    (study.folder / "damaged").mkdir()
    (study.folder / "damaged" / "run_mapping.yaml").write_text("format: 9.0\n")
    code, out, err = diff(a, b)
    assert (code, out) == (2, "")
    assert message in err
    assert "= help: " in err


def test_an_experiment_with_errors(study: Study, diff: Diff) -> None:
    study.write(controls="epochz: 2")
    code, out, err = diff("experiment.yaml:0", "1")
    assert (code, out) == (2, "")
    assert "error[TCW201]" in err
