"""What stands in a build's way: a clear error, nothing lost, nobody's work overwritten."""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tcwc.cli import main
from tcwc.disk import locking
from tcwc.disk import system as disk
from tcwc.disk.locking import exclusive
from tests.study import Said, Study, contents, experiment

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study that is built, and then edited: the next build would change every file."""
    made = Study.built(tmp_path / "study", experiment("lora_rank: [8, 16, 32]"))
    return made.write("lora_rank: [8, 16, 64]", "epochs: 5")


def refused(study: Study, *words: str, code: int = 2) -> Said:
    """A build that fails with these words and a way out, and leaves everything as it was."""
    before = contents(study.folder.parent)
    said = study.cli("build")
    assert said.code == code, said
    assert [word for word in words if word not in said.err] == [], said
    assert "= help: " in said.err
    assert contents(study.folder.parent) == before
    assert [path.name for path in study.folder.rglob(".tcwc*")] == []
    return said


# --- edited by hand ---------------------------------------------------------------------------


def edit_config(study: Study, name: str = "run_001.yaml") -> Path:
    path = study.configs / name
    path.write_text(path.read_text().replace("epochs: 2", "epochs: 3"))
    return path


def test_an_edited_config_is_not_overwritten_without_force(study: Study) -> None:
    path = edit_config(study)
    said = refused(study, "configs/run_001.yaml was edited by hand", "--force")
    assert "-epochs: 3" in said.err
    assert "+epochs: 5" in said.err
    assert study.cli("build", "--force").code == 0
    assert "epochs: 5" in path.read_text()
    study.assert_consistent()


@pytest.mark.parametrize("note", ["# precious t,", "# keep: t,", "# t (see the wiki),"])
@pytest.mark.parametrize("changed", [False, True])
def test_a_note_in_the_first_line_of_a_config_is_an_edit(
    study: Study, note: str, changed: bool
) -> None:
    if not changed:
        study.write("lora_rank: [8, 16, 32]")
    path = study.configs / "run_001.yaml"
    text = path.read_text()
    path.write_text(note + text[text.index(",") + 1 :])
    refused(study, "configs/run_001.yaml was edited by hand", "--force")
    assert study.cli("build", "--force").code == 0
    assert "precious" not in path.read_text()


def test_an_edited_config_of_a_run_that_is_gone_is_not_removed_without_force(
    study: Study,
) -> None:
    path = edit_config(study, "run_002.yaml")
    refused(study, "configs/run_002.yaml was edited by hand", "--force")
    assert study.cli("build", "--force").code == 0
    assert not path.exists()
    study.assert_consistent()


def test_an_edited_config_is_not_overwritten_by_a_build_of_the_same_source(study: Study) -> None:
    study.write("lora_rank: [8, 16, 32]")
    edit_config(study)
    refused(study, "configs/run_001.yaml was edited by hand")
    said = study.cli("check")
    assert said.code == 1
    assert "configs/run_001.yaml: edited by hand" in said.out
    assert "epochs 3 -> 2" in said.out
    assert "--force" in said.out


@pytest.mark.parametrize("text", ["\n", "mine: true\n", "\x00", "# tcwc run_001 sha256:00\n"])
def test_a_file_of_another_is_never_overwritten(study: Study, text: str) -> None:
    path = study.configs / "run_001.yaml"
    path.write_text(text)
    for arguments in ([], ["--force"]):
        before = study.files()
        said = study.cli("build", *arguments)
        if arguments and text.startswith("# tcwc"):
            continue
        assert said.code == 2, said
        assert "run_001.yaml" in said.err
        assert study.files() == before


def test_other_files_in_the_folder_stay(study: Study) -> None:
    others = {"notes.md": "x", "run_001.yaml.bak": "x", "run_9.yaml": "x", ".hidden": "x"}
    for name, text in others.items():
        (study.configs / name).write_text(text)
    assert study.cli("build", "--force").code == 0
    assert {name: (study.configs / name).read_text() for name in others} == others
    assert study.cli("check").code == 0


# --- in the way -------------------------------------------------------------------------------


def test_a_file_where_the_folder_goes(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    study.configs.write_text("mine")
    refused(study, "configs", "not a folder", "-o")


def test_a_folder_where_a_config_goes(study: Study) -> None:
    path = study.configs / "run_001.yaml"
    path.unlink()
    path.mkdir()
    (path / "mine").write_text("x")
    refused(study, "configs/run_001.yaml: it is a folder")


def test_a_folder_where_the_mapping_goes(study: Study) -> None:
    study.mapping.unlink()
    study.mapping.mkdir()
    refused(study, "run_mapping.yaml")
    assert study.cli("check").code == 2


def test_a_config_that_is_a_link_out_of_the_folder(study: Study) -> None:
    target = study.folder.parent / "elsewhere.yaml"
    path = study.configs / "run_001.yaml"
    path.rename(target)
    path.symlink_to(target)
    refused(study, "configs/run_001.yaml: it is a symbolic link")


def test_a_mapping_that_is_a_link_out_of_the_folder(study: Study) -> None:
    target = study.folder.parent / "elsewhere.yaml"
    study.mapping.rename(target)
    study.mapping.symlink_to(target)
    refused(study, "run_mapping.yaml: it is a symbolic link")


def test_a_folder_that_is_a_link_out(study: Study) -> None:
    target = study.folder.parent / "elsewhere"
    study.configs.rename(target)
    study.configs.symlink_to(target)
    refused(study, "configs is a symbolic link that leads to", f"-o {target}")


def test_a_pipe_where_a_config_goes(study: Study) -> None:
    path = study.configs / "run_001.yaml"
    path.unlink()
    os.mkfifo(path)
    before = study.mapping.read_bytes()
    said = study.cli("build")
    assert said.code == 2
    assert "run_001.yaml" in said.err
    assert study.mapping.read_bytes() == before


# --- no room, no right ------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 2, 3])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk(
    study: Study, monkeypatch: pytest.MonkeyPatch, after: int, number: int
) -> None:
    written = 0

    def write(fd: int, data: bytes) -> int:
        nonlocal written
        if written == after:
            raise OSError(number, os.strerror(number))
        written += 1
        return os.write(fd, data)

    monkeypatch.setattr(disk, "_write", write)
    if after < 3:
        refused(study, os.strerror(number), "configs/run_")
    monkeypatch.undo()
    study.build()


def test_a_file_system_that_is_really_full(study: Study, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting is not permitted")
    try:
        small = Study(place / "study").write("lora_rank: [8, 16, 32]")
        small.build()
        before = small.stamps()
        small.write(f"lora_rank: {list(range(1, 40))}")
        said = small.cli("build")
        assert said.code == 2
        assert "No space left on device" in said.err
        assert "free some space" in said.err
        assert small.stamps()["run_000.yaml"] == before["run_000.yaml"]
        assert [path.name for path in small.folder.rglob(".tcwc*")] == []
        small.write("lora_rank: [8, 16, 32]").build()
    finally:
        subprocess.run(["umount", str(place)], check=True)


def drop_capabilities() -> None:
    """Make permission bits count for root too: it stays the owner, and may no more than that."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    none = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def as_nobody(study: Study, *arguments: str) -> Said:
    """A command of a user without rights, in a fork of this process, which has all it needs."""
    with tempfile.TemporaryFile() as out:
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                sys.stdout = sys.stderr = os.fdopen(1, "w", encoding="utf-8", closefd=False)
                os.chdir(study.folder)
                if os.getuid() == 0:
                    drop_capabilities()
                code = main(list(arguments))
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        said = Said(code, "", out.read().decode())
    assert "Traceback" not in said.err, said
    return said


@pytest.mark.parametrize("what", ["configs", "."])
def test_a_folder_that_may_not_be_written(study: Study, what: str) -> None:
    before = study.files()
    for path in (study.configs, study.folder):
        path.chmod(0o555)
    try:
        arguments = ["build", "experiment.yaml"] + (["-o", "new"] if what == "." else [])
        done = as_nobody(study, *arguments)
    finally:
        for path in (study.folder, study.configs):
            path.chmod(0o755)
    assert done.code == 2, done.err
    assert "Permission denied" in done.err
    assert "make it writable, or build elsewhere with -o" in done.err
    assert study.files() == before


@pytest.mark.parametrize(
    "name", ["experiment.yaml", "configs/run_mapping.yaml", "configs/run_001.yaml"]
)
def test_a_file_that_may_not_be_read(study: Study, name: str) -> None:
    study.build()
    path = study.folder / name
    path.chmod(0o000)
    try:
        for command in ("build", "check"):
            done = as_nobody(study, command, "experiment.yaml")
            assert done.code in (1, 2), (command, done)
            said = done.err
            assert os.path.basename(name) in said
    finally:
        path.chmod(0o644)


def test_a_build_that_changes_nothing_needs_no_right_to_write(study: Study) -> None:
    study.build()
    for path in (study.configs, study.folder):
        path.chmod(0o555)
    try:
        done = as_nobody(study, "build", "experiment.yaml")
        assert done.code == 0, done.err
    finally:
        for path in (study.folder, study.configs):
            path.chmod(0o755)


# --- two at once ------------------------------------------------------------------------------


def test_two_builds_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    levels = ", ".join(map(str, range(200)))
    study = Study(tmp_path / "study").write(f"seed: [{levels}]")
    for controls in ("epochs: 2", "epochs: 5", "epochs: 7"):
        study.write(f"seed: [{levels}]", controls)
        pids = [fork(lambda: study.compile().write()) for _ in range(3)]
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0, 0]
        study.assert_consistent()
        assert study.cli("check").code == 0
        assert [path.name for path in study.folder.rglob(".tcwc*")] == []


def test_two_builds_to_one_new_folder_from_two_sources(tmp_path: Path) -> None:
    # each holds the lock of its own folder: the outputs collide only in the last rename
    levels = ", ".join(map(str, range(100)))
    studies = [Study(tmp_path / name).write(f"seed: [{levels}]") for name in ("a", "b")]
    for number in range(5):
        out = tmp_path / f"out{number}"
        pids = [fork(partial(build_to, study, out)) for study in studies]
        codes = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids)
        assert codes in ([0, 0], [0, 7])
        assert len(list(out.iterdir())) == 102  # with the mapping and .gitattributes
        assert [path.name for path in tmp_path.rglob(".tcwc*")] == []


def build_to(study: Study, folder: Path) -> None:
    study.compile().write(folder)


def fork(work: Callable[[], object]) -> int:
    """A process that does this; it ends with 0, with 7 after a WriteError, else with 3."""
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            work()
            code = 0
        except Exception as error:
            code = 7 if type(error).__name__ == "WriteError" else 3
        finally:
            os._exit(code)
    return pid


def test_a_build_that_waits_says_so_and_gives_up(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = exclusive.__wrapped__.__kwdefaults__  # type: ignore[attr-defined]
    monkeypatch.setitem(defaults, "timeout", 0.2)
    with locking.exclusive(str(study.folder), timeout=1.0):
        refused(study, "another build is at work", "wait until it has ended")
    assert study.cli("build").code == 0
