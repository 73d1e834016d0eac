from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tcwc.disk import system as disk
from tcwc.disk.errors import WriteError
from tcwc.disk.locking import exclusive
from tcwc.disk.writer import Writer, Written
from tcwc.model.signature import config_text
from tests.conftest import ROOT
from tests.disk.writing import write_build
from tests.study import contents


def text_of(number: int, body: str = "") -> str:
    return config_text("x", f"run_{number:03d}", f"seed: {number}\n{body}")


def runs(*numbers: int, body: str = "") -> list[tuple[str, str]]:
    return [(f"run_{number:03d}.yaml", text_of(number, body)) for number in numbers]


def texts(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too."""
    return {name: data.decode(errors="replace") for name, data in contents(folder).items()}


@contextmanager
def refused(folder: Path, *words: str) -> Iterator[None]:
    """A WriteError that says these words, and nothing changed on the disk."""
    before = texts(folder)
    with pytest.raises(WriteError) as caught:
        yield
    said = f"{caught.value} {caught.value.help}"
    assert [word for word in words if word not in said] == [], said
    assert texts(folder) == before
    assert not [name for name in os.listdir(folder) if name.startswith(".tcwc")]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "configs"


def test_a_new_folder_holds_the_runs_and_the_mapping(tmp_path: Path, out: Path) -> None:
    assert write_build(str(out), runs(0, 1), ["a\n", "b\n"]) == Written(2, 0, (), True)
    assert texts(tmp_path) == {
        "configs/run_000.yaml": text_of(0),
        "configs/run_001.yaml": text_of(1),
        "configs/run_mapping.yaml": "a\nb\n",
    }


def test_missing_parents_are_made(tmp_path: Path) -> None:
    write_build(str(tmp_path / "a" / "b"), runs(0), ["m"])
    assert texts(tmp_path / "a" / "b").keys() == {"run_000.yaml", "run_mapping.yaml"}


def test_the_bytes_are_utf8_with_line_feeds(out: Path) -> None:
    write_build(str(out), [("run_000.yaml", text_of(0, "a: é😀\n"))], ["ü\n"])
    assert (out / "run_000.yaml").read_bytes() == text_of(0, "a: é😀\n").encode()
    assert (out / "run_mapping.yaml").read_bytes() == b"\xc3\xbc\n"


def test_a_rebuild_of_the_same_touches_nothing(tmp_path: Path, out: Path) -> None:
    write_build(str(out), runs(0, 1), ["m" * 200_000])
    before = {path: path.stat().st_mtime_ns for path in (tmp_path, out, *out.iterdir())}
    assert write_build(str(out), runs(0, 1), ["m" * 200_000]) == Written(0, 0, (), False)
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_only_what_changed_is_written(out: Path) -> None:
    write_build(str(out), runs(0, 1, 2), ["m"])
    kept = (out / "run_001.yaml").stat()
    new = [*runs(0, body="a: 1\n"), *runs(1, 3)]
    assert write_build(str(out), new, ["n"]) == Written(1, 1, ("run_002.yaml",), True)
    assert texts(out) == dict(new) | {"run_mapping.yaml": "n"}
    after = (out / "run_001.yaml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (kept.st_ino, kept.st_mtime_ns)


@pytest.mark.parametrize("old", ["", "a", "x" * 65_536, "ab" * 100_000, "ab" * 100_000 + "c"])
@pytest.mark.parametrize("new", ["", "a", "x" * 65_536, "ab" * 100_000, "ab" * 99_999 + "cc"])
@pytest.mark.parametrize("size", [1 << 20, 7777])
def test_the_mapping_is_streamed_over_any_older_one(
    out: Path, old: str, new: str, size: int
) -> None:
    write_build(str(out), [], [old])
    chunks = [new[at : at + size] for at in range(0, len(new), size)] or [""]
    assert write_build(str(out), [], chunks).mapping_changed is (old != new)
    assert texts(out) == {"run_mapping.yaml": new}


def test_a_checkout_with_crlf_is_left_alone(out: Path) -> None:
    write_build(str(out), runs(0), ["a\nb\n"])
    for path in out.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = texts(out)
    assert write_build(str(out), runs(0), ["a\nb\n"]) == Written(0, 0, (), False)
    assert texts(out) == before
    assert write_build(str(out), runs(0, body="a: 1\n"), ["a\nc\n"]).changed == 1
    assert texts(out) == {"run_000.yaml": text_of(0, "a: 1\n"), "run_mapping.yaml": "a\nc\n"}


def test_an_edited_file_is_not_replaced_without_force(tmp_path: Path, out: Path) -> None:
    write_build(str(out), runs(0, 1), ["m"])
    edited = out / "run_000.yaml"
    edited.write_text(text_of(0).replace("seed: 0", "seed: 7"))
    new = runs(0, 1, body="a: 1\n")
    with refused(tmp_path, "run_000.yaml was edited", "-seed: 7", "+seed: 0", "--force"):
        write_build(str(out), new, ["n"])
    write_build(str(out), new, ["n"], force=True)
    assert texts(out) == dict(new) | {"run_mapping.yaml": "n"}


def test_an_edited_file_of_a_run_that_is_gone_is_not_removed_without_force(
    tmp_path: Path, out: Path
) -> None:
    write_build(str(out), runs(0, 1), ["m"])
    (out / "run_001.yaml").write_text(text_of(1) + "# mine\n")
    with refused(tmp_path, "run_001.yaml was edited", "--force"):
        write_build(str(out), runs(0), ["n"])
    assert write_build(str(out), runs(0), ["n"], force=True).removed == ("run_001.yaml",)


def test_many_edited_files_make_a_short_error(tmp_path: Path, out: Path) -> None:
    write_build(str(out), runs(*range(30)), ["m"])
    for path in out.glob("run_0*"):
        path.write_text(path.read_text() + "".join(f"k{n}: 1\n" for n in range(3000)))
    with pytest.raises(WriteError) as caught:
        write_build(str(out), runs(*range(30)), ["m"])
    assert "and 25 more were edited" in caught.value.message
    assert "more lines" in str(caught.value)
    assert len(caught.value.details) < 120


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("theirs", [b"\n", b"seed: 1\n", b"\xff\xfe\x00", b"# tcwc\n"])
def test_a_file_that_is_not_ours_is_never_replaced(
    tmp_path: Path, out: Path, theirs: bytes, force: bool
) -> None:
    out.mkdir()
    (out / "run_001.yaml").write_bytes(theirs)
    with refused(tmp_path, "run_001.yaml: it was not made by tcwc", "move"):
        write_build(str(out), runs(0, 1), ["m"], force=force)


def test_other_files_stay(out: Path) -> None:
    out.mkdir()
    theirs = {"notes.txt": "x", "run_900.yaml": "seed: 1\n", "my.yaml": text_of(5)}
    for name, text in theirs.items():
        (out / name).write_text(text)
    (out / "run_901.yaml").mkdir()
    assert write_build(str(out), runs(0), ["m"], force=True).removed == ()
    assert texts(out) == {**theirs, "run_000.yaml": text_of(0), "run_mapping.yaml": "m"}


@pytest.mark.parametrize("name", ["run_000.yaml", "run_mapping.yaml"])
@pytest.mark.parametrize("force", [False, True])
def test_a_folder_or_link_or_pipe_in_the_way_is_refused(
    tmp_path: Path, name: str, force: bool
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text(text_of(0))
    makes: list[Callable[[Path], None]] = [
        os.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.symlink_to(theirs),
    ]
    for index, make in enumerate(makes):
        place = tmp_path / str(index)
        place.mkdir()
        make(place / name)
        with pytest.raises(WriteError, match="in the way"):
            write_build(str(place), runs(0), ["m"], force=force)
        assert os.listdir(place) == [name]
    assert theirs.read_text() == text_of(0)


def test_a_file_where_the_folder_goes_is_refused(tmp_path: Path, out: Path) -> None:
    out.write_text("mine")
    with refused(tmp_path, f"{out} is not a folder", "-o"):
        write_build(str(out), runs(0), ["m"])
    with refused(tmp_path, f"{out} is not a folder", "-o"):
        write_build(str(out / "deeper"), runs(0), ["m"])


def test_a_linked_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (here / "configs").symlink_to(there)
    with refused(tmp_path, "symbolic link", f"-o {there}"):
        write_build(str(here / "configs"), runs(0), ["m"])
    (here / "real").mkdir()
    (here / "inside").symlink_to("real")
    write_build(str(here / "inside"), runs(0), ["m"])
    assert texts(here / "real").keys() == {"run_000.yaml", "run_mapping.yaml"}


@pytest.mark.parametrize("name", ["", ".", "..", "../x.yaml", "a/b", "a\\b", ".hidden", "/x"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, out: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no file name"):
        write_build(str(out), [(name, "x")], ["m"])
    assert texts(tmp_path) == {}


def test_a_name_twice_is_a_bug_of_the_caller(tmp_path: Path, out: Path) -> None:
    for twice in ("run_001.yaml", "run_0001.yaml", "other.yaml"):
        with pytest.raises(ValueError, match="twice"):
            write_build(str(out), [(twice, "x"), (twice, "x")], ["m"])
    assert texts(tmp_path) == {}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("after", [0, 1, 5])
@pytest.mark.parametrize("standing", [False, True])
def test_a_full_disk_loses_nothing(
    tmp_path: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    after: int,
    standing: bool,
) -> None:
    if standing:
        write_build(str(out), runs(*range(9)), ["m"])
    left = [after]

    def write(fd: int, data: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(code, os.strerror(code))
        return os.write(fd, data)

    monkeypatch.setattr(disk, "_write", write)
    with refused(tmp_path, os.strerror(code), "free some"):
        write_build(str(out), runs(*range(9), body="a: 1\n"), ["n"])
    monkeypatch.undo()
    write_build(str(out), runs(*range(9), body="a: 1\n"), ["n"])
    assert texts(out) == dict(runs(*range(9), body="a: 1\n")) | {"run_mapping.yaml": "n"}


def test_a_file_system_that_is_really_full(tmp_path: Path) -> None:
    """A tiny tmpfs in a mount namespace of its own."""
    script = (
        "import sys, errno\n"
        "from tcwc.disk.errors import WriteError\n"
        "from tests.disk.writing import write_build\n"
        "big = [(f'run_{n:03d}.yaml', 'x' * 3000) for n in range(400)]\n"
        "for mapping in (['m' * 900_000], ['m']):\n"
        "    try:\n"
        "        write_build(sys.argv[1] + '/configs', big[: 1 if mapping != ['m'] else 400],"
        " mapping)\n"
        "    except WriteError as error:\n"
        "        print(error.message)\n"
        "import os; print(os.listdir(sys.argv[1]))\n"
    )
    mount = f'mount -t tmpfs -o size=512k none {tmp_path} && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mount, "-", sys.executable, "-c", script]
    try:
        done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no unshare here")
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert done.stdout.count("No space left on device") == 2, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_short_writes_are_completed(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_write", lambda fd, data: os.write(fd, data[:7]))
    write_build(str(out), runs(0), ["m"])
    assert (out / "run_000.yaml").read_text() == text_of(0)


def test_a_folder_without_permission_is_a_clear_error() -> None:
    script = (
        "import os, sys\n"
        "from tcwc.disk.errors import WriteError\n"
        "from tests.disk.writing import write_build\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "for folder in sys.argv[1:]:\n"
        "    try: write_build(folder, [('run_000.yaml', 'x')], ['m'])\n"
        "    except WriteError as error: print(error.message, error.help)\n"
    )
    # Not below tmp_path, which is closed to the other user that root must become here.
    with tempfile.TemporaryDirectory() as top:
        there = Path(top, "there")
        there.mkdir()
        for folder in (there, Path(top)):
            folder.chmod(0o555)
        command = [sys.executable, "-c", script, str(there), str(Path(top, "new"))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        Path(top).chmod(0o755)
        assert texts(Path(top)) == {}
    assert done.stdout.count("Permission denied make it writable") == 2, done.stderr


def test_permissions_follow_the_umask(out: Path) -> None:
    old = os.umask(0o027)
    try:
        write_build(str(out), runs(0), ["m"])
        write_build(str(out), runs(0, 1), ["n"])
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (out, *out.iterdir())}
    assert modes.pop("configs") == 0o750
    assert set(modes.values()) == {0o640}


def test_what_dead_builds_left_is_removed(tmp_path: Path, out: Path) -> None:
    write_build(str(out), runs(0), ["m"])
    names = (".tcwc-configs-99999999-abcdef01.tmp", ".tcwc-configs-99999998-abcdef02.tmp")
    for place in (out / names[0], tmp_path / names[1]):
        place.mkdir()
        (place / "run_000.yaml").write_text("half")
    (out / ".tcwc-configs-99999999-abcdef03.tmp").write_text("half")
    other = tmp_path / ".tcwc-others-99999999-abcdef04.tmp"
    other.mkdir()
    write_build(str(out), runs(0), ["m"])
    assert sorted(os.listdir(tmp_path)) == [other.name, "configs"]
    assert texts(out).keys() == {"run_000.yaml", "run_mapping.yaml"}


def test_many_files_of_dead_builds_are_told_before_they_are_removed(out: Path) -> None:
    write_build(str(out), runs(0), ["m"])
    left = out / ".tcwc-configs-99999999-abcdef01.tmp"
    left.mkdir()
    for number in range(501):
        (left / f"run_{number:03d}.yaml").touch()
    told: list[tuple[int, bool]] = []
    with Writer(str(out), on_leftovers=lambda n: told.append((n, left.exists()))) as writer:
        for name, text in runs(0):
            writer.add(name, text)
        writer.commit()
    assert told == [(501, True)]
    assert not left.exists()


@pytest.mark.parametrize(
    "name", [".tcwc-notes.tmp", ".tcwc-configs-1.tmp", ".tcwc-configs-99999999-notes.tmp"]
)
def test_what_only_begins_like_that_is_somebodys_own(tmp_path: Path, out: Path, name: str) -> None:
    write_build(str(out), runs(0), ["m"])
    for place in (out / name, tmp_path / name):
        place.mkdir()
        (place / "f").write_text("precious")
    write_build(str(out), runs(0, 1), ["m"])
    assert (out / name / "f").exists()
    assert (tmp_path / name / "f").exists()


def test_files_of_a_build_that_was_killed_before_its_mapping_are_removed(out: Path) -> None:
    """They are in no mapping, but their signature says whose they are."""
    write_build(str(out), runs(0, 1, 2), ["m"])
    (out / "run_mapping.yaml").write_text("of run 0 only")
    assert write_build(str(out), runs(0), ["m"]).removed == ("run_001.yaml", "run_002.yaml")


def test_a_first_mapping_is_moved_first(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No config ever stands without its record, whenever a first build is killed."""
    moved: list[str] = []
    real = os.replace

    def replace(old: str, new: str) -> None:
        moved.append(os.path.basename(new))
        real(old, new)

    out.mkdir()
    monkeypatch.setattr(os, "replace", replace)
    write_build(str(out), runs(0, 1), ["m"])
    assert moved == ["run_mapping.yaml", "run_000.yaml", "run_001.yaml"]
    moved.clear()
    write_build(str(out), runs(0, 1, 2), ["n"])
    assert moved == ["run_002.yaml", "run_mapping.yaml"]


def test_new_configs_are_taken_back_where_the_mapping_did_not_come(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_build(str(out), runs(0), ["m"])
    real = os.replace

    def replace(old: str, new: str) -> None:
        if new.endswith("mapping.yaml"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)
    with refused(tmp_path, "cannot write"):
        write_build(str(out), runs(0, 1, 2), ["n"])


@pytest.mark.parametrize("force", [False, True])
def test_a_config_of_no_bytes_is_ours(out: Path, force: bool) -> None:
    out.mkdir()
    for number in (1, 7):
        (out / f"run_00{number}.yaml").write_bytes(b"")
    done = write_build(str(out), runs(0, 1), ["m"], force=force)
    assert done == Written(1, 1, ("run_007.yaml",), True)
    assert texts(out) == dict(runs(0, 1)) | {"run_mapping.yaml": "m"}


def test_files_that_are_not_ours_are_told(out: Path) -> None:
    out.mkdir()
    for name in ("run_900.yaml", "run_005.yaml"):
        (out / name).write_text("seed: 1\n")
    assert write_build(str(out), runs(0), ["m"]).foreign == ("run_005.yaml", "run_900.yaml")


def test_other_line_ends_are_put_right_with_force(out: Path) -> None:
    write_build(str(out), runs(0, 1), ["a\nb\n"])
    new = texts(out)
    for path in out.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    done = write_build(str(out), runs(0, 1), ["a\nb\n"], force=True)
    assert (done.changed, done.mapping_changed) == (2, True)
    assert texts(out) == new


def test_leaving_without_commit_touches_nothing(tmp_path: Path, out: Path) -> None:
    for _ in range(2):
        before = texts(tmp_path)
        with suppress(KeyboardInterrupt), Writer(str(out)) as build:
            build.add(*runs(0, body="a: 1\n")[0])
            build.add_mapping("n" * 100_000)
            raise KeyboardInterrupt
        assert texts(tmp_path) == before
        assert not [name for name in os.listdir(tmp_path) if name.startswith(".tcwc")]
        write_build(str(out), runs(0), ["m"])


def test_a_build_cut_off_while_it_moves_leaves_whole_files_and_is_repaired(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = dict(runs(*range(6))), dict(runs(*range(1, 8), body="a: 1\n"))
    write_build(str(out), old.items(), ["old"])
    for moves in range(8):
        left = [moves]

        def cut(*paths: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            os.rename(*paths)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", cut)
            with pytest.raises(KeyboardInterrupt):
                write_build(str(out), new.items(), ["new"])
        now = texts(out)
        assert now.pop("run_mapping.yaml") == "old"
        assert all(text in (old.get(name), new.get(name)) for name, text in now.items())
        write_build(str(out), old.items(), ["old"])
        assert texts(out) == old | {"run_mapping.yaml": "old"}
    write_build(str(out), new.items(), ["new"])
    assert texts(out) == new | {"run_mapping.yaml": "new"}


def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    def peak(count: int, attempt: int) -> int:
        tracemalloc.start()
        big = "# " + "x" * 2000 + "\n"
        stream = ((f"run_{n:03d}.yaml", text_of(n, big)) for n in range(count))
        folder = tmp_path / f"{count}-{attempt}"
        write_build(str(folder), stream, ("m" * 200 for _ in range(count)))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    def least(count: int) -> int:  # what else runs in this process allocates too, now and then
        return min(peak(count, attempt) for attempt in range(3))

    peak(10, 0)
    assert least(4000) < least(1000) + 20_000


# --- two builds at once ---------------------------------------------------------------------


def test_the_second_build_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        with exclusive(str(tmp_path), on_wait=waiting.set):
            order.append("second")

    with exclusive(str(tmp_path)):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert os.listdir(tmp_path) == []


def test_waiting_is_bounded(tmp_path: Path) -> None:
    with (
        exclusive(str(tmp_path)),
        pytest.raises(WriteError, match="another build is at work"),
        exclusive(str(tmp_path), timeout=0.1),
    ):
        pytest.fail("two builds at once")


@pytest.mark.parametrize("code", [errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP])
def test_without_locks_the_build_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def flock(fd: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    with exclusive(str(tmp_path), timeout=0), exclusive(str(tmp_path), timeout=0):
        pass
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with exclusive(str(tmp_path), timeout=0), exclusive(str(tmp_path / "none"), timeout=0):
        pass


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from tcwc.disk.locking import exclusive\n"
        "with exclusive(sys.argv[1]):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(WriteError), exclusive(str(tmp_path), timeout=0):
            pass
        process.kill()
    with exclusive(str(tmp_path), timeout=0):
        pass
