"""A look at a run with other values: checked as constants are, and written to another folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.api.compilation import Compilation
from tcwc.api.look import Look, config_in, look_at
from tcwc.api.session import Session
from tcwc.jobs.here.look import Option, in_folder, read_option
from tcwc.report.findings import FULL, painter
from tcwc.yaml.config import read_base
from tests.jobs.lab import Tiny


@pytest.fixture
def built(tmp_path: Path, pretend: Tiny, monkeypatch: pytest.MonkeyPatch) -> Compilation:
    monkeypatch.chdir(tmp_path)
    made = tcwc.compile(os.path.relpath(pretend.experiment(tmp_path / "study")))
    made.write()
    return made


def look(built: Compilation, *words: str) -> Look:
    options = [read_option(word) for word in words]
    assert None not in options
    return look_at(built, built.runs["run_003"], [o for o in options if o], Session())


def told(built: Compilation, *words: str) -> list[str]:
    seen = look(built, *words)
    sources = {**built.sources, seen.source.name: seen.source}
    assert FULL.each is not None
    return [line for each in seen.found for line in FULL.each(each, sources, painter(False))]


def test_a_run_with_other_values(built: Compilation) -> None:
    seen = look(built, "max_steps_per_epoch=2", "lr=0.5")
    assert seen.found == ()
    assert seen.config is not None
    before: dict[str, Any] = built.runs["run_003"].config
    differing = {key for key in before if before[key] != seen.config[key]}
    assert differing == {"max_steps_per_epoch", "optimizer", "output_dir"}
    values: dict[str, Any] = read_base(config_in(built, seen.config, "/scratch/look"), "x").values
    assert values["output_dir"] == "/scratch/look"
    assert values["checkpointer"]["output_dir"] == "${output_dir}"
    assert values["max_steps_per_epoch"] == 2
    assert values["optimizer"]["lr"] == 0.5


def test_a_finding_points_to_the_option(built: Compilation) -> None:
    assert told(built, "epochs=1", "lr=abc")[:3] == [
        "--try:2:4: error[TCW203]: `optimizer.lr`: a number is needed here, not `abc`",
        "  2 | lr=abc",
        "    |    ^^^",
    ]


@pytest.mark.parametrize(
    ("words", "where", "code"),
    [
        (["max_step_per_epoch=2"], "--try:1:1", "TCW201"),
        (["lr=[1,2"], "--try:1:4", "TCW003"),
        (["lr=${nope}"], "--try:1:4", "TCW211"),
        (["lora_rank=8", "lora_rank=16"], "--try:2:1", "TCW108"),
        (["lr="], "--try:1:", "TCW"),
    ],
)
def test_what_an_option_may_not_be(
    built: Compilation, words: list[str], where: str, code: str
) -> None:
    seen = look(built, *words)
    assert seen.config is None
    assert [(str(each.span).startswith(where), each.code[: len(code)]) for each in seen.found] == [
        (True, code)
    ]
    assert all(each.fixes == () for each in seen.found)


def test_what_the_run_has_anyway_is_not_told(tmp_path: Path, pretend: Tiny) -> None:
    """A warning of the experiment is none of an option's."""
    controls = {"tokenizer._component_": "mine.tokenizer", "save_adapter_weights_only": "true"}
    source = pretend.experiment(tmp_path, controls=controls)
    made = tcwc.compile(source)
    assert [each.code for each in made.diagnostics] == ["TCW214"]
    made.write()
    seen = look_at(made, made.runs[0], [Option("epochs", "2")], Session())
    assert seen.found == ()
    assert seen.config is not None
    assert seen.config["epochs"] == 2


@pytest.mark.parametrize(
    "text", ["epochs", "=", "epochs 2", "a b=1", "x=1\ny: 2", "", "-x=1", "1=2"]
)
def test_what_is_no_option(text: str) -> None:
    assert read_option(text) is None


def test_a_value_may_hold_anything_on_a_line() -> None:
    assert read_option("a.b=c=d e") == Option("a.b", "c=d e")
    assert read_option("=dataset={a: b}") == Option("=dataset", "{a: b}")


def test_what_lay_below_a_run_lies_below_the_folder() -> None:
    config: dict[str, Any] = {
        "output_dir": "/runs/x/",
        "checkpointer": {"output_dir": "/runs/x/ckpt"},
        "metric_logger": {"log_dir": "${output_dir}/logs"},
        "profiler": {"output_dir": "/elsewhere"},
        "log_dir": "/runs/xy",
    }
    assert in_folder(config, ("output_dir", "log_dir"), "/look") == {
        "output_dir": "/look",
        "checkpointer": {"output_dir": "/look/ckpt"},
        "metric_logger": {"log_dir": "${output_dir}/logs"},
        "profiler": {"output_dir": "/look/profiler"},
        "log_dir": "/look/log_dir",
    }
