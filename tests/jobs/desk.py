"""An experiment whose runs are submitted, to a Slurm or to what stands in for one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import tcwc
from tests.jobs.lab import Tiny
from tests.study import Said, Study

STAND_INS = {
    # Answers as sbatch does, and notes what it was told, and the script that it was given. With a
    # file `refuse` of a number it refuses from that call on.
    "sbatch": """\
number=$(($(ls "$DESK" | grep -c '^call\\.') + 1))
if [ -e "$DESK/refuse" ] && [ "$number" -ge "$(cat "$DESK/refuse")" ]; then
    cat >/dev/null
    echo "sbatch: error: AssocMaxSubmitJobLimit" >&2
    echo "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy" >&2
    exit 1
fi
printf '%s\\0' "$@" >"$DESK/call.$number"
cat >"$DESK/script.$number"
echo "$((100 + number))"
""",
    "squeue": 'cat "$DESK/queue"\n',
    "scontrol": 'cat "$DESK/site"\n',
}


class Desk:
    """An experiment, a profile, and programs that stand in for Slurm's (or its own)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "experiment.yaml"
        self.study = Study(folder)
        self.profile = folder / "clusters" / "lab.yaml"
        self.desk = folder / "desk"

    @classmethod
    def made(cls, folder: Path, tiny: Tiny, profile: str = "", **options: Any) -> Desk:
        """One that is built; nothing is made to submit it yet."""
        more = options.pop("more", "resources:\n  time: 00:10:00\n")
        options = {"out": Path("out"), **options}
        self = cls(folder)
        tiny.experiment(folder, more=f"\n{more}", **options)
        self.profile.parent.mkdir()
        self.write_profile(profile)
        self.desk.mkdir()
        (self.desk / "queue").touch()
        (self.desk / "site").write_text("MaxArraySize            = 1001\n", encoding="utf-8")
        for name, text in STAND_INS.items():
            program = self.desk / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!/usr/bin/env bash\n{text}", encoding="utf-8")
            program.chmod(0o755)
        self.build()
        return self

    def copied(self, folder: Path, profile: str = "") -> Desk:
        """Another one as this one is, with a profile of its own: nothing in it names its folder."""
        shutil.copytree(self.folder, folder, symlinks=True)
        copy = Desk(folder)
        copy.write_profile(profile)
        return copy

    def write_profile(self, more: str) -> None:
        shared = json.dumps([str(self.folder.resolve())])
        self.profile.write_text(f"partition: main\nshared: {shared}\n{more}", encoding="utf-8")

    def build(self) -> None:
        made = tcwc.compile(self.source)
        assert made.ok, made.diagnostics
        made.write()

    def slurm(self, *words: str, stand_ins: bool = True) -> Said:
        """`tcwc slurm`, in the folder."""
        with patch.dict(os.environ, self.environment(stand_ins)):
            return self.study.cli("slurm", self.source.name, "--cluster", str(self.profile), *words)

    def environment(self, stand_ins: bool) -> dict[str, str]:
        """Where Slurm's commands are found."""
        path = os.environ["PATH"]
        return {
            "PATH": f"{self.desk}/bin:{path}" if stand_ins else path,
            "DESK": str(self.desk),
        }

    @property
    def jobs(self) -> Path:
        return self.folder / "configs" / "slurm" / "lab"

    def submit(
        self, *words: str, env: Mapping[str, str] | None = None, stand_ins: bool = True
    ) -> Said:
        """`bash configs/slurm/lab/submit.sh`, from elsewhere and without a terminal."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "SBATCH_"))}
        done = subprocess.run(
            ["bash", str(self.jobs / "submit.sh"), *words],
            cwd="/",
            env=clean | self.environment(stand_ins) | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    @property
    def calls(self) -> list[list[str]]:
        """The words of each call of sbatch."""
        found = sorted(self.desk.glob("call.*"), key=lambda each: int(each.suffix[1:]))
        return [each.read_text(encoding="utf-8").split("\0")[:-1] for each in found]

    def script(self, number: int) -> str:
        """The script that a call was given, from 1."""
        return (self.desk / f"script.{number}").read_text(encoding="utf-8")

    def forget(self) -> None:
        """No call of sbatch happened."""
        for each in (*self.desk.glob("call.*"), *self.desk.glob("script.*")):
            each.unlink()

    @property
    def record(self) -> list[dict[str, Any]]:
        text = (self.jobs / "jobs.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def out(self, run: str) -> Path:
        """The folder of a run."""
        return self.folder / "out" / "tiny" / run

    def stamp(self, run: str, end: str, number: int = 1, **changed: Any) -> Path:
        """A stamp as a job leaves it; `end` is what its end says, "" for none."""
        rows = {line.split()[1]: line.split() for line in self.rows}
        row = rows[run]
        stamp = self.out(run) / "tcwc"
        stamp.mkdir(parents=True, exist_ok=True)
        identity = {"format": 1, "experiment": "tiny", "run": run, "science_hash": row[3]}
        identity |= {"world": int(row[4]), "effective_batch": 4} | changed
        text = json.dumps(identity, separators=(",", ":"))
        (stamp / "run.json").write_text(f"{text}\n", encoding="utf-8")
        (stamp / f"{number:04}.start").write_text('{"n":1}\n', encoding="utf-8")
        (stamp / f"{number:04}.end").write_text(f"{end:4095}\n", encoding="utf-8")
        return stamp

    def finish(self, *runs: str, **changed: Any) -> None:
        """Runs that are finished, with the weights of their last epoch."""
        for run in runs:
            self.stamp(run, '{"state":"finished","reason":null,"exit":0}', **changed)
            epoch = self.out(run) / "epoch_0"
            epoch.mkdir(exist_ok=True)
            (epoch / "adapter_model.pt").write_text("weights", encoding="utf-8")

    @property
    def rows(self) -> list[str]:
        """The lines of the table of runs."""
        text = (self.jobs / "job.sbatch").read_text(encoding="utf-8")
        return text.partition("<<'TCWC_ROWS'\n")[2].partition("\nTCWC_ROWS\n")[0].splitlines()

    def queue(self, *lines: str) -> None:
        """What squeue says: array, task, state and comment, without the folder."""
        where = self.folder.resolve()
        text = "".join(f"{line}|{where}\n" for line in lines)
        (self.desk / "queue").write_text(text, encoding="utf-8")

    def site(self, text: str) -> None:
        """What `scontrol show config` says."""
        (self.desk / "site").write_text(text, encoding="utf-8")

    def remove(self) -> None:
        shutil.rmtree(self.jobs)


FAILED = '{"state":"failed","reason":"oom","exit":1}'
"""The end of a run that was out of memory."""
