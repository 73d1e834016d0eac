"""Scripts of bash that start runs: read, never run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tcwc.api.compilation import compile
from tcwc.api.session import TARGET, Session
from tcwc.disk.files import Place
from tcwc.model.invocation import Invocation
from tcwc.model.ir import Value
from tcwc.moves.bash.follow import Started, follow
from tcwc.moves.bash.values import Unknown
from tcwc.moves.ground import Wishes
from tcwc.moves.script import _Reader
from tests.moves.test_nearest import BASE
from tests.study import Said, Study

RUN = f"tune run lora_finetune_single_device --config {BASE}"


def commands(text: str) -> list[str]:
    """The commands that begin with `go`, with their words apart by `|`."""
    found = follow(text, lambda words: words[:1] == ["go"]).commands
    return ["|".join(str(word) for word in each.words[1:]) for each in found]


def unknown(text: str) -> str:
    (found,) = follow(text, lambda words: words[:1] == ["go"]).commands
    (why,) = [each.why for each in found.words if isinstance(each, Unknown)]
    return why


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("for x in a b c; do go $x; done", ["a", "b", "c"]),
        ("for x in a b\ndo\n  go ${x}.1 # no\ndone", ["a.1", "b.1"]),
        ("for x in 1 2; do for y in 3 4; do go $x-$y & done; done", ["1-3", "1-4", "2-3", "2-4"]),
        ("L='a b'; for x in $L; do go $x; done", ["a", "b"]),
        ("L='a b'; for x in \"$L\"; do go $x; done", ["a|b"]),
        ('L=(a "b c"); for x in "${L[@]}"; do go "$x"; done', ["a", "b c"]),
        ("L=(a b); L+=(c); go ${#L[@]} ${L[-1]}", ["3|c"]),
        ('L=(a b); for i in "${!L[@]}"; do go $i=${L[$i]}; done', ["0=a", "1=b"]),
        ("for x in {1..3}; do go $x; done", ["1", "2", "3"]),
        ("for x in {4..0..2} z{a,b}; do go $x; done", ["4", "2", "0", "za", "zb"]),
        ("for x in $(seq 2 2 6); do go $x; done", ["2", "4", "6"]),
        ("r=8; go $((2 * r)) $((r/3)) $(( (r+1) % 4 ))", ["16|2|1"]),
        ("go a=1 \\\n   b=2", ["a=1|b=2"]),
        ("x=1 y=2; go $x$y", ["12"]),
        ("export x=1; go '$x' \"$x\" \\$x", ["$x|1|$x"]),
        ("go ${x:-3}", ["3"]),
        ("x=a.b; go ${x//./_}", ["a_b"]),
        ("go a > log 2>&1; go b &> log; go c 2>/dev/null", ["a", "b", "c"]),
        ("go $x > log", ["Unknown(why='`$x` is not set in the script', before='')"]),
        ("cat <<E > f\ngo no\nE\ngo yes", ["yes"]),
        ("L=a\nsbatch <<E\ngo $L\nE\ngo b", ["a", "b"]),
        ('sbatch --wrap="go a b=c"', ["a|b=c"]),
        ('C="go a b"; $C c; eval "$C" d', ["a|b|c", "a|b|d"]),
        ("srun apptainer exec x.sif bash -c 'cd y && go a > log'", ["a"]),
        ("#SBATCH --array=0-4:2%1\ngo $SLURM_ARRAY_TASK_ID", ["0", "2", "4"]),
        (
            "L=(x y)\nM=(p q)\n#SBATCH -a 0-3\ngo ${L[$((SLURM_ARRAY_TASK_ID / 2))]}"
            "${M[SLURM_ARRAY_TASK_ID % 2]}",
            ["xp", "xq", "yp", "yq"],
        ),
        ("L=(x y z)\ngo ${L[$SLURM_ARRAY_TASK_ID]}", ["x", "y", "z"]),
        ("if true; then go a; fi; go b", ["b"]),
        ("case $1 in a) go a;; esac; go b", ["b"]),
        ("f() { go a; }\ngo b", ["b"]),
        ("while read x; do go a; done < f; go b", ["b"]),
        ("(cd x; go a); { go b; }", ["a", "b"]),
        ("done; fi; go a", ["a"]),
        ("for x in 1 2; do go $x", ["1", "2"]),
        ("go 'never closed", ["never closed"]),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_script_runs(script: str, told: list[str]) -> None:
    assert commands(script) == told
    assert commands(script.replace("\n", "\r\n")) == told


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("go $USER", "`$USER` is not set in the script"),
        ("go `nproc`", "what `$(nproc)` prints"),
        ("go $((x + 1))", "the arithmetic `x + 1` is not worked out"),
        ("go $((2 ** 99999999))", "is not worked out"),
        ("x=1; if a; then x=2; fi; go $x", "`$x` is set in `if` (line 1)"),
        ("x=abc; go ${x%c}", "`${x%c}` is not worked out"),
        ("L=(a); go ${L[3]}", "has no item 3: there are 1"),
        ("x=1; read x; go $x", "`$x` is read (line 1)"),
        ("x=0; ((x++)); go $x", "is set in ((...)) (line 1)"),
    ],
)
def test_what_is_known_only_when_it_runs(script: str, why: str) -> None:
    assert why in unknown(script)


def test_nested_texts_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcwc.moves.bash.follow._PASSED", 20_000)  # of 200,000: a tenth to wait for
    assert commands("for x in " + "(" * 5_000) == []
    assert commands("x=" + "(" * 500 + "; go a") is not None
    assert len(commands("for a in {1..200}; do for b in {1..200}; do go $a; done; done")) == 10_000
    loops = "".join(f"for {name} in {{1..9999}}; do " for name in "abcdef")
    assert commands(f"{loops} echo; {'done; ' * 6} go a") == []
    assert commands(f"x=aaaa; {'x=$x$x; ' * 60} go b") == ["b"]
    assert commands(f"L=(a b); {'L+=($' + chr(123) + 'L[@]}); '} go b") == ["b"]
    assert len(commands("go {1..9999}{1..9999}{1..9999}")) == 1
    assert commands(f"{loops} if a; then {loops} echo; {'done; ' * 6} fi; {'done; ' * 6}") == []
    assert commands("for x in 1; do " * 3_000 + "go;" + " done;" * 3_000) == []
    assert commands("if a; then " * 3_000 + "go; " + "fi;" * 3_000) == []
    assert commands("$(" * 2_000 + "go" + ")" * 2_000) == []
    assert len(commands("go " + "{a,b}" * 1_000)) == 1
    many = "L=(a b); " + "L=(${L[@]} ${L[@]}); " * 40 + "go b"
    assert commands(many) == ["b"]
    assert commands("sbatch <<E\n" * 50 + "go a\n" + "E\n" * 50) is not None


def adopt(folder: Path, text: str, *more: str) -> Said:
    study = Study(folder)
    (folder / "sweep.sh").write_text(text, encoding="utf-8")
    return study.cli("adopt", "sweep.sh", *more)


NESTED = f"""\
#!/bin/bash
DATA="/data/my data.json"
for rank in 8 16 32; do
  for lr in 1e-4 3e-4; do
    {RUN} \\
      model.lora_rank=$rank model.lora_alpha=$((2 * rank)) optimizer.lr=$lr seed=1 \\
      dataset.source=json dataset.data_files="$DATA" output_dir=/scratch/$USER/$rank ~clip_grad_norm
  done
done
"""


def test_nested_loops_are_a_grid(tmp_path: Path) -> None:
    said = adopt(tmp_path, NESTED, "-o", "experiment.yaml")
    assert said.code == 0, said
    assert "`output_dir` is left out: `$USER` is not set in the script" in said.err
    text = (tmp_path / "experiment.yaml").read_text(encoding="utf-8")
    assert "  model.lora_rank: [8, 16, 32]\n  optimizer.lr: [1e-4, 3e-4]\n" in text
    assert "derived:\n  model.lora_alpha: 2 * model.lora_rank\n" in text
    made = compile(tmp_path / "experiment.yaml")
    assert made.ok
    assert len(made.runs) == 6
    config = made.runs[3].config
    assert config["dataset"]["data_files"] == "/data/my data.json"  # type: ignore[call-overload,index]
    assert "clip_grad_norm" not in config


@pytest.mark.parametrize(
    ("arguments", "path", "value"),
    [
        ("batch_size=2", "batch_size", 2),
        ("optimizer.lr=1e-5", "optimizer.lr", 1e-5),
        ("clip_grad_norm=None seed=3", "clip_grad_norm", None),
        ("model.lora_attn_modules=[q_proj]", "model.lora_attn_modules", ["q_proj"]),
        ("optimizer=torch.optim.SGD ~optimizer.fused", "optimizer._component_", "torch.optim.SGD"),
        ("compile=True", "compile", True),
    ],
)  # fmt: skip
def test_arguments_are_read_as_torchtune_reads_them(
    arguments: str, path: str, value: object, tmp_path: Path
) -> None:
    assert adopt(tmp_path, f"{RUN} {arguments}\n", "-o", "experiment.yaml").code == 0
    found: object = compile(tmp_path / "experiment.yaml").runs[0].config
    for key in path.split("."):
        assert isinstance(found, dict)
        found = found[key]
    assert found == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("echo hello\n", "starts no run whose config is known"),
        (f"tune run $R --config {BASE}\n", "`$R` is not set in the script"),
        ("tune run full_finetune_single_device --config my.yaml\n", "starts from my.yaml"),
        (f"{RUN}-typo\n", "starts from llama3_2/1B_lora_single_device-typo"),
    ],
)
def test_a_script_without_runs_is_told(text: str, told: str, tmp_path: Path) -> None:
    said = adopt(tmp_path, text)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_what_is_left_out_makes_it_no_success(tmp_path: Path) -> None:
    said = adopt(tmp_path, f"for r in 8 16; do {RUN} model.lora_rank=$r batch_size=$B; done\n")
    assert said.code == 1
    assert "sweep.sh:1: `batch_size` is left out: `$B` is not set in the script" in said.err
    assert "model.lora_rank: [8, 16]" in said.out


def test_a_config_of_its_own_is_the_base_file(tmp_path: Path) -> None:
    (tmp_path / "my").mkdir()
    values = "".join(
        f"{line}\n" for line in Study(tmp_path).cli("bases", "--show", BASE).out.splitlines()
    )
    (tmp_path / "my" / "base.yaml").write_text(values, encoding="utf-8")
    text = "tune run lora_finetune_single_device --config my/base.yaml seed=1\n"
    said = adopt(tmp_path, text)
    assert said.code == 0, said
    assert "base_config_file: my/base.yaml\nrecipe: lora_finetune_single_device\n" in said.out


_MERGE = """
import json, sys
from argparse import Namespace
from omegaconf import OmegaConf
from torchtune.config._utils import _merge_yaml_and_cli_args
made = []
for config, arguments in json.load(sys.stdin):
    try:
        merged = _merge_yaml_and_cli_args(Namespace(**config), arguments)
        made.append(OmegaConf.to_container(merged, resolve=False))
    except Exception:
        made.append(None)
print(json.dumps(made))
"""

_CONFIG: dict[str, Value] = {
    "a": 1, "n": None, "l": [1, 2], "plain": {"x": 1, "y": {"z": 2}},
    "optimizer": {"_component_": "torch.optim.AdamW", "lr": 1e-4, "fused": True},
    "checkpointer": {"_component_": "c", "checkpoint_files": {"max_filename": "00002"}},
}  # fmt: skip

_ARGUMENTS = [
    ["a=2"], ["a=1e-4"], ["a=0.1"], ["a=None"], ["a=null"], ["a="], ["a=~"], ["a=True"], ["a=yes"],
    ["a=010"], ["a=1_000"], ["a=a b"], ["a='1'"], ['a="1"'], ["a=[1,2]"], ["a={b: 1}"], ["a=${n}"],
    ["optimizer=torch.optim.SGD"], ["optimizer.lr=1"], ["optimizer.new=1"], ["new.deep.key=1"],
    ["plain={x: 2, w: 3}"], ["plain.y={q: 1}"], ["plain=3"], ["n.b=1"], ["a.b=1"], ["+a=3"],
    ["~a"], ["~plain.x"], ["~optimizer"], ["~z"], ["~optimizer._component_"], ["~l=3"],
    ["a=b=c"], ["plain.x=5", "~plain"], ["~plain", "plain.k=1"], ["l=[3]"], ["a=1", "a=2"],
    ["l[0]=3"], ["plain[x]=5"], ["a=[1,"], ["a=a: b"], ["a=- 1"], ["a=@x"], ["a='"], ["a=\t1"],
    ["l={a: 1}"], ["plain=[1]"], ["a"], ["plain=3", "plain.x=1"], ["plain.x=1", "plain=3"],
    ["checkpointer.checkpoint_files.max_filename=None"], ["a={a: 1, a: 2}"], ["a=..."], ["a=]"],
    ["optimizer=a.B", "optimizer.lr=2"], ["new=1", "new.a=2"], ["new={a: 1}", "new={b: 2}"],
    ["checkpointer.checkpoint_files.max_filename=00004"], ["a=1:30"], ["a=2020-01-01"], ["a=é"],
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.torchtune
def test_arguments_give_what_torchtune_makes_of_them(torchtune_python: Path) -> None:
    cases = json.dumps([(_CONFIG, arguments) for arguments in _ARGUMENTS])
    done = subprocess.run(
        [torchtune_python, "-c", _MERGE], input=cases, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    real = json.loads(done.stdout.splitlines()[-1])
    known = Session().catalogue("0.6.1", Place("experiment.yaml"))
    for arguments, theirs in zip(_ARGUMENTS, real, strict=True):
        reader = _Reader("x.sh", lambda _: None, known, TARGET)
        wishes = Wishes("x", base="x", file=_CONFIG)
        made = reader.observed(Started((), 1), Invocation("r", "c", tuple(arguments)), wishes)
        mine = None if reader.notes else made.values
        is_told = arguments == ["plain[x]=5"]  # OmegaConf has it for `plain.x`
        assert mine == (None if is_told else theirs), (arguments, reader.notes)


def test_words_that_are_given_when_it_is_called_are_told(tmp_path: Path) -> None:
    said = adopt(tmp_path, f'{RUN} seed=1 "$@"\n')
    assert said.code == 0
    assert "sweep.sh:1: a word is left out: `${@}` is known only when it runs" in said.err


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (f"for n in 1 2; do {RUN.replace('run', 'run --nproc_per_node $n')} seed=1; done\n",
         "other numbers of processes (1, 2)"),
        (f"{RUN} model.lora_attn_modules=[q_proj, v_proj]\n", "`v_proj]` is left out"),
        (f"if a; then E=seed=1; fi; {RUN} $E\n", "a word is left out: `$E` is set in `if`"),
        (f"{RUN} --seed=1\n", "`--seed=1` is left out"),
        (f"for r in 8 16; do [ $r = 8 ] && continue; {RUN} seed=$r; done\n", "`continue` in && is"),
        (f"JOB=$(sbatch --wrap='{RUN} seed=$r')\n", "`seed` is left out: `$r` is not set"),
        (f"{RUN} seed=1\nssh host '{RUN} seed=2'\n", "the run in what `ssh` is given"),
        (f"{RUN} seed=1\nparallel {RUN} seed={{}} ::: 1 2\n", "that `parallel` starts are"),
    ],
)  # fmt: skip
def test_no_success_where_a_run_may_be_another(script: str, told: str, tmp_path: Path) -> None:
    said = adopt(tmp_path, script)
    assert said.code == 1, said
    assert told in said.err, said.err


def test_overrides_may_stand_before_the_config(tmp_path: Path) -> None:
    said = adopt(
        tmp_path, f"tune run lora_finetune_single_device seed=3 --config {BASE} epochs=2\n"
    )
    assert said.code == 0, said
    assert "  seed: 3\n" in said.out
    assert "  epochs: 2\n" in said.out


def test_keys_without_effect_are_kept_and_what_was_meant_is_told(tmp_path: Path) -> None:
    text = f"for r in 8 16; do {RUN} lora_rank=$r batch=2 foo=1 dropout=0.1; done\n"
    said = adopt(tmp_path, text, "-o", "experiment.yaml")
    assert said.code == 0, said
    assert "2 of 2 configs are given, value for value" in said.err
    told = {each.split("`")[1]: each for each in said.err.splitlines() if "had no effect" in each}
    assert "; `model.lora_rank` is probably meant" in told["lora_rank"]
    assert "`batch_size` in torchtune" in told["batch"]
    assert "`model.lora_dropout` in torchtune" in told["dropout"]
    assert told["foo"].endswith("as it is")
    made = compile(tmp_path / "experiment.yaml")
    assert [run.config["lora_rank"] for run in made.runs] == [8, 16]
    assert {run.config["model"]["lora_rank"] for run in made.runs} == {64}


def test_a_plus_is_part_of_a_key_that_torchtune_is_given(tmp_path: Path) -> None:
    said = adopt(tmp_path, f"for r in 8 16; do {RUN} +lora_rank=$r; done\n")
    assert said.code == 0, said
    assert "`model.lora_rank` is probably meant" in said.err


def test_a_key_that_is_referred_to_had_an_effect(tmp_path: Path) -> None:
    said = adopt(tmp_path, f"{RUN} base_lr=1e-4 'optimizer.lr=${{base_lr}}'\n")
    assert "the recipe reads no `base_lr`: it is written" in said.err


@pytest.mark.parametrize(
    ("processes", "line", "told"),
    [
        (["2", "2"], "\nresources: {gpus: 2}\n", ""),
        (["2", "4"], "", "other numbers of processes (2, 4)"),
        (["gpu", "gpu"], "", "runs have `gpu` processes each: "),
        (["1", "1"], "", ""),
    ],
)
def test_processes_are_resources(
    processes: list[str], line: str, told: str, tmp_path: Path
) -> None:
    text = "".join(
        f"tune run --nproc_per_node {each} lora_finetune_distributed --config llama3_2/1B_lora "
        f"seed={seed}\n"
        for seed, each in enumerate(processes)
    )
    said = adopt(tmp_path, text)
    assert said.code == int(processes[0] != processes[1]), said
    assert line in said.out
    assert ("resources" in said.out) is bool(line)
    assert told in said.err
    assert ("processes" in said.err) is bool(told)


def test_an_error_of_a_script_is_told_once(tmp_path: Path) -> None:
    text = f"for r in 8 16 32; do {RUN} model.lora_rnk=$r seed=1; done\n"
    said = adopt(tmp_path, text)
    assert said.code == 1
    assert said.err.count("did you mean `model.lora_rank`?") == 1
    assert said.err.count("tcwc: error: ") == 1
    assert "mend them there, or in what is printed above" in said.err
