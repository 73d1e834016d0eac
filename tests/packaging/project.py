"""A copy of the project and fresh environments, for the tests that build and install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

LEFT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    "__pycache__",
    "*.egg-info",
    "build",
    "dist",
    "completions",
    ".*_cache",
    ".hypothesis",
)


def copy_project(root: Path, to: Path) -> Path:
    """The project's files without what tools leave behind."""
    shutil.copytree(root, to, ignore=LEFT_OUT, symlinks=True)
    return to


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command prints; its whole output is the message where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def environment() -> dict[str, str]:
    """The environment without what would lead a child to this checkout."""
    unwanted = {
        "PYTHONPATH",
        "SOURCE_DATE_EPOCH",
        "VIRTUAL_ENV",
        "PYTHONHOME",
        "GIT_DIR",
        "GIT_WORK_TREE",
    }
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def fresh_environment(folder: Path, *requirement: str | Path) -> Path:
    """The bin folder of a new virtual environment with a requirement installed."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    pip(folder / "bin", "install", "--quiet", *requirement, cwd=folder.parent)
    return folder / "bin"


def pip(environment: Path, *words: str | Path, cwd: Path) -> str:
    """What the tests' own pip says of the environment of a bin folder."""
    python = environment / "python"
    return run(sys.executable, "-m", "pip", "--python", python, *words, cwd=cwd)
