"""What a run's stamp says, from the texts of its files (`OUT/tcwc/`, docs/running.md).

A stamp is written by bash on machines that die, so every file of it may be absent, torn, or of a
later version. What cannot be read is named in `unreadable`, and never raises.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.job_files import IDENTITY, LOCAL
from tcwc.model.patterns import pattern
from tcwc.model.values import Value

FORMAT = 1
"""Of each file of a stamp. Members that are not known are passed over."""
_ASIDE = "set aside for "
"""How the detail of such an end begins (scripts/job.sh, set_aside)."""
_NOT_BEGUN = "it was stopped before it began"
"""The detail of an attempt that a signal ended before it looked what it goes on from."""
_PART = pattern(r"([0-9]{4,9})\.(start|mode|end|lost|beat|limit|log)")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a folder is (`run.json`); "" and None where it does not say."""

    experiment: str
    run: str
    science_hash: str
    world: int | None
    effective_batch: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who began an attempt (`NNNN.start`); "" and None where it does not say.

    `job` is as in the queue (`161_3`), `slurm_job` the number that Slurm has for it alone; both ""
    without Slurm. `start` is in unix seconds. `more` is all that it says, for who reads the rest.
    """

    sha256: str
    start: int | None
    cluster: str
    job: str
    slurm_job: str
    restart: int
    host: str
    pid: int | None
    gpus: str
    more: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_queued(self) -> bool:
        """Whether a scheduler knows of it: not where somebody ran it by hand, in a job or not."""
        return bool(self.slurm_job) and self.cluster != LOCAL


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended (`NNNN.end`).

    `state` is `finished`, `failed` or `cancelled`; `reason` is "" where there is none, `mode` is
    `fresh`, `resume` or `restart`. `end` is in unix seconds.
    """

    state: str
    reason: str
    exit: int | None
    end: int | None
    mode: str
    from_epoch: int | None
    overrides: tuple[str, ...]
    detail: str

    @property
    def is_aside(self) -> bool:
        """Whether it ended no training: a job of the run's new meaning set the folder aside."""
        return self.state == "cancelled" and self.detail.startswith(_ASIDE)

    @property
    def is_of_training(self) -> bool:
        """Whether it may have trained. Of one that was stopped before, the mode says nothing."""
        is_before = self.state == "cancelled" and self.detail == _NOT_BEGUN
        return not (is_before or self.is_aside)


@dataclass(frozen=True, slots=True)
class StartedFrom:
    """What a training of an attempt went on from (`NNNN.mode`), which its end says again: `mode` is
    `fresh`, `resume` or `restart`."""

    mode: str
    from_epoch: int | None


@dataclass(frozen=True, slots=True)
class Takeover:
    """Who took an attempt for dead, and why (`NNNN.lost`)."""

    by: str
    why: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a run. `beat` is the age of its last heartbeat in seconds, by the clock of its
    file system (that of its claim, where no beat came yet; None where neither is there). `limit`
    says that its time limit was announced, `log` that it has a log."""

    number: int
    claim: Claim | None
    ending: Ending | None
    lost: Takeover | None
    beat: float | None
    limit: bool
    log: bool
    unreadable: tuple[str, ...] = ()
    basis: StartedFrom | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing says that it ended."""
        return self.ending is None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamp of a run's folder; `attempts` are in their order.

    `unreadable` are the files that are there and cannot be read, with why.
    """

    identity: Identity | None
    attempts: tuple[Attempt, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def last(self) -> Attempt | None:
        """The last attempt, which is what counts."""
        return self.attempts[-1] if self.attempts else None

    @property
    def trained(self) -> tuple[Attempt, ...]:
        """The attempts that trained, or may have: without those that were stopped before, and that
        which set the folder aside."""
        return tuple(e for e in self.attempts if e.ending is None or e.ending.is_of_training)

    @property
    def is_aside(self) -> bool:
        """Whether its folder was set aside for another meaning of the run."""
        return any(each.ending and each.ending.is_aside for each in self.attempts)


NO_STAMP = Stamp(None, ())


def is_part(name: str) -> bool:
    """Whether a file's name is one of a stamp."""
    return name == IDENTITY or _PART.fullmatch(name) is not None


def is_text(name: str) -> bool:
    """Whether a file of a stamp has a text to read; of the others it counts that they are there."""
    found = _PART.fullmatch(name)
    return name == IDENTITY or (found is not None and found[2] in ("start", "mode", "end", "lost"))


def beat_of(names: Iterable[str]) -> str | None:
    """The file whose time tells when the last attempt was last alive: its beat, else its claim;
    None where the last attempt ended, as far as names tell, or there is none."""
    parts = set(filter(_PART.fullmatch, names))
    claims = [name for name in parts if name.endswith(".start")]
    if not claims:
        return None
    last = max(claims, key=lambda name: int(name.partition(".")[0]))
    beat = last.replace(".start", ".beat")
    return beat if beat in parts else last


def read_stamp(texts: Mapping[str, str | None], beat: float | None = None) -> Stamp:
    """The stamp in the files of a folder, by their names.

    A text is None where it could not be read, and may be "" for files that have none to read.
    `beat` is how many seconds ago the file of `beat_of` was touched.
    """
    bad: list[str] = []
    identity = _identity(texts, bad)
    parts = [found for found in map(_PART.fullmatch, texts) if found]
    numbers = sorted({found[1] for found in parts if found[2] == "start"}, key=int)
    attempts = tuple(
        _attempt(each, texts, beat if each == numbers[-1] else None) for each in numbers
    )
    told = [*bad, *(each for attempt in attempts for each in attempt.unreadable)]
    return Stamp(identity, attempts, tuple(told))


def _identity(texts: Mapping[str, str | None], bad: list[str]) -> Identity | None:
    found = _members(IDENTITY, texts, bad)
    if found is None:
        return None
    experiment, run, science = _texts(found, "experiment", "run", "science_hash")
    if not (experiment and run and science):
        bad.append(f"{IDENTITY} does not say whose it is")
        return None
    world, batch = whole_in(found, "world"), whole_in(found, "effective_batch")
    return Identity(experiment, run, science, world, batch)


def _attempt(number: str, texts: Mapping[str, str | None], beat: float | None) -> Attempt:
    bad: list[str] = []
    claim = _members(f"{number}.start", texts, bad)
    lost = _members(f"{number}.lost", texts, bad)
    ending = _ending(f"{number}.end", texts, bad)
    return Attempt(
        int(number),
        None if claim is None else _claim(claim),
        ending,
        None if lost is None else _takeover(lost),
        beat,
        f"{number}.limit" in texts,
        f"{number}.log" in texts,
        tuple(bad),
        _basis(texts.get(f"{number}.mode"), ending),
    )


def _claim(found: Mapping[str, Value]) -> Claim:
    sha256, cluster, job, slurm_job, host, gpus = _texts(
        found, "sha256", "cluster", "job", "slurm_job", "host", "gpus"
    )
    restart = whole_in(found, "restart") or 0
    start, pid = whole_in(found, "start"), whole_in(found, "pid")
    return Claim(sha256, start, cluster, job, slurm_job, restart, host, pid, gpus, found)


def _basis(text: str | None, ending: Ending | None) -> StartedFrom | None:
    found = members(text or "")  # that it is torn is no matter: nothing else depends on it
    if found is not None:
        return StartedFrom(word_in(found, "mode"), whole_in(found, "from_epoch"))
    return StartedFrom(ending.mode, ending.from_epoch) if ending else None


def _takeover(found: Mapping[str, Value]) -> Takeover:
    by, why = _texts(found, "by", "why")
    return Takeover(by, why, whole_in(found, "at"))


_STATES = ("finished", "failed", "cancelled")


def _ending(name: str, texts: Mapping[str, str | None], bad: list[str]) -> Ending | None:
    text = texts.get(name, "")
    if text is not None and not text.strip(" \n\0"):
        return None  # reserved at the start: blanks until the end, or nothing on a full disk
    found = _members(name, texts, bad)
    if found is None:
        return None
    state, reason, mode, detail = _texts(found, "state", "reason", "mode", "detail")
    if state not in _STATES:
        bad.append(f"{name} has no state that is known")
        return None
    overrides = found.get("overrides")
    return Ending(
        state,
        reason,
        whole_in(found, "exit"),
        whole_in(found, "end"),
        mode,
        whole_in(found, "from_epoch"),
        tuple(each for each in overrides if isinstance(each, str))
        if isinstance(overrides, list)
        else (),
        detail,
    )


def _members(
    name: str, texts: Mapping[str, str | None], bad: list[str]
) -> Mapping[str, Value] | None:
    """The members of a file's object; None where it is not there, or cannot be read."""
    if name not in texts:
        return None
    text = texts[name]
    found = members(text) if text is not None else None
    if found is None:
        bad.append(f"{name} cannot be read")
    elif isinstance(number := found.get("format", FORMAT), int) and number > FORMAT:
        bad.append(f"{name} is of a later tcwc (format {number})")
        return None
    return found


def members(text: str) -> dict[str, Value] | None:
    """The object that a line of JSON is; None where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _texts(found: Mapping[str, Value], *keys: str) -> list[str]:
    return [word_in(found, key) for key in keys]


def word_in(found: Mapping[str, Value], key: str) -> str:
    """A text, or a whole number as one; "" for what is none."""
    value = found.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


_WHOLE = 10**15


def whole_in(found: Mapping[str, Value], key: str) -> int | None:
    """A whole number that a time or a count may be; None for what is none."""
    value = found.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _WHOLE:
        return int(value)
    return None
