"""A git repository of experiments in a folder of its own, and what commands say in it."""

from __future__ import annotations

import io
import json
import os
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from tcwc.cli import main
from tests.study import BASE, Said, inside

_WHO = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "ada" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ada@example.org" for who in ("AUTHOR", "COMMITTER")},
}

SOURCE = f"""\
experiment_name: NAME
base_config: {BASE}
variables:
  model.lora_rank: [8, 16]
  optimizer.lr: [1e-4, 3e-4]
controls:
  model.lora_alpha: 16
  seed: 1
"""


class Repository:
    """Experiments under git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        env = os.environ | _WHO
        done = subprocess.run(command, cwd=self.folder, env=env, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self) -> str:
        """Commit all that there is; gives the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")
        return self.git("rev-parse", "HEAD")

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def experiment(self, path: str, name: str = "study", text: str = SOURCE) -> Path:
        """An experiment of a name, built."""
        file = self.write(path, text.replace("NAME", name))
        self.tcwc("build", path)
        return file

    def edit(self, path: str, *changes: tuple[str, str]) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, (old, text)
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    def tcwc(self, *arguments: str, code: int | None = 0) -> Said:
        """A command line, run in the repository; `code` is the exit code that it is to have."""
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with inside(self.folder), redirect_stdout(out), redirect_stderr(err):
            found = main(arguments)
        out.flush()
        assert isinstance(out.buffer, io.BytesIO)
        said = Said(found, out.buffer.getvalue().decode(), err.getvalue())
        assert code in (None, found), said
        assert "Traceback" not in said.all
        return said

    def against(self, ref: str, *more: str, code: int = 0) -> Any:
        """The document of a review."""
        return json.loads(
            self.tcwc("plan", *more, "--against", ref, "--format", "json", code=code).out
        )
