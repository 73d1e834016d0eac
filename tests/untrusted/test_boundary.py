"""What belongs to a repository, and what may be read and written beyond it."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import tcwc
from tcwc.api.session import Session
from tcwc.cli import main
from tcwc.commands.sessions import VARIABLE
from tcwc.disk.boundary import boundary_of
from tcwc.disk.data import own_text
from tcwc.disk.processes import git
from tcwc.model.outside import Veil
from tcwc.report.formats import PLAN
from tests.conftest import ROOT
from tests.untrusted.repositories import OWN, SOUND, shipped_base

Say = Callable[[str], tuple[int, str]]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an experiment, beside a folder `out` with a base; tcwc runs in it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "base.yaml").write_text(shipped_base())
    folder = tmp_path / "repo"
    (folder / ".git").mkdir(parents=True)
    (folder / "experiment.yaml").write_text(SOUND)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """What a call says, and its exit code."""

    def call(line: str) -> tuple[int, str]:
        status = main(line.split())
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


def test_the_boundary_is_that_of_the_real_path(repo: Path, tmp_path: Path) -> None:
    (repo / "sub").mkdir()
    (repo / "up").symlink_to("../out")
    (repo / "down").symlink_to("sub")
    inside = boundary_of("sub/experiment.yaml")
    assert inside.root == str(repo)
    assert boundary_of("down/experiment.yaml") == inside
    assert inside.holds("experiment.yaml")
    assert inside.holds("down/there")
    for path in ("..", "../out", "up", "up/base.yaml", "/", "../repository", ".git/config", ".GIT"):
        assert not inside.holds(path), path
    # A link that leads out has the boundary of the repository in which it is.
    assert boundary_of("up/experiment.yaml") == inside
    # From outside a link into a repository has that one.
    (tmp_path / "in").symlink_to("repo/sub")
    assert boundary_of(str(tmp_path / "in" / "experiment.yaml")) == inside


def test_without_a_repository_there_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "experiment.yaml")
    assert boundary_of(path).root is None
    assert boundary_of(path).holds("/etc/passwd")
    assert boundary_of(path, alone=True).root == str(tmp_path)


def test_a_base_outside_is_read_and_built(repo: Path, say: Say) -> None:
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml"))
    assert say("build experiment.yaml")[0] == 0
    assert (repo / "configs" / "run_001.yaml").is_file()
    assert say("check experiment.yaml")[0] == 0


@pytest.mark.parametrize("way", ["option", "variable", "settings"])
def test_each_way_to_forbid_what_is_outside(
    repo: Path, say: Say, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml"))
    if way == "variable":
        monkeypatch.setenv(VARIABLE, "1")
    if way == "settings":
        (repo / "tcwc.toml").write_text("inside-only = true\n")
    option = " --inside-only" if way == "option" else ""
    for command in ("lint", "check", "build", "validate", "plan"):
        status, said = say(f"{command} experiment.yaml{option}")
        assert (status, "TCW012" in said) == (1, True), said
        assert "experiment.yaml:2:19: error" in said
    assert not (repo / "configs").exists()


def test_a_setting_cannot_allow_what_the_call_forbids(repo: Path, say: Say) -> None:
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml"))
    (repo / "tcwc.toml").write_text("inside-only = false\nignore = ['TCW012']\n")
    assert "TCW012" in say("lint --inside-only")[1]


@pytest.mark.parametrize("name", ["tcwc.toml", "pyproject.toml"])
@pytest.mark.parametrize("text", ["", "inside-only = false\n"])
def test_settings_of_a_folder_cannot_allow_what_those_above_forbid(
    repo: Path, say: Say, name: str, text: str
) -> None:
    (repo / "a").mkdir()
    (repo / "experiment.yaml").rename(repo / "a" / "experiment.yaml")
    (repo / "a" / "experiment.yaml").write_text(OWN.format("../../out/base.yaml"))
    (repo / "tcwc.toml").write_text("inside-only = true\n")
    (repo / "a" / name).write_text(text if name == "tcwc.toml" else f"[tool.tcwc]\n{text}")
    for call in ("lint", "build a/experiment.yaml"):
        status, said = say(call)
        assert (status, "TCW012" in said) == (1, True), said


def test_one_file_of_settings_beside_the_other_allows_nothing(repo: Path, say: Say) -> None:
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml"))
    (repo / "pyproject.toml").write_text("[tool.tcwc]\ninside-only = true\n")
    (repo / "tcwc.toml").write_text("inside-only = false\n")
    assert "TCW012" in say("lint")[1]


def test_in_python_a_session_forbids_it(repo: Path) -> None:
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml"))
    session = Session(inside_only=True)
    assert [d.code for d in tcwc.compile("experiment.yaml", session=session).diagnostics] == [
        "TCW012"
    ]


def test_what_is_inside_is_allowed(repo: Path, say: Say) -> None:
    (repo / "base.yaml").write_text(shipped_base())
    (repo / "link.yaml").symlink_to("base.yaml")
    (repo / "experiment.yaml").write_text(OWN.format("link.yaml"))
    assert say("lint --inside-only")[0] == 0
    # No path of a config is looked at, and none is missed: runs have them on another machine.
    (repo / "experiment.yaml").write_text(SOUND + "  tokenizer.path: ../there/tokenizer.model\n")
    assert "tokenizer" not in say("lint --inside-only")[1]


def test_findings_keep_what_the_repository_says(repo: Path, say: Say) -> None:
    base = json.loads(shipped_base()) | {"seed": "hunter-two"}
    (repo.parent / "out" / "base.yaml").write_text(json.dumps(base, indent=1))
    (repo / "experiment.yaml").write_text(
        OWN.format("../out/base.yaml") + "controls:\n  epoch: 1\n"
    )
    _, said = say("lint")
    assert "not the string '***'" in said
    assert "reads no key `epoch`" in said
    assert "  7 |   epoch: 1" in said
    assert "hunter" not in said


@pytest.mark.parametrize(
    "call",
    [
        "explain -v experiment.yaml 0",
        "explain -v --format json experiment.yaml 0",
        "explain --color always -v experiment.yaml 0",
        "keys experiment.yaml",
        "keys -v --color always experiment.yaml",
        "keys --format json experiment.yaml",
        "diff experiment.yaml:base 0",
        "diff experiment.yaml:0 experiment.yaml:1",
        "plan -v experiment.yaml",
    ],
)
@pytest.mark.parametrize("line", ["output_dir: '/tmp/{note}/{run_id}'", "~note:", "+x: ${note}"])
def test_no_command_but_show_prints_what_a_base_outside_says(
    repo: Path, say: Say, call: str, line: str
) -> None:
    base = json.loads(shipped_base()) | {"note": "CANARYcanary", "log_every_n_steps": 918273}
    (repo.parent / "out" / "base.yaml").write_text(json.dumps(base, indent=1))
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml") + f"controls:\n  {line}\n")
    said = say(call)[1]
    assert "canary" not in said
    assert "918273" not in said
    assert "lora_rank" in said


@pytest.mark.parametrize(
    "call",
    ["plan", "plan -v", *(f"plan --format {form}" for form in PLAN), "explain", "build", "check"],
)
def test_no_command_prints_what_is_computed_from_a_base_outside(
    repo: Path, say: Say, call: str
) -> None:
    base = json.loads(shipped_base()) | {"note": "CANARYcanary", "log_every_n_steps": 918273}
    (repo.parent / "out" / "base.yaml").write_text(json.dumps(base, indent=1))
    computed = "derived:\n  +s: note\n  +q: log_every_n_steps * 10\n"
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml") + computed)
    said = say(f"{call} experiment.yaml{' 0' if call == 'explain' else ''}")[1]
    assert "canary" not in said.lower()
    assert "918273" not in said
    if call == "plan --format json":
        assert json.loads(said[said.index("{") : said.rindex("}") + 1])["factors"]


def test_a_link_is_not_listed(repo: Path, say: Say, tmp_path: Path) -> None:
    for name in ("secretname.experiment.yaml", "secretname.yaml", "secretname"):
        (tmp_path / "out" / name).touch()
    (repo / "catalogues").symlink_to(tmp_path / "out")
    (repo / "experiment.yaml").write_text(SOUND + "torchtune: local:mine\n")
    (repo / "down.experiment.yaml").symlink_to(tmp_path / "out")
    (repo / "down").symlink_to(tmp_path / "out")
    for command in ("lint", "check", "build", "plan"):
        for path in ("experiment.yaml", "down.experiment.yaml", "down/none.yaml"):
            assert "secretname" not in say(f"{command} {path}")[1]
            assert "secretname" not in say(f"{command} --inside-only {path}")[1]
        assert "secretname" not in say(f"{command} --inside-only down")[1]


def test_tcwc_knows_its_own_words() -> None:
    assert {"reads", "component", "lora_rank", "llama3_2"} <= set(re.findall(r"\w+", own_text()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`abcd` is no key", "`***` is no key"),
        ("ABCD, xabcdx, abc...", "***, ***, ***..."),
        ("4711 and 4712, 0.0003 and 3e-4", "*** and ***, 0.0003 and 3e-4"),
        ("run_003-run_005 (3 of 24 runs)", "run_003-run_005 (3 of 24 runs)"),
        ("the value is a quiet brown base here", "the value is***here"),
        ("caf\u00e9 \u2713", "*** ***"),
    ],
)
def test_what_may_be_shown_is_said(text: str, shown: str) -> None:
    own = "the value is a key here, of no brown runs and quiet base and run"
    veil = Veil(["abcd: 4711\nx: a quiet brown base \n"], ["lr: 3e-4"], own)
    assert veil(text) == shown


# What is written


@pytest.mark.parametrize("name", ["run_mapping.yaml", "run_001.yaml", ".gitattributes"])
def test_a_link_in_the_output_folder(repo: Path, say: Say, name: str) -> None:
    target = repo.parent / "out" / "victim"
    target.write_text("precious")
    (repo / "configs").mkdir()
    (repo / "configs" / name).symlink_to(target)
    for command in ("lint", "check", "build", "build --force --renumber"):
        status, said = say(f"{command} experiment.yaml")
        assert (status, "TCW013" in said) == (1, True), said
    assert target.read_text() == "precious"
    assert os.listdir(repo / "configs") == [name]


def test_a_folder_that_the_command_names(repo: Path, say: Say) -> None:
    (repo / "experiment.yaml").write_text(SOUND.replace("variables:", "output: ../up\nvariables:"))
    up = repo.parent / "up"
    assert "TCW013" in say("build experiment.yaml")[1]
    with pytest.raises(tcwc.BuildError, match="outside of the repository"):
        tcwc.compile("experiment.yaml").write()
    assert not up.exists()
    assert say("build -o ../elsewhere experiment.yaml")[0] == 0
    assert not up.exists()
    shutil.rmtree(repo.parent / "elsewhere")
    status, said = say("build -o ../up experiment.yaml")
    assert status == 0, said
    before = (up / "run_mapping.yaml").read_text()
    # It is the experiment's own: ids stand.
    assert "Nothing to do" in say("build -o ../up experiment.yaml")[1]
    assert (up / "run_mapping.yaml").read_text() == before


@pytest.mark.parametrize("option", ["-o", "-qo", "--output=", "--out="])
def test_a_name_that_is_an_option(repo: Path, say: Say, option: str) -> None:
    """`git ls-files | xargs tcwc build` passes the names of files as they are."""
    folder = repo / f"{option}.." / "escaped"
    folder.mkdir(parents=True)
    (folder / "experiment.yaml").write_text(SOUND)
    name = f"{option}../escaped/experiment.yaml"
    for call in (f"build experiment.yaml {name}", f"build {name} experiment.yaml"):
        status, said = say(call)
        assert status == 2, said
    assert not (repo.parent / "escaped").exists()
    assert say(f"build -- experiment.yaml {name}")[0] == 0
    assert (folder / "configs").is_dir()


def test_the_hooks_end_options() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text().split("- id:")[1:]
    for hook in hooks:
        assert "pass_filenames: false" in hook or 'args: ["--"]' in hook


def test_fix_repairs_nothing_outside(repo: Path, say: Say) -> None:
    outside = repo.parent / "out" / "experiment.yaml"
    outside.write_text(SOUND.replace("seed", "sede"))
    (repo / "experiment.yaml").unlink()
    (repo / "experiment.yaml").symlink_to(outside)
    before = outside.read_text()
    say("lint --fix --unsafe-fixes experiment.yaml")
    assert outside.read_text() == before
    said = say("lint --diff --unsafe-fixes experiment.yaml")[1]
    assert "nothing there is repaired" in said
    assert "@@" not in said
    assert "sede" not in said


# What is run


def test_git_starts_nothing_that_a_repository_names(repo: Path) -> None:
    os.rmdir(".git")
    subprocess.run(["git", "init", "-q", "."], check=True)
    ran = repo.parent / "ran"
    program = repo / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "alias.ls-files"):
        value = f"!{program}" if key.startswith("alias") else str(program)
        subprocess.run(["git", "config", key, value], check=True)
    hook = repo / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(program.read_text())
    hook.chmod(0o755)
    assert git(["ls-files"], folder=".") is not None
    assert git(["check-ignore", "-z", "--stdin"], text="program") is not None
    assert not ran.exists()
    # Without these settings git does start it, so the test sees what it is about.
    subprocess.run(["git", "ls-files", "-m"], check=False, capture_output=True)
    assert ran.exists()


def test_a_folder_that_looks_like_a_repository_is_none(repo: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "bare"], check=True)
    done = git(["rev-parse", "--git-dir"], folder="bare")
    assert done is not None
    assert done.status != 0


def test_validate_imports_nothing_of_the_repository(repo: Path, say: Say) -> None:
    ran = repo.parent / "ran"
    for name in ("json", "torchtune", "omegaconf", "tcwc", "mine", "sitecustomize"):
        (repo / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')\n")
    (repo / "mine.py").write_text((repo / "json.py").read_text() + "def thing(tokenizer): ...\n")
    own = "=dataset: {_component_: mine.thing}"
    (repo / "experiment.yaml").write_text(SOUND.replace("dataset.packed: false", own))
    assert say("build experiment.yaml")[0] == 0
    said = say("validate experiment.yaml")[1]
    assert not ran.exists(), said


# What is looked at


def _tracked(folder: str, *names: str) -> None:
    """A repository in a folder, with experiments of these names, all tracked."""
    subprocess.run(["git", "init", "-q", folder], check=True)
    for name in names:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOUND.replace("lora_alpha", "lora_alhpa"))
    subprocess.run(["git", "-C", folder, "add", "-A", "-f"], check=True)


DEEP = "/".join(["d"] * 70)


@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize(
    "folder", [".ci", "venv", "node_modules", ".venv/x", "a/__pycache__", "x/site-packages/y", DEEP]
)
def test_what_git_tracks_is_looked_at_wherever_it_lies(
    repo: Path, say: Say, folder: str, version: str
) -> None:
    os.rmdir(repo / ".git")
    _tracked(".", f"{folder}/experiment.yaml", "sound.yaml")
    subprocess.run(["git", "update-index", "--index-version", version], check=True)
    status, said = say("lint")
    assert (status, f"{folder}/experiment.yaml:6:3" in said) == (1, True), said
    # In a folder above it too, and from there.
    assert f"{folder}/experiment.yaml:6:3" in say(f"lint {folder.split('/', maxsplit=1)[0]}")[1]
    subprocess.run(["git", "rm", "-q", "--cached", "-r", "."], check=True)
    assert say("lint")[0] == 0


def test_git_is_asked_only_where_it_tracks_some(
    repo: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.rmdir(repo / ".git")
    (repo / ".x").mkdir()
    (repo / ".x" / "experiment.yaml").write_text(SOUND)
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "add", "experiment.yaml"], check=True)

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("tcwc.disk.processes.run", never)
    assert "in 1 experiment." in say("lint")[1]


def test_what_the_system_says_is_no_text_of_a_file_outside(repo: Path) -> None:
    """`Read-only file system` was `*** file system`, beside a base that lies outside."""
    (repo / "experiment.yaml").write_text(OWN.format("../out/base.yaml"))
    made = tcwc.compile("experiment.yaml")
    assert made.is_veiled
    for number in (errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ESTALE):
        assert made.shown(f"configs: {os.strerror(number)}") == f"configs: {os.strerror(number)}"
