"""The results of lm-evaluation-harness: `results_*.json` (loggers/evaluation_tracker.py of 0.4.13).

    {"results": {"sums": {"alias": "sums", "acc,none": 0.5, "acc_stderr,none": 0.1, ...}}, ...}

A metric's name is followed by the filter of the answers, `none` where there is none; groups stand
among the tasks. The metric of a row is `TASK/acc`, `TASK/exact_match,strict` with a filter, and
`TASK/acc_stderr` beside it.
"""

from __future__ import annotations

from tcwc.jobs.states.stamp import members, word_in
from tcwc.model.measured import MetricValue, Readout
from tcwc.outcomes.numbers import inner, number_of

NO_FILTER = "none"
_NO_METRICS = ("alias", "name", "sample_len", "sample_count")
_NOT_KNOWN = "N/A"
"""What stands for a standard error that nobody computed."""


def is_results(found: object) -> bool:
    """Whether an object is what lm-eval writes."""
    return isinstance(found, dict) and {"results", "versions"} <= found.keys()


def read_results(text: str) -> Readout:
    """The metrics of all tasks and groups."""
    whole = members(text)
    if whole is None or not is_results(whole):
        return Readout(unread=("it is no result of lm-eval",))
    found: list[MetricValue] = []
    unread: list[str] = []
    for task in inner(whole, "results"):
        for key, value in inner(inner(whole, "results"), task).items():
            if key in _NO_METRICS or value == _NOT_KNOWN:
                continue
            number = number_of(value)
            if number is None:
                unread.append(f"{task}/{key} is no number")
            else:
                found.append(MetricValue(metric_of(task, *_parted(key)), number))
    return Readout(tuple(found), tuple(unread), word_in(whole, "lm_eval_version"))


def metric_of(task: str, metric: str, filter: str) -> str:
    """The metric of a row."""
    return f"{task}/{metric}" if filter in ("", NO_FILTER) else f"{task}/{metric},{filter}"


def _parted(key: str) -> tuple[str, str]:
    metric, _, filter = key.partition(",")
    return metric, filter
