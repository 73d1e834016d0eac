"""`tcwc lint --fix`, `--unsafe-fixes` and `--diff`: what happens to files."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tcwc.cli import main
from tests.fix.ways import PATCH, fixed, variant

NAME = "experiment.yaml"
BAD = b"""\
experiment_name: study  # caf\xc3\xa9
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: ["8", 16]
controls:
  lora_rank: 4
  seed: 1
"""
SAFE = BAD.replace(b'"8"', b"8")
UNSAFE = SAFE.replace(b"  lora_rank: 4\n", b"")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(*arguments: str) -> int:
    return main(["lint", "--color", "never", *arguments])


def test_fix_applies_what_is_safe(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / NAME).write_bytes(BAD)
    assert lint("--fix", NAME) == 0
    assert (here / NAME).read_bytes() == SAFE
    said = capsys.readouterr()
    assert "warning[TCW401]" in said.out
    assert "TCW203" not in said.out
    assert "Fixed 1 finding." in said.err
    assert sorted(os.listdir(here)) == [NAME], "no temporary file is left"


def test_unsafe_fixes_apply_all(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / NAME).write_bytes(BAD)
    assert lint("--unsafe-fixes", NAME) == 0
    assert (here / NAME).read_bytes() == UNSAFE
    assert "Fixed 2 findings." in capsys.readouterr().err


def test_each_repair_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / NAME).write_bytes(BAD)
    lint("--fix", NAME)
    assert f'{NAME}:4: fixed TCW203: "8" -> 8\n' in capsys.readouterr().err
    (here / NAME).write_bytes(BAD)
    lint("--fix", "--quiet", NAME)
    assert not capsys.readouterr().err


def test_a_file_of_two_names_keeps_both(here: Path) -> None:
    (here / NAME).write_bytes(BAD)
    os.link(here / NAME, here / "other.yaml")
    lint("--fix", NAME)
    assert (here / "other.yaml").read_bytes() == SAFE


def test_a_diff_of_what_is_in_no_file(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ((), ("--stdin-filename", "unsaved/x.yaml")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD)))
        assert lint("--diff", "-", *name) == 1
        assert "cannot read" not in capsys.readouterr().err


def test_a_clean_file_is_not_written(here: Path) -> None:
    (here / NAME).write_bytes(UNSAFE)
    before = (here / NAME).stat()
    assert lint("--unsafe-fixes", NAME) == 0
    after = (here / NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_line_ends_mark_and_permissions_stay(here: Path) -> None:
    path = here / NAME
    path.write_bytes(b"\xef\xbb\xbf" + BAD.replace(b"\n", b"\r\n"))
    path.chmod(0o640)
    assert lint("--fix", NAME) == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + SAFE.replace(b"\n", b"\r\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(here: Path) -> None:
    (here / "real.yaml").write_bytes(BAD)
    (here / NAME).symlink_to("real.yaml")
    assert lint("--fix", NAME) == 0
    assert (here / NAME).is_symlink()
    assert (here / "real.yaml").read_bytes() == SAFE


def test_a_read_only_file_stays(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / NAME).write_bytes(BAD)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anything
    assert lint("--fix", NAME) == 2
    assert (here / NAME).read_bytes() == BAD


def test_diff_shows_and_changes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / NAME).write_bytes(BAD)
    assert lint("--diff", NAME) == 1
    assert (here / NAME).read_bytes() == BAD
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "--- a/experiment.yaml",
        "+++ b/experiment.yaml",
        "@@ -1,7 +1,7 @@",
        " experiment_name: study  # café",
        " base_config: llama3_2/1B_lora_single_device",
        " variables:",
        '-  lora_rank: ["8", 16]',
        "+  lora_rank: [8, 16]",
        " controls:",
        "   lora_rank: 4",
        "   seed: 1",
    ]
    assert "Would fix 1 finding." in said.err
    (here / NAME).write_bytes(UNSAFE)
    assert lint("--diff", "--unsafe-fixes", NAME) == 0
    assert capsys.readouterr().out == ""


def test_stdin_becomes_the_fixed_text(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD), encoding="utf-8"))
    assert lint("--fix", "-", "--stdin-filename", NAME) == 0
    said = capsys.readouterr()
    assert said.out == SAFE.decode()
    assert "TCW401" in said.err
    assert os.listdir(here) == []


def base_experiment(base: str) -> bytes:
    return (
        f"experiment_name: study\nbase_config_file: {base}\nrecipe: lora_finetune_single_device\n"
        "variables:\n  seed: [1, 2]\n"
    ).encode()


BASE = """\
# ours
output_dir: /tmp/lora
model:
  _component_: torchtune.models.llama3_2.lora_llama3_2_1b
  lora_attn_modules: [q_proj, v_proj]
  apply_lora_to_mlp: true
  lora_rank: 8
  lora_alpha: 16
tokenizer:
  _component_: torchtune.models.llama3.llama3_tokenizer
  path: /tmp/tokenizer.model
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_dir: /tmp/model
  checkpoint_files: [model.safetensors]
  output_dir: ${output_dir}
  model_type: LLAMA3_2
resume_from_checkpoint: false
dataset:
  _component_: torchtune.datasets.alpaca_cleaned_dataset
seed: 1
shuffle: true
batch_size: 4
optimizer: {_component_: torch.optim.AdamW, lr: &lr 3e-4, weight_decay: *lr}
lr_scheduler:
  _component_: torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup
  num_warmup_steps: 100
loss:
  _component_: torchtune.modules.loss.CEWithChunkedOutputLoss
epochs: 1
max_steps_per_epoch: null
gradient_accumulation_steps: 8
clip_grad_nrom: 1.5  # as before
compile: false
metric_logger:
  _component_: torchtune.training.metric_logging.DiskLogger
  log_dir: ${output_dir}/logs
log_every_n_steps: 1
log_peak_memory_stats: true
device: cuda
dtype: bf16
enable_activation_checkpointing: false
enable_activation_offloading: false
"""
BASE_FIXED = BASE.replace("clip_grad_nrom", "clip_grad_norm")


def test_a_base_below_this_folder_is_repaired(here: Path) -> None:
    study = here / "study"
    study.mkdir()
    (here / "base.yaml").write_text(BASE)
    (study / NAME).write_bytes(base_experiment("../base.yaml"))
    assert lint("--unsafe-fixes", "study/experiment.yaml") == 0
    assert (here / "base.yaml").read_text() == BASE_FIXED


def test_a_base_elsewhere_is_not(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = here / "study"
    study.mkdir()
    (here / "base.yaml").write_text(BASE)
    (study / NAME).write_bytes(base_experiment("../base.yaml"))
    monkeypatch.chdir(study)
    assert lint("--unsafe-fixes", NAME) == 0
    assert (here / "base.yaml").read_text() == BASE


def test_a_base_of_two_is_changed_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "base.yaml").write_text(BASE)
    for name in ("a", "b"):
        (here / f"{name}.experiment.yaml").write_bytes(base_experiment("base.yaml"))
    assert lint("--diff", "--unsafe-fixes") == 1
    assert capsys.readouterr().out.count("+++ b/base.yaml") == 1
    assert lint("--unsafe-fixes") == 0
    assert (here / "base.yaml").read_text() == BASE_FIXED


@pytest.mark.parametrize("format", ["full", "concise"])
def test_reports_say_which_fixes_there_are(
    format: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / NAME).write_bytes(BAD)
    assert lint("--format", format, NAME) == 1
    lines = capsys.readouterr().out.splitlines()
    if format == "concise":
        assert [line.rpartition(" ")[2] for line in lines[:2]] == ["[--fix]", "[--unsafe-fixes]"]
    else:
        assert "    = fix available: tcwc lint --fix" in lines
        assert "    = fix available: tcwc lint --unsafe-fixes" in lines


def test_diffs_come_in_the_order_of_what_the_experiment_calls_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("z").mkdir()
    base = BASE_FIXED.replace("epochs: 1\n", 'epochs: "1"\n')
    Path("z/base.yaml").write_text(base)
    Path("z/experiment.yaml").write_text(
        "experiment_name: study\nbase_config_file: base.yaml\nrecipe: lora_finetune_single_device\n"
        "variables:\n  seed: [1, 2]\n  Epochs: [1, 2]\n"
    )
    main(["lint", "--fix", "--diff", "z/experiment.yaml"])
    changed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("--- ")]
    assert [line.split("/", 1)[1] for line in changed] == ["z/base.yaml", "z/experiment.yaml"]


@pytest.mark.parametrize("flag", ["--fix", "--unsafe-fixes"])
@pytest.mark.parametrize("number", range(8))
def test_every_way_gives_the_same_bytes(here: Path, flag: str, number: int) -> None:
    made = fixed(here / NAME, variant(BAD.decode(), number), flag)
    assert made == variant((SAFE if flag == "--fix" else UNSAFE).decode(), number)


def test_stdin_is_as_the_file_where_the_base_has_a_mistake_too(here: Path) -> None:
    (here / "base.yaml").write_text(BASE_FIXED.replace("epochs: 1\n", 'epochs: "1"\n'))
    text = base_experiment("base.yaml") + b"  Batch-Size: [1, 2]\n"
    before = (here / "base.yaml").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "tcwc", "lint", "--fix", "-", "--stdin-filename", NAME],
        input=text,
        capture_output=True,
    )
    assert done.stdout == text.replace(b"Batch-Size", b"batch_size")
    assert (here / "base.yaml").read_bytes() == before
    (here / NAME).write_bytes(text)
    assert lint("--fix", NAME) == 0
    assert (here / NAME).read_bytes() == done.stdout
    assert (here / "base.yaml").read_bytes() != before


@pytest.mark.parametrize("data", [b"# caf\xe9\n", BAD + b"# \xff", BAD.decode().encode("utf-16")])
def test_what_is_no_text_goes_out_as_it_came_in(here: Path, data: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tcwc", "lint", "--fix", "-", "--stdin-filename", NAME],
        input=data,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (2, data)
    assert b"not UTF-8" in done.stderr


@pytest.mark.skipif(PATCH is None, reason="there is no patch")
@pytest.mark.parametrize("folder", [".", "a b", "x/y"])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_diff_is_for_patch(here: Path, folder: str, absolute: bool) -> None:
    path = here / folder / "my study.experiment.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(BAD)
    name = str(path if absolute else path.relative_to(here))
    diff = subprocess.run(
        [sys.executable, "-m", "tcwc", "lint", "--fix", "--diff", name], capture_output=True
    )
    done = subprocess.run(["patch", "-p1"], input=diff.stdout, capture_output=True)
    assert done.returncode == 0, done.stdout
    assert path.read_bytes() == SAFE


def test_no_fix_gives_built_runs_other_coordinates(here: Path) -> None:
    head = (
        "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\nvariables:\n"
        "  optimizer._component_: [torch.optim.SGD, torch.optim.AdamW]\n"
    )
    (here / NAME).write_text(head)
    assert main(["build", "--quiet", NAME]) == 0
    text = head + "controls: {optimizer.betas: [0.9, 0.95]}\n"
    (here / NAME).write_text(text)
    assert lint("--unsafe-fixes", NAME) == 0
    condition = "\"optimizer._component_ == 'torch.optim.SGD'\": {~optimizer.betas: null}"
    assert (here / NAME).read_text() == text.replace("]}\n", f"], when: {{{condition}}}}}\n")


def test_a_dropped_fix_is_said_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / NAME).write_bytes(BAD.replace(b"controls:\n", b"control:\n  nonsense: 1\n"))
    lint("--fix", NAME)
    said = capsys.readouterr().err
    assert "experiment.yaml:5:1: the fix of TCW101 was dropped: it would uncover TCW201" in said
