"""What is asked may be anything, and so may be what it has: it ends, in time, and runs nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from subprocess import run

import pytest

from tcwc.cli import main
from tcwc.disk import installed, probe
from tcwc.disk.installed import NoPython, read_environment
from tests.environment.made import environment, folder_of, install, python
from tests.report.test_hostile_texts import BAD, TEXTS

NAMES = ("torch", "torchao", "torchtune", "pyarrow")


def metadata_of(info: Path, text: str | bytes) -> None:
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_bytes(text.encode() if isinstance(text, str) else text)


def hostile_texts(folder: Path) -> None:
    raw = TEXTS["all"][0]
    lines = f"Requires-Dist: torch{raw}<1\nRequires-Dist: torch<1{raw}\nRequires-Python: >=3{raw}"
    metadata_of(folder / "torch-1.dist-info", f"Name: torch\nVersion: 1{raw}\n{lines}\n")
    metadata_of(folder / "torchtune-1.dist-info", f"Version: {'9' * 100_000}\n")
    install(folder, "torchao", "0.15.0", origin={"vcs_info": {"commit_id": f"abcdef12{raw}"}})


def no_metadata(folder: Path) -> None:
    (folder / "torch-2.13.0.dist-info").mkdir()


def huge(folder: Path) -> None:
    info = install(folder, "torch", "2.13.0")
    with (info / "METADATA").open("ab") as file:
        file.truncate(1 << 40)


def huge_heads(folder: Path) -> None:
    heads = "".join(f"Requires-Dist: torch=={n}\n" for n in range(200_000))
    metadata_of(folder / "torch-1.dist-info", f"{heads}\nVersion: 1\n")


def deep_origin(folder: Path) -> None:
    info = install(folder, "torch", "2.13.0")
    (info / "direct_url.json").write_text("[" * 300_000)


def odd_origins(folder: Path) -> None:
    for name, origin in (("torch", [1]), ("torchao", {"vcs_info": 7}), ("pyarrow", None)):
        install(folder, name, "1.0", origin=origin)


def a_pipe(folder: Path) -> None:
    (folder / "torch-2.13.0.dist-info").mkdir()
    os.mkfifo(folder / "torch-2.13.0.dist-info" / "METADATA")


def no_text(folder: Path) -> None:
    metadata_of(folder / "torch-1.dist-info", b"\xff\xfe\x00Version: 1\n")
    metadata_of(folder / "torchao-1.dist-info", b"")


def a_loop(folder: Path) -> None:
    (folder / "torch-1.dist-info").symlink_to("torch-1.dist-info")


def many(folder: Path) -> None:
    for number in range(300):
        install(folder, "torch", f"1.{number}")


HOSTILE = {
    each.__name__: each
    for each in (
        hostile_texts, no_metadata, huge, huge_heads, deep_origin, odd_origins, a_pipe, no_text,
        a_loop, many,
    )
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", [(), ("-v",), ("--format", "json")])
def test_whatever_its_metadata_are(
    make: Callable[[Path], None],
    form: tuple[str, ...],
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    made = environment(tmp_path / "e")
    make(folder_of(made))
    assert main(["doctor", *form, "--python", python(made)]) in (0, 1)
    said = capsysbinary.readouterr()
    assert said.err == b""
    assert BAD.search(said.out.decode()) is None
    assert len(said.out) < 20_000


def test_two_in_one_folder_are_not_known(tmp_path: Path) -> None:
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"})
    for version in ("0.15.0", "0.16.0"):
        install(folder_of(made), "torchao", version)
    assert verdict(made, "torchao") == "unknown"
    assert verdict(made, "torchtune") == "works"


def verdict(made: Path, name: str) -> str:
    from tcwc.api.session import Session
    from tcwc.api.surroundings import examine

    _, diagnosis = examine(python(made), Session())
    return next(row.verdict for row in diagnosis.rows if row.name == name)


def test_what_has_no_metadata_is_there_and_not_known(tmp_path: Path) -> None:
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"})
    (folder_of(made) / "torchao-0.16.0.dist-info").mkdir()
    assert verdict(made, "torchao") == "unknown"


def test_the_first_in_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = environment(tmp_path / "e", {"torchao": "0.16.0"})
    install(tmp_path / "before", "torchao", "0.15.0")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "before"))
    found = read_environment(python(made), NAMES).packages["torchao"]
    assert [each.version for each in found] == ["0.15.0", "0.16.0"]


def test_the_users_own_packages_count_as_for_its_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = environment(tmp_path / "e")
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path / "user"))
    install(folder_of(tmp_path / "user"), "torchao", "0.15.0")
    assert read_environment(python(made), NAMES).packages["torchao"] == ()
    with (made / "pyvenv.cfg").open("a") as file:
        file.write("include-system-site-packages = true\n")
    (found,) = read_environment(python(made), NAMES).packages["torchao"]
    assert found.version == "0.15.0"
    monkeypatch.setenv("PYTHONNOUSERSITE", "1")
    assert read_environment(python(made), NAMES).packages["torchao"] == ()


def test_what_older_tools_left_is_found(tmp_path: Path) -> None:
    made = environment(tmp_path / "e")
    folder = folder_of(made)
    (folder / "torchao-0.9.0-py3.11.egg-info").write_text("Name: torchao\nVersion: 0.9.0\n")
    (tmp_path / "checkout" / "torchtune.egg-info").mkdir(parents=True)
    (tmp_path / "checkout" / "torchtune.egg-info" / "PKG-INFO").write_text("Version: 0.6.1\n")
    (folder / "easy-install.pth").write_text(f"{tmp_path / 'checkout'}\n")
    found = read_environment(python(made), NAMES).packages
    assert {found[name][0].version for name in ("torchao", "torchtune")} == {"0.9.0", "0.6.1"}


def test_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what lies in the repository, nor what the environment would run at its start."""
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"})
    here = tmp_path / "repository"
    here.mkdir()
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'a').write(__name__)\n"
    for folder in (here, folder_of(made)):
        for name in ("sitecustomize", "usercustomize", "json", "site", "torchtune", "email"):
            (folder / f"{name}.py").write_text(code)
    (folder_of(made) / "a.pth").write_text(f"import os; {code}{here}\n")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(here), "."]))
    monkeypatch.setenv("PYTHONSTARTUP", str(here / "json.py"))
    assert main(["doctor", "--python", python(made)]) == 1
    assert not mark.exists()


@pytest.mark.parametrize("version", [f"3.{minor}" for minor in range(8, 15)])
def test_any_python_answers(version: str, tmp_path: Path) -> None:
    real = python_of(version)
    made = environment(tmp_path / "e", real=real)
    install(folder_of(made, version), "torch", "2.13.0+cpu", ["Requires-Dist: pyarrow (<21)"])
    found = read_environment(python(made), NAMES)
    assert found.version.startswith(f"{version}.")
    (torch,) = found.packages["torch"]
    assert torch.version == "2.13.0+cpu"
    assert torch.requires == {"pyarrow": "<21"}


def python_of(version: str) -> str:
    """A Python of a version that answers, which a program of pyenv's need not."""
    path = which(f"python{version}") or ""
    command = [path, "-c", "import sys; print(sys.executable)"]
    done = run(command, capture_output=True, text=True, check=False) if path else None
    if done is None or done.returncode:
        pytest.skip(f"there is no python{version}")
    return done.stdout.strip()


# What is no Python.


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


SCRIPTS = {
    "silence": "exit 0",
    "words": "echo hello",
    "a number": "echo 7",
    "a list": "echo '[1]'",
    "half of it": """echo '{"python": "3.11", "platform": "x", "packages": {"torch": 7}}'""",
    "no strings": """echo '{"python": "3", "platform": "x", "packages": {"torch": [[1]]}}'""",
    "deep": "printf '[%.0s' $(seq 100000)",
    "without end": "yes",
    "one line without end": "cat /dev/zero",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_is_no_python(script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--python", program(tmp_path / "python", script)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tcwc: error: ")
    assert "help: name the `python`" in said.err


@pytest.mark.parametrize("script", ["sleep 600", "(trap '' TERM HUP; sleep 600) & wait"])
def test_what_does_not_answer(
    script: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(installed, "_SECONDS", 0.5)
    assert main(["doctor", "--python", program(tmp_path / "python", script)]) == 2
    assert "it takes more than 0.5 s" in capsys.readouterr().err


def test_what_cannot_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = environment(tmp_path / "env")
    monkeypatch.chdir(tmp_path)
    text = tmp_path / "text"
    text.write_text("words")
    for path, piece in (
        (str(tmp_path / "none"), "there is no "),
        ("no-such-python-at-all", "there is no program `no-such-python-at-all` in PATH"),
        ("", "there is no program `` in PATH"),
        (str(made), f"did you mean {python(made)}?"),
        ("env", "did you mean env/bin/python?"),  # there is a program of that name
        (str(tmp_path), "is a folder"),
        (str(text), "cannot be asked: "),
    ):
        assert main(["doctor", "--python", path]) == 2
        assert piece in capsys.readouterr().err


def test_a_name_is_looked_up_in_the_path_and_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "my-python", "exit 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    with pytest.raises(NoPython, match="there is no program"):
        read_environment("my-python", NAMES)
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    name = os.path.basename(sys.executable)
    assert read_environment(name, NAMES).version.startswith("3.")


@pytest.mark.parametrize("text", ["experiment_name: t\n", "{", ""])
def test_an_experiment_that_is_none(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(text)
    assert main(["doctor", str(path), "--python", python(environment(tmp_path / "e"))]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "error" in said.err


def test_an_experiment_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


def test_a_path_with_odd_letters_is_quoted(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    made = environment(tmp_path / "it's\x1b[1m $HOME", {"torchtune": "0.6.1"})
    assert main(["doctor", "--python", python(made)]) == 1
    assert BAD.search(capsysbinary.readouterr().out.decode()) is None
    assert main(["doctor", "--python", python(made), "--format", "json"]) == 1
    assert json.loads(capsysbinary.readouterr().out)["python"] == python(made)


# What there is, and cannot be told.


def said_of(made: Path, name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    main(["doctor", "--python", python(made), "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["packages"]
    found: dict[str, str] = next(row for row in rows if row["name"] == name)
    return found


@pytest.mark.parametrize("text", [None, "", "Name: torchao\n", "\x00\x01"])
def test_a_version_that_is_not_said_is_no_path(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"})
    info = folder_of(made) / "torchao-0.16.0.dist-info"
    info.mkdir()
    if text is not None:
        metadata_of(info, text)
    row = said_of(made, "torchao", capsys)
    assert (row["found"], row["verdict"]) == ("?", "unknown")
    assert f"(in {folder_of(made)})" in row["why"]


@pytest.mark.parametrize("installed_too", [False, True])
def test_a_checkout_in_the_path_is_there(
    installed_too: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It is what imports come to, and nothing is to be installed over it."""
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"} if installed_too else {})
    checkout = tmp_path / "checkout"
    (checkout / "torchtune").mkdir(parents=True)
    (checkout / "torchtune" / "__init__.py").touch()
    if installed_too:
        monkeypatch.setenv("PYTHONPATH", str(checkout))
    else:
        (folder_of(made) / "mine.pth").write_text(f"{checkout}\n")
    row = said_of(made, "torchtune", capsys)
    assert (row["found"], row["verdict"], row["install"]) == ("?", "unknown", [])
    assert row["why"] == f"it is there without metadata (in {checkout})"
    assert bool(row["notes"]) is installed_too


def test_a_checkout_behind_its_metadata_is_no_other_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"})
    (tmp_path / "checkout" / "torchtune").mkdir(parents=True)
    (tmp_path / "checkout" / "torchtune" / "__init__.py").touch()
    (folder_of(made) / "mine.pth").write_text(f"{tmp_path / 'checkout'}\n")
    row = said_of(made, "torchtune", capsys)
    assert (row["found"], row["verdict"], row["notes"]) == ("0.6.1", "works", [])


def test_packages_that_cannot_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of which nothing is said to be missing."""
    made = environment(tmp_path / "e", {"torchtune": "0.6.1"})
    folder = str(folder_of(made).resolve())
    closed: dict[str, str] = {}
    listdir = os.listdir

    def refused(path: str) -> list[str]:
        if os.path.realpath(path) == folder:
            raise PermissionError(13, "Permission denied", path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refused)  # root may look into all
    monkeypatch.setattr(sys, "executable", python(made))
    for name in ("prefix", "exec_prefix"):
        monkeypatch.setattr(sys, name, getattr(sys, name))  # which the probe sets
    list(probe._folders(closed))
    assert {os.path.realpath(path) for path in closed} == {folder}

    answer = {"packages": {}, "closed": closed, "python": "3.11.7", "platform": "linux-x86_64"}
    saying = tmp_path / "python"
    saying.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    saying.chmod(0o755)
    with pytest.raises(NoPython, match=r"cannot be looked at: .*site-packages: Permission denied"):
        read_environment(str(saying), NAMES)
