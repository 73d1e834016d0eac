"""Searches of other programs: an experiment, or a sentence on what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from yaml import safe_dump as dump

from tcwc.api.compilation import Compilation, compile
from tcwc.moves.hydra import apart
from tcwc.moves.multirun import multirun, multirun_line
from tests.moves.test_nearest import BASE, known, values_of
from tests.study import Said, Study

__all__ = ["known"]


def adopt(folder: Path, text: str, *more: str, name: str = "sweep.yaml") -> Said:
    (folder / name).write_text(text, encoding="utf-8")
    return Study(folder).cli("adopt", name, *more)


def compiled(folder: Path, said: Said) -> Compilation:
    (folder / "x.experiment.yaml").write_text(said.out, encoding="utf-8")
    made = compile(folder / "x.experiment.yaml")
    assert made.ok, (said, made.diagnostics)
    return made


BASED = ("--base", BASE)
COMMAND = f"command: [tune, run, lora_finetune_single_device, --config, {BASE}]\n"


def test_a_grid_of_wandb(tmp_path: Path) -> None:
    text = (
        "method: grid\nname: my grid\n" + COMMAND + "parameters:\n"
        "  optimizer: {parameters: {lr: {values: [1e-4, 3e-4]}}}\n"
        "  lora_rank: {values: [8, 16]}\n  seed: {value: 1}\n"
    )
    said = adopt(tmp_path, text)
    assert said.code == 0, said
    assert f"experiment_name: my_grid\nbase_config: {BASE}\n" in said.out
    made = compiled(tmp_path, said)
    assert len(made.runs) == 4
    assert made.runs[3].parameters == {"optimizer.lr": 3e-4, "lora_rank": 16}


def test_a_random_search_of_wandb(tmp_path: Path) -> None:
    text = (
        "method: random\nrun_cap: 6\nparameters:\n"
        "  lr: {distribution: log_uniform_values, min: 1e-5, max: 1e-3}\n"
        "  lora_dropout: {min: 0.0, max: 0.2}\n"
        "  batch_size: {min: 1, max: 4}\n"
        "  lora_rank: {distribution: q_uniform, min: 8, max: 32, q: 8}\n"
    )
    said = adopt(tmp_path, text, *BASED)
    assert said.code == 0, said
    for line in (
        "  lr: {loguniform: [1e-5, 0.001]}",
        "  lora_dropout: {uniform: [0.0, 0.2]}",
        "  batch_size: [1, 2, 3, 4]",
        "  lora_rank: [8, 16, 24, 32]",
        "sample: {size: 6, seed: 1}",
    ):
        assert f"{line}\n" in said.out
    assert len(compiled(tmp_path, said).runs) == 6


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ("lr: {distribution: normal, mu: 1, sigma: 2}", "nothing is drawn as `normal` here"),
        ("lr: {min: 1}", "no two numbers"),
        ("lr: {min: 2.0, max: 1.0}", "no two numbers"),
        ("lr: {distribution: log_uniform_values, min: 0, max: 1.0}", "not above 0"),
        ("lr: 3", "it has no `values`"),
        ("lr: {values: []}", "it has no levels"),
        ("lr: {value: 1e-4, values: [1e-4, 3e-4]}", "it has both `value` and `values`"),
        ("lr: {values: [1e-4, 3e-4], min: 1e-5, max: 1e-3}", "it has both `values` and `min`"),
        ("batch_size: {min: 1, max: 100000}", "it is drawn from 100,000 numbers"),
        ("learning_raet: {values: [1, 2]}", "reads no key `learning_raet`"),
        ("'a b[': {values: [1, 2]}", "`a b[` is left out"),
    ],
)
def test_what_a_sweep_says_that_has_no_like(parameter: str, told: str, tmp_path: Path) -> None:
    text = f"method: grid\nparameters:\n  seed: {{values: [1, 2]}}\n  {parameter}\n"
    said = adopt(tmp_path, text, *BASED)
    assert said.code == 1
    assert told in said.err
    assert "left out" in said.err
    assert len(compiled(tmp_path, said).runs) == 2


def test_what_is_about_results_is_told(tmp_path: Path) -> None:
    text = (
        "method: bayes\nmetric: {name: loss}\nearly_terminate: {type: hyperband}\n"
        "parameters: {lr: {min: 1e-5, max: 1e-3}}\n"
    )
    said = adopt(tmp_path, text, *BASED)
    assert said.code == 0
    for word in ("`metric` is left out", "`early_terminate` is left out", "`method: bayes`", "20"):
        assert word in said.err


def test_a_search_without_a_base_is_told(tmp_path: Path) -> None:
    said = adopt(tmp_path, "method: grid\nparameters: {seed: {values: [1, 2]}}\n")
    assert said.code == 2
    assert "nothing here says what the runs start from" in said.err
    said = adopt(tmp_path, "method: grid\nparameters: {seed: {value: 1}}\n", "--base", "llama/1b")
    assert said.code == 2
    assert "ships no config llama/1b" in said.err


def test_words_that_lint_knows_are_known_here(tmp_path: Path) -> None:
    text = (
        "method: random\nrun_cap: 3\n" + COMMAND + "parameters:\n"
        "  dropout: {values: [0.0, 0.1]}\n  rank: {values: [8, 16]}\n"
        "  gradient_clip: {value: 1.5}\n  lora: {parameters: {alpha: {value: 32}}}\n"
    )
    said = adopt(tmp_path, text)
    assert said.code == 0, said
    assert "note: `dropout` is taken for `model.lora_dropout`\n" in said.err
    made = compiled(tmp_path, said)
    assert "model.lora_dropout" in made.runs[0].parameters
    config = made.runs[0].config
    assert (config["clip_grad_norm"], config["model"]["lora_alpha"]) == (1.5, 32)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("warmup_ratio: {value: 0.1}", "write `lr_scheduler.num_warmup_steps: 100`"),
        ("optimizer: {values: [adamw, sgd]}", "`optimizer._component_: [torch.optim.AdamW, "),
        ("model.lora_rnk: {values: [8, 16]}", "did you mean `model.lora_rank`?"),
        ("dropout: {values: [0.0, 0.1]}\n  lora_dropout: {values: [0, 1]}", "`model.lora_dropout`"),
    ],
)
def test_what_is_left_out_is_told_with_what_is_meant(
    parameters: str, told: str, tmp_path: Path
) -> None:
    text = f"method: grid\n{COMMAND}parameters:\n  seed: {{values: [1, 2]}}\n  {parameters}\n"
    said = adopt(tmp_path, text)
    assert said.code == 1
    (note,) = [each for each in said.err.splitlines() if "` is left out: " in each]
    assert told in note


def test_the_processes_of_a_sweep_are_its_resources(tmp_path: Path) -> None:
    command = "command: [tune, run, --nproc_per_node, 2, lora_finetune_distributed, --config"
    text = f"method: grid\n{command}, llama3_2/1B_lora]\nparameters: {{seed: {{values: [1, 2]}}}}\n"
    assert "\nresources: {gpus: 2}\n" in adopt(tmp_path, text).out


# --- Hydra ------------------------------------------------------------------------------------


def test_a_multirun_line(tmp_path: Path) -> None:
    line = (
        "python my_app.py --multirun lr=1e-4,3e-4 model.lora_rank=range(8,33,8) \\\n  seed=1 "
        "'model.lora_attn_modules=[q_proj],[q_proj,v_proj]' ~profiler\n"
    )
    said = adopt(tmp_path, line, *BASED, name="line.txt")
    assert said.code == 0, said
    assert "  model.lora_rank: [8, 16, 24, 32]\n" in said.out
    made = compiled(tmp_path, said)
    assert len(made.runs) == 16
    assert "profiler" not in made.runs[0].config
    assert made.runs[0].config["seed"] == 1


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("a=1,2", "  a: [1, 2]"),
        ("a=choice(u,w)", "  a: [u, w]"),
        ("a=range(1,5)", "  a: [1, 2, 3, 4]"),
        ("a=range(3)", "  a: [0, 1, 2]"),
        ("a=range(0,1,0.25)", "  a: [0, 0.25, 0.5, 0.75]"),
        ("a=range(start=4,stop=0,step=-2)", "  a: [4, 2]"),
        ("a=interval(0.1,0.5)", "  a: {uniform: [0.1, 0.5]}"),
        ("a=tag(log,interval(0.1,0.5))", "  a: {loguniform: [0.1, 0.5]}"),
        ("a=shuffle(1,2)", "  a: [1, 2]"),
        ("a=[1,2],[3]", "  a: [[1, 2], [3]]"),
        ("+a=true,false", "  a: [true, false]"),
        ("a=yes,1:30,010", "  a: ['yes', '1:30', '010']"),
        ("a={b:1},{b:2}", "  =a:\n    - b: 1\n    - b: 2"),
        ("a=x\\,y,z", '  a: ["x,y", z]'),
        ("a='x,y',z", '  a: ["x,y", z]'),
    ],
)
def test_what_an_override_of_hydra_means(override: str, text: str) -> None:
    from tcwc.moves.draft import Draft, rendered

    found = multirun(f'python x.py -m "{override}"')
    assert f"variables:\n{text}\n" in rendered(Draft({}, variables=found.variables)).text
    assert found.lost == ()


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("lora_rank=glob(*)", "it chooses files"),
        ("lora_rank=range(1,100000)", "a range of 1 to 1,000"),
        ("lora_rank=range(a)", "no range of numbers"),
        ("dataset=alpaca,dolly", "its levels name files"),
        ("db/engine=a,b", "it chooses a file of Hydra's"),
        ("lora_rank=int(8.5,16.5)", "no value that is read here"),
        ("lora_rank=8,", "a level is missing"),
        ("seed=3", "it is there twice"),
        ("a[0]=1", "it is no `key=value`"),
        ("hydra/launcher=slurm", "it is about Hydra"),
    ],
)
def test_what_of_hydra_has_no_like(override: str, told: str, tmp_path: Path) -> None:
    said = adopt(tmp_path, f"python x.py -m seed=1,2 '{override}'\n", *BASED, name="x.sh")
    assert told in said.err
    assert said.code == (0 if "about Hydra" in told else 1)
    assert len(compiled(tmp_path, said).runs) == 2


HYDRA = """\
hydra:
  mode: MULTIRUN
  sweeper:
    n_trials: 7
    params:
      optimizer.lr: 1e-4,3e-4
      model.lora_rank: [8, 16]
      seed: range(1,3)
      batch_size: 2
"""


def test_a_config_of_hydras_is_its_multirun_line(tmp_path: Path) -> None:
    own = "defaults: [_self_]\noptimizer: {lr: 1e-3}\nepochs: 3\n"
    said = adopt(tmp_path, own + HYDRA, *BASED, name="config.yaml")
    assert said.code == 0, said
    made = compiled(tmp_path, said)
    assert len(made.runs) == 8
    assert made.runs[7].parameters == {"optimizer.lr": 3e-4, "model.lora_rank": 16, "seed": 2}
    assert (made.runs[0].config["epochs"], made.runs[0].config["batch_size"]) == (3, 2)
    said = adopt(tmp_path, own + HYDRA, name="config.yaml")
    assert (said.code, "--base " in said.err) == (2, True)


def test_a_config_of_the_target_with_a_sweeper_is_near_to_a_base(
    tmp_path: Path, known: Any
) -> None:
    base = dump({**values_of(known), "epochs": 3, "seed": 9})
    said = adopt(tmp_path, base + HYDRA, name="config.yaml")
    assert said.code == 0, said
    assert f"base_config: {BASE}\n" in said.out
    made = compiled(tmp_path, said)
    assert len(made.runs) == 8
    config = made.runs[0].config
    assert (config["epochs"], config["batch_size"], config["seed"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ("{seed: '1,2', 'a key': '1,2'}", "`a key` is left out"),
        ("{seed: '1,2', epochs: {a: 1}}", "`epochs` is left out"),
        ("{seed: '1,2', epochs: []}", "`epochs` is left out"),
    ],
)
def test_what_of_a_sweeper_has_no_like(params: str, told: str, tmp_path: Path) -> None:
    said = adopt(tmp_path, f"hydra: {{sweeper: {{params: {params}}}}}\n", *BASED)
    assert said.code == 1
    assert told in said.err
    assert len(compiled(tmp_path, said).runs) == 2


def test_lines_of_hydra_are_told_from_others() -> None:
    assert multirun_line("python3 -m torch.distributed a.py x=1\n") == ""
    assert multirun_line("python -m a -m x=1,2\n") == "python a -m x=1,2"
    assert multirun_line("# python x.py --multirun a=1\n") == ""
    assert multirun_line("echo --multirun\n") == ""
    assert apart("a,(b,c),'d,e',[f,{g,h}]") == ["a", "(b,c)", "'d,e'", "[f,{g,h}]"]


# --- cruijff_kit ------------------------------------------------------------------------------

SUMMARY = """\
experiment:
  name: "cap_2026-03-16"
  question: "Does rank: matter?"
variables:
  lora_rank: [4, 8]
  lr: [1e-4, 3e-4]
controls: {system_prompt: "You are", prompt: "Go: {input}", epochs: 1, batch_size: 4}
models:
  base: [{name: Llama-3.2-1B-Instruct, path: /scratch/llms/Llama-3.2-1B-Instruct, size_gb: 2.5}]
data: {training: {path: /data/words.json, format: json}}
runs:
  - {name: a, type: fine-tuned, parameters: {lora_rank: 4, lr: 1e-4}}
  - {name: b, type: fine-tuned, parameters: {lora_rank: 8, lr: 1e-4}}
  - {name: c, type: fine-tuned, parameters: {lora_rank: 8, lr: 3e-4}}
  - {name: d, type: control, parameters: {}}
evaluation: {tasks: []}
"""


def test_a_summary_of_cruijff_kit(tmp_path: Path) -> None:
    said = adopt(tmp_path, SUMMARY, name="experiment_summary.yaml")
    assert said.code == 1  # its dataset is its own
    for word in ("`prompt`", "`evaluation`", "1 of its runs train nothing", "dataset is not there"):
        assert word in said.err
    made = compiled(tmp_path, said)
    assert [run.parameters for run in made.runs] == [
        {"lora_rank": 4, "lr": 1e-4},
        {"lora_rank": 8, "lr": 1e-4},
        {"lora_rank": 8, "lr": 3e-4},
    ]
    assert f"base_config: {BASE}\n" in said.out
    assert "  checkpointer.checkpoint_dir: /scratch/llms/Llama-3.2-1B-Instruct/\n" in said.out
    assert "meta:\n  question: 'Does rank: matter?'\n" in said.out


def test_a_folder_with_a_summary_is_that(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    adopt(tmp_path / "study", SUMMARY, name="experiment_summary.yaml")
    (tmp_path / "study" / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    said = Study(tmp_path).cli("adopt", "study")
    assert "experiment_name: cap_2026-03-16\n" in said.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("for r in 8; do python x.py -m lora_rank=$r seed=1,2; done\n", "`lora_rank=` is left"),
        ("python x.py -m seed=1,2 && python x.py -m seed=3,4\n", "only the first command of"),
        ("python x.py -m seed=1,2\npython x.py -m seed=3,4\n", "only the first of its 2 multiruns"),
    ],
)  # fmt: skip
def test_a_multirun_of_several_is_no_whole_one(text: str, told: str, tmp_path: Path) -> None:
    said = adopt(tmp_path, text, *BASED, name="x.sh")
    assert said.code == 1
    assert told in said.err
    assert len(compiled(tmp_path, said).runs) == 2


def test_numbers_that_are_rounded_and_fewer_than_are_drawn(tmp_path: Path) -> None:
    parameter = "clip_grad_norm: {distribution: q_uniform, min: 0.3, max: 1.6, q: 0.5}"
    said = adopt(tmp_path, f"method: random\nrun_cap: 9\nparameters:\n  {parameter}\n", *BASED)
    assert said.code == 0, said
    assert "  clip_grad_norm: [0.5, 1, 1.5]\n" in said.out
    assert len(compiled(tmp_path, said).runs) == 3


def test_a_grid_that_ends_early_is_told(tmp_path: Path) -> None:
    text = "method: grid\nrun_cap: 2\nparameters: {seed: {values: [1, 2, 3]}}\n"
    said = adopt(tmp_path, text, *BASED)
    assert said.code == 1
    assert "`run_cap: 2` ends the grid early" in said.err
    assert adopt(tmp_path, text.replace(": 2\n", ": 3\n"), *BASED).code == 0


def test_what_a_sweeps_command_says_is_constant(tmp_path: Path) -> None:
    text = "method: grid\nparameters: {seed: {values: [1, 2]}}\n" + COMMAND
    more = "'${args_no_hyphens}', epochs=5, ~profiler"
    said = adopt(tmp_path, text.replace(f"{BASE}]", f"{BASE}, {more}]"))
    assert said.code == 0, said
    run = compiled(tmp_path, said).runs[0]
    assert run.config["epochs"] == 5
    assert "profiler" not in run.config
    said = adopt(tmp_path, text.replace(f"{BASE}]", f"{BASE}, seed=3]"))
    assert said.code == 1
    assert "`seed=3` of its command is left out" in said.err
    words = "['${env}', python, train.py, '${args}', --epochs, '3']"
    said = adopt(tmp_path, text.replace(COMMAND, f"command: {words}\n"), *BASED)
    assert said.code == 1
    assert "`--epochs` of its command is left out" in said.err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "lora_rank: 4, lr: 1e-4}",
            "lora_rank: 4, lr: 1e-4, seed: 2}",
            "`seed` of its runs is left",
        ),
        ("{name: a, ", "{name: a, model: Other-7B, ", "1 of its runs have another model"),
        ("Llama-3.2-1B-Instruct", "Foo-9B", "for `Foo-9B`: --base names another one"),
        ("epochs: 1", "epochs: 1, profiler: {enabled: true}", "`profiler` is left out"),
        ("epochs: 1", "epochs: 1, 'a b[': 2", "`a b[` is left out"),
    ],
)
def test_what_runs_of_a_summary_say_beside_its_variables(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    head, _, rest = SUMMARY.partition("data: ")
    plain = head + "runs:" + rest.partition("runs:")[2].partition("evaluation")[0]
    assert adopt(tmp_path, plain, name="experiment_summary.yaml").code == 0
    said = adopt(tmp_path, plain.replace(old, new), name="experiment_summary.yaml")
    assert said.code == 1, said
    assert told in said.err
