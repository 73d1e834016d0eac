"""`tcwc status`: what it says of folders and records, in each form, without a scheduler."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tcwc
from tcwc.disk import data
from tcwc.disk.processes import Done
from tcwc.model.frozen import replace
from tcwc.report.findings import painter
from tcwc.report.status import table_lines
from tests.jobs.stamps import AT, Folders
from tests.report.test_hostile_texts import BAD
from tests.study import Said, Study, inside

pytestmark = pytest.mark.usefixtures("no_checks")

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
run_name: "r{lora_rank}-s{seed}"
variables:
  lora_rank: [8, 16]
  seed: [1, 2, 3]
controls:
  output_dir: out
"""


@pytest.fixture(autouse=True)
def no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for one is told that there is none."""
    monkeypatch.setattr("tcwc.api.queues.slurm", lambda _: None)
    for name in ("TCWC_BEAT", "TCWC_CLUSTER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = Study(tmp_path / "study")
    made.source.write_text(SOURCE, encoding="utf-8")
    return made


@pytest.fixture
def folders(study: Study) -> Folders:
    return Folders(Study.built(study.folder, SOURCE).source)


def said(study: Study, *arguments: str) -> Said:
    # Study says that whatever ends with another code has an error to tell; --check has none.
    with inside(study.folder):
        from tests.report.test_encodings import printed

        done = printed("utf-8", "status", "experiment.yaml", *arguments)
    assert b"Traceback" not in done.err
    return Said(done.code, done.out.decode(), done.err.decode())


def document(study: Study, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(study, "--format", "json", *arguments).out)
    schema = json.loads(data.read_text("schemas/status.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(found)
    return found


def states(study: Study) -> dict[str, str]:
    return {row["run"]: row["state"] for row in document(study)["runs"]}


def several(folders: Folders) -> None:
    """A run of each state that there is without a scheduler."""
    folders.start("run_000")
    folders.end("run_000", "finished")
    folders.start("run_001")
    folders.end("run_001", "failed", reason="oom", detail="[rank1]: torch.OutOfMemoryError: no")
    folders.start("run_002", beat=9_000)
    folders.start("run_002", 2)
    folders.refused("run_003", None, "the config was changed since it was submitted")
    folders.start("run_004")
    folders.end("run_004", "cancelled", exit=143)


TABLE = """\
tiny: 6 runs: 1 finished, 1 running, 1 failed (oom), 1 cancelled, 1 refused, 1 never started

run      name    state        tries  on       for
run_001  r8-s2   failed: oom         node1:1  1:02:03
    [rank1]: torch.OutOfMemoryError: no
run_002  r8-s3   running      2      node1:1  0:01:01
run_003  r16-s1  refused
    the config was changed since it was submitted
run_004  r16-s2  cancelled           node1:1  1:02:03
"""


def test_a_table(study: Study, folders: Folders) -> None:
    several(folders)
    found = replace(tcwc.status(study.source), at=AT + 61)
    assert "\n".join([*table_lines(found, painter(False), everything=False), ""]) == TABLE
    short = said(study)
    assert (short.code, short.out.splitlines()[0]) == (0, TABLE.splitlines()[0])
    everything = said(study, "-v").out
    assert "run_005  r16-s3  never started" in everything
    assert "out/tiny/run_002/tcwc/0002.log" in everything


def test_the_document(study: Study, folders: Folders) -> None:
    several(folders)
    found = document(study)
    assert found["scheduler"] == {"kind": None, "answers": None, "accounting": None}
    assert found["counts"] == {
        "running": 1, "finished": 1, "failed": 1, "cancelled": 1, "refused": 1, "never_started": 1,
    }  # fmt: skip
    row = found["runs"][1]
    folder = str(folders.of("run_001"))
    assert row == {
        "run": "run_001", "name": "r8-s2", "state": "failed", "reason": "oom",
        "detail": "[rank1]: torch.OutOfMemoryError: no", "evidence": ["end"], "attempts": 1,
        "job": None, "host": "node1", "gpus": "1", "start": AT, "end": AT + 3723, "resumes": "no",
        "science_hash": folders.tasks["run_001"].science_hash, "folder": folder,
        "log": f"{folder}/tcwc/0001.log",
    }  # fmt: skip


def test_csv_has_the_same(study: Study, folders: Folders) -> None:
    several(folders)
    rows = list(csv.DictReader(io.StringIO(said(study, "--format", "csv").out)))
    wanted = document(study)["runs"]
    assert list(rows[0]) == list(wanted[0])
    for row, same in zip(rows, wanted, strict=True):
        texts = {k: " ".join(v) if isinstance(v, list) else v for k, v in same.items()}
        assert row == {k: "" if v is None else str(v) for k, v in texts.items()}


def test_in_python(study: Study, folders: Folders) -> None:
    several(folders)
    found = tcwc.status(study.source)
    assert [row.run for row in found] == [f"run_00{n}" for n in range(6)]
    assert found["run_001"].reason == "oom"
    assert (len(found), found.is_finished, found.experiment) == (6, False, "tiny")
    assert found.counts == document(study)["counts"]
    with pytest.raises(KeyError):
        found["run_9"]
    html = found._repr_html_()
    assert "failed: oom" in html
    assert "<script" not in html


# Exit codes, and what to type


def test_check_is_for_gates(study: Study, folders: Folders) -> None:
    assert said(study, "--check").code == 1
    for run in folders.tasks:
        folders.start(run)
        folders.end(run, "finished")
    assert said(study, "--check").code == 0
    assert said(study, "--check").out == "tiny: 6 runs: 6 finished\n"
    (folders.of("run_003") / "epoch_0" / "adapter_model.pt").unlink()
    assert said(study, "--check").code == 1
    assert states(study)["run_003"] == "failed"
    assert said(study, "--check", "--only", "run_000..run_002").code == 0


def test_a_selection(study: Study, folders: Folders) -> None:
    several(folders)
    assert [row["run"] for row in document(study, "--only", "failed,seed == 3")["runs"]] == [
        "run_001", "run_002", "run_005",
    ]  # fmt: skip
    nothing = said(study, "--only", "timeout")
    assert (nothing.code, nothing.out) == (3, "")
    assert "there are 1 running, 1 finished" in nothing.err
    wrong = said(study, "--only", "ooom")
    assert wrong.code == 2
    assert "did you mean oom?" in wrong.err


def test_what_was_never_started_says_what_to_type(study: Study) -> None:
    found = said(study)
    assert found.out == "tiny: 6 runs: 6 never started\n"
    assert "`tcwc build experiment.yaml`" in found.err
    assert "`tcwc run experiment.yaml`" in found.err
    study.cli("build")
    assert "tcwc build" not in said(study).err
    assert said(study, "-q").err == ""


def test_what_ended_says_what_to_type(study: Study, folders: Folders) -> None:
    several(folders)
    found = said(study)
    assert "Next: `tcwc run experiment.yaml` begins what is left\n" in found.err
    assert "`tcwc run experiment.yaml --only oom --halve-batch` shows half the batch\n" in found.err
    assert "--only changed" not in found.err
    study.edit("  output_dir: out\n", "  output_dir: out\n  batch_size: 2\n")
    assert "changed: `tcwc run experiment.yaml --only changed` trains anew" in said(study).err
    assert said(study, "-q").err == ""


def test_a_source_with_errors(study: Study) -> None:
    study.source.write_text(SOURCE.replace("lora_rank:", "lora_rnk:"), encoding="utf-8")
    assert said(study).code == 1


# What cannot be seen from here


def test_folders_on_another_machine(study: Study) -> None:
    study.edit("output_dir: out", "output_dir: /no-such-scratch/ann")
    found = document(study)
    assert found["counts"] == {"unknown": 6}
    assert found["runs"][0]["detail"] == "/no-such-scratch is not on this machine"


def test_folders_of_others(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/home` is everywhere, and who may not make `/home/ann` is not where she is."""
    monkeypatch.setattr("tcwc.disk.stamps.os.access", lambda *_: False)  # root may write anywhere
    study.edit("output_dir: out", f"output_dir: {tmp_path}/ann/out")
    found = document(study)
    assert found["counts"] == {"unknown": 6}
    assert found["runs"][0]["detail"] == f"{tmp_path}/ann is not on this machine"


def test_a_disk_that_can_only_be_read(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one is that had errors: what is to be done is on this machine."""
    monkeypatch.setattr("tcwc.disk.stamps.os.access", lambda *_: False)
    monkeypatch.setattr("tcwc.disk.stamps._is_read_only", lambda _: True)
    study.edit("output_dir: out", f"output_dir: {tmp_path}/ann/out")
    found = document(study)
    assert found["counts"] == {"unknown": 6}
    said = f"{tmp_path}/ann is not there, and its disk can only be read"
    assert found["runs"][0]["detail"] == said


def test_folders_that_are_only_to_be_made(study: Study, tmp_path: Path) -> None:
    study.edit("output_dir: out", f"output_dir: {tmp_path}/a/b/c")
    assert document(study)["counts"] == {"never_started": 6}


def test_folders_that_the_environment_names(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.edit("output_dir: out", 'output_dir: "${oc.env:MY_SCRATCH}/ann"')
    monkeypatch.delenv("MY_SCRATCH", raising=False)
    found = document(study)
    assert found["counts"] == {"unknown": 6}
    assert "MY_SCRATCH" in found["runs"][0]["detail"]
    monkeypatch.setenv("MY_SCRATCH", str(tmp_path))
    found = document(study)
    assert found["counts"] == {"never_started": 6}
    assert found["runs"][0]["folder"] == f"{tmp_path}/ann/tiny/run_000"


def test_a_profile_sets_what_folders_are_named_by(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MY_SCRATCH", raising=False)
    study.edit("output_dir: out", 'output_dir: "${oc.env:MY_SCRATCH}/ann"')
    profile = study.folder / "lab.yaml"
    profile.write_text(f"environment: {{MY_SCRATCH: {tmp_path}}}\n", encoding="utf-8")
    assert document(study, "--cluster", "./lab.yaml")["counts"] == {"never_started": 6}
    assert said(study, "--cluster", "nowhere").code == 2
    profile.write_text("partitoin: x\n", encoding="utf-8")
    wrong = said(study, "--cluster", "./lab.yaml")
    assert (wrong.code, wrong.out) == (1, "")
    assert "has errors" in wrong.err


def test_a_silent_scheduler_makes_nothing_that_is_started_again(
    study: Study, folders: Folders
) -> None:
    several(folders)
    for run in folders.tasks:
        folders.submitted(run, f"161_{run[4:].lstrip('0') or '0'}")
    found = document(study)
    assert found["scheduler"] == {"kind": "slurm", "answers": False, "accounting": None}
    assert states(study) == {
        "run_000": "finished", "run_001": "unknown", "run_002": "running", "run_003": "unknown",
        "run_004": "unknown", "run_005": "unknown",
    }  # fmt: skip
    assert "does not answer" in said(study).out


def test_a_job_of_another_cluster(study: Study, folders: Folders) -> None:
    folders.submitted("run_000", "161_0", profile="della")
    folders.submitted("run_001", "161_1", profile="snellius")
    assert [states(study)[f"run_00{n}"] for n in range(3)] == ["unknown"] * 2 + ["never_started"]


# Whatever lies there


def test_what_lies_in_folders(study: Study, folders: Folders) -> None:
    folders.of("run_000").mkdir(parents=True)
    (folders.of("run_000") / "epoch_5").mkdir()
    folders.identity("run_001", run="run_000")
    folders.start("run_002", beat=9_000)
    folders.stamp("run_002", "run.json").write_bytes(b"\xff\x00")
    folders.start("run_003", beat=None)
    folders.of("run_004").write_text("a file", encoding="utf-8")
    folders.of("run_005").mkdir()
    (folders.of("run_005") / "tcwc").symlink_to("/nowhere")
    assert states(study) == {
        "run_000": "foreign", "run_001": "foreign", "run_002": "unknown", "run_003": "running",
        "run_004": "unknown", "run_005": "unknown",
    }  # fmt: skip


def test_a_folder_of_any_name(study: Study) -> None:
    study.edit("output_dir: out", """output_dir: 'it''s a "dir" $HOME; `x` %s'""")
    folders = Folders(study.source)
    folders.start("run_001")
    (folders.of("run_000") / "epoch_5").mkdir(parents=True)
    assert [states(study)[f"run_00{n}"] for n in range(3)] == [
        "foreign", "running", "never_started",
    ]  # fmt: skip
    assert (study.folder / 'it\'s a "dir" $HOME; `x` %s').is_dir()


def test_nothing_outside_is_looked_at_for_a_stranger(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.edit("output_dir: out", f"output_dir: {tmp_path}/elsewhere")
    (tmp_path / "elsewhere" / "tiny" / "run_000" / "epoch_0").mkdir(parents=True)
    assert states(study)["run_000"] == "foreign"
    monkeypatch.setenv("TCWC_INSIDE_ONLY", "1")
    assert document(study)["counts"] == {"unknown": 6}


def test_a_pipe_keeps_nobody_waiting(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    file = folders.stamp("run_000", "0001.end")
    file.unlink()
    os.mkfifo(file)
    assert states(study)["run_000"] == "running"


def test_torn_records_are_passed_over(study: Study, folders: Folders) -> None:
    folders.submitted("run_000", "161_0")
    jobs = study.configs / "slurm" / "lab" / "jobs.jsonl"
    jobs.write_bytes(b'{"format":1,"jo\n\xff\xfe\n[]\n' + jobs.read_bytes() + b'{"run":"run_001"')
    refused = study.configs / "slurm" / "refused"
    refused.mkdir(parents=True)
    (refused / "run_001.161_1.json").write_text("{", encoding="utf-8")
    (refused / "x.json").mkdir()
    assert [states(study)[f"run_00{n}"] for n in (0, 1)] == ["unknown", "never_started"]


def test_nothing_stays_of_a_look(study: Study, folders: Folders) -> None:
    several(folders)
    before = sorted(map(str, study.folder.rglob("*")))
    said(study)
    assert sorted(map(str, study.folder.rglob("*"))) == before


def test_a_folder_that_is_gone_meanwhile(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    shutil.rmtree(folders.of("run_000"))
    assert states(study)["run_000"] == "never_started"


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The time zone of who asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["{begin} 0001: fresh", "{slurm} NODE FAILURE ***"], ("failed", "node")),
        (["{begin} 0001: fresh", "{slurm} NODE FAILURE ***", "{begin} 0002: resume"], None),
        (["{begin} 0002: resume", "{slurm} PREEMPTION ***"], ("failed", "preempted")),
    ],
)
def test_whose_end_a_line_of_slurm_is(
    study: Study,
    folders: Folders,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    state: tuple[str, str] | None,
) -> None:
    """The clock on a node's wall is not that of who asks."""
    number = 2 if any("0002" in each for each in lines) else 1
    monkeypatch.setattr("tcwc.api.queues.slurm", lambda _: Done(0, "", ""))
    slurm = "slurmstepd: error: *** JOB 165 ON n CANCELLED AT {at} DUE TO"
    at = datetime.fromtimestamp(AT + 60, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    words = {"begin": "tcwc: run_001, attempt", "slurm": slurm.format(at=at)}
    text = "\n".join(each.format(**words) for each in lines)
    for each in range(1, number + 1):
        folders.start("run_001", each, beat=9999, cluster="lab", job="161_1", slurm_job="165")
    folders.submitted("run_001", "161_1")
    scripts = study.folder / "configs" / "slurm" / "lab"
    (scripts / "logs").mkdir()
    (scripts / "job.sbatch").write_text("#SBATCH --output=configs/slurm/lab/logs/%A_%a.log\n")
    (scripts / "logs" / "161_1.log").write_text(f"{text}\n", encoding="utf-8")
    row = tcwc.status(study.source)["run_001"]
    assert (row.state, row.reason) == (state or ("failed", "lost")), row


def test_a_beat_that_is_over(study: Study, folders: Folders) -> None:
    folders.start("run_000", beat=299)
    folders.start("run_001", beat=301)
    found = document(study)["runs"]
    assert [(row["state"], row["reason"]) for row in found[:2]] == [
        ("running", None), ("failed", "lost"),
    ]  # fmt: skip
    assert "5 min" in found[1]["detail"]


def test_a_beat_is_as_old_as_its_own_file_system_says(
    study: Study, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a server may be an hour ahead of this machine's, or behind."""
    for ahead in (3600, -3600):
        folders.start("run_000", beat=30 - ahead)
        folders.start("run_001", beat=400 - ahead)
        monkeypatch.setattr("tcwc.disk.stamps._touched", lambda _, by=ahead: time.time() + by)
        found = states(study)
        assert (found["run_000"], found["run_001"]) == ("running", "failed")


def test_a_folder_that_takes_no_file_has_our_clock(
    study: Study, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> float:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tcwc.disk.stamps._touched", full)
    folders.start("run_000", beat=30)
    folders.start("run_001", beat=400)
    found = states(study)
    assert (found["run_000"], found["run_001"]) == ("running", "failed")


def test_hostile_texts_in_a_stamp(study: Study, folders: Folders) -> None:
    hostile = "\x1b[31m\n::error::x\r##[error]x \u202e hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"
    folders.start("run_000", host=hostile, gpus=hostile, job=hostile)
    folders.end("run_000", "failed", reason="error", detail=hostile)
    folders.refused("run_001", hostile.replace("/", ""), hostile)
    for form in ("table", "json", "csv"):
        out = said(study, "-v", "--format", form).out
        assert BAD.search(out) is None, (form, out)
        assert "hf_aBcDeFgHiJkLm" not in out


def test_thousands_of_runs_cost_two_listings_each(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more is asked of the disk than there is to see."""
    listed: list[object] = []
    real = os.listdir
    monkeypatch.setattr("tcwc.disk.stamps.os.listdir", lambda at: listed.append(at) or real(at))
    folders = Folders(study.source)
    several(folders)
    listed.clear()
    tcwc.status(study.source)
    of_runs = [each for each in listed if str(each).startswith(str(study.folder / "out"))]
    assert len(of_runs) <= 2 * len(folders.tasks)
