"""Sweeps as jobs: an experiment that is built, its frozen configs, its job script."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tcwc
from tcwc.api.local_script import prepare_here
from tcwc.api.work import tasks
from tcwc.jobs.profiles.profile import HERE
from tcwc.jobs.task import Task

END_BYTES = 4096


@dataclass(frozen=True)
class Sweep:
    """An experiment that was built, with a job script for all of its runs."""

    folder: Path
    script: Path
    tasks: tuple[Task, ...]

    def stamp(self, run: str) -> Path:
        """The folder of a run's stamp."""
        (task,) = (each for each in self.tasks if each.run == run)
        return Path(task.folder) / "tcwc"

    def states(self, run: str) -> list[str | None]:
        """How each attempt of a run ended; None for one that has no end. Fails where a file of the
        stamp is torn."""
        return [each["state"] if each else None for each in self.ends(run)]

    def ends(self, run: str) -> list[dict[str, Any]]:
        """The end of each attempt of a run; {} for one that has none. Fails as `states` does."""
        stamp, found = self.stamp(run), []
        for start in sorted(stamp.glob("[0-9]*.start")):
            json.loads(start.read_text(encoding="utf-8"))
            end = start.with_suffix(".end")
            data = end.read_bytes() if end.exists() else b""
            assert len(data) in (0, END_BYTES), end
            assert data.count(b"\n") == bool(data), end
            found.append(json.loads(data) if data.strip() else {})
        if found:
            json.loads((stamp / "run.json").read_text(encoding="utf-8"))
        return found

    def is_finished(self, run: str) -> bool:
        return "finished" in self.states(run)


def sweep(source: Path) -> Sweep:
    """Build an experiment, and write what its jobs need."""
    made = tcwc.compile(source)
    assert made.ok, made.diagnostics
    made.write()
    found = tuple(tasks(made))
    script = prepare_here(made, found, HERE)
    return Sweep(source.parent, source.parent / script.script, found)


def guarded(tune: Path, folder: Path) -> Path:
    """A `tune` that says in TUNE_LOG where two train in one folder, then becomes the real one."""
    made = folder / "tune"
    made.write_text(_GUARD.replace("TUNE", str(tune)), encoding="utf-8")
    made.chmod(0o755)
    (folder / "python").symlink_to(tune.parent / "python")
    return made


# As the stand-in has it. The lock lives as long as any process of the training.
_GUARD = """\
#!/usr/bin/env bash
for word; do case $word in *.yaml) config=$word ;; esac; done
out=$(sed -n 's/^output_dir: *//p' "$config")
mkdir -p "$TUNE_LOG.locks"
exec 8>"$TUNE_LOG.locks/$(printf '%s' "$out" | cksum | tr ' ' _)"
flock -n 8 || printf 'two %s %s\\n' $$ "$out" >>"$TUNE_LOG"
printf 'start %s %s\\n' $$ "$out" >>"$TUNE_LOG"
exec TUNE "$@"
"""


def environment(tune: Path, log: Path, **more: str) -> dict[str, str]:
    """The environment of jobs without Slurm that beat each second."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("SLURM_")}
    return plain | {"TCWC_TUNE": str(tune), "TUNE_LOG": str(log), "TCWC_BEAT": "1", **more}
