"""`tcwc run`, with a stand-in for what trains."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main
from tests.conftest import ROOT
from tests.jobs.lab import Tiny

FOUR = {"lora_rank": "[4, 8]", "seed": "[1, 2]"}
TWO = {"seed": "[1, 2]"}


class Sweep:
    """An experiment that is built, and what became of its runs."""

    def __init__(
        self,
        folder: Path,
        tiny: Tiny,
        capsys: pytest.CaptureFixture[str],
        variables: Mapping[str, str] | None = FOUR,
        more: str = "",
        out: Path | None = None,
        **controls: str,
    ) -> None:
        self.folder = folder
        self._capsys = capsys
        out = out or folder / "out"
        fixed = {"output_dir": json.dumps(str(out), ensure_ascii=False), **controls}
        self.source = tiny.experiment(folder, variables, fixed, more)
        self.out = out / "tiny"
        self.build()

    def build(self) -> None:
        made = tcwc.compile(self.source)
        assert made.ok, made.diagnostics
        made.write()

    def run(self, *words: str, source: bool = True) -> tuple[int, str, str]:
        """A command line: its exit status, and what it said."""
        code = main(["run", *([str(self.source)] if source else []), *words])
        said = self._capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    def process(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """The same, as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tcwc", "run", self.source.name, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def log(self) -> list[tuple[str, str, str]]:
        """What trainings noted of themselves: `start` or `end`, process, folder and more."""
        try:
            lines = Path(os.environ["TUNE_LOG"]).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [(what, pid, more) for what, pid, more in (line.split(" ", 2) for line in lines)]

    def starts(self) -> list[str]:
        return [Path(more).name.split(" ")[0] for what, _, more in self.log if what == "start"]

    def states(self) -> dict[str, str]:
        return {row.run: row.word for row in tcwc.status(str(self.source))}


@pytest.fixture
def sweep(
    tmp_path: Path,
    pretend: Tiny,
    tune: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Sweep]:
    """Makes an experiment in a folder; its runs train with the stand-in, and no device is seen."""
    monkeypatch.setenv("TCWC_TUNE", str(tune))
    monkeypatch.setenv("TUNE_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("TUNE_PLAN", str(tmp_path / "plan"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("tcwc.api.local._PAUSE", 0.02)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    plan(tmp_path, "")

    def make(name: str = "study", **options: object) -> Sweep:
        return Sweep(tmp_path / name, pretend, capsys, **options)  # type: ignore[arg-type]

    return make


def plan(folder: Path, text: str) -> None:
    """What the stand-in is told to do."""
    (folder / "plan").write_text(text, encoding="utf-8")


def until(holds: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_all_that_is_left_in_order(sweep: Callable[..., Sweep]) -> None:
    made = sweep()
    code, out, err = made.run()
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "4 runs of 4 to go, 1 at a time"
    assert out.splitlines()[1] == "  run_000 starts"
    assert out.splitlines()[-1] == "✓ 4 of 4 finished"
    assert made.starts() == ["run_000", "run_001", "run_002", "run_003"]
    assert [line[0] for line in made.log] == ["start", "end"] * 4  # one at a time
    assert made.run() == (0, "✓ 4 of 4 finished\n", "")
    assert made.run("--only", "failed") == (0, "✓ 4 of 4 finished\n", "")
    assert made.run("-q") == (0, "", "")
    assert len(made.starts()) == 4


def test_two_at_a_time(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    made = sweep()
    # Each waits until another has begun.
    wait = 'until [ "$(ls "$TUNE_LOG".at.* | wc -l)" -gt 1 ]; do sleep 0.02; done'
    plan(tmp_path, f'touch "$TUNE_LOG.at.$$"; {wait}')
    assert made.run("--jobs", "2")[0] == 0
    assert len(made.starts()) == 4


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["--only", "lora_rank == 8"], ["run_002", "run_003"]),
        (["--only", "run_001..run_002"], ["run_001", "run_002"]),
        (["--only", "lora_rank==8", "--only", "seed == 1"], ["run_002"]),
        (["run_003", "0"], ["run_000", "run_003"]),
        (["--only", "missing"], ["run_000", "run_001", "run_002", "run_003"]),
    ],
)
def test_only_what_is_asked_for(
    sweep: Callable[..., Sweep], words: list[str], runs: list[str]
) -> None:
    made = sweep()
    code, out, _ = made.run(*words)
    assert code == 0
    assert made.starts() == runs
    assert out.splitlines()[-1].endswith(f"{len(runs)} of 4 finished")


def test_a_selection_of_nothing(sweep: Callable[..., Sweep]) -> None:
    made = sweep()
    code, out, err = made.run("--only", "failed")
    assert (code, out) == (3, "")
    assert "--only failed selects no run" in err
    assert "there are 4 never started" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "nonsense"], "`nonsense` is no state, no run and no key"),
        (["run_009"], "there is no run_009"),
        (["--jobs", "0"], "--jobs 0 starts nothing"),
        (["--jobs", "two"], "--jobs"),
        (["--devices", ""], "write such as 0,1, as `nvidia-smi -L` lists them; none for none"),
        (["--try", "lr=1"], "--try takes one run"),
        (["run_000", "run_001", "--try", "lr=1"], "--try takes one run"),
        (["run_000", "--try", "lr"], "--try lr names no value"),
    ],
)
def test_wrong_usage(sweep: Callable[..., Sweep], words: list[str], said: str) -> None:
    made = sweep()
    code, _, err = made.run(*words)
    assert code == 2
    assert said in err
    assert made.starts() == []


def test_configs_that_are_not_current(sweep: Callable[..., Sweep]) -> None:
    made = sweep()
    made.source.write_text(made.source.read_text().replace("[4, 8]", "[4, 16]"))
    code, _, err = made.run()
    assert code == 1
    assert "the configs are not what this source compiles to" in err
    assert "`tcwc build " in err
    assert made.starts() == []


def test_no_configs_at_all(sweep: Callable[..., Sweep]) -> None:
    made = sweep()
    subprocess.run(["rm", "-r", made.folder / "configs"], check=True)
    code, _, err = made.run()
    assert code == 1
    assert "`tcwc build " in err


def test_runs_that_fail(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    made = sweep()
    plan(tmp_path, "case $out in */run_001) fail=7 ;; */run_002) oom=1 ;; esac")
    code, out, err = made.run()
    assert code == 1
    said = r"run_001 failed: error after \d+ s: RuntimeError: told to fail in epoch 0"
    assert re.search(said, out)
    assert f"its log: {made.out}/run_001/tcwc/0001.log" in out
    said = r"run_002 failed: oom after \d+ s: .*torch\.OutOfMemoryError: CUDA out of memory"
    assert re.search(said, out)
    assert out.splitlines()[-1] == "2 of 4 finished"
    assert "not finished: runs 1-2" in err
    assert f"`tcwc run {made.source} --only failed` begins them again" in err
    plan(tmp_path, "")
    code, out, _ = made.run("--only", "oom")
    assert code == 0
    assert made.starts()[4:] == ["run_002"]
    assert "  run 2: starts over (no checkpoint to go on from)" in out.splitlines()
    assert made.run()[0] == 0
    assert made.starts()[5:] == ["run_001"]


def test_weights_that_are_not_there_are_told_before(sweep: Callable[..., Sweep]) -> None:
    """Each run would end without them, one after the other."""
    made = sweep(variables=TWO, **{"checkpointer.checkpoint_dir": "nowhere"})
    _, said, err = made.run("--only", "run_000")
    assert said.index("1 run of 2 to go") < said.index("run_000 starts")
    assert "warning[TCW330]: `checkpo" in err
    _, _, err = made.run("--dry-run", "--only", "finished")
    assert "TCW330" not in err


def test_how_it_goes_on_is_said_before(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    made = sweep(variables=TWO, epochs="3", max_steps_per_epoch="2")
    plan(tmp_path, "case $out in */run_001) fail=7 fail_epoch=2 ;; esac")
    assert made.run()[0] == 1
    plan(tmp_path, "")
    code, out, _ = made.run()
    assert code == 0
    assert out.splitlines()[1] == "  run 1: resumes exactly"
    assert [more[-1] for what, _, more in made.log if what == "start"] == [*"002"]
    shutil.rmtree(made.out / "run_001" / "epoch_2")
    assert "  run 1: resumes exactly" in made.run("--dry-run")[1]
    for epoch in (0, 1):  # as `tcwc prune` does
        shutil.rmtree(made.out / "run_001" / f"epoch_{epoch}")
    assert "  run 1: starts over (no checkpoint to go on from)" in made.run()[1].splitlines()
    assert made.log[-2][2][-1] == "0"


def test_what_is_somebody_elses_is_left_alone(sweep: Callable[..., Sweep]) -> None:
    made = sweep()
    (made.out / "run_001" / "epoch_0").mkdir(parents=True)
    code, out, err = made.run()
    assert code == 1
    assert made.starts() == ["run_000", "run_002", "run_003"]
    assert "  run_001 is not begun: epoch_0 is there, and no stamp says whose it is" in out
    assert out.splitlines()[-1] == "3 of 4 finished"
    code, out, err = made.run()
    assert code == 3
    assert "there is nothing to begin: run 1" in err


def test_what_changed_is_trained_anew_where_that_is_said(sweep: Callable[..., Sweep]) -> None:
    made = sweep(variables=TWO)
    assert made.run()[0] == 0
    made.source.write_text(made.source.read_text().replace("controls:\n", "controls:\n  lr: 0.5\n"))
    made.build()
    code, out, err = made.run()
    assert code == 3
    assert out.count("`--only changed` trains anew") == 1
    assert "--only changed` trains them anew" in err
    assert len(made.starts()) == 2
    code, out, _ = made.run("--only", "changed")
    assert code == 0
    assert out.splitlines()[1] == "  runs 0-1: start anew (what was trained before is set aside)"
    assert "resumes" not in out
    assert len(made.starts()) == 4
    assert len(list(made.out.glob("run_00?.was-*"))) == 2


@pytest.mark.parametrize("name", ['it\'s a "dir" $HOME', "-x $(touch hit)", "a\\b;*", "ü #1 %d"])
def test_hostile_names(sweep: Callable[..., Sweep], tmp_path: Path, name: str) -> None:
    made = sweep(name, variables={"seed": "[1]"})
    code, out, err = made.run()
    assert (code, err) == (0, ""), out
    assert made.starts() == ["run_000"]
    assert (made.out / "run_000" / "tcwc" / "0001.end").exists()
    assert not list(tmp_path.rglob("hit"))


def test_what_would_be_started(sweep: Callable[..., Sweep]) -> None:
    made = sweep()
    code, out, _ = made.run("--dry-run", "--only", "seed == 1")
    assert code == 0
    assert out.splitlines()[1:] == [
        "  bash configs/slurm/local/job.sbatch run_000",
        "  bash configs/slurm/local/job.sbatch run_002",
    ]
    assert not (made.folder / "configs" / "slurm").exists()


def test_a_smoke_that_fails_keeps_all_from_beginning(
    sweep: Callable[..., Sweep], tmp_path: Path
) -> None:
    made = sweep(variables=TWO)
    plan(tmp_path, "case $out in *smoke*) fail=1 ;; esac")
    code, out, err = made.run("--smoke")
    assert code == 1
    assert "run_000 cannot be trained" in err
    assert "RuntimeError: told to fail" in err
    assert set(made.states().values()) == {"never started"}
    plan(tmp_path, "")
    code, out, _ = made.run("--smoke")
    assert code == 0
    assert out.splitlines()[1] == "trying run 0 for two steps"
    assert out.splitlines()[-1] == "✓ 2 of 2 finished"
    assert sorted(path.name for path in made.out.iterdir()) == [f"run_00{n}" for n in range(2)]


def test_a_look_is_no_run(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    made = sweep()
    code, out, _ = made.run("run_003", "--try", "epochs=2", "lr=0.5")
    assert code == 0
    assert "✓ run_003 ended well" in out
    assert (made.out / "run_003.try-1" / "epoch_1").is_dir()
    assert not (made.out / "run_003").exists()
    assert set(made.states().values()) == {"never started"}
    plan(tmp_path, "fail=1")
    code, out, _ = made.run("run_003", "--try", "lr=0.5")
    assert code == 1
    assert "RuntimeError: told to fail" in out
    assert "run_003.try-2" in out
    code, _, err = made.run("run_003", "--try", "max_step_per_epoch=2")
    assert code == 1
    assert "--try:1:1: error[TCW201]" in err
    assert "did you mean `max_steps_per_epoch`?" in err


def test_devices_that_there_are_not(sweep: Callable[..., Sweep]) -> None:
    made = sweep(variables={"seed": "[1]"}, more="\nresources:\n  gpus: 4\n")
    text = made.source.read_text().replace(
        "lora_finetune_single_device", "lora_finetune_distributed"
    )
    made.source.write_text(text)
    made.build()
    code, out, _ = made.run("--devices", "0,1")
    assert code == 3
    why = "4 processes need a device each, and there are 2"
    assert f"  run_000 is not begun: {why}" in out.splitlines()
    assert made.starts() == []
    code, out, _ = made.run("--devices", "none")  # on the processor, four processes in one run
    assert code == 0


def test_a_profile_gives_its_setup_and_its_variables(
    sweep: Callable[..., Sweep], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune = os.environ["TCWC_TUNE"]
    monkeypatch.delenv("TCWC_TUNE")
    made = sweep(variables={"seed": "[1]"}, output_dir='"${oc.env:PLACE}"')
    (made.folder / "clusters").mkdir()
    lines = ["environment:", f"  PLACE: {tmp_path}/there", "setup:", f"  - export TCWC_TUNE={tune}"]
    (made.folder / "clusters" / "lab.yaml").write_text("\n".join(lines) + "\n")
    code, out, err = made.run("--cluster", "lab")
    assert (code, err) == (0, ""), out
    assert (tmp_path / "there" / "tiny" / "run_000" / "epoch_0").is_dir()
    assert made.run("--cluster", "lab") == (0, "✓ 1 of 1 finished\n", "")
    code, out, _ = made.run()
    assert code == 3
    assert "the variable PLACE of its folder is not set here" in out


def test_a_device_that_may_not_be_had(
    sweep: Callable[..., Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sweep()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    code, _, err = made.run("--devices", "3,4")
    assert code == 2
    assert "there is no 4 here" in err
    assert "CUDA_VISIBLE_DEVICES names 2,3" in err
    assert made.starts() == []


@pytest.mark.parametrize("named", ["no-such-program", None])
def test_nothing_that_trains(
    sweep: Callable[..., Sweep],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str | None,
) -> None:
    """That is said once, and not for each run."""
    made = sweep()
    if named:
        monkeypatch.setenv("TCWC_TUNE", named)
    else:
        monkeypatch.delenv("TCWC_TUNE")
        monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = made.run()
    assert code == 2
    assert "activate the environment that torchtune is installed in" in err
    assert not (made.folder / "configs" / "slurm").exists()


def test_no_two_calls_share_a_device(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    """Of two experiments, on one card."""
    plan(tmp_path, "sleep=0.1")
    made = [sweep(name, variables=TWO) for name in ("one", "other")]
    calls = [each.process("--devices", "GPU-x") for each in made]
    said = [call.communicate(timeout=120) for call in calls]
    assert [call.returncode for call in calls] == [0, 0], said
    assert [line[0] for line in made[0].log] == ["start", "end"] * 4


def test_how_far_runs_are_is_said_on_a_terminal(
    sweep: Callable[..., Sweep], tmp_path: Path
) -> None:
    made = sweep(variables={"seed": "[1]"})
    bar = r"printf '\r1|5|Loss: 5.3:  21%%|##   | 5/24 [00:01<00:04, 4.0it/s]'"
    plan(tmp_path, f"{bar}; sleep=1")
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "tcwc", "run", made.source.name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "60", "TERM": "xterm"}
    call = subprocess.Popen(
        words, cwd=made.folder, env=environment, stdout=theirs, stderr=theirs, stdin=theirs
    )
    os.close(theirs)
    said = b""
    with suppress(OSError):  # the end of a terminal
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert call.wait(30) == 0
    text = said.decode()
    assert re.search(r"\r0 of 1; run_000 epoch 1, 5/24, loss: 5\.3, \d s\x1b\[K", text), text
    assert text.endswith("✓ 1 of 1 finished\r\n")
    assert all(len(each) < 70 for each in re.split(r"[\r\n]", text))


SLEEP = "sleep=30"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_runs_and_they_say_so(
    sweep: Callable[..., Sweep], tmp_path: Path, number: int
) -> None:
    made = sweep(variables={"seed": "[1, 2, 3]"})
    plan(tmp_path, SLEEP)
    call = made.process("--jobs", "2")
    until(lambda: len(made.starts()) == 2)
    os.kill(call.pid, number)
    out, err = call.communicate(timeout=120)
    assert call.returncode == 128 + number, (out, err)
    assert "ending the runs at work" in err
    assert list(made.states().values()) == ["cancelled"] * 2 + ["never started"]
    assert "0 of 3 finished" in out
    if number == signal.SIGINT:  # what follows is the same for all
        plan(tmp_path, "")
        assert made.run()[0] == 0
        assert len(made.starts()) == 5


def test_ctrl_c_twice_kills(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    made = sweep(variables={"seed": "[1]"})
    plan(tmp_path, "sleep=30 deaf=1")
    call = made.process()
    until(made.starts)
    os.kill(call.pid, signal.SIGINT)
    time.sleep(0.5)
    os.kill(call.pid, signal.SIGINT)
    out, err = call.communicate(timeout=120)
    assert call.returncode == 130, (out, err)
    assert "killed" in err
    pid = made.log[0][1]
    until(lambda: not Path("/proc", pid, "cwd").exists())


def test_output_that_nobody_reads_ends_no_run(sweep: Callable[..., Sweep]) -> None:
    made = sweep(variables=TWO)
    line = f"{sys.executable} -m tcwc run experiment.yaml | head -n 1; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", line], cwd=made.folder, env=environment, timeout=120, capture_output=True
    )
    assert done.returncode in (0, 141)
    assert len(made.starts()) == 2
    assert set(made.states().values()) == {"finished"}


def test_nohup(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    """What is started with nohup outlives the terminal."""
    made = sweep(variables={"seed": "[1]"})
    plan(tmp_path, "sleep=0.3")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        call = made.process()
    finally:
        signal.signal(signal.SIGHUP, before)
    until(made.starts)
    os.kill(call.pid, signal.SIGHUP)
    out, err = call.communicate(timeout=120)
    assert call.returncode == 0, (out, err)


def test_the_death_of_the_scheduler(sweep: Callable[..., Sweep], tmp_path: Path) -> None:
    """Its runs go on, the next call leaves them alone, and the one after that finds them done."""
    made = sweep(variables=TWO)
    wait = 'touch "$TUNE_LOG.at"; until [ -e "$TUNE_LOG.go" ]; do sleep 0.05; done'
    plan(tmp_path, f"case $out in */run_000) {wait} ;; esac")
    call = made.process()
    until(Path(os.environ["TUNE_LOG"] + ".at").exists)
    call.kill()
    call.communicate(timeout=120)
    code, out, _ = made.run()
    assert code == 1
    assert "  run_000 is not begun: it is running on " in out
    assert made.starts() == ["run_001"]  # it waits before it notes that it begins
    assert out.splitlines()[-1] == "1 of 2 finished"
    assert made.run()[0] == 3
    Path(os.environ["TUNE_LOG"] + ".go").touch()
    until(lambda: set(made.states().values()) == {"finished"})
    assert made.run() == (0, "✓ 2 of 2 finished\n", "")
    assert len(made.starts()) == 2


def test_a_device_is_had_by_what_a_dead_scheduler_left(
    sweep: Callable[..., Sweep], tmp_path: Path
) -> None:
    first, second = (sweep(name, variables={"seed": "[1]"}) for name in ("one", "other"))
    wait = 'touch "$TUNE_LOG.at"; until [ -e "$TUNE_LOG.go" ]; do sleep 0.05; done'
    plan(tmp_path, f"case $out in */one/*) {wait} ;; esac")
    call = first.process("--devices", "GPU-x")
    until(Path(os.environ["TUNE_LOG"] + ".at").exists)
    call.kill()
    call.communicate(timeout=120)
    other = second.process("--devices", "GPU-x")
    assert other.stdout is not None
    assert "1 run of 1 to go" in other.stdout.readline()
    assert "run_000 waits for a device that another" in other.stdout.readline()
    assert first.log == []
    Path(os.environ["TUNE_LOG"] + ".go").touch()
    out, err = other.communicate(timeout=120)
    assert other.returncode == 0, (out, err)
    assert [line[0] for line in first.log] == ["start", "end"] * 2
    assert "/one/" in first.log[0][2]


@pytest.mark.slow
def test_a_run_that_was_killed_begins_again(
    sweep: Callable[..., Sweep], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its heart has to stand still first, for which the next call waits."""
    monkeypatch.setenv("TCWC_BEAT", "1")
    monkeypatch.setattr("tcwc.api.local._AGAIN", 0.5)
    made = sweep(variables=TWO)
    plan(tmp_path, "sleep=4")  # which has the training's output for so long
    call = made.process()
    until(made.starts)
    claim = json.loads((made.out / "run_000" / "tcwc" / "0001.start").read_text())
    call.kill()
    call.communicate(timeout=120)
    for pid in (claim["pid"], int(made.log[0][1])):
        os.kill(pid, signal.SIGKILL)
    plan(tmp_path, "")
    code, out, err = made.run()
    assert (code, err) == (0, ""), out
    assert "  run_000 was killed a moment ago" in out
    assert made.starts() == ["run_000", "run_001", "run_000"]
    assert (made.out / "run_000" / "tcwc" / "0001.lost").exists()


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("--only", "failed", "run_001"), "run_001 --only failed"),
        (("run_000", "--jobs", "2", "run_001"), "run_000 run_001 --jobs 2"),
    ],
)
def test_runs_behind_options(
    sweep: Callable[..., Sweep], words: tuple[str, ...], typed: str
) -> None:
    made = sweep(variables=TWO)
    code, _, err = made.run(*words)
    assert code == 2
    assert f"name runs right behind the experiment: `tcwc run {made.source} {typed}`" in err
