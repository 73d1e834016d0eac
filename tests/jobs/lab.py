"""What tests of jobs run on: a Slurm of their own, a tiny setup, and a stand-in for `tune`."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent

_ALONE = Path(tempfile.gettempdir()) / "tcwc-lab.lock"

TUNE = HERE / "tune"
"""The stand-in: what it can be told to do stands in its head."""

_SHELLCHECK = Path(sys.executable).with_name("shellcheck")
"""That of the tests' own environment, whatever else is on the path: releases differ in what they
find."""


OF_BASH_4 = {
    "an associative array": r"(declare|local|typeset) -[a-z]*A",
    "a name reference": r"(declare|local|typeset) -[a-z]*n\b",
    "a global declaration": r"(declare|typeset) -[a-z]*g",
    "case of letters": r"\$\{[A-Za-z_]\w*(\[[^]]*\])?(\^|,)",
    "a transformation": r"\$\{[A-Za-z_]\w*@",
    "mapfile": r"\b(mapfile|readarray)\b",
    "wait for any": r"wait -[nfp]",
    "a coprocess": r"\bcoproc\b",
    "the clock": r"\bEPOCH(SECONDS|REALTIME)\b",
    "the shell's own id": r"\bBASHPID\b",
    "time by printf": r"%\([^)]*\)T",
    "both streams": r"&>>|\|&",
    "a fall through": r";;?&",
    "a named descriptor": r"exec \{\w+\}[<>]",
    "globs of all depths": r"shopt -s (globstar|lastpipe|inherit_errexit)",
    "negative ends": r"\$\{\w+:[^}]*: ?-",
    "a test for a name": r"\[\[? -v ",
    "an array's last": r"\[-1\]",
    "fractions of seconds": r"read [^|;]*-t 0?\.",
    "unicode escapes": r"\$'[^']*\\[uU]",
    "an array that may be empty, unguarded": r"(?<!\+)\"\$\{(overrides|wrapper|launch)\[@\]\}\"",
}
"""What bash 3.2, which macOS has, does not know; by patterns that find it in a script."""


def complaints(script: Path, severity: str = "style") -> str:
    """What bash and shellcheck have against a script; nothing where they find nothing."""
    checks = (["bash", "-n"], [_SHELLCHECK, "--shell", "bash", "--severity", severity])
    said = [subprocess.run([*each, script], capture_output=True, text=True) for each in checks]
    return "".join(done.stdout + done.stderr for done in said if done.returncode)


@dataclass(frozen=True)
class Slurm:
    """A running lab: one node that works, `main` its partition."""

    labs: Path
    folder: Path

    @property
    def conf(self) -> Path:
        return self.folder / "slurm.conf"

    @property
    def environment(self) -> dict[str, str]:
        """What this process has, and how to reach the lab."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "SBATCH_"))}
        return inherited | {"SLURM_CONF": str(self.conf)}

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """A command that sees the lab; fails the test where it fails, unless not to `check`."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=self.environment | dict(env or {}),
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert not check or done.returncode == 0, (command, done.stdout, done.stderr)
        return done

    def wait(self, *jobs: str, seconds: int = 120) -> int:
        """Until jobs (all, where none is named) have ended; 0 where all are COMPLETED, 1 where one
        ended otherwise. A time-out fails the test."""
        command = [self.labs / "slurm" / "wait-jobs.sh", "-t", str(seconds), *jobs]
        done = self.run(*command, check=False, timeout=seconds + 30)
        assert done.returncode in (0, 1, 3), (done.stdout, done.stderr)
        return done.returncode

    def queue(self) -> dict[str, str]:
        """The state of each job in the queue, by `161` or `161_3`."""
        lines = self.run("squeue", "-h", "-r", "-o", "%i %T").stdout.splitlines()
        return dict(line.split() for line in lines)

    def job(self, job: str) -> dict[str, str]:
        """What `scontrol show job` says of a job or a task of an array."""
        words = self.run("scontrol", "-o", "show", "job", job).stdout.split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def clear(self) -> None:
        """Cancel all that is in the queue, and wait until it is empty."""
        jobs = {job.partition("_")[0] for job in self.queue()}
        if jobs:
            self.run("scancel", *sorted(jobs), check=False)
            self.wait(*sorted(jobs))


@contextmanager
def slurm_lab(
    labs: Path, *, pretend_nodes: int = 0, sites: str = "", **settings: int
) -> Iterator[Slurm]:
    """A lab of its own with settings of `slurm-up.sh` (`SLURM_MAX_ARRAY=51`), down at the end.

    With `pretend_nodes` the partition has so many more, which are no machines: `sbatch --test-only`
    of jobs on several nodes answers there, and nothing on them ever starts. `sites` are further
    lines of slurm.conf.
    """
    folder = Path(tempfile.mkdtemp(prefix="tcwc-lab-", dir="/tmp"))  # sockets: a short path
    scripts = _scripts(labs, folder, pretend_nodes, sites)
    lab = Slurm(labs, folder)
    words = {name: str(value) for name, value in settings.items()}
    try:
        with _ALONE.open("a") as alone:  # two that start at once would take one port
            fcntl.flock(alone, fcntl.LOCK_EX)
            lab.run(scripts / "slurm-up.sh", folder, env=words, timeout=600)
        yield lab
    finally:
        lab.run(scripts / "slurm-down.sh", "--purge", folder, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _scripts(labs: Path, folder: Path, pretend_nodes: int, sites: str) -> Path:
    """The folder of the lab's scripts: a copy that writes more nodes, where there are any."""
    if not (pretend_nodes or sites):
        return labs / "slurm"
    folder.chmod(0o755)
    copy = folder / "scripts"
    copy.mkdir()
    for script in (labs / "slurm").glob("*.sh"):
        text = script.read_text(encoding="utf-8")
        if pretend_nodes:
            text = text.replace("Nodes=$NODE ", "Nodes=$NODE,pretend[1-N] ")
        if script.name == "slurm-up.sh":
            assert "pretend[1-N]" in text or not pretend_nodes
            at = text.index("PartitionName=main")
            text = text[:at] + _PRETEND * bool(pretend_nodes) + sites + text[at:]
        made = copy / script.name
        made.write_text(text.replace("[1-N]", f"[1-{pretend_nodes}]"), encoding="utf-8")
        made.chmod(0o755)
    return copy


# CLOUD: a node that would be there if asked for; one that is DOWN or FUTURE answers no test.
_PRETEND = (
    "NodeName=pretend[1-N] Sockets=1 CoresPerSocket=$SLURM_CPUS ThreadsPerCore=1"
    " RealMemory=$SLURM_MEM_MB $gres_node State=CLOUD\n"
)

_NODE = "Sockets=2 CoresPerSocket=32 ThreadsPerCore=1 RealMemory=500000 State=CLOUD"
SITES = f"""\
NodeName=node[01-12] Gres=gpu:a100:4 {_NODE}
PartitionName=gpu Nodes=node[01-12] MaxTime=INFINITE State=UP
NodeName=h[1-4] Gres=gpu:h100:4 Feature=h100,nvlink {_NODE}
PartitionName=gpu_h100 Nodes=h[1-4] MaxTime=INFINITE State=UP
NodeName=acc[1-4] Gres=gpu:4 {_NODE}
PartitionName=accelerated Nodes=acc[1-4] MaxTime=INFINITE State=UP
NodeName=nid[1-4] Gres=gpu:8 {_NODE}
PartitionName=standard-g Nodes=nid[1-4] MaxTime=INFINITE State=UP
"""
"""The partitions of `examples/clusters/`."""

EXPERIMENT = """\
experiment_name: tiny
base_config_file: {base}
recipe: {recipe}

variables:
{variables}

controls:
{controls}
"""

SWEEP = {"lora_rank": "[4, 8]", "learning_rate": "[1e-3, 3e-3]", "seed": "[1, 2, 3]"}
"""Twelve runs."""


@dataclass(frozen=True)
class Tiny:
    """Assets of a tiny training: really trained, or only there (`pretend`)."""

    assets: Path
    name: str = "base.yaml"
    recipe: str = "lora_finetune_single_device"
    controls: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        return self.assets / self.name

    def experiment(
        self,
        folder: Path,
        variables: Mapping[str, str] | None = None,
        controls: Mapping[str, str] | None = None,
        more: str = "",
        out: Path | None = None,
    ) -> Path:
        """experiment.yaml over the base, in a folder: rank x lr x seed, or other `variables`;
        `more` are further sections. Runs write to `tiny/run_N` below `out`, which is `out/` beside
        it where it is not named."""
        folder.mkdir(parents=True, exist_ok=True)
        fixed = {"output_dir": f"'{out or folder / 'out'}'", **self.controls, **(controls or {})}
        text = EXPERIMENT.format(
            base=self.base,
            recipe=self.recipe,
            variables=_section(variables or SWEEP),
            controls=_section(fixed),
        )
        path = folder / "experiment.yaml"
        path.write_text(text + more, encoding="utf-8")
        return path


def _section(entries: Mapping[str, str]) -> str:
    return "\n".join(f"  {key}: {value}" for key, value in entries.items())


def pretend_assets(folder: Path) -> Tiny:
    """What the tiny setup has, as far as a stand-in needs it: no torch makes it."""
    (folder / "ckpt").mkdir(parents=True)
    for name in ("ckpt/model.pt", "tokenizer.model", "special_tokens.json"):
        (folder / name).write_text("{}\n", encoding="utf-8")
    rows = ",\n".join('{"input": "What is 1 + 1?", "output": "2"}' for _ in range(64))
    (folder / "train.json").write_text(f"[{rows}]\n", encoding="utf-8")
    text = (HERE / "base.yaml").read_text(encoding="utf-8").replace("ASSETS", str(folder))
    (folder / "base.yaml").write_text(text, encoding="utf-8")
    return Tiny(folder)


def real_assets(folder: Path, python: Path, labs: Path) -> Tiny:
    """The assets that the lab makes with a real torchtune."""
    command = [python, labs / "train" / "make_tiny_assets.py", folder]
    subprocess.run(command, check=True, capture_output=True, env=offline(folder))
    return Tiny(folder)


def offline(folder: Path) -> dict[str, str]:
    """The environment of a training that asks no network and gives the same bytes each time."""
    return os.environ | {
        "OMP_NUM_THREADS": "1",
        "HF_HOME": str(folder / "hf_cache"),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "TIKTOKEN_CACHE_DIR": "",
    }
