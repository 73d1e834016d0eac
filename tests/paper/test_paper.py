"""The compiler and the second interpreter, written from the paper, make the same runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence import check
from tests.paper.compare import SETTINGS, compare
from tests.paper.interpret import interpret
from tests.paper.proof import proof
from tests.paper.random_experiments.generate import Experiment, generate
from tests.paper.refusal import Refused

HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"


@pytest.mark.parametrize("seed", range(20))
def test_both_make_the_same_runs(seed: int) -> None:
    experiment = generate(seed)
    outcome = compare(experiment)
    told = "\n".join(experiment.files.values())
    assert not outcome.difference, f"seed {seed}: {outcome.difference}\n{told}"
    assert not outcome.readers, f"seed {seed}: {outcome.readers}\n{told}"
    assert not outcome.lost, f"seed {seed}: {outcome.lost}\n{told}"


def test_an_experiment_follows_from_its_seed() -> None:
    assert generate(7) == generate(7)
    assert len({generate(seed).files["experiment.yaml"] for seed in range(50)}) == 50


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself: an interpreter that counts otherwise is told from the compiler."""
    experiment = Experiment(
        0, {"experiment.yaml": HEAD + "variables: {lora_rank: [8]}\n"}, frozenset()
    )
    assert compare(experiment).difference == ""

    def off_by_one(folder: Path) -> object:
        (run,) = interpret(folder)
        return [run._replace(config=run.config | {"epochs": 1.0})]

    monkeypatch.setattr("tests.paper.compare.interpret", off_by_one)
    assert "epochs: interpreted 1.0, compiled 1" in compare(experiment).difference


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("variables: {lora_rank: [8]}\ncontrols: {model.lora_rank: 4, lora_rank: 8}\n", "both set"),
        ("variables: {lora_rank: ['8']}\n", "in quotes"),
        ("variables: {lora_rank: [8]}\ncontrols: {lora_rnak: 8}\n", "stands for nothing"),
        (
            "variables: {lora_rank: [8]}\ncontrols: {tokenizer.path: '${lora_rank}'}\n",
            "names nothing",
        ),
        ("variables: {lora_rank: [8]}\ncontrols: {output_dir: '{lora_rnak}'}\n", "for nothing"),
        ("variables: {lora_rank: [8]}\nderived: {epochs: 2 * epochs}\n", "from itself"),
    ],
)
def test_the_interpreter_refuses(source: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "experiment.yaml").write_text(HEAD + source, "utf-8")
    (tmp_path / "tcwc.toml").write_text(SETTINGS, "utf-8")
    with pytest.raises(Refused, match=why):
        interpret(tmp_path)


@pytest.mark.slow
def test_thousands_of_random_experiments() -> None:
    check("paper", proof)
