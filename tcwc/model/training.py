"""What a target knows of its trainings: how long they are, what they leave, how they go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tcwc.model.frozen import dataclass
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.values import Value


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a training beside its config.

    `world` is the number of processes, `samples` those of its data as the author says (None: says
    nothing). `text_of` gives the text of a file that the config names, None where none is in sight.
    """

    world: int = 1
    samples: int | None = None
    text_of: Callable[[str], str | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a training before it begins.

    `folder` is where it writes, as its config has it, references followed: `${oc.env:X}` may stand
    in it. `epochs` are how many checkpoints say that it is finished; None where that cannot be
    told. `resumes` is how it goes on after an end in the middle: `exact`, `close` (not bit-equal)
    or `no` (it starts over), and `why`. `names` is how the epoch to go on from is named in the
    overrides: `adapter`, `files`, or the format of its files (`model-{}-of-{}.bin`); ""
    where it starts over. `steps` are the optimizer steps of all epochs, at most; None where nobody
    knows.
    """

    folder: str
    epochs: int | None
    resumes: str
    why: str
    names: str = ""
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a training reads before its first step.

    `weights` and `others` are files, the latter with what each is (`tokenizer`, `data`); a path is
    as the config has it, and `${oc.env:X}` may stand in it. `fetched` are data of a hub, by name.
    `model` is what is trained; `whole` says that each epoch leaves weights as large as those read.
    """

    weights: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    fetched: tuple[str, ...]
    model: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Training:
    """`outlook` of a config, by what runs it; `script` names the job script, in `scripts/`.

    `checkpoint` is the folder that an epoch leaves in that of the run, with `{epoch}`; one with
    files whose names end as `weights` say is whole. `leaves` are beginnings of the names of all
    that trainings leave, and that tells of one where there is no stamp. `state` is the file without
    which no training goes on, `goes_on` how the overrides begin that name the epoch to go on from;
    `saved` is the config that a training ran with.

    `reads` are what it reads, and `warm_up` names the program in `scripts/` that reads tokenizer
    and data of the configs that it is given.

    `halved` says why a run gives another result with half the batch at twice the accumulation;
    nothing where it is the same but for rounding.
    """

    outlook: Callable[[dict[str, Value], str, Recipe | None, Knowledge, Beside], Outlook]
    script: str
    reads: Callable[[dict[str, Value]], Inputs]
    warm_up: str
    checkpoint: str = ""
    leaves: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    state: str = ""
    goes_on: tuple[str, ...] = ()
    saved: str = ""
    halved: Callable[[dict[str, Value], str, Recipe | None, Knowledge, Beside], Iterable[str]] = (
        lambda *_: ()
    )
