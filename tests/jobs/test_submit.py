"""`tcwc slurm`, and what its submit.sh does, with stand-ins for Slurm's commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.jobs.desk import FAILED, Desk
from tests.jobs.lab import OF_BASH_4, Tiny, complaints

pytestmark = pytest.mark.usefixtures("no_checks")

NO_QUEUE = "so nobody knows what is in the queue"

Make = Callable[..., Desk]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, pretend: Tiny) -> Desk:
    desk = Desk.made(tmp_path_factory.mktemp("template") / "study", pretend)
    assert desk.slurm().code == 0
    return desk


@pytest.fixture
def make(tmp_path: Path, pretend: Tiny, template: Desk) -> Make:
    def made(profile: str = "", **options: object) -> Desk:
        if options:
            desk = Desk.made(tmp_path / "study", pretend, profile, **options)
        else:
            desk = template.copied(tmp_path / "study", profile)
        if options or profile:
            said = desk.slurm()
            assert said.code == 0, said
        return desk

    return made


def arrays(desk: Desk) -> list[str]:
    """The `--array` of each call of sbatch."""
    words = [word for call in desk.calls for word in call]
    return [word.removeprefix("--array=") for word in words if word.startswith("--array=")]


def option(call: list[str], name: str) -> str | None:
    found = [word for word in call if word.startswith(f"--{name}=")]
    return found[-1].partition("=")[2] if found else None


# --- what is submitted


def test_all_are_one_array(make: Make) -> None:
    desk = make()
    said = desk.submit()
    assert said.code == 0, said
    (call,) = desk.calls
    assert call[-2:] == ["/dev/stdin", "0"]
    assert option(call, "array") == "0-11"
    assert option(call, "comment") == "tcwc:tiny:0"
    assert option(call, "chdir") == str(desk.folder.resolve())
    logs = desk.folder.resolve() / "configs" / "slurm" / "lab" / "logs"
    assert option(call, "output") == f"{logs}/%A_%a.log"
    assert "submitted 12 runs: job 101" in said.out
    assert (desk.jobs / "logs" / ".keep").exists()


def test_what_was_submitted_is_recorded(make: Make) -> None:
    desk = make()
    desk.submit("--only", "run_003")
    (line,) = desk.record
    assert line["job"] == "101_3"
    assert line["run"] == "run_003"
    assert line["folder"] == "out/tiny/run_003"
    config = (desk.folder / "configs" / "run_003.yaml").read_bytes()
    assert line["sha256"] == sha256(config).hexdigest()


def test_configs_are_frozen(make: Make) -> None:
    desk = make()
    desk.submit()
    frozen = list((desk.folder / "configs" / "slurm" / "frozen").glob("*.yaml"))
    assert len(frozen) == 12
    for each in frozen:
        assert sha256(each.read_bytes()).hexdigest() == each.stem
        assert stat.S_IMODE(each.stat().st_mode) == 0o444
    assert not list((desk.folder / "configs" / "slurm" / "frozen").glob(".new*"))


def test_a_frozen_config_that_was_edited_is_made_anew(make: Make) -> None:
    desk = make()
    desk.submit("--only", "run_003")
    (frozen,) = (desk.folder / "configs" / "slurm" / "frozen").glob("*.yaml")
    text = frozen.read_text(encoding="utf-8")
    frozen.chmod(0o644)
    frozen.write_text(f"{text}epochs: 99\n", encoding="utf-8")
    said = desk.submit("--only", "run_003")
    assert said.code == 0, said
    assert "was edited" in said.err
    assert frozen.read_text(encoding="utf-8") == text
    assert "epochs: 99" in frozen.with_suffix(".yaml.edited").read_text(encoding="utf-8")


def test_a_build_in_the_same_moment(make: Make) -> None:
    """After the configs were looked at, and before they are copied."""
    desk = make()
    config = desk.folder / "configs" / "run_003.yaml"
    squeue = desk.desk / "bin" / "squeue"
    text = squeue.read_text(encoding="utf-8")
    squeue.write_text(f"{text}echo 'epochs: 9' >>'{config}'\n", encoding="utf-8")
    said = desk.submit()
    assert said.code == 1
    assert "built anew meanwhile" in said.err
    assert desk.calls == []
    assert not list((desk.folder / "configs" / "slurm" / "frozen").glob("*.yaml"))
    squeue.write_text(text, encoding="utf-8")
    desk.study.cli("build", "--force")
    assert desk.submit().code == 0
    assert [each.name for each in (desk.folder / "configs/slurm/frozen").glob(".*")] == []


def test_a_chunk_has_its_own_rows_alone(make: Make) -> None:
    desk = make()
    desk.submit("--only", "run_003,run_005..run_006")
    script = desk.script(1)
    whole = (desk.jobs / "job.sbatch").read_text(encoding="utf-8")
    wanted = [row for row in desk.rows if row.split()[1] in ("run_003", "run_005", "run_006")]
    before, after = whole.split("\n".join(desk.rows))
    assert script == before + "\n".join(wanted) + after


def test_finished_and_queued_runs_are_left_alone(make: Make) -> None:
    desk = make()
    desk.finish("run_000", "run_001")
    desk.queue("77|2|PENDING|tcwc:tiny:0", "78|1|RUNNING|tcwc:tiny:3", "79|5|RUNNING|other")
    said = desk.submit()
    assert said.code == 0, said
    assert arrays(desk) == ["3,5-11"]
    assert "2 finished, 2 in the queue, 8 never started" in said.out


def test_of_another_folder_nothing_is_queued(make: Make) -> None:
    desk = make()
    (desk.desk / "queue").write_text("77|2|PENDING|tcwc:tiny:0|/elsewhere\n", encoding="utf-8")
    desk.submit()
    assert arrays(desk) == ["0-11"]


@pytest.mark.parametrize(
    ("queued", "array"),
    [
        pytest.param("101|2|PENDING|mine|{here}", "0-1,3-11", id="a comment of another's"),
        pytest.param("101|2|PENDING||{here}", "0-1,3-11", id="none"),
        pytest.param("101|2|PENDING|a|b|{here}", "0-1,3-11", id="one with our sign"),
        pytest.param("101|2|PENDING|tcwc:tiny:0|/elsewhere", "0-1,3-11", id="a checkout moved"),
        pytest.param("101|2|PENDING|tcwc:tiny:0|/new\nline", "0-1,3-11", id="two lines"),
        pytest.param("101|2|PENDING|tcwc:other:0|{here}", "0-11", id="another experiment's"),
        pytest.param("101|2|PENDING|tcwc:tiny:1|/elsewhere", "0-11", id="another offset"),
        pytest.param("101|2|PENDING|mine|/elsewhere", "0-11", id="a stranger's, with that number"),
        pytest.param("102|2|PENDING|mine|{here}", "0-11", id="a job of no record"),
    ],
)
def test_a_job_of_the_record_is_known_by_its_number(make: Make, queued: str, array: str) -> None:
    """Sites write comments of their own, and checkouts are moved and copied; and a number may be
    another's by now."""
    desk = make()
    desk.submit("--only", "run_002")
    desk.forget()
    text = queued.format(here=desk.folder.resolve())
    (desk.desk / "queue").write_text(f"{text}\n", encoding="utf-8")
    assert desk.submit().code == 0
    assert arrays(desk) == [array]


def test_the_queue_is_asked_without_what_a_person_likes_to_see(make: Make) -> None:
    desk = make()
    squeue = desk.desk / "bin" / "squeue"
    text = squeue.read_text(encoding="utf-8")
    squeue.write_text(f"{text}env >>'{desk.desk / 'env'}'\n", encoding="utf-8")
    names = ("SQUEUE_STATES", "SQUEUE_USERS", "SQUEUE_PARTITION", "SQUEUE_FORMAT", "SBATCH_WAIT")
    assert desk.submit(env=dict.fromkeys(names, "1")).code == 0
    env = (desk.desk / "env").read_text(encoding="utf-8")
    assert "PATH=" in env
    assert [name for name in names if name in env] == []


def test_another_cluster_than_the_queue_is_of(make: Make) -> None:
    desk = make()
    said = desk.submit(env={"SBATCH_CLUSTERS": "other"})
    assert said.code == 2
    assert "export SLURM_CLUSTERS in its place" in said.err
    assert desk.calls == []


@pytest.mark.parametrize(
    "env",
    [
        {"SHELLOPTS": "noglob"},
        {"SHELLOPTS": "errexit"},
        {"SHELLOPTS": "noclobber"},
        {"SHELLOPTS": "nounset:posix"},
        {"POSIXLY_CORRECT": "1"},
        {"BASHOPTS": "nocasematch:nullglob"},
    ],
    ids=str,
)
def test_options_of_the_shell_that_submits(make: Make, env: dict[str, str]) -> None:
    desk = make()
    desk.finish("run_000")
    said = desk.submit(env=env)
    assert said.code == 0, said
    assert arrays(desk) == ["1-11"]


def test_a_record_that_was_cut_off(make: Make) -> None:
    """By a full disk: what comes behind it has a line of its own."""
    desk = make()
    desk.submit("--only", "run_000")
    record = desk.jobs / "jobs.jsonl"
    record.write_text(record.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    desk.forget()
    desk.submit("--only", "run_001..run_002")
    lines = record.read_text(encoding="utf-8").splitlines()
    assert [json.loads(each)["run"] for each in lines[1:]] == ["run_001", "run_002"]


def test_a_record_that_was_cut_off_in_an_id_is_of_no_run(make: Make) -> None:
    """`run_00` is what is left of run_003: job 70 would be known as one of run_000 otherwise."""
    desk = make()
    record = desk.jobs / "jobs.jsonl"
    record.write_text('{"format":1,"job":"70_0","run":"run_00\n', encoding="utf-8")
    desk.queue("70|0|PENDING|of the site")
    said = desk.submit("--dry-run")
    assert said.code == 0, said
    assert "never started" in said.out
    assert "dropped" not in said.out
    assert "in the queue" not in said.out


def test_a_record_that_cannot_be_kept(make: Make) -> None:
    desk = make()
    (desk.jobs / "jobs.jsonl").mkdir()
    said = desk.submit()
    assert said.code == 2
    assert "nobody knows what was submitted" in said.err
    assert desk.calls == []


@pytest.mark.parametrize("others", [True, False])
def test_what_waits_keeps_what_it_needs(make: Make, others: bool) -> None:
    """Whoever cleaned it away: without the folder of its log Slurm loses a job in silence."""
    desk = make()
    desk.submit(*(["--only", "run_002"] if others else []))
    frozen = desk.folder / "configs" / "slurm" / "frozen"
    were = sorted(each.name for each in frozen.glob("*.yaml"))
    shutil.rmtree(frozen)
    shutil.rmtree(desk.jobs / "logs")
    runs = range(2, 3) if others else range(12)
    desk.queue(*(f"101|{index}|PENDING|tcwc:tiny:0" for index in runs))
    assert desk.submit("--dry-run").code in (0, 3)
    assert not frozen.exists()
    assert desk.submit().code == (0 if others else 3)
    assert set(were) <= {each.name for each in frozen.glob("*.yaml")}
    assert (desk.jobs / "logs" / ".keep").exists()


def test_all_finished(make: Make) -> None:
    desk = make()
    desk.finish(*(f"run_{n:03}" for n in range(12)))
    said = desk.submit()
    assert said.out == "submit.sh: 12 of 12 finished\n"
    assert said.code == 0
    assert desk.calls == []


def test_nothing_matches_though_not_all_is_finished(make: Make) -> None:
    desk = make()
    desk.finish("run_000")
    said = desk.submit("--only", "oom")
    assert said.code == 3
    assert "`--only oom`" in said.out
    assert "1 finished, 11 never started" in said.out
    desk.queue(*(f"77|{n}|PENDING|tcwc:tiny:0" for n in range(1, 12)))
    assert desk.submit().code == 3


@pytest.mark.parametrize(
    ("words", "array"),
    [
        (["failed"], "1-3"),
        (["oom"], "1"),
        (["timeout"], "2"),
        (["lost"], "3"),
        (["cancelled"], "4"),
        (["failed,cancelled"], "1-4"),
        (["missing"], "1-4,6-11"),
        (["never_started"], "6-11"),
        (["never started"], "6-11"),
        (["oom,never-started"], "1,6-11"),
        (["changed"], "5"),
        (["3..6"], "3-4,6"),
        (["run_002", "failed"], None),
    ],
)
def test_words(make: Make, words: list[str], array: str | None) -> None:
    desk = make()
    desk.finish("run_000")
    desk.stamp("run_001", FAILED)
    (desk.stamp("run_002", '{"state":"cancelled","reason":null}') / "0001.limit").touch()
    desk.stamp("run_003", "")
    desk.stamp("run_004", '{"state":"cancelled","reason":null}')
    desk.finish("run_005", world=4)
    only = [word for each in words[:1] for word in ("--only", each)]
    said = desk.submit(*only)
    if array is None:
        said = desk.submit("--only", words[0], "--only", words[1])
        assert arrays(desk)[-1:] == ["2"]
        return
    assert said.code == 0, said
    assert arrays(desk) == [array]
    assert ("--replace" in desk.calls[0]) == (words == ["changed"])


@pytest.mark.parametrize("words", ["fialed", "run_999", "lora_rank == 8", "run_x", "3..", "node"])
def test_words_that_are_none(make: Make, words: str) -> None:
    desk = make()
    said = desk.submit("--only", words)
    assert said.code == 2, said
    assert words.split(maxsplit=1)[0].split("..", maxsplit=1)[0] in said.err
    assert desk.calls == []


def test_a_beat_keeps_a_run_from_being_submitted(make: Make) -> None:
    desk = make()
    beat = desk.stamp("run_003", "") / "0001.beat"
    beat.touch()
    desk.submit("--only", "run_003")
    assert desk.calls == []
    desk.stamp("run_004", "", world=4).joinpath("0001.beat").touch()
    desk.submit("--only", "changed,run_003,run_004")
    assert desk.calls == []
    os.utime(beat, (1, 1))
    desk.submit("--only", "run_003")
    assert arrays(desk) == ["3"]


def test_a_later_attempt_counts(make: Make) -> None:
    desk = make()
    desk.stamp("run_003", FAILED)
    desk.finish("run_003")
    desk.stamp("run_003", FAILED, number=2)
    desk.submit("--only", "oom")
    assert arrays(desk) == ["3"]


def test_what_a_detail_says_is_no_state(make: Make) -> None:
    desk = make()
    detail = json.dumps('x"state":"finished"')
    desk.stamp("run_003", f'{{"state":"failed","reason":"oom","exit":1,"detail":{detail}}}')
    desk.submit("--only", "oom")
    assert arrays(desk) == ["3"]


def test_weights_that_are_gone(make: Make) -> None:
    desk = make()
    desk.finish("run_003")
    shutil.rmtree(desk.out("run_003") / "epoch_0")
    desk.submit("--only", "failed")
    assert arrays(desk) == ["3"]


def test_strangers_are_left_alone(make: Make) -> None:
    desk = make()
    desk.finish("run_000", experiment="other")
    (desk.out("run_001") / "epoch_5").mkdir(parents=True)
    desk.finish("run_002", science_hash="0" * 64)
    said = desk.submit()
    assert arrays(desk) == ["3-11"]
    assert said.err.count("is not of its own past") == 3
    assert desk.submit("--only", "changed").code == 3


def test_a_folder_that_is_on_another_machine(make: Make) -> None:
    desk = make(controls={"output_dir": "'${oc.env:TCWC_TEST_SCRATCH}/out'"})
    said = desk.submit(env={"TCWC_TEST_SCRATCH": "/tcwc-no-such-folder/x"})
    assert said.code == 3
    assert "12 unknown" in said.out
    assert "not on this machine" in said.err
    assert desk.calls == []


def test_a_failure_without_a_reason(make: Make) -> None:
    desk = make()
    desk.stamp("run_003", '{"state":"failed","reason":null,"exit":1}')
    desk.submit("--only", "error")
    assert arrays(desk) == ["3"]


def test_what_was_cancelled_while_it_waited(make: Make) -> None:
    desk = make()
    desk.submit("--only", "run_003..run_004")
    refused = desk.folder / "configs" / "slurm" / "refused"
    refused.mkdir()
    (refused / "run_004.101_4.json").write_text("{}", encoding="utf-8")
    desk.forget()
    desk.submit("--only", "dropped")
    assert arrays(desk) == ["3"]
    desk.forget()
    desk.submit("--only", "refused")
    assert arrays(desk) == ["4"]


# --- chunks


def test_an_array_is_no_larger_than_the_site_takes(make: Make) -> None:
    desk = make()
    desk.site("MaxArraySize            = 5\n")
    desk.submit()
    assert arrays(desk) == ["0-4", "0-4", "0-1"]
    assert [call[-1] for call in desk.calls] == ["0", "5", "10"]
    assert [line["job"] for line in desk.record][4:6] == ["101_4", "102_0"]


def test_a_profile_caps_it(make: Make) -> None:
    desk = make("max_array_size: 4\n")
    desk.submit()
    assert arrays(desk) == ["0-3", "0-3", "0-3"]


def test_sparse_runs_far_apart(make: Make) -> None:
    desk = make("max_array_size: 4\n")
    desk.submit("--only", "run_001,run_003,run_005,run_008,run_011")
    assert arrays(desk) == ["1,3", "0,3", "0"]
    assert [call[-1] for call in desk.calls] == ["0", "5", "11"]


def test_a_script_is_no_larger_than_slurm_takes(make: Make) -> None:
    desk = make()
    submitter = desk.jobs / "submit.sh"
    text = submitter.read_text(encoding="utf-8")
    whole = (desk.jobs / "job.sbatch").stat().st_size
    most = whole - sum(len(row.encode()) + 1 for row in desk.rows[5:])
    assert "MOST_BYTES=3500000" in text
    submitter.write_text(text.replace("=3500000", f"={most}"), encoding="utf-8")
    said = desk.submit()
    assert said.code == 0, said
    assert arrays(desk) == ["0-4", "5-9", "10-11"]
    assert all(len(desk.script(n).encode()) <= most for n in (1, 2, 3))


def test_a_throttle_is_held_across_chunks(make: Make) -> None:
    desk = make("max_array_size: 4\nconcurrency: 2\n")
    desk.queue("77|0|PENDING|tcwc:tiny:0", "77|1|PENDING|tcwc:tiny:0")
    desk.submit()
    assert arrays(desk) == ["2-3%2", "0-3%2", "0-3%2"]
    waits = [option(call, "dependency") for call in desk.calls]
    assert waits == ["afterany:77", "afterany:101", "afterany:102"]


def test_runs_of_other_needs_are_another_call(make: Make) -> None:
    desk = make(
        more="resources:\n  time: 00:10:00\n  when:\n"
        '    "lora_rank > 4": {time: 02:00:00, memory: 4G}\n'
    )
    said = desk.submit()
    assert arrays(desk) == ["0-5", "6-11"]
    assert [option(call, "time") for call in desk.calls] == ["00:10:00", "02:00:00"]
    assert "6 runs x 10 min + 6 runs x 2 h, without GPUs" in said.out


def test_what_a_site_says_beside_the_id(make: Make) -> None:
    desk = make("max_array_size: 6\nconcurrency: 1\n")
    sbatch = desk.desk / "bin" / "sbatch"
    text = sbatch.read_text(encoding="utf-8")
    text = text.replace('echo "$((', 'echo "be kind"; echo "note: 7 left" >&2; echo "$((')
    sbatch.write_text(text.replace('number))"', 'number));della"\necho bye'), encoding="utf-8")
    said = desk.submit()
    assert said.code == 0, said
    assert said.err == "note: 7 left\n" * 2
    assert option(desk.calls[1], "dependency") == "afterany:101"
    assert desk.record[0]["job"] == "101_0"


def test_a_second_chunk_that_is_refused(make: Make) -> None:
    desk = make("max_array_size: 4\n")
    (desk.desk / "refuse").write_text("2", encoding="utf-8")
    said = desk.submit()
    assert said.code == 2
    assert "AssocMaxSubmitJobLimit" in said.err
    assert "4 of 12 runs were submitted (job 101), and recorded" in said.err
    assert [line["run"] for line in desk.record] == ["run_000", "run_001", "run_002", "run_003"]
    (desk.desk / "refuse").unlink()
    desk.queue(*(f"101|{n}|PENDING|tcwc:tiny:0" for n in range(4)))
    desk.submit()
    assert len(desk.record) == 12


# --- what keeps runs from being submitted


def test_a_silent_queue(make: Make) -> None:
    desk = make()
    (desk.desk / "queue").unlink()
    said = desk.submit()
    assert said.code == 2
    assert NO_QUEUE in said.err
    assert desk.calls == []
    assert not (desk.jobs / "jobs.jsonl").exists()


def test_a_config_that_moved_on(make: Make) -> None:
    desk = make()
    desk.study.edit("[4, 8]", "[4, 16]")
    desk.build()
    said = desk.submit()
    assert said.code == 1
    assert "6 of 12 configs" in said.err
    assert "`tcwc slurm experiment.yaml --cluster" in said.err
    assert desk.calls == []


def test_files_that_are_not_there(make: Make, pretend: Tiny, tmp_path: Path) -> None:
    assets = shutil.copytree(pretend.assets, tmp_path / "assets")
    desk = make(controls={"assets_dir": f"'{assets}'"})
    (assets / "tokenizer.model").unlink()
    (assets / "ckpt" / "model.pt").unlink()
    said = desk.submit()
    assert said.code == 1
    assert f"not there: {assets}/tokenizer.model (tokenizer)" in said.err
    assert f"not there: {assets}/ckpt/model.pt (weights)" in said.err
    assert said.err.count("not there:") == 2
    assert desk.calls == []
    assert desk.submit("--yes").code == 0  # it may be that only the nodes have them
    assert arrays(desk) == ["0-11"]


def test_a_bill_above_the_limit(make: Make) -> None:
    desk = make("gpu_hours_limit: 10\n", more="resources:\n  time: 12:00:00\n  gpus: 1\n")
    said = desk.submit()
    assert said.code == 1
    assert "12 runs x 1 GPU x 12 h: at most 144 GPU-hours" in said.out
    assert "above gpu_hours_limit" in said.err
    assert "--yes" in said.err
    assert desk.calls == []
    assert desk.submit("--yes").code == 0
    assert arrays(desk) == ["0-11"]


def test_one_bill_in_two_languages(make: Make) -> None:
    desk = make(
        more="resources:\n  time: 00:30:01\n  when:\n"
        '    "seed == 2": {time: 01:30:00, gpus: 2}\n'
        '    "seed == 3": {gpus: 1, on_timeout: requeue}\n'
    )
    of_python = desk.slurm().out.splitlines()[-2].strip()
    of_bash = desk.submit("--dry-run").out.splitlines()[1].removeprefix("submit.sh: ")
    assert of_bash == of_python
    assert of_bash == (
        "4 runs x 31 min + 4 runs x 2 GPUs x 1 h 30 min + 4 runs x 1 GPU x 2 h 31 min: "
        "at most 23 GPU-hours"
    )


def test_a_dry_run(make: Make) -> None:
    desk = make("max_array_size: 8\nconcurrency: 3\n")
    said = desk.submit("--dry-run")
    assert said.code == 0
    lines = [line for line in said.out.splitlines() if line.startswith("sbatch ")]
    assert len(lines) == 2
    assert "--array=0-7%3" in lines[0]
    assert "--dependency=afterany:JOB1" in lines[1]
    assert desk.calls == []
    assert not (desk.jobs / "logs").exists()
    assert not list((desk.folder / "configs" / "slurm" / "frozen").glob("*.yaml"))


def test_defaults_of_the_shell_do_not_go_over_the_profile(make: Make) -> None:
    desk = make()
    sbatch = desk.desk / "bin" / "sbatch"
    text = sbatch.read_text(encoding="utf-8")
    sbatch.write_text(text + 'env | grep ^SBATCH_ >"$DESK/env"\n', encoding="utf-8")
    said = desk.submit(env={"SBATCH_TIMELIMIT": "1", "SBATCH_ACCOUNT": "mine"})
    assert "SBATCH_TIMELIMIT is set here, and left out: job.sbatch says --time" in said.out
    assert (desk.desk / "env").read_text(encoding="utf-8") == "SBATCH_ACCOUNT=mine\n"


def test_options(make: Make) -> None:
    desk = make()
    assert desk.submit("--help").out.startswith("usage: bash submit.sh")
    for words in (["--olny", "x"], ["--only"], ["failed"]):
        said = desk.submit(*words)
        assert (said.code, "--help" in said.err) == (2, True)
    assert desk.calls == []


def test_a_percent_sign_in_the_folder_of_logs(tmp_path: Path, pretend: Tiny) -> None:
    desk = Desk.made(
        tmp_path / "study", pretend, more="output: 50%A\nresources: {time: 00:10:00}\n"
    )
    assert desk.slurm().code == 0
    jobs = desk.folder / "50%A" / "slurm" / "lab"
    environment = os.environ | desk.environment(stand_ins=True)
    done = subprocess.run(["bash", jobs / "submit.sh"], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    whole = f"{desk.folder.resolve()}/50%%A/slurm/lab/logs/%A_%a.log"
    assert option(desk.calls[0], "output") == whole
    assert "#SBATCH --output=50%%A/slurm/lab/logs/%A_%a.log\n" in desk.script(1)
    assert (jobs / "logs" / ".keep").exists()


def test_a_folder_in_which_slurm_names_no_logs(tmp_path: Path, pretend: Tiny) -> None:
    desk = Desk.made(tmp_path / "a\\b", pretend)
    desk.slurm()
    said = desk.submit()
    assert said.code == 1
    assert "there is a backslash in it" in said.err
    assert desk.calls == []


def test_a_site_that_queues_our_codes_anew(make: Make) -> None:
    desk = make()
    desk.site("MaxArraySize = 1001\nRequeueExit = 1,70-74\nRequeueExitHold = (null)\n")
    said = desk.submit()
    assert [code for code in (65, 66, 70, 73, 74, 75) if f"end with {code}," in said.err] == [
        70,
        73,
        74,
    ]


def test_a_variable_that_folders_need(make: Make, tmp_path: Path) -> None:
    desk = make(controls={"output_dir": "'${oc.env:TCWC_TEST_SCRATCH}/out'"})
    said = desk.submit()
    assert said.code == 2
    assert "TCWC_TEST_SCRATCH is not set" in said.err
    said = desk.submit(env={"TCWC_TEST_SCRATCH": str(tmp_path / "s c")})
    assert said.code == 0
    assert desk.record[0]["folder"] == f"{tmp_path}/s c/out/tiny/run_000"


# --- first looks


def test_a_set_up_that_has_a_text_of_our_name(make: Make) -> None:
    desk = make("setup: |\n  cat <<'TCWC_ROWS'\n  x\n  TCWC_ROWS\n")
    assert desk.submit().code == 0
    assert arrays(desk) == ["0-11"]


def test_a_smoke(make: Make) -> None:
    desk = make(more='resources:\n  time: 02:00:00\n  when:\n    "lora_rank > 4": {memory: 4G}\n')
    said = desk.submit("--smoke")
    assert said.code == 0, said
    first, second, *rest = desk.calls
    assert first[-3:] == ["/dev/stdin", "run_000", "--smoke"]
    assert second[-3:] == ["/dev/stdin", "run_006", "--smoke"]
    assert option(first, "time") == "30:00"
    assert option(first, "array") is None
    assert [option(call, "dependency") for call in rest] == ["afterok:101:102"] * 2
    assert all("--kill-on-invalid-dep=yes" in call for call in rest)
    assert len(desk.record) == 12


def test_a_warm_up_where_data_are_fetched(make: Make) -> None:
    data = "{_component_: torchtune.datasets.alpaca_dataset}"
    desk = make(controls={"=dataset": data})
    assert desk.submit().code == 0
    first, second = desk.calls
    assert first[-1].startswith("configs/slurm/frozen/")
    assert option(second, "dependency") == "afterok:101"
    assert "warm_up.py" in desk.script(1)
    assert subprocess.run(["bash", "-n"], input=desk.script(1), text=True).returncode == 0


def test_a_warm_up_that_the_site_refuses(make: Make) -> None:
    desk = make(controls={"=dataset": "{_component_: torchtune.datasets.alpaca_dataset}"})
    sbatch = desk.desk / "bin" / "sbatch"
    text = sbatch.read_text(encoding="utf-8")
    refusal = 'case "$*" in *warm-up*) echo "no GPU asked for" >&2; exit 1 ;; esac'
    sbatch.write_text(f"#!/usr/bin/env bash\n{refusal}\n{text}", encoding="utf-8")
    said = desk.submit()
    assert said.code == 0, said
    assert "no GPU asked for" in said.err
    assert "they go on without it" in said.err
    (call,) = desk.calls
    assert option(call, "dependency") is None


def test_no_warm_up_for_local_files(make: Make) -> None:
    desk = make()
    assert not (desk.jobs / "warm_up.sbatch").exists()


# --- names and values


def test_hostile_names_stay_data(tmp_path: Path, pretend: Tiny) -> None:
    name = 'it\'s a "dir" $HOME `touch pwned`; $(touch pwned) %A|b'
    desk = Desk.made(
        tmp_path / name,
        pretend,
        "environment:\n  ODD: \"$(touch pwned) 'x' `touch pwned`\"\n",
        out=Path(str(tmp_path / name / "o ut").replace("'", "''")),
    )
    assert desk.slurm().code == 0
    said = desk.submit()
    assert said.code == 0, said
    (call,) = desk.calls
    assert option(call, "chdir") == str(desk.folder)
    assert desk.record[0]["folder"] == f"{desk.folder}/o ut/tiny/run_000"
    desk.queue(*(f"101|{n}|PENDING|tcwc:tiny:0" for n in range(12)))
    assert desk.submit().code == 3
    assert list(tmp_path.rglob("pwned")) == []
    assert not Path("/pwned").exists()


# --- tcwc slurm


def test_what_it_says(make: Make) -> None:
    desk = make()
    desk.remove()
    said = desk.slurm()
    assert "wrote job.sbatch, submit.sh to configs/slurm/lab/" in said.out
    assert "each of the 12 runs starts over" in said.out
    assert said.out.endswith("Next: bash configs/slurm/lab/submit.sh\n")
    ignore = desk.folder / "configs" / "slurm" / ".gitignore"
    assert ignore.read_text(encoding="utf-8") == "*\n"


def test_it_leads_to_what_is_left(make: Make) -> None:
    desk = make()
    desk.finish(*(f"run_{n:03}" for n in range(10)))
    assert "\n  2 runs x " in desk.slurm().out
    desk.finish("run_010")
    desk.stamp("run_011", '{"state":"finished","reason":null,"exit":0}')
    desk.study.edit("output_dir: 'out'", "output_dir: 'out'\n  batch_size: 2")
    desk.build()
    said = desk.slurm().out
    assert "\n  12 runs x " in said
    assert said.endswith("Next: bash configs/slurm/lab/submit.sh --only changed\n")
    said = desk.submit().out
    assert "the 12 changed have results of an earlier meaning: `--only changed` runs them" in said
    assert "`tcwc status experiment.yaml --cluster " in said


def test_typed_as_sh(make: Make) -> None:
    desk = make()
    script = desk.folder / "configs" / "slurm" / "lab" / "submit.sh"
    done = subprocess.run(["sh", str(script), "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: bash submit.sh")


def test_scripts_that_were_edited(make: Make) -> None:
    desk = make()
    script = desk.jobs / "job.sbatch"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("#SBATCH --nodes=1", "#SBATCH --nodes=2"), encoding="utf-8")
    assert "nothing to write" not in desk.slurm("--force").out
    assert script.read_text(encoding="utf-8") == text
    script.write_text(f"{text}echo edited\n", encoding="utf-8")
    said = desk.slurm()
    assert said.code == 2
    assert "was edited by hand" in said.err
    assert script.read_text(encoding="utf-8") == f"{text}echo edited\n"


def test_scripts_of_another_profile_are_written_over(make: Make) -> None:
    desk = make()
    desk.write_profile("account: lab\n")
    assert "wrote job.sbatch to" in desk.slurm().out
    assert "nothing to write" in desk.slurm().out


def test_configs_that_are_not_current(make: Make) -> None:
    desk = make()
    desk.study.edit("[4, 8]", "[4, 16]")
    said = desk.slurm()
    assert said.code == 1
    assert "`tcwc build experiment.yaml`" in said.err


def test_nothing_is_built(make: Make) -> None:
    desk = make()
    shutil.rmtree(desk.folder / "configs")
    said = desk.slurm()
    assert said.code == 1
    assert "build them first" in said.err


def test_no_time(tmp_path: Path, pretend: Tiny) -> None:
    desk = Desk.made(tmp_path / "study", pretend, more="")
    said = desk.slurm()
    assert said.code == 1
    assert "no run has a time limit" in said.err
    assert "    time: 12:00:00" in said.err


def test_a_folder_that_is_not_shared(tmp_path: Path, pretend: Tiny) -> None:
    desk = Desk.made(tmp_path / "study", pretend, out=tmp_path / "elsewhere")
    said = desk.slurm()
    assert said.code == 1
    assert "below none of the folders" in said.err


def test_a_temporary_folder(tmp_path: Path, pretend: Tiny) -> None:
    desk = Desk.made(tmp_path / "study", pretend, out=Path("/tmp/tcwc-nowhere"))
    desk.profile.write_text("partition: main\n", encoding="utf-8")
    said = desk.slurm()
    assert said.code == 1
    assert "which only one machine sees" in said.err


def test_the_facts_are_named_by_their_hash(make: Make, pretend: Tiny) -> None:
    desk = make()
    (facts,) = (desk.folder / "configs" / "slurm" / "frozen").glob("*.facts.json")
    text = facts.read_bytes()
    assert sha256(text).hexdigest()[:16] == facts.name.partition(".")[0]
    said = json.loads(text)
    (data,) = [each for each in said["data"] if each["what"] == "data"]
    train = (pretend.assets / "train.json").read_bytes()
    assert (data["size"], data["sha256"]) == (len(train), sha256(train).hexdigest())
    assert said["weights"][0]["size"] == 3
    assert f"facts={facts.name[:16]}" in (desk.jobs / "job.sbatch").read_text(encoding="utf-8")


def test_a_selection_becomes_words_of_the_next_command(make: Make) -> None:
    desk = make()
    desk.stamp("run_001", FAILED)
    desk.stamp("run_002", FAILED)
    desk.finish("run_003", world=4)
    said = desk.slurm("--only", "failed or changed", "--only", "lora_rank == 4")
    assert said.out.endswith("submit.sh --only changed,missing --only run_001..run_003\n"), said
    words = said.out.splitlines()[-1].partition("submit.sh ")[2].split()
    desk.submit(*words)
    assert arrays(desk) == ["1-2", "3"]
    assert ["--replace" in call for call in desk.calls] == [False, True]


def test_a_selection_of_nothing(make: Make) -> None:
    desk = make()
    assert desk.slurm("--only", "oom").code == 3
    assert desk.slurm("--only", "fialed").code == 2


def test_all_are_finished_already(make: Make) -> None:
    desk = make()
    desk.finish(*(f"run_{n:03}" for n in range(12)))
    said = desk.slurm()
    assert said.code == 0
    assert said.out.endswith("12 of 12 finished\n")


def test_a_build_names_the_jobs_that_it_changed(make: Make) -> None:
    desk = make()
    assert "scancel" not in desk.study.cli("build").out
    desk.submit("--only", "run_000..run_002,run_004,run_008")
    desk.finish("run_001")
    (desk.out("run_001") / "tcwc" / "0001.start").write_text('{"n":1,"job":"101_1"}\n')
    desk.study.edit("\ncontrols:\n", "\ncontrols:\n  optimizer.weight_decay: 0.5\n")
    said = desk.study.cli("build")
    line = "train what they were: runs 0, 2, 4, 8; to cancel these jobs: `scancel '101_[0,2,4,8]'`"
    assert line in said.out, said
    assert "scancel" not in desk.study.cli("build").out


def test_an_edit_of_engineering_changes_no_job(make: Make) -> None:
    desk = make()
    desk.submit()
    desk.study.edit("\ncontrols:\n", "\ncontrols:\n  log_every_n_steps: 2\n")
    said = desk.study.cli("build")
    assert "none changed meaning" in said.out
    assert "scancel" not in said.out


# --- the scripts as texts


def test_bash_and_shellcheck_find_nothing(make: Make) -> None:
    data = {"=dataset": "{_component_: torchtune.datasets.alpaca_dataset}"}
    odd = 'environment: {ODD: "it\'s $HOME"}\nsetup: [module load x]\nwrapper: env X=1\n'
    desk = make(odd, controls=data)
    assert [complaints(desk.jobs / each) for each in ("submit.sh", "warm_up.sbatch")] == ["", ""]


SITES = {
    "container": "/work/lab",
    "gres": "/scratch/lab",
    "per_node": "/projects",
    "rocm": "/flash/project_462000001",
}


@pytest.mark.parametrize("name", SITES)
def test_the_example_profiles(tmp_path: Path, pretend: Tiny, name: str) -> None:
    data = {"=dataset": "{_component_: torchtune.datasets.alpaca_dataset}"}
    desk = Desk.made(
        tmp_path / "study",
        pretend,
        controls=data,
        out=Path(SITES[name]) / "out",
        more="resources:\n  time: 12:00:00\n  gpus: 1\n",
    )
    shutil.copy(ROOT / "examples" / "clusters" / f"{name}.yaml", desk.profile)
    said = desk.slurm()
    assert said.code == 0, said
    # The other scripts have nothing of a profile that no other test looks at.
    assert complaints(desk.jobs / "warm_up.sbatch", "warning") == ""


def test_what_bash_3_lacks_is_not_there(make: Make) -> None:
    text = (make().jobs / "submit.sh").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found = {name: re.search(pattern, code) for name, pattern in OF_BASH_4.items()}
    assert {name: each[0] for name, each in found.items() if each} == {}


def test_configs_that_lie_elsewhere(tmp_path: Path, pretend: Tiny, tune: Path) -> None:
    place = tmp_path / "deep" / "study"
    desk = Desk.made(place, pretend, more="output: ../../else/c\nresources: {time: 00:10:00}\n")
    assert desk.slurm().code == 0
    jobs = tmp_path / "else" / "c" / "slurm" / "lab"
    environment = os.environ | desk.environment(stand_ins=True) | {"TCWC_TUNE": str(tune)}
    run = ["bash", jobs / "submit.sh", "--only", "run_000"]
    done = subprocess.run(run, cwd="/", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert option(desk.calls[0], "chdir") == str(place.resolve())
    comment = option(desk.calls[0], "comment") or ""
    assert comment.startswith("tcwc:tiny/")  # not that of an experiment of this name in configs/
    desk.queue(f"77|1|PENDING|{comment}", "78|2|PENDING|tcwc:tiny:0")
    run[-1] = "run_001..run_002"
    assert subprocess.run(run, cwd="/", env=environment, capture_output=True).returncode == 0
    assert option(desk.calls[1], "array") == "2"
    run = ["bash", jobs / "job.sbatch", "run_000"]
    done = subprocess.run(run, cwd="/", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (place / "out" / "tiny" / "run_000" / "tcwc" / "0001.end").exists()


def test_a_folder_that_only_the_config_knows(tmp_path: Path, pretend: Tiny) -> None:
    desk = Desk.made(
        tmp_path / "study", pretend, controls={"output_dir": "'${oc.decode:x}/${assets_dir}'"}
    )
    said = desk.slurm()
    assert said.code == 1
    assert "${oc.decode:x}" in said.err


# --- the disk


DF = """\
case " $* " in
*" -Pi "*) echo Filesystem Inodes IUsed IFree; echo "disk 9 9 ${INODES:-1000000}" ;;
*) echo Filesystem Blocks Used Available; echo "disk 9 9 ${BLOCKS:-1000000}" ;;
esac
"""


@pytest.mark.parametrize(
    ("env", "says"),
    [({"BLOCKS": "10"}, "GiB are free"), ({"INODES": "30"}, "there is room for 30"), ({}, "")],
)
def test_free_space(
    make: Make, tmp_path: Path, pretend: Tiny, env: dict[str, str], says: str
) -> None:
    assets = shutil.copytree(pretend.assets, tmp_path / "assets")
    (assets / "ckpt" / "model.pt").write_bytes(b"x" * 5000)
    desk = make(controls={"assets_dir": f"'{assets}'"})
    program = desk.desk / "bin" / "df"
    program.write_text(f"#!/usr/bin/env bash\n{DF}", encoding="utf-8")
    program.chmod(0o755)
    said = desk.submit(env=env)
    assert (said.code, says in said.err) == (1 if says else 0, True), said
    if says:
        assert desk.calls == []
        assert desk.submit("--yes", env=env).code == 0


@pytest.mark.parametrize(("answer", "calls"), [("n\n", 0), ("\n", 0), ("y\n", 1)])
def test_a_terminal_is_asked(make: Make, answer: str, calls: int) -> None:
    desk = make("gpu_hours_limit: 1\n", more="resources:\n  time: 12:00:00\n  gpus: 1\n")
    ours, theirs = os.openpty()
    environment = os.environ | desk.environment(stand_ins=True)
    with subprocess.Popen(
        ["bash", desk.jobs / "submit.sh"],
        env=environment,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as submitter:
        os.write(ours, answer.encode())
        out, _ = submitter.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert "Submit them all the same? [y/N]" in out
    assert len(desk.calls) == calls
    assert submitter.returncode == (0 if calls else 1)


def test_folders_by_variables_of_the_profile(make: Make, tmp_path: Path) -> None:
    """`tcwc slurm` looks where jobs and submit.sh do."""
    desk = make(
        f"environment: {{TEST_SCRATCH: {tmp_path}/study/out}}\n",
        controls={"output_dir": "'${oc.env:TEST_SCRATCH}'"},
    )
    desk.stamp("run_001", FAILED)
    desk.submit("--only", "oom")
    assert arrays(desk) == ["1"]
    said = desk.slurm("--only", "oom")
    assert said.out.endswith("submit.sh --only run_001\n"), said
