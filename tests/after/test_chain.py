"""A tiny Llama is trained, its weights are evaluated by the real tools, and read as results."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main
from tests.conftest import ROOT, once
from tests.jobs.lab import Tiny, offline
from tests.jobs.scores import SCORE

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

TASK = """\
task: tiny_sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: loglikelihood
doc_to_text: "{{{{input}}}}"
doc_to_target: "{{{{output}}}}"
metric_list:
  - metric: perplexity
  - metric: acc
"""
TIME = "\nresources:\n  time: 00:10:00\nevaluate:\n"
LM_EVAL = """\
  sums:
    with: lm_eval
    tasks: [tiny_sums]
    include_path: tasks
    device: cpu
    limit: 4
    batch_size: 4
    baseline: true
"""
COMMAND = f"""\
  own:
    with: command
    command: sh {SCORE} {{results}} {{folder}}
    weights: WEIGHTS
"""
ELEUTHER = """\
  table:
    with: eleuther_eval
    tasks: [tiny_sums]
    include_path: tasks
    limit: 4
    batch_size: 4
"""


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory, torchtune_python: Path, labs: Path) -> Tiny:
    """The tiny setup in Hugging Face's form."""
    maker = [torchtune_python, ROOT / "tests" / "after" / "tiny_llama.py", labs]

    def make(folder: Path) -> None:
        subprocess.run([*maker, folder], check=True, capture_output=True)

    return Tiny(once(tmp_path_factory, "llama", make), "base_hf.yaml")


def study(
    folder: Path,
    llama: Tiny,
    *evaluations: str,
    seeds: str = "[1, 2]",
    controls: Mapping[str, str] | None = None,
) -> Path:
    """An experiment that is built, with a local task beside it."""
    sections = TIME + "".join(evaluations)
    source = llama.experiment(
        folder, {"seed": seeds}, {"output_dir": "out", **(controls or {})}, sections
    )
    tasks = folder / "tasks"
    tasks.mkdir()
    text = TASK.format(data=llama.assets / "train.json")
    (tasks / "tiny_sums.yaml").write_text(text, encoding="utf-8")
    made = tcwc.compile(source)
    assert made.ok, made.diagnostics
    made.write()
    return source


@pytest.fixture
def evaluators(
    monkeypatch: pytest.MonkeyPatch, torchtune_python: Path, evaluators_python: Path, llama: Tiny
) -> None:
    """What trains and what evaluates, by the variables that name them, without a network."""
    for name, value in offline(llama.assets).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TCWC_TUNE", str(torchtune_python.parent / "tune"))
    monkeypatch.setenv("TCWC_LM_EVAL", str(evaluators_python.parent / "lm_eval"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


def scores(source: Path) -> dict[tuple[str, str], float]:
    """What was measured of each run ("" for the base) by each evaluation."""
    rows = [row for row in tcwc.results(source) if row.evaluation]
    assert all(row.included for row in rows), [row.why_not for row in rows]
    kept = ("tiny_sums/perplexity", "perplexity", "accuracy")
    return {(row.run, row.evaluation): row.value for row in rows if row.metric in kept}


def test_adapters_and_their_base(
    tmp_path: Path, llama: Tiny, evaluators: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """By lm-eval, and by a command of one's own."""
    folder = tmp_path / "a study"
    source = study(folder, llama, LM_EVAL, COMMAND.replace("WEIGHTS", "adapter"))
    code = main(["run", str(source)])
    said = capsys.readouterr()
    assert code == 0, said
    assert said.out.splitlines()[-1] == "✓ 5 of 5 evaluated"
    found = scores(source)
    runs = ("run_000", "run_001")
    assert set(found) == {("", "sums"), *((run, name) for run in runs for name in ("sums", "own"))}
    assert len({found[run, "sums"] for run in ("", *runs)}) == 3  # each is other weights
    base = folder / "out/tiny/eval/sums/base/tcwc.json"
    assert json.loads(base.read_text(encoding="utf-8"))["label"] == "base"
    assert main(["run", str(source)]) == 0
    assert capsys.readouterr().out == "✓ 2 of 2 finished\n✓ 5 of 5 evaluated\n"


def test_merged_weights(
    tmp_path: Path, llama: Tiny, evaluators: None, capsys: pytest.CaptureFixture[str]
) -> None:
    full = Tiny(llama.assets, "base_hf_full.yaml", "full_finetune_single_device")
    own = COMMAND.replace("WEIGHTS", "merged")
    source = study(tmp_path / "study", full, LM_EVAL, own, seeds="[1]")
    code = main(["run", str(source)])
    assert code == 0, capsys.readouterr()
    found = scores(source)
    assert set(found) == {("", "sums"), ("run_000", "sums"), ("run_000", "own")}
    assert found["", "sums"] != found["run_000", "sums"]


def test_an_adapter_on_its_base_and_merged_into_it_score_alike(
    tmp_path: Path, llama: Tiny, evaluators: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """transformers would add the adapter to the merged weights once more, if it saw it there."""
    whole = LM_EVAL.replace("  sums:", "  whole:").replace("    baseline: true\n", "")
    rate = {"optimizer.lr": "1e-2"}  # so that twice an adapter is another model
    evaluations = (LM_EVAL, f"{whole}    weights: merged\n")
    source = study(tmp_path / "study", llama, *evaluations, seeds="[1]", controls=rate)
    code = main(["run", str(source)])
    assert code == 0, capsys.readouterr()
    found = scores(source)
    assert found["run_000", "whole"] == pytest.approx(found["run_000", "sums"], rel=1e-4)
    assert found["run_000", "sums"] != pytest.approx(found["", "sums"], rel=1e-2)
