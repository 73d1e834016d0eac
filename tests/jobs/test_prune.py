"""`tcwc prune`: which checkpoints go, and that nothing else ever does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcwc.disk.checkpoints import RunFolderChanged, remove, weigh
from tests.jobs.stamps import Folders
from tests.study import Said, Study, contents

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables: {lora_rank: [8, 16, 32]}
controls: {output_dir: out, epochs: 4}
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", SOURCE)


@pytest.fixture
def folders(study: Study) -> Folders:
    made = Folders(study.source)
    for run in made.tasks:
        made.start(run)
        made.end(run, "finished")
    return made


def prune(study: Study, *arguments: str) -> Said:
    return study.cli("prune", "experiment.yaml", *arguments)


def epochs(folders: Folders, run: str) -> list[str]:
    return sorted(each.name for each in folders.of(run).glob("epoch_*"))


def test_a_list_first(study: Study, folders: Folders) -> None:
    before = contents(study.folder)
    found = prune(study)
    assert found.code == 0
    assert "9 checkpoints of 3 finished runs, 63 bytes: --yes removes them" in found.out
    assert "epoch_0, epoch_1, epoch_2" in found.out
    assert contents(study.folder) == before


def test_all_but_the_last_epoch(study: Study, folders: Folders) -> None:
    stamp = contents(folders.of("run_000") / "tcwc")
    state = folders.of("run_000") / "recipe_state"
    state.mkdir()
    (state / "recipe_state.pt").write_text("state", encoding="utf-8")
    found = prune(study, "--yes")
    assert found.code == 0
    assert "removed 9 checkpoints, 63 bytes" in found.out
    assert [epochs(folders, run) for run in folders.tasks] == [["epoch_3"]] * 3
    after = contents(folders.of("run_000") / "tcwc")
    assert {name: after[name] for name in stamp} == stamp  # nothing in it is edited
    assert set(after) - set(stamp) == {f"epoch_{n}.pruned" for n in range(3)}
    assert state.exists()
    again = prune(study, "--yes")
    assert "nothing to remove: 3 of 3 runs are finished" in again.out
    assert study.cli("status", "experiment.yaml", "--check").code == 0


def test_what_cannot_be_noted_is_not_removed(
    study: Study, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody could tell it from what got lost."""
    real = os.open

    def full(path: str, flags: int, *more: int, **dir_fd: int) -> int:
        if str(path).endswith(".pruned"):
            raise OSError(28, "No space left on device")
        return real(path, flags, *more, **dir_fd)

    monkeypatch.setattr(os, "open", full)
    found = prune(study, "--yes", "--only", "run_000")
    assert found.code == 1
    assert "No space left on device" in found.err
    assert epochs(folders, "run_000") == [f"epoch_{n}" for n in range(4)]


def test_only_some_runs(study: Study, folders: Folders) -> None:
    prune(study, "--yes", "--only", "lora_rank == 16")
    assert [len(epochs(folders, run)) for run in folders.tasks] == [4, 1, 4]
    assert prune(study, "--only", "timeout").code == 3
    assert prune(study, "--only", "x y").code == 2


@pytest.mark.parametrize("keep", ["best:", "best", "all", "0"])
def test_what_cannot_be_kept_by(study: Study, folders: Folders, keep: str) -> None:
    before = contents(study.folder)
    found = prune(study, "--yes", "--keep", keep)
    assert found.code == 2
    assert "--keep last" in found.err
    assert contents(study.folder) == before


def test_only_finished_runs_of_the_present_meaning(study: Study, folders: Folders) -> None:
    folders.start("run_000", 2)
    folders.end("run_001", "failed", reason="error")
    folders.identity("run_002", run="run_001")
    before = contents(study.folder)
    assert "nothing to remove" in prune(study, "--yes").out
    assert contents(study.folder) == before
    folders.identity("run_002")
    study.edit("epochs: 4", "epochs: 5")
    study.cli("build")
    assert "nothing to remove" in prune(study, "--yes").out
    assert [len(epochs(folders, run)) for run in folders.tasks] == [4] * 3


def test_a_last_epoch_without_weights_keeps_all(study: Study, folders: Folders) -> None:
    (folders.of("run_000") / "epoch_3" / "adapter_model.pt").unlink()
    prune(study, "--yes")
    assert len(epochs(folders, "run_000")) == 4


# Whatever lies there


def test_links_are_left_alone(study: Study, folders: Folders, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "model.pt").write_text("years of work", encoding="utf-8")
    folder = folders.of("run_000")
    (folder / "epoch_0" / "adapter_model.pt").unlink()
    (folder / "epoch_0").rmdir()
    (folder / "epoch_0").symlink_to(precious)
    (folder / "epoch_1" / "elsewhere").symlink_to(precious)
    (folder / "epoch_1" / "file").symlink_to(precious / "model.pt")
    os.link(precious / "model.pt", folder / "epoch_1" / "hard")
    found = prune(study, "--yes", "--only", "0")
    assert found.code == 0
    assert "epoch_0 is left alone: it is a link" in found.err
    assert epochs(folders, "run_000") == ["epoch_0", "epoch_3"]
    assert (precious / "model.pt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("what", ["a file of it", "all of it"])
def test_a_last_epoch_that_leads_into_another_keeps_all(
    study: Study, folders: Folders, what: str
) -> None:
    """Somebody who had no room made links of what was equal."""
    folder = folders.of("run_000")
    last = folder / "epoch_3"
    (last / "adapter_model.pt").unlink()
    if what == "all of it":
        last.rmdir()
        last.symlink_to("epoch_2")
    else:
        (last / "adapter_model.pt").symlink_to("../epoch_2/adapter_model.pt")
    found = prune(study, "--yes", "--only", "0")
    assert found.code == 0
    assert "epoch_2 are left alone: " in found.err
    assert "a link" in found.err
    assert (last / "adapter_model.pt").read_text(encoding="utf-8") == "weights"
    assert len(epochs(folders, "run_000")) == 4


def test_what_came_after_the_training_is_somebody_s(study: Study, folders: Folders) -> None:
    late = folders.of("run_000") / "epoch_1" / "evaluation" / "table.json"
    late.parent.mkdir()
    late.write_text("a night of work", encoding="utf-8")
    end = folders.stamp("run_000", "0001.end").stat().st_mtime
    os.utime(late, (end + 3600, end + 3600))
    found = prune(study, "--yes", "--only", "0")
    assert "epoch_1 is left alone: table.json in it is newer than the end of the run" in found.err
    assert epochs(folders, "run_000") == ["epoch_1", "epoch_3"]
    assert late.exists()


def test_a_disk_that_is_mounted_in_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mount --bind` of a folder of one disk: the device is the same, the mount is not."""
    checkpoints = "tcwc.disk.checkpoints"
    inner = tmp_path / "run" / "epoch_0" / "bound"
    inner.mkdir(parents=True)
    (inner / "theirs.pt").write_text("theirs", encoding="utf-8")

    def mount(fd: int) -> tuple[int, str]:
        return 1, "9" if os.path.samestat(os.fstat(fd), inner.stat()) else "1"

    monkeypatch.setattr(f"{checkpoints}._mount", mount)
    assert weigh(str(tmp_path / "run"), ["epoch_0"])[0].why == "another disk is mounted in it"
    assert remove(str(tmp_path / "run"), ["epoch_0"], lambda _: True) == []
    assert (inner / "theirs.pt").exists()


def test_names_that_are_like_checkpoints(study: Study, folders: Folders) -> None:
    folder = folders.of("run_000")
    for name in ("epoch_", "epoch_1.bak", "epoch_one", "my_epoch_1", "epoch_99", "epoch_1 ", "old"):
        (folder / name).mkdir()
    (folder / "epoch_00").write_text("a file", encoding="utf-8")
    prune(study, "--yes")
    left = {each.name for each in folder.iterdir()}
    assert left == {
        "epoch_", "epoch_1.bak", "epoch_one", "my_epoch_1", "epoch_99", "epoch_1 ", "old",
        "epoch_00", "epoch_3", "tcwc",
    }  # fmt: skip


def test_a_folder_that_a_link_leads_to(study: Study, folders: Folders, tmp_path: Path) -> None:
    """Scratch folders often are."""
    folders.of("run_000").rename(tmp_path / "scratch")
    folders.of("run_000").symlink_to(tmp_path / "scratch")
    prune(study, "--yes")
    assert sorted(each.name for each in (tmp_path / "scratch").iterdir()) == ["epoch_3", "tcwc"]


def test_a_folder_that_is_another_run_s_by_now(tmp_path: Path) -> None:
    (tmp_path / "run" / "tcwc").mkdir(parents=True)
    (tmp_path / "run" / "epoch_0").mkdir()
    asked: list[str | None] = []
    with pytest.raises(RunFolderChanged):
        remove(str(tmp_path / "run"), ["epoch_0"], lambda text: bool(asked.append(text)))
    assert asked == [None]
    assert (tmp_path / "run" / "epoch_0").is_dir()


def test_a_stamp_that_is_a_link_is_none(tmp_path: Path) -> None:
    for name in ("ours", "run"):
        (tmp_path / name / "tcwc").mkdir(parents=True)
    (tmp_path / "ours" / "tcwc" / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "run" / "tcwc" / "run.json").symlink_to(tmp_path / "ours/tcwc/run.json")
    (tmp_path / "run" / "epoch_0").mkdir()
    with pytest.raises(RunFolderChanged):
        remove(str(tmp_path / "run"), ["epoch_0"], lambda text: text is not None)


@pytest.mark.parametrize(
    "name", ["..", ".", "../other", "{here}/other", "", "a\0b", "x/../../other"]
)
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    """No run has a checkpoint of such a name; were there one, it stays."""
    (tmp_path / "other").mkdir()
    (tmp_path / "run" / "x").mkdir(parents=True)
    name = name.format(here=tmp_path)
    weighed = weigh(str(tmp_path / "run"), [name])[0]
    assert weighed.why == "it is no name of a folder"
    assert remove(str(tmp_path / "run"), [name], lambda _: True) == []
    assert (tmp_path / "other").is_dir()
    assert (tmp_path / "run" / "x").is_dir()


def test_folders_within_folders(tmp_path: Path) -> None:
    deep = tmp_path / "run" / "epoch_0"
    for _ in range(40):
        deep /= "x"
    deep.mkdir(parents=True)
    assert "too many" in weigh(str(tmp_path / "run"), ["epoch_0"])[0].why
    assert remove(str(tmp_path / "run"), ["epoch_0"], lambda _: True) == []
    assert deep.is_dir()


def test_weights_in_folders(tmp_path: Path) -> None:
    for name in ("a.pt", "original/b.pt", "original/deep/c.pt"):
        file = tmp_path / "run" / "epoch_0" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("12345", encoding="utf-8")
    (tmp_path / "run" / "tcwc").mkdir()
    assert weigh(str(tmp_path / "run"), ["epoch_0"])[0].bytes == 15
    assert remove(str(tmp_path / "run"), ["epoch_0"], lambda _: True) == ["epoch_0"]
    assert list((tmp_path / "run").iterdir()) == [tmp_path / "run" / "tcwc"]
