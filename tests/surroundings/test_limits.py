"""What a machine has little or nothing of: files, memory, folders, a home, git, letters."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tcwc.cli import main
from tests.surroundings.shell import Shell

# Programs are started, many of them: with the slow tests.
pytestmark = pytest.mark.slow

GONE = "mkdir x; cp experiment.yaml x; cd x; rm -r ../x; "


@pytest.mark.parametrize(
    "script",
    [
        "ulimit -n 16; $tcwc build experiment.yaml && $tcwc check && $tcwc lint",
        "ulimit -v 300000; $tcwc build experiment.yaml && $tcwc check && $tcwc lint",
        "unset HOME; $tcwc build experiment.yaml && $tcwc check",
        "export TMPDIR=/nowhere; $tcwc build experiment.yaml && $tcwc check",
        "umask 077; $tcwc build experiment.yaml && $tcwc check",
    ],
)
def test_as_ever(script: str, shell: Shell) -> None:
    said = shell(script)
    assert (said.status, said.err) == (0, "")
    shell.is_whole()


def test_a_umask_is_kept(shell: Shell) -> None:
    shell("umask 077; $tcwc build -q experiment.yaml")
    for path in (shell.folder / "configs").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_not_enough_memory(shell: Shell) -> None:
    program = "import tcwc.cli; tcwc.cli._run = lambda *_: bytearray(1 << 40); tcwc.cli.program()"
    said = shell(f"ulimit -v 500000; {sys.executable} -c '{program}' lint")
    assert said.status == 2
    assert said.err == "tcwc: error: there is not enough memory for this\n"


@pytest.mark.parametrize("command", ["lint", "check", "build $file", "plan $file", "rule", "bases"])
def test_a_folder_that_is_gone(command: str, shell: Shell) -> None:
    said = shell(f"file=$PWD/experiment.yaml; {GONE}$tcwc {command}")
    assert said.status == 2
    assert said.err.startswith("tcwc: error: the current folder is gone (")
    assert shell(f"{GONE}$tcwc --version").status == 0


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "POSIX"},
        {},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONIOENCODING": "utf-16"},
    ],
    ids=str,
)
def test_languages(variables: dict[str, str], shell: Shell) -> None:
    """File names and values beyond ASCII, and names that are no text at all."""
    source = (shell.folder / "experiment.yaml").read_text() + 'controls: {+note: "größe \\u2028"}\n'
    names = ["größe", os.fsdecode(b"d\xff")]
    for name in names:
        (shell.folder / name).mkdir()
        (shell.folder / name / "experiment.yaml").write_text(source, encoding="utf-8")
    script = (
        "rm experiment.yaml; for d in *; do "
        "$tcwc build $d/experiment.yaml && $tcwc check $d/experiment.yaml || exit; done; "
    )
    said = shell(
        f"{script} $tcwc lint && $tcwc lint --format sarif && $tcwc plan $d/*.yaml",
        clean=True,
        **variables,
    )
    assert said.status == 0, said
    assert said.err == ""
    texts = {
        (shell.folder / name / "configs" / "run_000.yaml").read_text("utf-8") for name in names
    }
    assert len(texts) == 1
    assert "größe" in texts.pop()


def test_a_source_whose_name_is_no_text(shell: Shell) -> None:
    said = shell(
        "mv experiment.yaml $'e\\xff.experiment.yaml'; $tcwc build *.yaml; echo $?; $tcwc lint"
    )
    assert said.out.startswith("1\n")
    assert "the name of e\\xff.experiment.yaml is not UTF-8" in said.err
    assert "= help: rename it" in said.err
    shell.is_whole()


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
@pytest.mark.parametrize(
    "script", ["", "printf '\\033[31m\\n::error::x' >&2; exit 7", "exec sleep 60"]
)
def test_a_git_that_does_not_help(
    script: str,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Nothing is left out for it: what cannot be asked is looked at."""
    programs = shell.folder / "programs"
    programs.mkdir()
    if script:
        (programs / "git").write_text(f"#!{shutil.which('bash')}\n{script}\n")
        (programs / "git").chmod(0o755)
    (programs / "sleep").symlink_to(str(shutil.which("sleep")))
    (shell.folder / "ignored").mkdir()
    (shell.folder / "ignored" / "experiment.yaml").write_text("x: 1\n")
    assert shell("git init -q; echo ignored > .gitignore; $tcwc lint").status == 0
    monkeypatch.setattr("tcwc.disk.processes._SECONDS", 1)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.chdir(shell.folder)
    assert main(["lint"]) == 1
    said = capfd.readouterr()
    assert "ignored/experiment.yaml" in said.out
    assert "\x1b" not in said.out + said.err


def test_long_names(shell: Shell) -> None:
    name = "a" * 239
    (shell.folder / f"{name}.experiment.yaml").write_text(
        (shell.folder / "experiment.yaml").read_text()
    )
    said = shell(
        f"$tcwc build -q {name}.experiment.yaml; echo $?; $tcwc check; $tcwc lint {'b' * 300}.yaml"
    )
    assert said.status == 2
    assert "File name too long" in said.err
    shell.is_whole()


def test_a_path_that_is_too_long(shell: Shell) -> None:
    """Near the longest path: where what is to be written would be beyond it, nothing is."""
    deeper = "N=$(printf 'a%.0s' {1..200}); for i in {1..22}; do mkdir $N; cd $N || exit 9; done; "
    head = "experiment_name: t\\nbase_config: llama3_2/1B_lora_single_device\\n"
    source = f"printf '{head}' > experiment.yaml; "
    said = shell(
        f"{deeper}{source}$tcwc lint; echo $?; $tcwc build experiment.yaml; echo $?; ls -A"
    )
    lines = said.out.splitlines()
    assert lines[-1] == "experiment.yaml"
    assert lines[-2] == "2"
    assert "File name too long" in said.err
