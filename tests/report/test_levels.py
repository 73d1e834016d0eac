"""What levels are called in lists of runs: two levels never have one name, and none has a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.report.levels import apart, labels, levels_of

KEY = "_component_"
DPO = "torchtune.rlhf.loss.DPOLoss"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (
            [{KEY: DPO, "beta": beta} for beta in (0.05, 0.1)],
            ["DPOLoss(beta=0.05)", "DPOLoss(beta=0.1)"],
        ),
        ([{KEY: DPO}, {KEY: DPO, "beta": 0.1}], ["DPOLoss", "DPOLoss(beta=0.1)"]),
        (
            [{KEY: DPO, "beta": 0.1}, {KEY: "torchtune.rlhf.loss.RSOLoss", "gamma": 0.1}],
            ["DPOLoss", "RSOLoss"],
        ),
        ([{KEY: DPO}, {KEY: "mine.DPOLoss"}], [DPO, "mine.DPOLoss"]),
        (
            [{KEY: "a.data", "column_map": {"input": each}} for each in ("q", "question")],
            ["data(column_map.input=q)", "data(column_map.input=question)"],
        ),
        (
            [{"rank": 8, "modules": ["a_long_name"] * 12, "dropout": each} for each in (0.0, 0.1)],
            ["{dropout: 0.0, ...}", "{dropout: 0.1, ...}"],
        ),
        ([{"rank": 8}, {"rank": 16}], ['{"rank": 8}', '{"rank": 16}']),
        (["/data/" + "x" * 120 + end for end in "ab"], ["/data/" + "x" * 120 + e for e in "ab"]),
        (
            [{KEY: DPO, **{f"k{at}": each for at in range(9)}} for each in (1, 2)],
            ["DPOLoss(k0=1, k1=1, k2=1)", "DPOLoss(k0=2, k1=2, k2=2)"],
        ),
        ([8, 16, "a"], ["8", "16", "a"]),
    ],
)
def test_levels_are_told_apart(values: list[Any], texts: list[str]) -> None:
    assert apart(values, KEY) == texts


def test_secrets_are_not_what_tells_levels_apart() -> None:
    tokens = ["hf_" + letter * 34 for letter in "AB"]
    pairs = [("loss", {KEY: DPO, "hf_token": token}) for token in tokens]
    called = labels(pairs, KEY)
    for pair in pairs:
        assert not any(token in called.of(dict([pair])) for token in tokens)


def test_each_run_has_a_label_of_its_own(tmp_path: Path) -> None:
    source = tmp_path / "experiment.yaml"
    text = "experiment_name: betas\nbase_config: llama3_1/8B_lora_dpo_single_device\nvariables:\n"
    text += "  loss:\n"
    text += "".join(f"    - {{{KEY}: {DPO}, beta: {beta}}}\n" for beta in (0.05, 0.1, 0.3))
    text += "  seed: [1, 2]\n"
    source.write_text(text, encoding="utf-8")
    made = tcwc.compile(source)
    called = labels(levels_of(made.build.experiment.factors), KEY)
    told = [called.of(run.parameters) for run in made.runs]
    assert told[0] == "loss=DPOLoss(beta=0.05), seed=1"
    assert len(set(told)) == len(told) == 6
