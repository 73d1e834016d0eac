"""What evaluators leave in the folder of their results, by the tool of the stamp."""

from __future__ import annotations

from tcwc.jobs.states.stamp import members
from tcwc.model.frozen import dataclass
from tcwc.model.measured import Readout
from tcwc.model.patterns import pattern
from tcwc.outcomes.evaluated import STAMP
from tcwc.outcomes.flat import read_flat
from tcwc.outcomes.inspect_log import is_log, read_log
from tcwc.outcomes.lm_eval import is_results, read_results
from tcwc.outcomes.lm_eval_table import read_table

LM_EVAL, INSPECT, ELEUTHER, COMMAND = "lm_eval", "inspect", "eleuther", "command"
"""Sources of rows."""

DEEP = 2
"""Folders below that of the results in which files of them may be: lm-eval makes one by the name of
the model, others one for logs."""

_RESULTS = {
    "lm_eval": pattern(r"(?:[^/]+/)*results_[^/]*\.json"),
    "eleuther_eval": pattern(r"log\.txt"),
    "command": pattern(r"(?:[^/]+/)*[^/]+\.json"),
}
"""The files that hold results, by tool."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds, and what wrote it."""

    name: str
    read: Readout


def is_result(tool: str, name: str) -> bool:
    """Whether a file, by its path in the folder, holds results of a tool."""
    found = _RESULTS.get(tool, _RESULTS["command"])
    return name != STAMP and found.fullmatch(name) is not None


def read_source(tool: str, text: str) -> Source:
    """What a file of a tool's holds; what a command called says itself what it wrote."""
    if tool == "eleuther_eval":
        return Source(ELEUTHER, read_table(text))
    found = members(text)
    if tool == "lm_eval" or is_results(found):
        return Source(LM_EVAL, read_results(text))
    if is_log(found):
        return Source(INSPECT, read_log(text))
    return Source(COMMAND, read_flat(text))
