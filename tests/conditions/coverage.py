"""Where each of the 136 behaviours of torchtune's recipes went: a condition, another rule, or why
no reader of a config can know it.

The rows are those of the project's list of what torchtune 0.6.1 refuses or silently does; the
entries of conditions.json name theirs themselves (`rows`).
"""

from __future__ import annotations

ROWS = 136

ELSEWHERE: dict[int, str] = {
    5: "TCW406",  # seed without effect
    6: "TCW406",  # and where it has one
    11: "TCW201",  # keys that the recipe never reads
    12: "TCW201",
    16: "TCW201",
    21: "TCW201",
    22: "TCW218",  # required keys
    23: "TCW218",
    26: "TCW218",
    30: "TCW201",
    31: "TCW201",
    51: "TCW201",
    52: "TCW201",
    54: "TCW218",
    60: "TCW201",
    70: "TCW201",
    76: "TCW201",
    78: "TCW204",  # closed choices
    88: "TCW203",  # types
    91: "TCW201",
    93: "TCW204",
    94: "TCW203",
    97: "TCW218",
    110: "TCW204",
    122: "TCW207",
    124: "TCW402",  # one output folder
    134: "TCW201",
}
"""Behaviours that another rule reports, which `test_coverage.py` tries."""

NO_MISTAKE: dict[int, str] = {
    2: "fp16 is accepted there",
    19: "the distributed recipe normalises",
    25: "a constant rate is what a missing scheduler says",
    38: "the recipe trains on a short last batch: nothing is lost",
    45: "holds always, and concerns the logs alone",
    47: "holds always: reads a file twice",
    61: "torchtune warns of it itself",
    113: "a missing profiler is filled in or off, as one expects",
    116: "torchtune warns of it itself",
    135: "torchtune says it itself, and only memory statistics are left out",
    136: "torchtune warns of it itself, and the weights are complete",
}

UNKNOWABLE: dict[int, str] = {
    7: "whether the machine has CUDA",
    71: "which torchao is installed",
    82: "what earlier runs left in the output folder",
    83: "how the run is launched; tcwc's own launch scripts use torchrun where the recipe needs it",
    84: "how the run is launched",
    125: "which torchao and fbgemm are installed",
    126: "which lm-eval is installed",
    129: "whether the machine has NCCL and CUDA",
}
