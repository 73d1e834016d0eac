"""Where torchtune's metric loggers write, by the config (torchtune/training/metric_logging.py)."""

from __future__ import annotations

import re

from tcwc.config.interpolation.reading import NotKnown, Reading
from tcwc.model.frozen import replace
from tcwc.model.training import Logs
from tcwc.model.values import Value
from tcwc.torchtune.disk_logger import read_steps
from tcwc.torchtune.keys import COMPONENT

_SECTION = "metric_logger"
_MODULE = "torchtune.training.metric_logging"
_SPEED = "tokens_per_second_per_gpu"
_BESIDE = ("lr", _SPEED, "peak_memory_active", "peak_memory_alloc", "peak_memory_reserved")
"""What recipes log beside their losses: the learning rate of a step, and what it took."""
_OF_A_TIME = r"log_(?P<began>[0-9]{1,12})\.txt"
"""DiskLogger names a file after the second in which it opens it."""
_OF_WANDB = r"wandb/(?:offline-)?run-[^/]+/(?:run-[^/]+\.wandb|files/wandb-summary\.json)"
"""The history of a run, and the summary that one has which is not offline."""
_STEP = "global_step"
"""WandBLogger adds it to what it logs."""
_WRITE = f"write `{_SECTION}._component_: {_MODULE}.DiskLogger` for the runs to come"
_OWN_FOLDER = f"write `{_SECTION}.log_dir: ${{output_dir}}/logs`, which each run has for itself"
_UNREAD = {
    "TensorBoardLogger": "they log to TensorBoard, whose files are not read",
    "CometLogger": "they log to Comet, which keeps it elsewhere",
    "StdoutLogger": "they log to standard output alone",
}


def logs(config: dict[str, Value]) -> Logs:
    """What a config's training leaves of what it measures."""
    section = _section(config)
    if section is None:
        return Logs(why_not="they have no metric logger", help=_WRITE)
    component = str(section.get(COMPONENT))
    name = component.rpartition(".")[2]
    if not component.startswith("torchtune."):
        return Logs(why_not=f"what {component} logs is not known", help=_WRITE)
    if name == "DiskLogger":
        return _of_disk(section)
    if name == "WandBLogger":
        folder = section.get("dir", section.get("log_dir"))
        where = folder if isinstance(folder, str) else "."
        found = Logs("wandb", where, _OF_WANDB, speed=_SPEED, step=_STEP, help=_OWN_FOLDER)
        return replace(found, beside=_BESIDE)
    why = _UNREAD.get(name, f"what {component} logs is not known")
    return Logs(why_not=why, help=_WRITE)


def _section(config: dict[str, Value]) -> dict[str, Value] | None:
    """The logger's section, in which stays as written what is known only when the run starts; None
    where there is none."""
    section = config.get(_SECTION)
    if not isinstance(section, dict):
        return None
    reading = Reading(config, late=lambda resolver: resolver.text)
    found: dict[str, Value] = {}
    for key, value in section.items():
        try:
            found[key] = reading.at((_SECTION, key))[1]
        except NotKnown:
            found[key] = value
    return found


def _of_disk(section: dict[str, Value]) -> Logs:
    folder, name = section.get("log_dir"), section.get("filename")
    if not isinstance(folder, str):
        return Logs(why_not="their DiskLogger has no `log_dir`", help=f"{_SECTION}.log_dir: ...")
    files = re.escape(name) if name and isinstance(name, str) else _OF_A_TIME
    found = Logs("disklogger", folder, files, read_steps, speed=_SPEED, help=_OWN_FOLDER)
    return replace(found, beside=_BESIDE)
