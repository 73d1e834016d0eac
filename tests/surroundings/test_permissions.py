"""Folders and files that may not be read or written: a gate that could not look says so, and fails.

As root nothing is forbidden; there the tests give up what root may do beyond others (setpriv).
"""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.study import Study
from tests.surroundings.shell import SOURCE, Said, Shell

GIVE_UP = "setpriv --inh-caps=-all --bounding-set=-all"


def is_held() -> bool:
    """Whether permissions hold here."""
    if os.name != "posix":
        return False
    if os.geteuid():
        return True
    if shutil.which("setpriv") is None:
        return False
    return subprocess.run([*GIVE_UP.split(), "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not is_held(), reason="nothing is forbidden here")


@pytest.fixture
def ask(shell: Shell):  # type: ignore[no-untyped-def]
    def run(script: str) -> Said:
        (shell.folder / "script").write_text(script)
        return shell("bash script" if os.geteuid() else f"{GIVE_UP} bash script")

    yield run
    shell("chmod -R u+rwX .")


@pytest.fixture
def built(shell: Shell) -> None:
    """The experiment is built."""
    Study.built(shell.folder, SOURCE)


CLOSED = "mkdir s; cp experiment.yaml s; chmod 000 s; "


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("command", ["lint", "check", "lint .", "lint s", "lint s/experiment.yaml"])
def test_a_folder_that_is_closed(command: str, ask) -> None:  # type: ignore[no-untyped-def]
    said = ask(f"{CLOSED}$tcwc {command}")
    assert said.status == 2, said
    assert "tcwc: error: cannot " in said.err
    assert ": Permission denied\n  = help: make it readable" in said.err
    if command in ("lint", "check", "lint ."):  # the rest is looked at all the same
        assert "experiment.yaml" in said.out


def test_a_closed_folder_that_is_left_out(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask(f"{CLOSED}printf 'exclude = [\"s\"]\\n' > tcwc.toml; $tcwc lint").status == 0


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_a_closed_folder_that_git_ignores(ask) -> None:  # type: ignore[no-untyped-def]
    assert ask(f"{CLOSED}git init -q; echo s > .gitignore; $tcwc lint").status == 0


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("closed", "command", "status"),
    [
        ("experiment.yaml", "lint", 2),
        ("experiment.yaml", "build experiment.yaml", 2),
        ("tcwc.toml", "lint", 2),
        ("rules", "lint", 2),
        ("rules/a.yaml", "lint", 2),
        ("base.yaml", "lint base.experiment.yaml", 1),
        ("configs/run_000.yaml", "check", 1),
        ("configs/run_000.yaml", "build experiment.yaml", 2),
        ("configs/run_mapping.yaml", "check", 2),
        ("configs/run_mapping.yaml", "build experiment.yaml", 2),
        ("configs", "check", 2),
        ("configs", "build experiment.yaml", 2),
    ],
)
def test_files_that_are_closed(closed: str, command: str, status: int, ask) -> None:  # type: ignore[no-untyped-def]
    prepare = (
        "mkdir rules; echo > rules/a.yaml; "
        "echo 'a: 1' > base.yaml; "
        "printf 'rules = [\"rules\"]\\n' > tcwc.toml; "
        "printf 'experiment_name: b\\nbase_config_file: base.yaml\\n' > base.experiment.yaml; "
    )
    if not closed.startswith(("rules", "tcwc")):
        prepare += "rm tcwc.toml; "
    said = ask(f"{prepare}chmod 000 {closed}; $tcwc {command}")
    assert said.status == status, said
    assert "ermission denied" in said.out + said.err or "cannot be read" in said.out + said.err


@pytest.mark.usefixtures("built")
def test_a_folder_that_does_not_say_what_it_has(ask) -> None:  # type: ignore[no-untyped-def]
    """Its files can be read by name, and which other configs there are is not known."""
    said = ask("chmod 111 configs; $tcwc check")
    assert said.status == 2
    assert "tcwc: error: configs: Permission denied\n  = help: make it readable\n" in said.err


def test_a_folder_that_is_read_only(ask, shell: Shell) -> None:  # type: ignore[no-untyped-def]
    said = ask("chmod 555 .; $tcwc build experiment.yaml; echo $?; $tcwc lint")
    assert said.out.startswith("2\n")
    assert said.status == 0
    assert "make it writable, or build elsewhere with -o" in said.err
    assert not (shell.folder / "configs").exists()


def test_evaluations_that_read_from_a_closed_folder(ask) -> None:  # type: ignore[no-untyped-def]
    """Whether a task or a script is in it nobody can tell: nothing is said of them."""
    lines = (
        "evaluate:",
        "  own: {with: lm_eval, tasks: [sums], include_path: s}",
        "  deep: {with: lm_eval, tasks: [sums], include_path: s/tasks}",
        '  mine: {with: command, command: "python s/score.py {folder} {results}"}',
    )
    added = "".join(f"echo '{line}' >> experiment.yaml; " for line in lines)
    said = ask(f"mkdir s; chmod 000 s; {added}$tcwc lint experiment.yaml")
    assert (said.status, "No findings" in said.out) == (0, True), said
