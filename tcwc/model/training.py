"""What a target knows of its trainings: how long they are, what they leave, how they go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.measured import Readout
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
class Found:
    """What is on this machine of an epoch's folder and of the base's: `names` are those of the
    files in the former, None where it is not there (yet); `text_of` gives the text of a file of
    either, None where none is in sight."""

    names: tuple[str, ...] | None = None
    text_of: Callable[[str], str | None] = lambda _: None


FORM, NO_BASE = "form", "no_base"
"""Why weights are not loaded, where more depends on it: they have a form of others; an adapter's
config names no base, or none that is here."""


@dataclass(frozen=True, slots=True)
class EpochWeights:
    """Weights of one `kind` (`base`, `adapter`, `merged`), in the `files` of a `folder`, which is
    as the config has it: `${oc.env:X}` may stand in it.

    `files` are () where their names are not known before. `adapter_config` says whether
    `adapter_config.json` lies beside them. `loads_offline` says whether transformers and peft load
    the folder, with what it names, to the weights that they are, without a network; `why_not` why
    they do not, or why that is not known here, `cause` that in a word for some. `on_base` says
    whether peft adds an adapter to the base that it was trained on, whatever `adapter_config.json`
    calls that. `missing` are files that a whole epoch has, where this one lacks them. `beside` are
    files in the folder by which other weights would be loaded than these alone.
    """

    kind: str
    folder: str
    files: tuple[str, ...]
    adapter_config: bool
    loads_offline: bool
    why_not: str
    cause: str = ""
    on_base: bool = False
    missing: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EpochKept:
    """What an epoch of a training leaves, and what it began from.

    `weights` are (adapter, merged), as far as it leaves them; none where nobody can tell, as `why`
    says. `base_id` is what a hub calls the base ("" where that is not known). `tokenizer` is its
    file, `dataset` the component that makes the samples, `prompt_template` what stands around
    them. `lora_rank` and `lora_alpha` are None where nothing is adapted.
    """

    base: EpochWeights
    weights: tuple[EpochWeights, ...]
    base_id: str
    tokenizer: str
    dataset: str
    prompt_template: Value
    lora_rank: int | None
    lora_alpha: float | None
    why: str = ""


Keeps = Callable[[dict[str, Value], "Recipe | None", Knowledge, int, bool, Found], EpochKept]
"""What an epoch leaves, by config and recipe; `True` for a last one."""


@dataclass(frozen=True, slots=True)
class Logs:
    """What a training leaves of what it measures, as its config has it.

    `source` is what writes it, "" where nobody reads it, as `why_not` says. `help` is what to write
    then, or so that runs do not log into one folder. `folder` is where, `${oc.env:X}` may stand in
    it; `files` matches the names of its files there, from that folder on, and the group `began` in
    it is the unix time at which the training began to write (there may be none). `read` reads one;
    None where it is no form of the target's own. `speed` is the metric that counts the tokens of
    one device in a second, `step` the one that counts steps, where that is logged as a metric.
    `beside` are metrics that say how it trained, and not what came out.
    """

    source: str = ""
    folder: str = ""
    files: str = ""
    read: Callable[[str], Readout] | None = None
    speed: str = ""
    step: str = ""
    beside: tuple[str, ...] = ()
    why_not: str = ""
    help: str = ""


Evaluates = Callable[
    [dict[str, Value], EpochWeights, Mapping[str, Value], Knowledge], dict[str, Value]
]
"""The config by which the target itself evaluates weights of a run, by the run's config and what
the author says. Raises NoEvaluation."""


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

    `logs` are what it leaves of what it measures.

    `paced` are the values of a config by which a step of it takes as long as it takes, by dotted
    paths; `lengths` keys at the top that say how many steps there are.

    `halved` says why a run gives another result with half the batch at twice the accumulation;
    nothing where it is the same but for rounding. `kept` is what an epoch leaves, `evaluation`
    the config by which weights are evaluated; None where that is not known of the target.
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
    paced: Callable[[dict[str, Value]], Mapping[str, Value]] = lambda config: config
    lengths: tuple[str, ...] = ()
    halved: Callable[[dict[str, Value], str, Recipe | None, Knowledge, Beside], Iterable[str]] = (
        lambda *_: ()
    )
    kept: Keeps | None = None
    evaluation: Evaluates | None = None
    logs: Callable[[dict[str, Value]], Logs] = lambda _: Logs()

    def epochs_in(self, names: Iterable[str]) -> dict[int, str]:
        """Those of some names that are folders of epochs, by the number of each."""
        number = "(0|[1-9][0-9]{0,8})"
        one = re.compile(re.escape(self.checkpoint).replace(r"\{epoch\}", number))
        return {int(found[1]): found[0] for found in map(one.fullmatch, names) if found}
