"""The hooks that tcwc offers, run by the real pre-commit in a scratch repository."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.project import copy_project, environment, run
from tests.plain.config import shipped

pytestmark = [pytest.mark.slow, pytest.mark.network]

Hook = Callable[[str], tuple[int, str]]
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=false")


def commit_all(folder: Path) -> None:
    if not (folder / ".git").exists():
        run("git", "init", "--quiet", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run(*GIT, "commit", "--quiet", "--message", "all", cwd=folder)


@pytest.fixture(scope="module")
def hooks(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that offers the hooks: the project as it is, committed."""
    project = copy_project(project_root, tmp_path_factory.mktemp("hooks") / "tcwc")
    commit_all(project)
    return project


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment that it makes for the hooks."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def repository(project_root: Path, tmp_path: Path) -> Path:
    """A scratch repository with the first example, built."""
    folder = tmp_path / "repository"
    copy_project(project_root / "examples" / "lora_rank", folder / "study")
    commit_all(folder)
    return folder


@pytest.fixture
def hook(hooks: Path, cache: Path, repository: Path) -> Hook:
    """Runs one hook over all files: the exit code, and what was printed."""

    def call(name: str) -> tuple[int, str]:
        commit_all_changes = [*GIT, "commit", "--quiet", "--allow-empty", "--all", "-m", "change"]
        run(*commit_all_changes, cwd=repository)
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), name, "--all-files"],
            cwd=repository,
            env={**environment(), "PRE_COMMIT_HOME": str(cache), "PRE_COMMIT_COLOR": "never"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout

    return call


@pytest.mark.parametrize("name", ["tcwc-lint", "tcwc-check", "tcwc-lint-configs"])
def test_a_good_repository_passes(hook: Hook, name: str) -> None:
    code, printed = hook(name)
    assert code == 0, printed
    assert "Passed" in printed


def test_lint_fails_at_the_line_of_the_mistake(hook: Hook, repository: Path) -> None:
    source = repository / "study" / "experiment.yaml"
    text = source.read_text()
    source.write_text(text + "\nno_such_section: 1\n")
    code, printed = hook("tcwc-lint")
    assert code == 1, printed
    line = text.count("\n") + 2
    assert f"study/experiment.yaml:{line}:1" in printed
    assert "Traceback" not in printed


def test_lint_of_configs_fails_at_the_line_of_the_mistake(hook: Hook, repository: Path) -> None:
    """Of configs that no experiment uses; other YAML is passed over."""
    (repository / "compose.yaml").write_text("services: {}\n")
    config = repository / "left" / "my_config.yaml"
    config.parent.mkdir()
    config.write_text(shipped().replace("  lr:", "  lrr:"))
    run("git", "add", "--all", cwd=repository)
    code, printed = hook("tcwc-lint-configs")
    assert code == 1, printed
    line = config.read_text().partition("  lrr:")[0].count("\n") + 1
    assert f"left/my_config.yaml:{line}:3" in printed
    assert "compose" not in printed
    assert "Traceback" not in printed


def test_check_fails_where_a_config_was_edited(hook: Hook, repository: Path) -> None:
    config = repository / "study" / "configs" / "run_000.yaml"
    config.write_text(config.read_text().replace("epochs:", "epochs:  ", 1) + "# edited\n")
    code, printed = hook("tcwc-check")
    assert code == 1, printed
    assert "run_000" in printed


def test_check_fails_where_the_source_moved_on(hook: Hook, repository: Path) -> None:
    source = repository / "study" / "experiment.yaml"
    renamed = re.sub(r"(?m)^(experiment_name: *\w+)", r"\1_two", source.read_text())
    source.write_text(renamed)
    code, printed = hook("tcwc-check")
    assert code == 1, printed
