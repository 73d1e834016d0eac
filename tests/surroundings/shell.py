"""A shell in a folder with an experiment, in which `$tcwc` runs the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.shell import bash_here, bash_with_processes

Bash = Callable[[str, Path, Mapping[str, str]], subprocess.CompletedProcess[bytes]]

SOURCE = """\
experiment_name: t
base_config: llama3_2/1B_lora_single_device
variables: {lora_rank: [8, 16]}
"""
WRONG = SOURCE + "controls: {Epochs: 2}\n"


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """`folder` is where scripts run, `bash` runs them."""

    folder: Path
    bash: Bash = bash_with_processes

    def __call__(self, script: str, *, clean: bool = False, **variables: str) -> Said:
        """What a script says; `clean` leaves nothing of the environment but the path."""
        here = {"PATH": os.environ["PATH"]} if clean else dict(os.environ)
        program = "tcwc" if self.bash is bash_here else f"{sys.executable} -m tcwc"
        started = {"tcwc": program, "PYTHONPATH": str(ROOT)}
        done = self.bash(script, self.folder, {**here, **started, **variables})
        said = Said(done.returncode, *(os.fsdecode(each) for each in (done.stdout, done.stderr)))
        assert "Traceback" not in said.out + said.err, said
        return said

    def is_whole(self) -> None:
        """No build left anything half-written: a folder has its configs and mapping, or is none."""
        assert not list(self.folder.rglob(".tcwc-*"))
        for mapping in self.folder.rglob("run_mapping.yaml"):
            assert (
                mapping.read_text(encoding="utf-8").rstrip().splitlines()[-1].startswith("records:")
            )
        if (self.folder / "configs").exists():
            assert (self.folder / "configs" / "run_mapping.yaml").exists()
