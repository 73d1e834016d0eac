"""The tables of checks, when the engine calls one, and what becomes of a crash (TCW005)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main
from tcwc.lint import engine, table
from tcwc.lint.check import Check, Found, Needs, matching
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import replace
from tcwc.model.rules import SINGLE_LEVEL
from tcwc.torchtune.knowledge.table import CHECKS as OF_TORCHTUNE

EXPERIMENT = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  lora_rank: 4  # the finding of another check
"""
CRASHING = "tests.lint.test_engine:crash"


def crash(*_: object) -> Iterator[Diagnostic]:
    raise ZeroDivisionError("by design")
    yield


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    crashing = Check((), CRASHING, "design")
    monkeypatch.setattr(engine, "CHECKS", (crashing, *table.CHECKS))
    path = tmp_path / "experiment.yaml"
    path.write_text(EXPERIMENT)
    return path


def test_one_finding_and_those_of_the_others(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--format", "concise"]) == 2
    said = capsys.readouterr().out
    failure = "experiment.yaml:2:1: error[TCW005]: the check `crash` failed: ZeroDivisionError"
    assert said.count("TCW005") == 1
    assert f"{failure}: by design" in said
    assert "experiment.yaml:6:3: warning[TCW401]" in said
    assert "Traceback" not in said


def test_nothing_makes_it_pass(experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"# tcwc: ignore-file[TCW005] I do not care\n{EXPERIMENT}"
    experiment.write_text(text)
    (experiment.parent / "tcwc.toml").write_text('ignore = ["TCW"]\n')
    assert main(["lint", "--exit-zero", "--format", "concise"]) == 2
    said = capsys.readouterr().out
    assert "TCW005" in said
    assert "TCW401" not in said
    assert main(["build", "experiment.yaml"]) == 1
    assert not (experiment.parent / "configs").exists()


def _codes(capsys: pytest.CaptureFixture[str]) -> list[str]:
    main(["lint", "--format", "concise"])
    lines = capsys.readouterr().out.splitlines()
    return [line.split("[")[1].split("]")[0] for line in lines if "[TCW" in line]


@pytest.mark.parametrize("needs", ["variant", "values", "compared", "variable"])
def test_a_crash_hides_nothing_else_and_is_said_once(
    needs: Needs,
    experiment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = EXPERIMENT.replace("8, 16", "8, 16]\n  clip_grad_norm: [1, null, inf")
    experiment.write_text(text)
    monkeypatch.setattr(engine, "CHECKS", table.CHECKS)
    others = _codes(capsys)
    assert "TCW404" in others
    monkeypatch.setattr(engine, "CHECKS", (Check((), CRASHING, needs), *table.CHECKS))
    assert sorted(_codes(capsys)) == sorted(["TCW005", *others])


def test_what_was_found_before_a_crash_is_kept(
    experiment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (single,) = (row for row in table.CHECKS if SINGLE_LEVEL in row.rules)

    def first_one(context: Context) -> Found:
        yield from single.load()(context)
        raise ZeroDivisionError

    experiment.write_text(EXPERIMENT.replace("8, 16", "8"))
    changed = tuple(replace(r, function=first_one) if r is single else r for r in table.CHECKS)
    monkeypatch.setattr(engine, "CHECKS", changed)
    assert {"TCW005", "TCW405"} <= set(_codes(capsys))


@pytest.mark.parametrize("row", [*table.CHECKS, *OF_TORCHTUNE], ids=lambda row: row.name)
def test_each_row_names_a_function_that_is_there(row: Check) -> None:
    assert callable(row.load())


@pytest.mark.parametrize(
    ("pattern", "path", "called"),
    [
        ("batch_size", ("batch_size",), True),
        ("batch_size", ("dataset", "batch_size"), False),
        ("*.lr", ("optimizer", "lr"), True),
        ("*.lr", ("lr",), True),
        ("*.lr", ("optimizer", "color"), False),
        ("kd_loss.*", ("kd_loss",), True),
        ("kd_loss.*", ("kd_loss", "_component_"), True),
        ("kd_loss.*", ("kd_losses",), False),
        ("dataset.*.split", ("dataset", 0, "split"), True),
        ("dataset.*.split", ("dataset", "split"), True),
        ("dataset.*.split", ("dataset",), False),
    ],
)
def test_keys_that_call_for_a_check(
    pattern: str, path: tuple[str | int, ...], called: bool
) -> None:
    assert matching([pattern], [path]) == ([path] if called else [])


RARE = {"effects", "levels", "confounds", "shapes", "families", "same_configs", "unfilled"}
CALLED = {
    "lora_rank: [8, 64]": "confounds",
    "lora_rank: [8, 64]\ncontrols:\n  lora_alpha: 16": "",
    "seed: [1, 2]": "",  # which LoRA's dropout may need
    "dtype: [bf16, fp32]": "effects",
    "lr: [1e-4, 3e-4]": "",
    "lr: [1e-4, 2e-4, 3e-4, 4e-4]": "levels",
    "batch_size: [1, 8]": "confounds",
    "batch_size: [1, 8]\ncontrols:\n  gradient_accumulation_steps: 8": "",
    "dataset.split: [train, test]": "confounds",
    "dataset.train_on_input: [true, false]": "",
    "optimizer: [{lr: 1e-4}, {lr: 3e-4}]": "same_configs levels",
    "model.lora_dropout: [0.0, 0.1]": "",
    "checkpointer.model_type: [LLAMA3_2, LLAMA3]": "families",
    "clip_grad_norm: [1.0, inf]": "levels",
}
"""Variables, and the modules that they call for of those that few do."""


@pytest.mark.parametrize(("variables", "modules"), CALLED.items(), ids=list(CALLED))
def test_what_calls_for_a_check(
    variables: str, modules: str, experiment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: set[str] = set()
    load = Check.load

    def noted(self: Check) -> Callable[..., Found]:
        loaded.add(str(self.function).partition(":")[0].rpartition(".")[2])
        return load(self)

    head = EXPERIMENT.partition("variables:")[0]
    experiment.write_text(f"{head}variables:\n  {variables}\n")
    monkeypatch.setattr(engine, "CHECKS", table.CHECKS)
    monkeypatch.setattr(Check, "load", noted)
    assert tcwc.compile(experiment).ok
    assert "references" in loaded
    assert loaded & RARE == set(modules.split())
