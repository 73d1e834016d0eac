"""The needs that `resources:` may say, how each is read, and what others call them."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.language.amounts import memory_of, time_of
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.types import Type
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, in_flow

_MOST = 1_000_000
"""More GPUs, nodes or cores than this are a slip."""
_ENDS = ("stop", "requeue")
_WHOLE = Type(("int",))
_TYPED = pattern(r"(?:gpu:)?(?:([A-Za-z][\w.-]*):)?([0-9]{1,4})")
_TIMES = pattern(
    r"([0-9]{1,4})\s*(?:[x*]\s*|\s)(?:[A-Za-z]+\s+)?([A-Za-z][\w.-]*)"  # 4xA100, 4 GPUs
    r"|([A-Za-z][\w.-]*?)\s*[x*]\s*([0-9]{1,4})"  # a100 x 4
)
_RANGE = pattern(r"[0-9]+-[0-9]+")


@dataclass(frozen=True, slots=True)
class Need:
    """A need: `read` gives its value of a text or why that is none, `example` is one as written,
    `others` are the words that others have for it."""

    read: Callable[[ScalarNode], int | str | Mistyped]
    example: str
    others: tuple[str, ...] = ()


def _time(node: ScalarNode) -> int | Mistyped:
    return time_of(node.text.strip())


def _memory(node: ScalarNode) -> int | Mistyped:
    return memory_of(node.text.strip())


def _gpus(node: ScalarNode) -> int | Mistyped:
    """GPUs of a node; 0 for a run that needs none."""
    if (found := _TYPED.fullmatch(node.text)) and not node.text.isdecimal():
        kind = f", and `gpu_type: {found[1]}` in the cluster profile" if found[1] else ""
        message = "how many GPUs of a node is a number: of which kind belongs to the site"
        return Mistyped(message, f"write {found[2]}{kind}", instead=found[2], surely=not kind)
    if found := _TIMES.fullmatch(node.text):
        count, name = found[1] or found[4], found[2] or found[3]
        is_kind = name.lower().rstrip("s") not in ("gpu", "card", "device")
        kind = f", and `gpu_type: {name.lower()}` in the cluster profile" if is_kind else ""
        message = "how many GPUs of a node is a number: of which kind belongs to the site"
        message = message if is_kind else "how many GPUs of a node is a number alone"
        return Mistyped(message, f"write {count}{kind}", instead=count, surely=not is_kind)
    return _count(node, least=0)


def _positive(node: ScalarNode) -> int | Mistyped:
    if _RANGE.fullmatch(node.text):
        help = "the number of processes is part of the science: write one number"
        return Mistyped(f"`{node.text}` is a range", help)
    return _count(node, least=1)


def _count(node: ScalarNode, least: int) -> int | Mistyped:
    value = type_scalar(node.text, node.quoted, _WHOLE)
    if isinstance(value, Mistyped):
        return value
    if not isinstance(value, int) or not least <= value <= _MOST:
        shown = cut(node.text)
        message = f"a whole number from {least} on is needed here, not `{shown}`"
        help = "a template or a `${...}` is filled in nowhere here: write it"
        return Mistyped(message, "write how many" if isinstance(value, int) else help)
    return value


def _on_timeout(node: ScalarNode) -> str | Mistyped:
    if node.text in _ENDS:
        return node.text
    message = f"`{cut(node.text)}` is nothing that can be done at the end of the time"
    again = node.text.lower() in ("true", "yes", "resume", "restart", "resubmit", "continue")
    plain = node.text.lower() in ("false", "no", "fail", "kill", "cancel", "none")
    instead = "requeue" if again else "stop" if plain else ""
    help = f"write {instead}" if instead else "write stop, or requeue to go on from the last epoch"
    return Mistyped(message, help, instead=instead)


NEEDS: dict[str, Need] = {
    "time": Need(
        _time,
        "12:00:00",
        ("walltime", "wall_time", "time_limit", "timelimit", "max_time", "runtime", "run_time",
         "duration", "wall_clock", "wallclock", "timeout", "t"),
    ),
    "gpus": Need(
        _gpus,
        "2",
        ("gpu", "num_gpus", "n_gpus", "ngpus", "num_gpu", "gpu_count", "gpus_per_node",
         "gpus_per_task", "gres", "devices", "num_devices", "accelerators", "nproc_per_node",
         "nproc", "num_processes", "processes"),
    ),
    "nodes": Need(
        _positive, "1", ("node", "num_nodes", "nnodes", "n_nodes", "node_count", "num_machines")
    ),
    "cpus": Need(
        _positive,
        "8",
        ("cpu", "cpus_per_task", "num_cpus", "n_cpus", "ncpus", "cores", "num_cores", "cpu_count",
         "cpus_per_node", "threads", "c"),
    ),
    "memory": Need(
        _memory,
        "64G",
        ("mem", "ram", "mem_per_node", "memory_per_node", "host_memory", "cpu_memory"),
    ),
    "on_timeout": Need(
        _on_timeout, "stop", ("requeue", "on_time_limit", "at_timeout", "when_timeout", "resume")
    ),
    "max_attempts": Need(
        _positive,
        "5",
        ("attempts", "retries", "max_retries", "restarts", "max_restarts", "max_requeues",
         "num_retries", "tries"),
    ),
}  # fmt: skip
"""Every need, by its name."""

MEANT = {other: name for name, need in NEEDS.items() for other in need.others}
"""The need that a word of others stands for."""

OF_A_SITE = frozenset(
    ("partition", "queue", "account", "project", "qos", "constraint", "constraints", "feature",
     "reservation", "gpu_type", "gpu_directive", "gpu_memory", "exclude", "nodelist", "licenses",
     "directives", "sbatch", "extra", "setup", "modules", "module", "environment", "env",
     "conda", "venv", "container", "image", "wrapper", "logs", "log_dir", "output", "error",
     "shared", "concurrency", "max_concurrent", "array_limit", "throttle", "max_array_size",
     "gpu_hours_limit", "mail_user", "mail_type", "email", "exclusive", "cluster", "profile",
     "p", "A", "q", "C")
)  # fmt: skip
"""What belongs to a site, in the words of profiles and of others."""

_IN_UNITS = {
    **dict.fromkeys(("mem_mb", "memory_mb", "mem_mib", "memory_mib", "ram_mb"), ("memory", "M")),
    **dict.fromkeys(
        ("mem_gb", "memory_gb", "mem_gib", "memory_gib", "ram_gb", "disk_mem_gb"), ("memory", "G")
    ),
    **dict.fromkeys(
        ("timeout_min", "time_min", "time_minutes", "timeout_minutes", "minutes", "runtime_min",
         "walltime_min", "max_minutes"), ("time", "m")
    ),
    **dict.fromkeys(
        ("hours", "time_hours", "timeout_hours", "time_h", "walltime_hours", "max_hours",
         "runtime_hours"), ("time", "h")
    ),
    **dict.fromkeys(("seconds", "timeout_sec", "timeout_seconds", "time_seconds"), ("time", "s")),
}  # fmt: skip
"""What others call needs with the unit in the name, by the need and that unit."""
_ARRAYS = ("array", "array_size", "array_parallelism", "job_array")
_KEYS_OF_PROFILES = {
    "p": "partition", "queue": "partition", "A": "account", "project": "account", "q": "qos",
    "C": "constraint", "constraints": "constraint", "feature": "constraint", "env": "environment",
    "modules": "setup", "module": "setup", "conda": "setup", "venv": "setup",
    "container": "wrapper", "image": "wrapper", "log_dir": "logs", "output": "logs",
    "error": "logs", "max_concurrent": "concurrency", "array_limit": "concurrency",
    "throttle": "concurrency", "email": "directives: {mail-user", "mail_user":
    "directives: {mail-user", "mail_type": "directives: {mail-type", "exclusive":
    "directives: {exclusive", "reservation": "directives: {reservation", "exclude":
    "directives: {exclude", "nodelist": "directives: {nodelist", "licenses":
    "directives: {licenses", "sbatch": "directives", "extra": "directives",
}  # fmt: skip
"""What profiles call it, where that is another word."""

_TASKS = ("ntasks", "n_tasks", "num_tasks", "tasks", "ntasks_per_node", "tasks_per_node", "n",
          "world_size", "world")  # fmt: skip
_PER_OTHER = ("mem_per_cpu", "memory_per_cpu", "mem_per_gpu", "memory_per_gpu", "cpus_per_gpu")
_NAMES = ("job_name", "name", "run_name", "J")


def plain(word: str) -> str:
    """A word as the tables have it: `--cpus-per-task` is cpus_per_task, and so is submitit's
    `slurm_cpus_per_task`."""
    return word.strip().lstrip("-").replace("-", "_").removeprefix("slurm_")


def in_units(word: str, text: str) -> tuple[str, str] | None:
    """A need whose name says its unit, and its value as it is written: `mem_mb: 64000`."""
    found = _IN_UNITS.get(plain(word))
    if found is None or not text.isdecimal():
        return None
    need, unit = found
    if need == "memory":
        return need, f"{text}{unit}"
    made = time_of(f"{text}{unit}")
    return (need, made.instead) if isinstance(made, Mistyped) and made.instead else None


def told(word: str) -> str:
    """Where what a word stands for belongs, which is no need; "" where nobody knows."""
    name = plain(word)
    if name in ("cluster", "profile"):
        return (
            "which cluster runs it is no part of an experiment: `--cluster NAME`, `TCWC_CLUSTER` "
            "or `cluster = ` in tcwc.local.toml choose a profile, and what runs need is `resources`"
        )
    if name in OF_A_SITE:
        key = _KEYS_OF_PROFILES.get(name, name)
        key = f"{key}: ...}}" if "{" in key else f"{key}:"
        return (
            f"what belongs to a site stands in its cluster profile, `{key}` there,"
            " so that one science runs on several clusters"
        )
    if name in _ARRAYS:
        return "each run is a task of the array: which there are is said by the design alone"
    if name in _TASKS:
        return (
            "how many processes there are follows from `gpus` and `nodes`: one for each GPU of a "
            "distributed recipe"
        )
    if name in _PER_OTHER:
        need = "memory" if "mem" in name else "cpus"
        return f"write the whole: `{need}: {NEEDS[need].example}` is what a node or a process gets"
    if name in _NAMES:
        return 'what people call a run stands at the top level: `run_name: "r{lora_rank}"`'
    return ""


_MACHINES = (
    "slurm", "sbatch", "compute", "cluster", "hardware", "machine", "machines", "job",
    "jobs", "launcher", "launch", "infra", "infrastructure", "submit", "submission", "queue",
    "slurm_args", "sbatch_args", "slurm_options", "requirements", "needs", "resource_requests",
)  # fmt: skip
"""What others call the section of what runs need."""


_ALONE = frozenset(
    ("time", "walltime", "wall_time", "time_limit", "timelimit", "gpus", "gpu", "num_gpus",
     "n_gpus", "ngpus", "gpus_per_node", "gpu_count", "gres", "nodes", "num_nodes", "nnodes",
     "cpus", "cpus_per_task", "num_cpus", "cores", "memory", "mem", "ram", "mem_per_node",
     "on_timeout", "max_attempts")
)  # fmt: skip
"""Needs that nobody takes for something else where they stand by themselves."""
_SITES = ("partition", "account", "qos", "nodelist", "reservation", "cluster", "gpu_type")


def of_machine(name: str, node: Node) -> str:
    """What to do about a section, or a key, that is about machines; "" for another one."""
    word = plain(name)
    if isinstance(node, ScalarNode):
        if word in _SITES and not node.is_empty:
            return told(word)
        one = MappingNode((Entry(ScalarNode(name, False, node.span), node),), node.span)
        if word not in _ALONE or node.is_empty:
            return ""
        return f"{_WHERE} `resources: {{{_needs_in(one)[0][0]}}}` at the top level, not here"
    if word not in _MACHINES or not isinstance(node, MappingNode):
        return ""
    lines, left = _needs_in(node)
    inside = ", ".join(lines) or "time: 12:00:00, gpus: 1"
    help = f"{_WHERE} `resources: {{{inside}}}` at the top level, not here"
    if left:
        help += f"; what belongs to a site ({', '.join(left[:4])}) stands in a cluster profile"
    return help


_WHERE = "what a run needs of a machine is no part of its config: write"


def _needs_in(node: MappingNode) -> tuple[list[str], list[str]]:
    """The needs among entries as lines of ours, and the names of the others."""
    lines: dict[str, str] = {}
    left = []
    for entry in node.entries:
        word = plain(entry.key.text)
        need = word if word in NEEDS else MEANT.get(word, "")
        if not need or need in lines or not isinstance(entry.value, ScalarNode):
            left.append(entry.key.text)
            continue
        value = NEEDS[need].read(entry.value)
        text = value.instead if isinstance(value, Mistyped) else in_flow(entry.value)
        lines[need] = f"{need}: {text or NEEDS[need].example}"
    return list(lines.values()), left
