"""What is said of command lines that are none: what to type instead, with the user's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tcwc.api.session import Session
from tcwc.cli import COMMANDS, main
from tcwc.disk.files import Place
from tcwc.yaml.config import read_base

EXPERIMENT = """\
experiment_name: study
base_config: {base}
variables:
  learning_rate: [1e-4, 3e-4]
controls:
  seed: 1
"""
CONFIG = """\
output_dir: /tmp/x
model:
  _component_: torchtune.models.llama3_2.lora_llama3_2_1b
optimizer:
  _component_: torch.optim.AdamW
  lr: 3e-4
"""
FILES = {
    "experiment.yaml": EXPERIMENT.format(base="llama3_1/8B_lora"),
    "ranks.yaml": EXPERIMENT.format(base="llama3_2/1B_lora_single_device"),
    "deep/er/lr.experiment.yaml": EXPERIMENT.format(base="llama3_2/1B_lora_single_device"),
    "mine.yaml": CONFIG,
    "notes/todo.txt": "",
    "sweep.sh": "for x in 1 2; do tune run full --config a seed=$x; done\n",
    "multi.txt": "python train.py -m optimizer.lr=1e-4,3e-4 seed=1\n",
    "axolotl.yaml": "base_model: a/b\nadapter: lora\nlora_r: 16\nlearning_rate: 2e-4\n",
    "wandb.yaml": "method: grid\nparameters: {seed: {values: [1, 2]}}\n",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


MISTAKES = {
    "completion": ("needs SHELL: bash, zsh or fish", "`tcwc completion bash`"),
    "completion tcsh": ("'tcsh'", "'bash', 'zsh', 'fish'"),
    "lint -f json ranks.yaml": ("did you mean `tcwc lint ranks.yaml --format json`?",),
    "lint --json": ("did you mean `tcwc lint --format json`?",),
    "lint --output-format=json ranks.yaml": ("`tcwc lint ranks.yaml --format json`?",),
    "lint --unsafe ranks.yaml": ("no option --unsafe", "`tcwc lint ranks.yaml --unsafe-fixes`?"),
    "lint --no-color": ("`tcwc lint --color never`?",),
    "lint --select TCW1,TCW2": ('`select = ["TCW1", "TCW2"]`',),
    "lint --explain TCW201": ("`tcwc rule TCW201`",),
    "lint --config tcwc.toml": ("settings are read by themselves",),
    "build ranks.yaml --dry_run": ("`tcwc plan ranks.yaml`",),
    "build ranks.yaml --torchtune 0.5.0": ('`torchtune: "0.5.0"`',),
    "build ranks.yaml --base llama3_1/8B_lora": ("`base_config: llama3_1/8B_lora`",),
    "diff 0 1": ("experiment.yaml:0",),
    "lint --check ranks.yaml": ("changes nothing", "`tcwc check ranks.yaml`"),
    "build ranks.yaml --output-dir X": ("did you mean `tcwc build ranks.yaml -o X`?",),
    "build ranks.yaml --overwrite": ("`tcwc build ranks.yaml --force`?",),
    "build ranks.yaml --multirun": ("all combinations of the levels",),
    "-m lora_rank=8,16": ("values stand in the experiment",),
    "-V": ("`tcwc --version`",),
    "--verison": ("`tcwc --version`",),
    "lint -o out.json ranks.yaml": ("`tcwc lint ranks.yaml --format json > out.json`",),
    "lint ranks.yaml -o out.txt": ("`tcwc lint ranks.yaml > out.txt`",),
    "review ranks.yaml": ("`tcwc plan --against main ranks.yaml`",),
    "plan ranks.yaml -f csv": ("`tcwc plan ranks.yaml --format csv`",),
    "plan ranks.yaml -o t.csv": ("`tcwc plan ranks.yaml --format csv > t.csv`",),
    "check --fix ranks.yaml": ("`tcwc build ranks.yaml`", "`tcwc lint --fix ranks.yaml`"),
    "bases --list": ("`tcwc bases` lists them all",),
    "show ranks.yaml 0 1": ("one run at a time: `tcwc show ranks.yaml 0`", "diff ranks.yaml:0 1"),
    "cp llama3_1/8B_lora x.yaml": ("`tcwc bases --show llama3_1/8B_lora > x.yaml`",),
    "build ranks.yaml seed=1,2": ("write\n      variables:\n        seed: [1, 2]\n",),
    "build ranks.yaml seed=[1,2] lr=1e-4": (
        "controls:\n        lr: 1e-4\n    and, to compare\n      variables:\n        seed: [1, 2]",
    ),
    "build ranks.yaml --lr 1e-4": ("controls:\n        lr: 1e-4\n",),
    "build ranks.yaml --lora-rank=8": ("controls:\n        lora_rank: 8\n",),
    "build ranks.yaml --sample 5": ("at the top level: `sample: 5`",),
    "build -": ("only `tcwc lint -` reads",),
    "rule nonsense": ("`tcwc rule` lists them all",),
    "download meta-llama/X": ("`tune download meta-llama/X`",),
    "show ranks.yaml run_000 -o x": ("`tcwc show ranks.yaml run_000 > x`",),
    "diff ranks.yaml run_000 run_001": ("`tcwc diff ranks.yaml:run_000 run_001`",),
    "results --by lora_rank experiment.yaml": (
        "one more value of an option: `tcwc results experiment.yaml --by lora_rank`",
    ),
    "run": ("tcwc run needs EXPERIMENT", "`tcwc run experiment.yaml`"),
    "run ranks.yaml run_000 lr=0.5": ("`tcwc run ranks.yaml run_000 --try lr=0.5`",),
    "run ranks.yaml lr=0.5": ("values stand in the experiment", "lr: 0.5"),
    "train ranks.yaml": ("`tcwc run ranks.yaml`", "`tcwc slurm ranks.yaml`"),
    "sbatch": ("`tcwc slurm experiment.yaml`",),
    "experiment.yaml": ("`tcwc build experiment.yaml`", "`tcwc lint experiment.yaml`"),
    ".": ("`tcwc lint .`", "`tcwc check .`"),
    "buld experiment.yaml": ("did you mean `tcwc build experiment.yaml`?",),
    "Lint experiment.yaml": ("`tcwc lint experiment.yaml`",),
    "genrate experiment.yaml": ("`tcwc generate experiment.yaml`",),
    "compile experiment.yaml": ("`tcwc build experiment.yaml`",),
    "ls": ("`tcwc bases`",),
    "new llama3_2/1B_lora": ("`tcwc init llama3_2/1B_lora`",),
    "init -o new.experiment.yaml": (
        "needs a base config",
        "`tcwc init llama3_2/1B_lora_single_device`",
    ),
    "init 1B_lora lora_rank=8,16 epochs=2": (
        "`tcwc init 1B_lora --vary lora_rank=8,16 --set epochs=2`",
    ),
    "init --base llama3_2/1B_lora": ("`tcwc init llama3_2/1B_lora`",),
    "init llama3_2/1B_lora -o lr.yaml": ("write lr.experiment.yaml",),
    "init llama3_2/1B_lora": ("is there already", "-o lr.experiment.yaml"),
    "init llama3_2/1B_lora -o x.experiment.yaml --vary lora_rank": ("--vary takes KEY=VALUE",),
    "init -o x.experiment.yaml --from-run nowhere": ("there is no nowhere",),
    "params": ("`tcwc keys`",),
    "fix experiment.yaml": ("`tcwc lint --fix experiment.yaml`",),
    "cat experiment.yaml run_000": ("`tcwc show experiment.yaml run_000`",),
    "help lint": ("`tcwc lint --help`",),
    "version": ("`tcwc --version`",),
    "frobnicate": ("there are build, lint, check",),
    "slurm experiment.yaml --profile della": ("`tcwc slurm experiment.yaml --cluster della`?",),
    "slurm experiment.yaml --time 4h": ("`resources: {time: 12:00:00, gpus: 4}`",),
    "slurm experiment.yaml --partition gpu": ("clusters/NAME.yaml",),
    "slurm experiment.yaml --dry-run": ("submit.sh --dry-run",),
    "slurm experiment.yaml --submit": ("the one that submits",),
    "slurm experiment.yaml run_003 4": ("`tcwc slurm experiment.yaml --only run_003,4`",),
    "status experiment.yaml --run run_003": ("`tcwc status experiment.yaml --only run_003`?",),
    "run experiment.yaml --gpus 2": ("--devices", "`resources: {gpus: 2}`"),
    "prune experiment.yaml --dry-run": ("without --yes",),
    "verify out/run_000": ("`tcwc verify out/run_000 ",),
    "verify out/a out/b experiment.yaml": ("`tcwc verify out/a experiment.yaml`",),
    "-v lint experiment.yaml": ("options come after it: `tcwc lint -v experiment.yaml`",),
    "--lint experiment.yaml": ("`tcwc lint experiment.yaml`",),
    "--config experiment.yaml": ("`tcwc build experiment.yaml`",),
    "build --config experiment.yaml": ("no option --config", "`tcwc build experiment.yaml`"),
    "lint --config=experiment.yaml": ("no option --config",),
    "build --dry-run experiment.yaml": (
        "`tcwc plan experiment.yaml`",
        "`tcwc lint experiment.yaml`",
    ),
    "build -n experiment.yaml": ("`tcwc plan experiment.yaml`",),
    "build experiment.yaml lora_rank=8": (
        "not on the command line: lora_rank=8",
        "controls:\n        lora_rank: 8\n",
        "variables:\n        lora_rank: [8, ...]",
    ),
    "plan experiment.yaml +optimizer.lr=1e-4 seed=3": ("optimizer.lr: 1e-4\n        seed: 3",),
    "lint experiment.yaml batch_size=4": ("controls:\n        batch_size: 4",),
    "build --fix experiment.yaml": ("`tcwc lint --fix experiment.yaml`",),
    "build --fixx experiment.yaml": ("`tcwc lint --fix experiment.yaml`",),
    "build --forse experiment.yaml": ("did you mean --force?",),
    "build --verbsoe experiment.yaml": ("did you mean --verbose?",),
    "plan --wibble experiment.yaml": ("`tcwc plan --help`",),
    "build": ("needs EXPERIMENT", "`tcwc build experiment.yaml`"),
    "show experiment.yaml": ("needs RUN", "`tcwc show experiment.yaml run_000`"),
    "show run_001": ("needs EXPERIMENT, before", "`tcwc show experiment.yaml run_001`"),
    "explain TCW201": ("`tcwc rule TCW201`",),
    "TCW201": ("`tcwc rule TCW201`",),
    "diff run_000 run_001": ("experiment.yaml:run_000",),
    "build llama3_2/1B_lora": ("`base_config: llama3_2/1B_lora`",),
    "build *.yml": ("name an experiment that is there",),
    "diff experiment.yaml": ("needs B", "`tcwc diff experiment.yaml:run_000"),
    "plan experiment.yaml ranks.yaml": ("one experiment at a time: `tcwc plan experiment.yaml`",),
    "validate a.yaml b.yaml c.yaml": ("at a time: `tcwc validate a.yaml`, and so the other 2",),
    "schema a.yaml b.yaml": ("`tcwc schema a.yaml`, then `tcwc schema b.yaml`",),
    "status a.yaml b.yaml c.yaml -v": ("at a time: `tcwc status a.yaml -v`, and so",),
    "show a.yaml b.yaml c.yaml": ("at a time: `tcwc show a.yaml run_000`, and so",),
    "diff a.yaml:0 b.yaml:0 c.yaml:0": ("it compares two runs: `tcwc diff a.yaml:0 b.yaml:0`",),
    "verify a.yaml b.yaml c.yaml": ("one folder at a time: `tcwc verify FOLDER c.yaml`",),
    "lint sweep.sh": ("a script that starts runs", "`tcwc adopt sweep.sh` makes an experiment"),
    "check sweep.sh": ("`tcwc adopt sweep.sh` makes an experiment",),
    "lint wandb.yaml": ("a sweep of W&B's", "`tcwc adopt wandb.yaml` makes an experiment"),
    "lint axolotl.yaml": ("a config of another trainer", "`tcwc plan axolotl.yaml` says which"),
    "adopt axolotl.yaml": ("a config of another trainer", "`tcwc plan axolotl.yaml` says which"),
    "wandb.yaml": ("a sweep of W&B's, and no command", "`tcwc adopt wandb.yaml`"),
    "sweep.sh": ("no command", "`tcwc adopt sweep.sh`"),
    "mine.yaml": ("no command", "`tcwc lint mine.yaml`", "`tcwc adopt mine.yaml`"),
    "lint multi.txt": ("multirun line of Hydra's", "`tcwc adopt multi.txt`"),
    "plan experiment.yaml --format yaml": ("invalid choice: 'yaml'", "`tcwc plan --help`"),
    "build ranks.yml": ("did you mean ranks.yaml?",),
    "lint rank.yaml": ("did you mean ranks.yaml?",),
    "lint lr.experiment.yaml": ("did you mean deep/er/lr.experiment.yaml?",),
    "show nowhere.yaml 0": ("name an experiment that is there",),
    "build deep": ("name the experiment in it: deep/er/lr.experiment.yaml",),
    "lint notes": ("NAME.experiment.yaml below notes",),
    "build -o out experiment.yaml ranks.yaml": ("-o names one folder", "`-o DIR experiment.yaml`"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_what_was_meant_is_said(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "= help: " in said.err
    for part in MISTAKES[line]:
        assert part in said.err


@pytest.mark.parametrize(
    ("words", "help"),
    [
        ("show llama3_1/8B_lora", "`tcwc bases --show llama3_1/8B_lora`"),
        ("llama3.2x", "llama3_2/1B_lora_single_device"),
        ("meta-llama/Llama-3.2-3B-Chat", "llama3_2/3B_lora_single_device"),
        ("Qwen2.5-7B-Base", "qwen2_5/7B_lora_single_device"),
        ("recipe", "`tcwc bases` lists them all"),
    ],
)
def test_bases_by_other_words(words: str, help: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bases", *words.split()]) == 1
    assert help in capsys.readouterr().err


def test_a_size_is_no_end_of_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bases", "3B"]) == 0
    said = capsys.readouterr().out
    assert "llama3_2/3B_lora" in said
    assert "13B" not in said


def test_rules_whose_codes_begin_alike_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "TCW2"]) == 0
    codes = [line[:6] for line in capsys.readouterr().out.splitlines()]
    assert "TCW201" in codes
    assert all(code.startswith("TCW2") for code in codes)


def test_a_folder_after_an_experiment_is_one_to_write_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["build", "ranks.yaml", "out"]) != 0
    assert "to write there: `tcwc build ranks.yaml -o out`" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan", "build"])
def test_a_config_is_told_what_makes_an_experiment_of_it(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "mine.yaml"]) == 1
    said = "".join(capsys.readouterr())
    assert "torchtune config" in said
    for part in ("experiment_name: mine", "base_config_file: mine.yaml", "[3e-4, ...]"):
        assert f"`{part}`" in said or part in said


@pytest.mark.parametrize("command", ["plan", "build", "show", "run"])
@pytest.mark.parametrize("name", ["sweep.sh", "wandb.yaml", "multi.txt"])
def test_what_can_be_adopted_is_told(
    command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, name, *(["0"] if command == "show" else [])]) == 1
    assert f"`tcwc adopt {name}` " in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["sweep.sh", "notes"])
def test_an_experiment_is_not_begun_with_what_is_adopted(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", name, "-o", "x.experiment.yaml"]) == 1
    said = capsys.readouterr().err
    assert f"{name} is there, and no base config" in said
    assert f"`tcwc adopt {name}`" in said


def test_what_is_none_hides_no_finding_of_others(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "wrong.yaml").write_text(CONFIG.replace("lr: 3e-4", "lrr: 3e-4"), encoding="utf-8")
    files = ["mine.yaml", "wrong.yaml", "sweep.sh", "wandb.yaml", "notes/todo.txt"]
    assert main(["lint", *files]) == 2
    said = capsys.readouterr()
    assert "wrong.yaml:6:3: error[TCW201]" in said.out
    for each in files[2:]:
        assert said.err.count(f"error: {each} is ") == 1
    (here / "bytes.yaml").write_bytes(b"\xff\xfe\x00seed")
    assert main(["lint", "wrong.yaml", "bytes.yaml"]) == 2
    said = capsys.readouterr()
    assert "wrong.yaml:6:3: error[TCW201]" in said.out
    assert said.err.count("bytes.yaml") == 1
    assert main(["check", "ranks.yaml", "sweep.sh", "wandb.yaml"]) == 2
    said = capsys.readouterr()
    assert "ranks.configs" in said.err
    assert said.err.count("`tcwc adopt") == 2
    assert main(["lint", *files[2:]]) == 2
    said = capsys.readouterr()
    assert [said.err.count(f"error: {each} is ") for each in files[2:]] == [1, 1, 1]


def test_what_a_build_wrote_is_told_by_its_experiment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["build", "ranks.yaml", "-q"]) == 0
    for line, part in {
        "show ranks.configs/run_001.yaml": "`tcwc show ranks.yaml run_001`",
        "explain ranks.configs/run_001.yaml": "`tcwc explain ranks.yaml run_001`",
        "diff ranks.configs/run_001.yaml": "`tcwc diff ranks.yaml:run_001 run_001`",
        "build ranks.configs/run_mapping.yaml": "what a build recorded, and no experiment",
        "show ranks.configs/run_001.yaml 1": "`tcwc show ranks.yaml run_001` prints this config",
        "build ranks.configs/run_001.yaml": "name ranks.yaml",
        "plan ranks.configs": "it holds the configs of ranks.yaml: name that",
        "check ranks.configs": "it holds the configs of ranks.yaml: name that",
        "lint ranks.configs": "it holds the configs of ranks.yaml: name that",
    }.items():
        capsys.readouterr()
        assert main(line.split()) == 2, line
        assert part in capsys.readouterr().err


def test_a_key_in_the_place_of_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "ranks.yaml", "lora_rank"]) == 1
    assert "`tcwc explain ranks.yaml run_000 lora_rank`" in capsys.readouterr().err


def test_alone_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in COMMANDS)


def test_what_a_newcomer_is_told_works(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main([])
    told = re.findall(r"^  (tcwc .*?)(?:  |$)", capsys.readouterr().err, re.MULTILINE)
    assert len(told) == 3
    (here / "empty").mkdir()
    monkeypatch.chdir(here / "empty")
    for line in told:
        assert main(line.split()[1:]) == 0, line
    assert (here / "empty/configs/run_000.yaml").exists()


def test_a_base_is_printed_as_a_run_would_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bases", "--show", "llama3_2/1B_lora_single_device"]) == 0
    text = capsys.readouterr().out
    known = Session().catalogue("0.6.1", Place("experiment.yaml"))
    config = known.config("llama3_2/1B_lora_single_device")
    assert config is not None
    assert read_base(text, "base.yaml").values == config.values
    assert main(["bases", "--show", "llama3_2/1b_lora_single"]) == 0
    assert capsys.readouterr().out == text
    assert main(["bases", "--show", "lora_single"]) == 1
    assert "by its whole name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "first", "status"),
    [
        (["llama3_2", "LORA_SINGLE"], "llama3_2/1B_lora_single_device", 0),
        (["llama", "1b", "lora", "single"], "llama3_2/1B_lora_single_device", 0),
        (["llama3.2", "lora", "5gpus"], "", 1),
        (["llama3.2", "4gpus"], "llama3_2/1B_full", 0),
        (["qlora", "8b"], "llama3/8B_qlora_single_device", 0),
        (["dpo"], "llama2/7B_lora_dpo_single_device", 0),
        (["meta-llama/Llama-3.2-3B-Instruct", "qlora"], "llama3_2/3B_qlora_single_device", 0),
        (["Qwen2.5-7B", "full"], "qwen2_5/7B_full_single_device", 0),
        (["quantize"], "quantization", 0),
        (["llama3_2x"], "", 1),
    ],
)
def test_the_bases_that_have_all_words(
    words: list[str], first: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bases", *words]) == status
    said = capsys.readouterr()
    assert (said.out.splitlines()[1].split(" ")[0] == first) if status == 0 else said.out == ""
    assert ("= help: " in said.err) is (status == 1)


def test_an_empty_folder_name_writes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(here.iterdir())
    assert main(["build", "ranks.yaml", "-o", ""]) == 2
    assert "-o names no folder" in capsys.readouterr().err
    assert sorted(here.iterdir()) == before
