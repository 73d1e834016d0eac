"""What sbatch is told: of a site, of what runs need there, of the job itself.

A job script has the directives that all of its runs share as `#SBATCH` lines. Runs that need
something else of a machine are another call of sbatch, with the rest as words on its command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.resources import Needs, time_text

_PLAIN = pattern(r"[A-Za-z0-9_@%+=:,./-]+")


@dataclass(frozen=True, slots=True)
class Directive:
    """An option of sbatch; `value` is None where it takes none."""

    name: str
    value: str | None = None

    @property
    def word(self) -> str:
        """It as one word of a command line, not yet quoted for a shell."""
        return f"--{self.name}" if self.value is None else f"--{self.name}={self.value}"

    @property
    def line(self) -> str:
        """It as a line of a job script. Raises ValueError for a value of several lines.

        sbatch splits such a line itself: in double quotes a backslash hides what follows, `#`
        begins a comment outside of them, and nothing is expanded (tried, 22.05).
        """
        if self.value is None or _PLAIN.fullmatch(self.value):
            return f"#SBATCH {self.word}"
        if "\n" in self.value or "\r" in self.value:
            raise ValueError(f"--{self.name} has several lines")
        inside = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'#SBATCH --{self.name}="{inside}"'


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs that need the same of a machine, and the words that tell sbatch so, not yet quoted."""

    words: tuple[str, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What sbatch is told of some runs: `lines` of the job script, and what differs by batch.

    `left_out` are the words that some run needs and that the site refuses.
    """

    lines: tuple[str, ...]
    batches: tuple[Batch, ...]
    left_out: tuple[str, ...] = ()


def sheet(profile: Profile, tasks: Iterable[Task], own: Sequence[Directive] = ()) -> Sheet:
    """What sbatch is told of runs; `own` are the directives of the job itself, as `own_directives`
    gives them. Batches are in the order of their first runs."""
    batches: dict[tuple[Directive, ...], list[Task]] = {}
    for task in tasks:
        batches.setdefault(tuple(machine(profile, task.needs, task.nodes)), []).append(task)
    wanted = dict.fromkeys(each for batch in batches for each in batch)
    shared = [each for each in wanted if all(each in batch for batch in batches)]
    kept = [each for each in shared if each.name not in profile.refuses]
    return Sheet(
        tuple(each.line for each in (*own, *site(profile), *kept)),
        tuple(
            Batch(tuple(_words(batch, shared, profile)), tuple(members))
            for batch, members in batches.items()
        ),
        tuple(each.word for each in wanted if each.name in profile.refuses),
    )


def _words(
    batch: Iterable[Directive], shared: Sequence[Directive], profile: Profile
) -> Iterator[str]:
    for each in batch:
        if each not in shared and each.name not in profile.refuses:
            yield each.word


def own_directives(name: str, output: str, comment: str, limit_signal: str) -> list[Directive]:
    """The directives that are tcwc's to give, for a job of this name.

    `output` is the file of its log, with Slurm's own `%` in it; `limit_signal` the signal before
    the time limit, as sbatch has it. A log is appended to: JobFileAppend=0, Slurm's default, would
    empty it when the job is requeued. A job that lost its node goes on by itself (`requeue`).
    """
    return [
        Directive("job-name", name),
        Directive("output", output),
        Directive("open-mode", "append"),
        Directive("signal", limit_signal),
        Directive("requeue"),
        Directive("comment", comment),
    ]


def site(profile: Profile) -> list[Directive]:
    """What a site is told of every job."""
    named = {
        "partition": profile.partition,
        "account": profile.account,
        "qos": profile.qos,
        "constraint": profile.constraint,
    }
    found = [Directive(name, value) for name, value in named.items() if value is not None]
    for name, value in profile.directives.items():
        if name != "gres" or profile.gpu_directive != "gres":  # one `--gres` has all of them
            found.append(Directive(name, value or None))
    return found


def machine(profile: Profile, needs: Needs, nodes: int) -> list[Directive]:
    """What a run needs of a machine, the words too that the site refuses.

    `nodes` are those that it runs on. Each has one task, which starts a process for each GPU.
    """
    gpus = needs.gpus or 0
    cpus, memory = needs.cpus, needs.memory
    if cpus is None and profile.cpus_per_gpu:
        cpus = profile.cpus_per_gpu * gpus or None
    if memory is None and profile.memory_per_gpu:
        memory = profile.memory_per_gpu * gpus or None
    # Without the number of nodes `--gpus` may be spread over several.
    found = [Directive("nodes", str(nodes)), Directive("ntasks-per-node", "1")]
    found += _gpus(profile, gpus, nodes)
    if cpus is not None:
        found.append(Directive("cpus-per-task", str(cpus)))
    if memory is not None:
        found.append(Directive("mem", f"{memory}M"))
    if needs.time is not None:
        found.append(Directive("time", time_text(needs.time)))
    return found


def _gpus(profile: Profile, gpus: int, nodes: int) -> Iterator[Directive]:
    """How a site is asked for so many GPUs of each node."""
    kind = f"{profile.gpu_type}:" if profile.gpu_type else ""
    if profile.gpu_directive == "gres":
        other = profile.directives.get("gres")
        words = [f"gpu:{kind}{gpus}"] if gpus else []
        if words or other:
            yield Directive("gres", ",".join([*words, *([other] if other else [])]))
    elif gpus:
        # `--gpus` counts those of all nodes.
        count = gpus * nodes if profile.gpu_directive == "gpus" else gpus
        yield Directive(profile.gpu_directive, f"{kind}{count}")
