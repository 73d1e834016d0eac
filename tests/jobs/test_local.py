"""The scheduler of one machine, with scripts in the place of jobs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tcwc.api.local import EndSignals, JobEnd, LocalJobs, Working
from tcwc.disk import devices as locks
from tcwc.disk.processes import MARK
from tcwc.jobs.here.devices import Device
from tcwc.jobs.here.machine import Machine
from tcwc.jobs.task import Task
from tcwc.model.resources import Needs

CARDS = tuple(Device(str(each), f"GPU-{each}") for each in range(4))


def task(index: int, processes: int = 1, nodes: int = 1) -> Task:
    run = f"run_{index:03d}"
    return Task(
        index, run, run, "", "", (), "out", nodes, processes, 1, 1, "exact", "", "", Needs()
    )


@dataclass
class Seen:
    """What a scheduler told, and what is done when it goes on."""

    then: Callable[[Sequence[Working]], None] = lambda _: None
    lines: list[str] = field(default_factory=list)
    most: int = 0
    tried_again: Callable[[JobEnd], bool] = lambda _: False

    def started(self, task: Task, devices: Sequence[Device]) -> None:
        self.lines.append(" ".join(["start", task.run, *(each.word for each in devices)]))

    def ended(self, job: JobEnd) -> None:
        self.lines.append(f"end {job.task.run} {job.status}")

    def waits(self, task: Task) -> None:
        self.lines.append(f"wait {task.run}")

    def goes_on(self, running: Sequence[Working]) -> None:
        self.most = max(self.most, len(running))
        self.then(running)

    def stops(self, times: int) -> None:
        self.lines.append(f"stop {times}")

    def again(self, job: JobEnd) -> bool:
        return self.tried_again(job)

    @property
    def starts(self) -> list[str]:
        return [line.removeprefix("start ") for line in self.lines if line.startswith("start")]


class Tried:
    """A scheduler whose jobs are lines of bash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signals = EndSignals()
        (folder / "logs").mkdir()

    def run(
        self,
        script: str | Callable[[Task], str],
        tasks: Sequence[Task],
        seen: Seen,
        at_most: int = 1,
        devices: tuple[Device, ...] = (),
    ) -> dict[str, int]:
        text = script if callable(script) else lambda _: script
        jobs = LocalJobs(
            Machine(devices, at_most),
            lambda task: ["bash", "-c", text(task)],
            str(self.folder),
            str(self.folder / "logs"),
            {},
        )
        ended = jobs.run(tasks, seen, self.signals)
        return {job.task.run: job.status for job in ended}


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tried:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr("tcwc.api.local._PAUSE", 0.01)
    monkeypatch.setattr("tcwc.api.local._PATIENCE", 0.02)
    monkeypatch.setattr("tcwc.api.local._SAME", 0.0)
    return Tried(tmp_path)


def are_alive(mark: str) -> list[str]:
    """The processes whose environment has a word."""
    found = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in each.read_bytes():
                found.append(each.parent.name)
        except OSError:
            pass
    return found


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_one_at_a_time_in_order(tried: Tried) -> None:
    seen = Seen()
    assert tried.run("exit 0", [task(n) for n in range(3)], seen) == dict.fromkeys(
        ("run_000", "run_001", "run_002"), 0
    )
    assert seen.most == 1
    assert seen.lines[::2] == ["start run_000", "start run_001", "start run_002"]
    assert seen.lines[1::2] == ["end run_000 0", "end run_001 0", "end run_002 0"]


def test_two_at_a_time(tried: Tried) -> None:
    # Each waits for the other of its pair.
    script = "touch $$.here; until [ $(ls *.here | wc -l) -gt 1 ]; do sleep 0.01; done"
    seen = Seen()
    assert set(tried.run(script, [task(0), task(1)], seen, 2).values()) == {0}
    assert seen.most == 2


def test_how_each_ended(tried: Tried) -> None:
    ends = ["exit 0", "exit 65", "kill -9 $$", "exit 75", "kill -TERM $$", "exit 3"]
    tasks = [task(n) for n in range(len(ends))]
    statuses = tried.run(lambda each: ends[each.index], tasks, Seen())
    assert list(statuses.values()) == [0, 65, 137, 75, 143, 3]


def test_each_has_devices_that_nobody_else_has(tried: Tried) -> None:
    script = 'echo "$CUDA_VISIBLE_DEVICES"; sleep 0.05'
    seen = Seen()
    tried.run(script, [task(n) for n in range(8)], seen, 4, CARDS)
    assert sorted(line.split()[1] for line in seen.starts[:4]) == ["0", "1", "2", "3"]
    for line in seen.starts:
        run, word = line.split()
        assert (tried.folder / "logs" / f"{run}.log").read_text() == f"{word}\n"


def test_a_run_of_two_processes_has_two_and_is_not_overtaken(tried: Tried) -> None:
    tasks = [task(0), task(1, 2), task(2)]
    seen = Seen()
    tried.run("sleep 0.05", tasks, seen, 4, CARDS[:2])
    assert seen.starts[0] == "run_000 0"
    assert seen.starts[1] == "run_001 0 1"
    assert seen.lines.index("end run_000 0") < seen.lines.index("start run_001 0 1")
    assert [line.split()[0] for line in seen.starts] == ["run_000", "run_001", "run_002"]


def test_a_device_of_another_call_is_waited_for(tried: Tried) -> None:
    held = locks.hold(["GPU-0"])
    assert held is not None
    seen = Seen()

    def let_go(running: Sequence[Working]) -> None:
        if seen.lines.count("wait run_001") == 2 and held:
            locks.release(held)
            held.clear()

    seen.then = let_go
    tried.run("exit 0", [task(0), task(1, 2)], seen, 4, CARDS[:2])
    assert seen.starts == ["run_000 1", "run_001 0 1"]


def test_what_it_may_not_do_here() -> None:
    two = Machine(CARDS[:2], 2)
    assert two.refusal(task(0)) == two.refusal(task(0, 2)) == ""
    assert two.refusal(task(0, 4)) == "4 processes need a device each, and there are 2"
    assert two.refusal(task(0, 1, 2)) == "it is for 2 machines, and this is one"
    assert Machine((), 1).refusal(task(0, 4)) == ""  # without devices, all on the processor


def test_ctrl_c_once_lets_runs_end(tried: Tried) -> None:
    script = "trap 'echo told; exit 130' INT; touch here.$$; while :; do sleep 0.01; done"

    def press(running: Sequence[Working]) -> None:
        if len(list(tried.folder.glob("here.*"))) == 2 and not tried.signals.came:
            os.kill(os.getpid(), signal.SIGINT)

    seen = Seen(press)
    with tried.signals.caught():
        statuses = tried.run(script, [task(n) for n in range(3)], seen, 2)
    assert statuses == {"run_000": 130, "run_001": 130}  # the third is not begun
    assert tried.signals.came == [signal.SIGINT]
    assert (tried.folder / "logs" / "run_000.log").read_text() == "told\n"


DEAF = "trap '' INT TERM HUP; setsid sleep 60 & touch here; while :; do sleep 0.01; done"


def test_ctrl_c_twice_kills_all_that_runs_started(tried: Tried) -> None:
    marks: list[str] = []

    def press(running: Sequence[Working]) -> None:
        if (tried.folder / "here").exists() and len(tried.signals.came) < 2:
            environment = Path(f"/proc/{running[0].child.pid}/environ").read_bytes()
            marks.extend(
                each.decode()
                for each in environment.split(b"\0")
                if each.startswith(f"{MARK}=".encode())
            )
            assert len(are_alive(marks[0])) > 1
            time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGINT)

    seen = Seen(press)
    with tried.signals.caught():
        statuses = tried.run(DEAF, [task(0), task(1)], seen)
    assert statuses == {"run_000": 137}
    assert seen.lines[1:3] == ["stop 1", "stop 2"]
    until(lambda: not are_alive(marks[0]))


def test_a_job_that_was_killed_leaves_nothing(tried: Tried) -> None:
    """Whoever kills the shell of a job alone: its training would have the next run's device."""
    script = "setsid sleep 60 & echo $! > pid; kill -9 $$"
    assert tried.run(script, [task(0)], Seen()) == {"run_000": 137}
    pid = (tried.folder / "pid").read_text().strip()
    until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not os.path.exists(f"/proc/{pid}"))


def test_a_hang_up_is_as_ctrl_c_unless_it_is_ignored(tried: Tried) -> None:
    script = "trap 'exit 143' TERM; touch here; while :; do sleep 0.01; done"

    def hang_up(running: Sequence[Working]) -> None:
        if (tried.folder / "here").exists() and not tried.signals.came:
            os.kill(os.getpid(), signal.SIGHUP)

    with tried.signals.caught():
        assert tried.run(script, [task(0), task(1)], Seen(hang_up)) == {"run_000": 143}
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        ignoring = EndSignals()
        with ignoring.caught():
            os.kill(os.getpid(), signal.SIGHUP)
        assert ignoring.came == []
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_job_that_is_put_off(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not hold up those behind it, and is tried again until it is over."""
    monkeypatch.setattr("tcwc.api.local._AGAIN", 0.05)
    seen = Seen(tried_again=lambda job: job.status == 75)
    script = "[ $(ls *.try 2>/dev/null | wc -l) -gt 1 ] && exit 0; touch $$.try; exit 75"
    last = "touch other"
    statuses = tried.run(lambda each: last if each.index else script, [task(0), task(1)], seen)
    assert statuses == {"run_001": 0, "run_000": 0}
    assert seen.starts == ["run_000", "run_001", "run_000", "run_000"]
    monkeypatch.setattr("tcwc.api.local._LONGEST", 0.1)
    assert tried.run("exit 75", [task(2)], seen) == {"run_002": 75}


def test_handlers_are_as_they_were(tried: Tried) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with tried.signals.caught():
        pass
    assert before == [
        signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ]


def test_it_sees_no_terminal(tried: Tried) -> None:
    """A Ctrl-C of the terminal is for the scheduler alone, and nothing reads what is typed."""
    script = 'read -r line && exit 9; [ "$(ps -o sid= -p $$ | tr -d " ")" = $$ ]'
    assert tried.run(script, [task(0)], Seen()) == {"run_000": 0}


def test_one_ctrl_c_may_come_twice(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcwc.api.local._SAME", 5.0)
    with tried.signals.caught():
        for each in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
            os.kill(os.getpid(), each)
    assert tried.signals.came == [signal.SIGINT]


def test_a_terminal_that_ends_kills_nothing(tried: Tried) -> None:
    """Its shell hands the hang-up on, and the system sends it too."""
    with tried.signals.caught():
        for each in (signal.SIGHUP, signal.SIGHUP, signal.SIGHUP):
            os.kill(os.getpid(), each)
        assert tried.signals.came == [signal.SIGHUP]
        os.kill(os.getpid(), signal.SIGINT)
    assert tried.signals.came == [signal.SIGHUP, signal.SIGINT]


def test_one_that_cannot_be_started_ends_no_other(tried: Tried) -> None:
    """Such as on a full disk: those at work go on to their end, and then that is told."""
    script = "sleep 0.1; touch done"
    (tried.folder / "logs" / "run_001.log").mkdir()
    seen = Seen()
    with pytest.raises(IsADirectoryError):
        tried.run(script, [task(0), task(1), task(2)], seen, 3)
    assert seen.lines == ["start run_000", "end run_000 0"]
    assert (tried.folder / "done").exists()


def test_a_program_that_cannot_be_started(tried: Tried) -> None:
    jobs = LocalJobs(
        Machine(CARDS, 1),
        lambda _: ["no-such-program"],
        str(tried.folder),
        str(tried.folder / "logs"),
        {},
    )
    with pytest.raises(FileNotFoundError):
        jobs.run([task(0)], Seen(), EndSignals())
    held = locks.hold(["GPU-0"])
    assert held is not None  # it was let go of
    locks.release(held)
