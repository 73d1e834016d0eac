"""An evaluation of one checkpoint, as a job knows it."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.resources import Needs


@dataclass(frozen=True, slots=True)
class EvaluationTask:
    """One evaluation of the weights of one epoch, or of weights that are no run's.

    `evaluation` is the name under `evaluate:`, `tool` what runs it. `run` is the id and `index` the
    number in it ("" and None where it is no run's), `epoch` counts from 0 (None likewise); `label`
    names what is evaluated: `epoch_1`, `base`, or the name of a checkpoint. `weights` is the folder
    that has to be there, `results` the one that is written: both as the config has them, so that
    `${oc.env:X}` may stand in them. `files` of the weights folder have to be there; those `beside`
    are not to be seen there, as other weights would be loaded by them.

    `words` are the command: texts as they are to reach the tool, in which `{results}`, `{config}`
    and `{weights}` stand for the paths that the job knows. `config` is the tool's config, from the
    folder of the configs ("" for none), and `config_sha256` its hash. `evaluation_hash` is that of
    all that can change its result beside the weights; `science_hash` and `world` are the run's.
    """

    evaluation: str
    tool: str
    run: str
    index: int | None
    epoch: int | None
    label: str
    weights: str
    files: tuple[str, ...]
    beside: tuple[str, ...]
    results: str
    words: tuple[str, ...]
    config: str
    config_sha256: str
    evaluation_hash: str
    science_hash: str
    world: int
    needs: Needs
