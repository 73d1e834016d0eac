"""Evaluations as jobs know them: which weights, by which words, what results depend on."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tcwc.api.compilation import Compilation, compile
from tcwc.api.evaluated import label_of_base
from tcwc.api.evaluating import current_hashes, evaluation_tasks
from tcwc.api.work import NoJobs, tasks
from tcwc.builds.configs import Configs
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.hashes import evaluation_hash
from tcwc.model.ir import Cell, Value
from tcwc.model.signature import sha256_text
from tests.study import BASE

HEAD = f"""\
experiment_name: study
base_config: {BASE}
variables:
  lora_rank: [8, 16]
controls:
  epochs: 2
  output_dir: /scratch/study
  checkpointer.checkpoint_dir: /models/llama
resources: {{time: 04:00:00, gpus: 1, cpus: 4, on_timeout: requeue}}
"""
SUMS = "sums: {with: lm_eval, tasks: [a, b]"
FULL = HEAD.replace(BASE, "llama3_2/1B_full_single_device").replace(
    "lora_rank: [8, 16]", "seed: [1]"
)


def compiled(folder: Path, text: str, head: str = HEAD) -> Compilation:
    (folder / "tasks").mkdir(exist_ok=True)
    return compile(folder / "experiment.yaml", text=f"{head}evaluate:\n  {text}\n")


def made(folder: Path, text: str, head: str = HEAD) -> list[EvaluationTask]:
    compilation = compiled(folder, text, head)
    return evaluation_tasks(compilation, list(tasks(compilation)))


def named(each: EvaluationTask) -> tuple[str, str, str]:
    return each.evaluation, each.run, each.label


def model_args(each: EvaluationTask) -> str:
    return each.words[each.words.index("--model_args") + 1]


def test_the_last_epoch_of_each_run(tmp_path: Path) -> None:
    one, other = made(tmp_path, f"{SUMS}, limit: 10, log_samples: true}}")
    assert named(one) == ("sums", "run_000", "epoch_1")
    assert named(other) == ("sums", "run_001", "epoch_1")
    assert one.weights == "/scratch/study/study/run_000/epoch_1"
    assert one.results == "/scratch/study/study/run_000/eval/sums/epoch_1"
    assert one.words == (
        *("lm_eval", "--model", "hf", "--model_args", "pretrained=/models/llama,peft={weights}"),
        *("--tasks", "a,b", "--limit", "10", "--log_samples", "--output_path", "{results}"),
    )
    assert (one.epoch, one.index, one.world, other.index) == (1, 0, 1, 1)
    compilation = compiled(tmp_path, f"{SUMS}}}")
    run = compilation.runs["run_001"]
    assert other.science_hash == run.science_hash


def test_all_epochs_in_their_order_and_what_is_no_runs_first(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        "b: {with: lm_eval, tasks: [a], epochs: all, baseline: true, checkpoints: {p: /p}}\n"
        "  a: {with: lm_eval, tasks: [a], epochs: [0]}",
    )
    assert [named(each) for each in found] == [
        *[("a", f"run_00{n}", "epoch_0") for n in (0, 1)],
        *[("b", "", "base"), ("b", "", "p")],
        *[("b", f"run_00{n}", f"epoch_{epoch}") for n in (0, 1) for epoch in (0, 1)],
    ]
    base, other = found[2:4]
    assert (base.weights, other.weights) == ("/models/llama", "/p")
    assert base.results == "/scratch/study/study/eval/b/base"
    assert other.results == "/scratch/study/study/eval/b/p"
    assert (base.index, base.epoch, base.science_hash) == (None, None, "")
    assert (model_args(base), model_args(other)) == ("pretrained={weights}",) * 2


def test_a_run_is_evaluated_on_those_of_the_epochs_that_it_has(tmp_path: Path) -> None:
    head = HEAD.replace("  epochs: 2\n", "").replace("lora_rank: [8, 16]", "epochs: [2, 6]")
    some = made(tmp_path, f"{SUMS}, epochs: [0, 5], baseline: true}}", head)
    expected = [
        ("", "base"),
        ("run_000", "epoch_0"),
        ("run_001", "epoch_0"),
        ("run_001", "epoch_5"),
    ]
    assert [(each.run, each.label) for each in some] == expected
    assert [each.run for each in made(tmp_path, f"{SUMS}, epochs: [5]}}", head)] == ["run_001"]


def test_only_the_runs_that_are_asked_for(tmp_path: Path) -> None:
    compilation = compiled(tmp_path, f"{SUMS}, baseline: true}}")
    some = list(tasks(compilation, {"run_001"}))
    assert [each.label for each in evaluation_tasks(compilation, some)] == ["base", "epoch_1"]
    assert evaluation_tasks(compilation, []) == []


def test_merged_and_adapter(tmp_path: Path) -> None:
    (adapter, _) = made(tmp_path, f"{SUMS}, weights: adapter}}")
    assert "adapter_model.safetensors" in adapter.files
    (full,) = made(tmp_path, f"{SUMS}}}", FULL)
    assert model_args(full) == "pretrained={weights}"
    assert full.files == ("model-00001-of-00001.safetensors",)


def test_arguments_of_the_model(tmp_path: Path) -> None:
    text = f'{SUMS}, dtype: bfloat16, model_args: {{a: true, b: "x{{lora_rank}}", c: 0.5}}}}'
    _, other = made(tmp_path, text)
    assert (
        model_args(other)
        == "pretrained=/models/llama,peft={weights},dtype=bfloat16,a=True,b=x16,c=0.5"
    )


def test_a_word_stays_one_word(tmp_path: Path) -> None:
    head = HEAD.replace("/models/llama", '"/m o/it\'s $(x)"')
    command = (
        "py 'a b' --x={folder} \"{base_path}\" --{parameters.lora_rank:04d} {{x}} {epoch} "
        "--out {results}"
    )
    (one, _) = made(
        tmp_path,
        f"mine: {{with: command, command: '{command.replace(chr(39), chr(39) * 2)}'}}",
        head,
    )
    assert one.words == (
        *(
            "py",
            "a b",
            "--x={weights}",
            "/m o/it's $(x)",
            "--0008",
            "{x}",
            "1",
            "--out",
            "{results}",
        ),
    )
    assert len(shlex.split(command)) == len(one.words)


def test_every_column_has_a_value(tmp_path: Path) -> None:
    columns = (
        "{experiment}:{run}:{name}:{kind}:{epoch}:{last}:{base_path}:{tokenizer}:{dataset}:"
        "{lora_rank}:{lora_alpha}:{evaluation}:{label}:{files}"
    )
    text = f'mine: {{with: command, baseline: true, command: "x {columns} {{results}}"}}'
    base, one, _ = made(tmp_path, text)
    assert one.words[1].split(":")[:7] == [
        *("study", "run_000", "run_000", "merged", "1", "true", "/models/llama"),
    ]
    assert one.words[1].split(":")[9:13] == ["8", "128", "mine", "epoch_1"]
    assert base.words[1].startswith("study:::base:::")


def test_what_it_needs(tmp_path: Path) -> None:
    one, *_ = made(tmp_path, f"{SUMS}, resources: {{time: 00:30:00, gpus: 0}}}}")
    assert (one.needs.time, one.needs.gpus, one.needs.cpus) == (1800, 0, 4)
    assert (one.needs.on_timeout, one.needs.nodes) == (None, None)


@pytest.mark.parametrize(
    "other",
    ["limit: 5", "num_fewshot: 1", "weights: adapter", "gen_kwargs: {temperature: 1.0}"],
)
def test_what_results_depend_on(tmp_path: Path, other: str) -> None:
    one, *_ = made(tmp_path, f"{SUMS}}}")
    changed, *_ = made(tmp_path, f"{SUMS}, {other}}}")
    assert changed.evaluation_hash != one.evaluation_hash


@pytest.mark.parametrize("same", ["resources: {time: 00:10:00}", "epochs: all", "baseline: true"])
def test_what_results_do_not_depend_on(tmp_path: Path, same: str) -> None:
    hashes = {each.run: each.evaluation_hash for each in made(tmp_path, f"{SUMS}}}")}
    again = {each.run: each.evaluation_hash for each in made(tmp_path, f"{SUMS}, {same}}}")}
    assert {**again, **hashes} == again


def test_the_files_of_its_tasks_count(tmp_path: Path) -> None:
    text = f"{SUMS}, include_path: tasks}}"
    first = made(tmp_path, text)[0].evaluation_hash
    (tmp_path / "tasks" / "a.yaml").write_text("task: a\n")
    second = made(tmp_path, text)[0].evaluation_hash
    (tmp_path / "tasks" / "__pycache__").mkdir()
    (tmp_path / "tasks" / "__pycache__" / "x.pyc").write_text("")
    (tmp_path / "tasks" / ".DS_Store").write_text("")
    assert first != second == made(tmp_path, text)[0].evaluation_hash
    (tmp_path / "tasks" / "a.yaml").rename(tmp_path / "tasks" / "b.yaml")
    assert made(tmp_path, text)[0].evaluation_hash != second


def test_a_pipe_among_them_holds_nothing_and_a_broken_link_is_told(tmp_path: Path) -> None:
    text = f"{SUMS}, include_path: tasks}}"
    before = made(tmp_path, text)[0].evaluation_hash
    os.mkfifo(tmp_path / "tasks" / "pipe")
    assert made(tmp_path, text)[0].evaluation_hash == before
    (tmp_path / "tasks" / "a.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(NoJobs, match=r"a\.yaml` cannot be read"):
        made(tmp_path, text)


def test_the_scripts_that_a_command_names_count(tmp_path: Path) -> None:
    text = 'mine: {with: command, command: "python eval.py {folder} {results}"}'
    absent = made(tmp_path, text)[0].evaluation_hash
    (tmp_path / "eval.py").write_text("1\n")
    first = made(tmp_path, text)[0].evaluation_hash
    (tmp_path / "eval.py").write_text("2\n")
    assert len({absent, first, made(tmp_path, text)[0].evaluation_hash}) == 3


def test_blanks_in_a_command_do_not_count(tmp_path: Path) -> None:
    spaced = "mine: {with: command, command: \"x   --a '{folder}'  {results} \"}"
    plain = 'mine: {with: command, command: "x --a {folder} {results}"}'
    other = 'mine: {with: command, command: "x --a {folder} {results} y"}'
    hashes = [made(tmp_path, each)[0].evaluation_hash for each in (spaced, plain, other)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_what_torchtune_ships_counts(tmp_path: Path) -> None:
    entry = "h: {with: eleuther_eval, tasks: [a]"
    compilation = compiled(tmp_path, f"{entry}}}")
    said = made(tmp_path, f"{entry}, limit: null, batch_size: 8}}")[0].evaluation_hash
    assert current_hashes(compilation)["h", ""] == said
    assert compilation.known is not None
    (evaluation,), tools = compilation.build.experiment.evaluations, compilation.known.evaluators()
    asked = (
        evaluation_hash(evaluation, tools.tools["eleuther_eval"], "", {"limit": limit}, None)
        for limit in (None, 3)
    )
    assert len(set(asked)) == 2, "another release may ship another limit"


@pytest.mark.parametrize(
    ("tool", "changed", "is_stale"),
    [
        ("with: eleuther_eval, tasks: [a]", "dtype: fp32", True),
        ("with: eleuther_eval, tasks: [a]", "tokenizer.path: /t", True),
        ("with: eleuther_eval, tasks: [a]", "log_every_n_steps: 7", False),
        ("with: command, command: 'x {folder} {tokenizer} {results}'", "tokenizer.path: /t", True),
        ("with: command, command: 'x {folder} {results}'", "tokenizer.path: /t", False),
    ],
)
def test_what_decides_how_a_base_is_evaluated(
    tmp_path: Path, tool: str, changed: str, is_stale: bool
) -> None:
    text = f"one: {{{tool}, baseline: true, checkpoints: {{p: /p}}}}"
    head = HEAD.replace("  epochs: 2\n", f"  epochs: 2\n  {changed}\n")
    before, after = (current_hashes(compiled(tmp_path, text, each)) for each in (HEAD, head))
    assert before["one", ""] == after["one", ""], "of runs their own hashes tell"
    for label in ("base", "p"):
        assert (before["one", label] != after["one", label]) == is_stale


def test_current_hashes_are_those_of_the_tasks(tmp_path: Path) -> None:
    text = f"{SUMS}, baseline: true, checkpoints: {{p: /p, q: /q}}}}"
    compilation = compiled(tmp_path, text)
    current = current_hashes(compilation)
    done = evaluation_tasks(compilation, list(tasks(compilation)))
    assert {(e.evaluation, "" if e.run else e.label): e.evaluation_hash for e in done} == current
    assert len(set(current.values())) == 4


def test_several_base_models(tmp_path: Path) -> None:
    head = HEAD.replace("  lora_rank: [8, 16]", "  checkpointer.checkpoint_dir: [/a/x, /b/y]")
    head = head.replace("  checkpointer.checkpoint_dir: /models/llama\n", "")
    found = made(tmp_path, f"{SUMS}, baseline: true}}", head)
    assert [each.label for each in found] == ["base.x", "base.y", "epoch_1", "epoch_1"]
    assert label_of_base("/a/x", ["/a/x"]) == "base"
    twice = [label_of_base(each, ["/a/x", "/b/x"]) for each in ("/a/x", "/b/x")]
    assert len(set(twice)) == 2
    assert all(each.startswith("base.x-") for each in twice)
    assert label_of_base("/a/x y", ["/a/x y", "/b"]) == "base.x_y"


def test_a_config_for_the_recipe_of_torchtune(tmp_path: Path) -> None:
    text = "harness: {with: eleuther_eval, tasks: [a], limit: 3, baseline: true}"
    compilation = compiled(tmp_path, text)
    base, one, _ = evaluation_tasks(compilation, list(tasks(compilation)))
    assert one.words == ("tune", "run", "eleuther_eval", "--config", "{config}")
    assert (base.config, one.config) == (
        "eval/harness/base.yaml",
        "eval/harness/run_000.epoch_1.yaml",
    )
    written = dict(compilation.build.evaluations())
    for each in (base, one):
        assert sha256_text(written[each.config.removesuffix(".yaml")]) == each.config_sha256


def test_the_config_of_a_run_is_made_once_for_all_evaluations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longest: designs have thousands of runs, and three evaluations each."""
    text = "\n  ".join(
        f"{name}: {{with: lm_eval, tasks: [a], epochs: all, baseline: true}}" for name in "abc"
    )
    compilation = compiled(tmp_path, text)
    every = list(tasks(compilation))
    made_of: list[str] = []
    config = Configs.config

    def counted(self: Configs, cell: Cell, run_id: str) -> dict[str, Value]:
        made_of.append(run_id)
        return config(self, cell, run_id)

    monkeypatch.setattr(Configs, "config", counted)
    assert len(evaluation_tasks(compilation, every)) == 3 * 5
    # The first run says how the base is evaluated: it is asked for as a job, too.
    assert sorted(made_of) == ["run_000", *["run_000"] * 3, "run_001"]
