"""What a build says last: what starts a run, what it needs, and what /tmp would lose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.builds.mapping_reader import read_lock
from tests.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "here")


def steps(study: Study, base: str, controls: str = "", variables: str = "epochs: [1, 2]") -> str:
    """The lines of a build from `Next:` on."""
    constants = f"controls: {{{controls}}}\n" if controls else ""
    study.source.write_text(
        f"experiment_name: study\nbase_config: {base}\nvariables: {{{variables}}}\n{constants}",
        encoding="utf-8",
    )
    said = study.cli("build")
    assert said.code == 0, said
    return said.out[said.out.index("Next:") :]


@pytest.mark.parametrize(
    ("base", "options"),
    [
        ("llama3_2/1B_lora_single_device", ""),
        ("llama3_1/8B_lora", "--nproc_per_node 2 "),
        ("llama3/70B_lora", "--nproc_per_node 8 "),
        (
            "llama3_3/70B_full_multinode",
            "--nnodes 2 --nproc_per_node 8 --rdzv_backend c10d --rdzv_endpoint HOST:29500 ",
        ),
    ],
)
def test_the_command_starts_as_many_processes_as_the_base_says(
    study: Study, base: str, options: str
) -> None:
    said = steps(study, base)
    head = read_lock(study.mapping.read_text(encoding="utf-8")).head
    command = f"tune run {options}{head.recipe} --config configs/run_000.yaml"
    start = "Next: tcwc slurm" if "HOST" in options else "Next: tcwc run"
    assert said.startswith(f"{start} experiment.yaml\n")
    assert f"\n  one of them by hand: {command}\n" in said
    assert "tcwc slurm experiment.yaml\n" in said
    assert head.command == command
    assert ("HOST is the first one's name" in said) is ("HOST" in options)


def test_one_run_is_one_by_hand(study: Study) -> None:
    assert "\n  by hand: tune run " in steps(
        study, "llama3_2/1B_lora_single_device", "", "epochs: [1]"
    )


def test_a_build_that_is_not_kept_has_only_what_runs_by_hand(study: Study) -> None:
    steps(study, "llama3_2/1B_lora_single_device")
    said = study.cli("build", "-o", "look").out
    assert "Next: tune run lora_finetune_single_device --config look/run_000.yaml\n" in said
    assert "tcwc run" not in said


def test_a_mapping_with_another_command_is_left_alone(study: Study) -> None:
    """0.1.0 wrote none of the options: that is no reason to write the record anew."""
    steps(study, "llama3_1/8B_lora")
    text = study.mapping.read_text(encoding="utf-8")
    older = text.replace("tune run --nproc_per_node 2 ", "tune run ")
    assert older != text
    study.mapping.write_text(older, encoding="utf-8")
    assert "Nothing to do" in study.cli("build").out
    assert study.mapping.read_text(encoding="utf-8") == older
    assert study.cli("check").code == 0


def test_the_weights_of_the_base_are_named(study: Study) -> None:
    said = steps(study, "llama3_2/1B_lora_single_device")
    assert (
        "tune download meta-llama/Llama-3.2-1B-Instruct --output-dir /tmp/Llama-3.2-1B-Instruct/ "
        '--ignore-patterns "original/consolidated.00.pth"'
    ) in said
    two = steps(study, "qwen2/1.5_to_0.5B_KD_lora_distributed")
    assert two.count("tune download Qwen/Qwen2-") == 2


def test_the_weights_go_where_the_author_put_them(study: Study, tmp_path: Path) -> None:
    base = "llama3_2/1B_lora_single_device"
    there = tmp_path / "my weights"
    said = steps(study, base, f"checkpointer.checkpoint_dir: '{there}'")
    assert f"--output-dir '{there}' --ignore" in said
    there.mkdir()
    assert "download" not in steps(study, base, f"checkpointer.checkpoint_dir: '{there}'")


def test_the_weights_of_another_model_are_not_the_bases(study: Study) -> None:
    other = "model._component_: torchtune.models.llama3_2.lora_llama3_2_3b"
    assert "download" not in steps(study, "llama3_2/1B_lora_single_device", other)
    same = "model._component_: torchtune.models.llama3_2.qlora_llama3_2_1b"
    assert "download" in steps(study, "llama3_2/1B_lora_single_device", same)


@pytest.mark.parametrize(
    "folder", ["/w/Llama-3.2-1B", "/w/Mistral-7B-v0.1/", "/w/qwen2.5-0.5b", "out/epoch_0"]
)
def test_a_folder_of_other_weights_does_not_get_the_bases(study: Study, folder: str) -> None:
    base = "llama3_2/1B_lora_single_device"
    assert "download" not in steps(study, base, f"checkpointer.checkpoint_dir: {folder}")
    own = "checkpointer.checkpoint_dir: /w/Llama-3.2-1B-Instruct"
    assert "--output-dir /w/Llama-3.2-1B-Instruct " in steps(study, base, own)


def test_a_folder_below_that_of_the_download(study: Study) -> None:
    base = "llama3/8B_qat_full"
    command = "tune download meta-llama/Meta-Llama-3-8B-Instruct --output-dir"
    assert f"{command} /tmp/Meta-Llama-3-8B-Instruct " in steps(study, base)
    own = "checkpointer.checkpoint_dir: /w/x/original"
    assert f"{command} /w/x " in steps(study, base, own)
    assert "download" not in steps(study, base, "checkpointer.checkpoint_dir: /w/x")


def test_what_the_environment_says_is_typed_as_a_shell_reads_it(study: Study) -> None:
    base = "llama3_2/1B_lora_single_device"
    own = "checkpointer.checkpoint_dir: '${oc.env:HOME}/my m'"
    assert '--output-dir "$HOME/my m" --ignore' in steps(study, base, own)
    own = "checkpointer.checkpoint_dir: '${output_dir}/m'"
    assert "download" not in steps(study, base, own)


def test_what_is_read_from_where_the_base_has_it_is_told(study: Study) -> None:
    base = "llama3_2/1B_lora_single_device"
    own = "checkpointer.checkpoint_dir: /w/m"
    line = "`tokenizer.path: /w/m/original/tokenizer.model` under `controls:`"
    assert line in steps(study, base, own)
    assert line not in steps(study, base, f"{own}, tokenizer.path: /w/t.model")
    assert "that does not bring" not in steps(study, base)


def test_what_lies_in_tmp_is_told_once_with_its_keys(study: Study) -> None:
    base = "llama3_2/1B_lora_single_device"
    said = steps(study, base)
    keys = "`output_dir`, `tokenizer.path` and `checkpointer.checkpoint_dir`"
    assert said.count("emptied at a reboot") == 1
    assert keys in said
    away = "output_dir: out, tokenizer.path: /d/t.model, checkpointer.checkpoint_dir: /d"
    assert "reboot" not in steps(study, base, away)


@pytest.mark.parametrize(
    ("needs", "options"),
    [
        ("{gpus: 8}", "--nproc_per_node 8 "),
        ("{gpus: 2}", "--nproc_per_node 2 "),
        ("{memory: 64G}", "--nproc_per_node 4 "),
        (
            "{gpus: 4, nodes: 2}",
            "--nnodes 2 --nproc_per_node 4 --rdzv_backend c10d --rdzv_endpoint HOST:29500 ",
        ),
    ],
)
def test_the_command_starts_as_many_processes_as_the_runs_need(
    study: Study, needs: str, options: str
) -> None:
    """Whoever pastes the line trains with the batch that `tcwc run` and `tcwc slurm` have."""
    study.source.write_text(
        "experiment_name: study\nbase_config: llama3_1/8B_full\nvariables:\n  seed: [1, 2]\n"
        f"resources: {needs}\n",
        encoding="utf-8",
    )
    said = study.cli("build").out
    assert f"tune run {options}full_finetune_distributed --config configs/run_000.yaml\n" in said
    head = read_lock(study.mapping.read_text(encoding="utf-8")).head
    assert head.command == f"tune run {options}{head.recipe} --config configs/run_000.yaml"


def write(study: Study, more: str = "", variables: str = "seed: [1, 2]") -> None:
    study.source.write_text(
        "experiment_name: study\nbase_config: llama3_1/8B_full\n"
        f"variables: {{{variables}}}\n{more}",
        encoding="utf-8",
    )


def changed(before: str, after: str) -> list[str]:
    """The lines of a mapping that are others than before."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    return [new for old, new in pairs if old != new]


def test_the_recorded_command_follows_what_runs_need(study: Study) -> None:
    """And nothing else does: configs stay, and a check before the next build is green."""
    write(study)
    study.cli("build")
    mapping, configs = study.mapping.read_text(encoding="utf-8"), study.run_files()
    write(study, "resources: {gpus: 8}\n")
    assert study.cli("check").code == 0
    assert "Updated run_mapping.yaml" in study.cli("build").out
    needed = study.mapping.read_text(encoding="utf-8")
    line = "command: tune run --nproc_per_node 8 full_finetune_distributed --config "
    assert changed(mapping, needed) == [f"{line}configs/run_000.yaml"]
    assert study.run_files() == configs
    assert "Nothing to do" in study.cli("build").out
    assert study.cli("check").code == 0
    write(study, "resources: {time: 01:00:00}\n")
    assert study.cli("check").code == 0
    assert "Updated run_mapping.yaml" in study.cli("build").out
    assert study.mapping.read_text(encoding="utf-8") == mapping
    assert "Nothing to do" in study.cli("build").out


def test_the_recorded_command_is_of_the_first_run(study: Study) -> None:
    needs = 'resources: {gpus: 8, when: {"seed == 2": {gpus: 2}}}\n'
    write(study, needs, "seed: [1, 2]")
    study.cli("build")
    assert "--nproc_per_node 8 " in study.mapping.read_text(encoding="utf-8")
    write(study, needs.replace("2}", "4}").replace("== 2", "== 1"), "seed: [1, 2]")
    study.cli("build")
    assert "--nproc_per_node 4 " in study.mapping.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("needs", "is_written"), [("{memory: 64G}", False), ("{gpus: 4}", False), ("{gpus: 8}", True)]
)
def test_a_command_without_processes_is_written_anew_where_they_are_said(
    study: Study, needs: str, is_written: bool
) -> None:
    """0.1.0 wrote none; what it wrote is not worse where the needs are those of the base."""
    write(study)
    study.cli("build")
    text = study.mapping.read_text(encoding="utf-8")
    older = text.replace("--nproc_per_node 4 ", "")
    assert older != text
    study.mapping.write_text(older, encoding="utf-8")
    write(study, f"resources: {needs}\n")
    study.cli("build")
    assert (study.mapping.read_text(encoding="utf-8") != older) is is_written


def test_a_command_of_no_known_form_is_left_alone(study: Study) -> None:
    write(study)
    study.cli("build")
    text = study.mapping.read_text(encoding="utf-8")
    other = text.replace("command: tune run", "command: nice tune run")
    study.mapping.write_text(other, encoding="utf-8")
    write(study, "resources: {gpus: 8}\n")
    assert "Nothing to do" in study.cli("build").out


def test_a_recipe_for_one_device_has_no_processes(study: Study) -> None:
    more = "resources: {gpus: 2}\n"
    write(study, more)
    text = study.source.read_text(encoding="utf-8")
    study.source.write_text(text.replace("8B_full", "8B_full_single_device"), encoding="utf-8")
    study.cli("build")
    head = read_lock(study.mapping.read_text(encoding="utf-8")).head
    assert head.command.startswith("tune run full_finetune_single_device ")
