"""`tcwc verify`: whether a folder is a finished run of a source."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tcwc.model.signature import sha256_text
from tests.jobs.stamps import Folders
from tests.study import Said, Study

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables: {lora_rank: [8, 16]}
controls: {output_dir: out, epochs: 2}
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", SOURCE)


@pytest.fixture
def folders(study: Study) -> Folders:
    made = Folders(study.source)
    made.start("run_001")
    made.end("run_001", "finished")
    return made


def verify(study: Study, folder: str = "out/tiny/run_001") -> Said:
    """What it says; `error` stands in no answer, since to be another's is none."""
    from tests.report.test_encodings import printed
    from tests.study import inside

    with inside(study.folder):
        done = printed("utf-8", "verify", folder, "experiment.yaml")
    assert b"Traceback" not in done.err
    return Said(done.code, done.out.decode(), done.err.decode())


def test_a_run(study: Study, folders: Folders) -> None:
    found = verify(study)
    assert found.code == 0, found
    assert "is run_001 of experiment.yaml" in found.out
    assert folders.tasks["run_001"].science_hash[:16] in found.out


def test_wherever_it_lies(study: Study, folders: Folders, tmp_path: Path) -> None:
    shutil.copytree(folders.of("run_001"), tmp_path / "published")
    shutil.rmtree(folders.of("run_001"))
    assert verify(study, str(tmp_path / "published")).code == 0


def refuses(study: Study, said: str) -> None:
    found = verify(study)
    assert found.code == 1, found
    assert said in found.out, found


def test_another_meaning(study: Study, folders: Folders) -> None:
    study.edit("epochs: 2", "epochs: 3")
    refuses(study, "an earlier meaning of the run")
    study.cli("build", "--renumber")
    refuses(study, "is not that of the source")


def test_another_experiment_and_another_run(study: Study, folders: Folders) -> None:
    folders.identity("run_001", experiment="other")
    refuses(study, "of the experiment other, not of tiny")
    folders.identity("run_001", run="run_007")
    refuses(study, "tiny has no run_007: there are run_000 to run_001")
    folders.identity("run_001", run="run_000")
    refuses(study, "is not that of the source")
    folders.identity("run_001", world=8)
    refuses(study, "world 8 -> 1")


def test_what_did_not_finish(study: Study, folders: Folders) -> None:
    shutil.rmtree(folders.of("run_001") / "epoch_1")
    refuses(study, "the weights of its last epoch are not there")
    folders.end("run_001", "failed", reason="oom")
    refuses(study, "ended failed: oom")
    folders.start("run_001")
    refuses(study, "has no end")
    folders.stamp("run_001", "0001.start").unlink()
    refuses(study, "never begun")


def test_an_empty_file_of_weights_is_none(study: Study, folders: Folders) -> None:
    (folders.of("run_001") / "epoch_1" / "adapter_model.pt").write_bytes(b"")
    refuses(study, "the weights of its last epoch are not there")


def test_what_has_no_stamp(study: Study, folders: Folders) -> None:
    folders.stamp("run_001", "run.json").write_text("{", encoding="utf-8")
    refuses(study, "run.json cannot be read")
    shutil.rmtree(folders.of("run_001") / "tcwc")
    refuses(study, "no tcwc/run.json")
    shutil.rmtree(folders.of("run_001"))
    refuses(study, "is no folder")


def test_the_config_that_ran(study: Study, folders: Folders) -> None:
    text = "other: bytes\n"
    folders.start("run_001", sha256=sha256_text(text))
    folders.end("run_001", "finished")
    found = verify(study)
    assert found.code == 0
    assert "has other bytes than that of the source" in found.out
    frozen = study.configs / "slurm" / "frozen"
    frozen.mkdir(parents=True)
    copy = frozen / f"{sha256_text(text)}.yaml"
    copy.write_text(text, encoding="utf-8")
    assert "is the frozen copy" in verify(study).out
    copy.write_text("edited\n", encoding="utf-8")
    refuses(study, "was edited by hand")
    folders.start("run_001", sha256="../../../etc/passwd")
    folders.end("run_001", "finished")
    assert verify(study).code == 0


def test_a_run_that_went_on(study: Study, folders: Folders) -> None:
    folders.end("run_001", "cancelled")
    folders.start("run_001", 2)
    folders.end("run_001", "finished", 2, mode="resume", from_epoch=0)
    found = verify(study)
    assert found.code == 0
    assert "went on from an epoch in attempt 2" in found.out


def test_a_folder_that_was_set_aside(study: Study, folders: Folders) -> None:
    """What a later meaning's job says of itself in it is said of no training."""
    before = folders.tasks["run_001"]
    study.edit("epochs: 2", "epochs: 3")
    study.cli("build")
    after = Folders(study.source)
    assert after.tasks["run_001"].sha256 != before.sha256
    after.start("run_001", 2)
    after.end("run_001", "cancelled", 2, detail="set aside for science_hash 0123")
    found = verify(study)
    assert found.code == 1
    assert "it was set aside for another meaning of the run" in found.out
    assert "attempt 2" not in found.out
    assert "the config that ran is that of the source" not in found.out


# What somebody did to it


def test_a_stamp_in_another_run_s_folder(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    folders.end("run_000", "finished")
    shutil.rmtree(folders.of("run_000") / "tcwc")
    shutil.copytree(folders.of("run_001") / "tcwc", folders.of("run_000") / "tcwc")
    found = verify(study, "out/tiny/run_000")
    assert found.code == 1
    assert "it is the folder of run_000, and its stamp is that of run_001" in found.out


@pytest.mark.parametrize("what", ["the file", "the folder"])
def test_weights_that_lie_elsewhere(study: Study, folders: Folders, what: str) -> None:
    last = folders.of("run_001") / "epoch_1"
    (last / "adapter_model.pt").rename(folders.of("run_001") / "theirs.pt")
    if what == "the file":
        (last / "adapter_model.pt").symlink_to("../theirs.pt")
    else:
        last.rmdir()
        (folders.of("run_001") / "theirs").mkdir()
        folders.of("run_001").joinpath("theirs.pt").rename(
            folders.of("run_001") / "theirs" / "adapter_model.pt"
        )
        last.symlink_to("theirs")
    found = verify(study)
    assert found.code == 0  # a hub's cache is made of links
    assert "is a link, which no training leaves" in found.out


def test_weights_that_are_newer_than_the_end(study: Study, folders: Folders) -> None:
    """No digest of weights is in a stamp: what can be seen is said, and what cannot."""
    assert "recorded nowhere" in verify(study).out
    assert "newer" not in verify(study).out
    end = folders.stamp("run_001", "0001.end").stat().st_mtime
    os.utime(folders.of("run_001") / "epoch_1" / "adapter_model.pt", (end + 3600, end + 3600))
    found = verify(study)
    assert found.code == 0
    assert "adapter_model.pt in it is newer than the end of the run" in found.out


def test_overrides_that_are_no_way_to_go_on(study: Study, folders: Folders) -> None:
    gone_on = ["checkpointer.adapter_checkpoint=epoch_0/a.pt", "resume_from_checkpoint=True"]
    folders.end("run_001", "finished", overrides=gone_on)
    assert verify(study).code == 0
    folders.end("run_001", "finished", overrides=[*gone_on, "optimizer.lr=5"])
    refuses(study, "attempt 1 ran with `optimizer.lr=5` beside its config")


def test_another_batch(study: Study, folders: Folders) -> None:
    batch = folders.tasks["run_001"].batch
    folders.identity("run_001", effective_batch=99)
    refuses(study, f"99 samples of a step -> {batch}: another result")
