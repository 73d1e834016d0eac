"""Two branches that each grow a sweep, merged with the real git, repaired as tcwc says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.study import Said, Study

pytestmark = pytest.mark.usefixtures("no_checks")

LEVELS = "lora_rank:\n  - 8\n  - 16"


class Repository:
    """A study under git."""

    def __init__(self, folder: Path) -> None:
        self.study = Study(folder)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, fails: bool = False) -> str:
        names = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        for who in ("AUTHOR", "COMMITTER"):
            names |= {f"GIT_{who}_NAME": "ada", f"GIT_{who}_EMAIL": "ada@example.org"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.study.folder,
            env=os.environ | names,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert bool(done.returncode) == fails, (arguments, done.stdout, done.stderr)
        return done.stdout

    def commit(self, variables: str, controls: str = "epochs: 2") -> dict[str, bytes]:
        """Write the source, build, commit everything; the configs."""
        self.study.write(variables, controls).build()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "runs")
        return self.study.run_files()

    def branch(self, name: str, start: str = "main") -> None:
        self.git("checkout", "--quiet", "-b", name, start)

    def merge(self, name: str) -> None:
        self.git("merge", "--quiet", name, fails=True)
        assert "run_mapping.yaml" in self.git("diff", "--name-only", "--diff-filter=U")

    def follow(self, help: str, side: str) -> Said:
        """Do what the help says, to the letter: its commands in their order."""
        checkout, add = re.findall(r"`(git [^`]+)`", help)
        assert "then build again" in help[: help.index(add)]
        assert help.index(checkout) < help.index("then build again")
        if side != "HEAD":
            assert f"or {side}" in help
            checkout = checkout.replace("HEAD", side)
        self.git(*shlex.split(checkout)[1:])
        said = self.study.cli("build")
        assert said.code == 0, said
        self.study.assert_consistent()
        self.git(*shlex.split(add)[1:])
        return said

    def finish(self) -> None:
        """The merge can be committed, and holds together in a fresh clone."""
        self.git("add", "experiment.yaml")
        self.git("commit", "--quiet", "--message", "merged")
        assert self.git("status", "--porcelain") == ""
        self.git("clone", "--quiet", ".", "../clone")
        assert Study(self.study.folder.parent / "clone").cli("check").code == 0


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "study")
    made.commit(LEVELS)
    return made


def error_of(said: Said, line: bool = True) -> str:
    assert said.code == 1, said
    assert re.search(r"configs/run_mapping\.yaml:\d+: the mapping holds the conflict", said.err)
    return said.err.partition("= help: ")[2]


@pytest.mark.parametrize("side", ["HEAD", "MERGE_HEAD"])
def test_two_branches_that_each_add_levels(repository: Repository, side: str) -> None:
    study = repository.study
    first = study.run_files()
    repository.branch("theirs")
    theirs = repository.commit(LEVELS + "\n  - 64\n  - 128")
    repository.git("checkout", "--quiet", "main")
    ours = repository.commit(LEVELS + "\n  - 32")
    repository.merge("theirs")

    study.write(LEVELS + "\n  - 32\n  - 64\n  - 128")
    before = study.files()
    error_of(study.cli("check"))
    said = study.cli("build")
    help = error_of(said)
    assert 'run_002 is {"lora_rank": 32} and {"lora_rank": 64}' in said.err
    assert study.files() == before

    said = repository.follow(help, side)
    kept = ours if side == "HEAD" else theirs
    files = study.run_files()
    assert {name: files[name] for name in kept} == kept
    assert {name: files[name] for name in first} == first
    ranks = [each["lora_rank"] for each in study.ids().values()]
    if side == "HEAD":
        # run_003 is what it was on the other branch; run_002 cannot be two runs
        assert ranks == [8, 16, 32, 128, 64]
        assert "new: runs 3-4\n" in said.out
        assert "with the ids of their configs in the folder: run 3\n" in said.out
        assert files["run_003.yaml"] == theirs["run_003.yaml"]
    else:
        assert ranks == [8, 16, 64, 128, 32]
        assert "new: run 4\n" in said.out
    repository.finish()


def test_one_branch_removes_a_level_and_the_other_changes_a_control(
    repository: Repository,
) -> None:
    # git calls this modify/delete, and has no `--ours` of the deleted config to check out
    study = repository.study
    repository.branch("theirs")
    repository.commit(LEVELS, "epochs: 5")
    repository.git("checkout", "--quiet", "main")
    repository.commit("lora_rank:\n  - 8")
    repository.merge("theirs")
    study.write("lora_rank:\n  - 8", "epochs: 5")
    said = repository.follow(error_of(study.cli("build")), "HEAD")
    assert "run 0 changed meaning: epochs 2 -> 5" in said.out
    assert list(study.ids()) == ["run_000"]
    assert list(study.lock.retired) == ["run_001"]
    repository.finish()


def test_both_branches_add_a_factor(repository: Repository) -> None:
    study = repository.study
    first = study.run_files()
    repository.branch("theirs")
    repository.commit(LEVELS + "\nseed: [null, 1]")
    repository.git("checkout", "--quiet", "main")
    repository.commit(LEVELS + "\ncompile: [true, false]")
    repository.merge("theirs")
    study.write(LEVELS + "\ncompile: [true, false]\nseed: [null, 1]")
    repository.follow(error_of(study.cli("build")), "HEAD")
    assert len(study.ids()) == 8
    files = study.run_files()
    assert {name: files[name] for name in first} == first
    repository.finish()


@pytest.mark.parametrize("side", ["HEAD", "MERGE_HEAD"])
def test_one_branch_adds_levels_and_the_other_changes_a_control(
    repository: Repository, side: str
) -> None:
    study = repository.study
    repository.branch("theirs")
    repository.commit(LEVELS + "\n  - 64\n  - 128")
    repository.git("checkout", "--quiet", "main")
    repository.commit(LEVELS + "\n  - 32", "epochs: 5")
    repository.merge("theirs")
    study.write(LEVELS + "\n  - 32\n  - 64\n  - 128", "epochs: 5")
    said = repository.follow(error_of(study.cli("build")), side)
    ranks = {id: each["lora_rank"] for id, each in study.ids().items()}
    if side == "HEAD":
        # run_003 was the rank of 128 there, before the epochs changed
        assert (ranks["run_002"], ranks["run_003"], ranks["run_004"]) == (32, 128, 64)
        assert "run 3 changed meaning: epochs 2 -> 5" in said.out
    else:
        assert (ranks["run_002"], ranks["run_003"], ranks["run_004"]) == (64, 128, 32)
    repository.finish()


def test_a_rebase(repository: Repository) -> None:
    study = repository.study
    repository.branch("theirs")
    repository.commit(LEVELS + "\n  - 64")
    repository.git("checkout", "--quiet", "main")
    ours = repository.commit(LEVELS + "\n  - 32")
    repository.git("checkout", "--quiet", "theirs")
    repository.git("rebase", "main", fails=True)
    study.write(LEVELS + "\n  - 32\n  - 64")
    repository.follow(error_of(study.cli("build")), "HEAD")
    assert {name: study.run_files()[name] for name in ours} == ours
    assert [each["lora_rank"] for each in study.ids().values()] == [8, 16, 32, 64]


def test_conflict_markers_in_the_source_come_first(repository: Repository) -> None:
    study = repository.study
    repository.branch("theirs")
    repository.commit(LEVELS + "\n  - 64")
    repository.git("checkout", "--quiet", "main")
    repository.commit(LEVELS + "\n  - 32")
    repository.merge("theirs")
    before = study.files()
    for command in ("build", "check"):
        said = study.cli(command)
        assert said.code == 1
        assert "experiment.yaml:" in said.all
    assert study.files() == before


def test_an_id_twice_after_both_sides_were_kept(repository: Repository) -> None:
    study = repository.study
    repository.branch("theirs")
    repository.commit(LEVELS + "\n  - 64")
    repository.git("checkout", "--quiet", "main")
    ours = repository.commit(LEVELS + "\n  - 32")
    repository.merge("theirs")
    study.write(LEVELS + "\n  - 32\n  - 64")
    lines = study.mapping.read_text().splitlines(keepends=True)
    markers = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
    study.mapping.write_text("".join(line for line in lines if not line.startswith(markers)))
    said = study.cli("build")
    assert said.code == 1
    assert "run_002 twice" in said.err
    help = said.err.partition("= help: ")[2]
    assert "HEAD^ is the side" in help
    repository.follow(help, "HEAD")
    assert {name: study.run_files()[name] for name in ours} == ours
    repository.finish()


def test_a_merge_that_git_can_do_alone_is_repaired_by_a_build(repository: Repository) -> None:
    study = repository.study
    repository.branch("theirs")
    repository.commit(LEVELS, "epochs: 5")
    repository.git("checkout", "--quiet", "main")
    (study.folder / "notes.md").write_text("one branch leaves the runs alone\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "notes")
    repository.git("merge", "--quiet", "theirs")
    assert study.cli("check").code == 0
