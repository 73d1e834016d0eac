"""The log of an evaluation with inspect-ai as JSON: what `--log-format json` leaves, and what
`inspect log dump` prints (log/_log.py of 0.3.285, EvalLog).

    {"status": "success", "eval": {"task": "sums", ...},
     "results": {"scores": [{"name": "match", "reducer": null,
                             "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}}}]}}

The metric of a row is `TASK/match/accuracy`, with a reducer `TASK/match[mean]/accuracy`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.jobs.states.stamp import members
from tcwc.model.measured import MetricValue, Readout
from tcwc.model.values import Value
from tcwc.outcomes.numbers import inner, number_of

_DONE = "success"

OWN_FORMAT = ".eval"
"""The end of the names of logs as inspect writes them by itself: archives, compressed in a way that
no Python below 3.14 reads."""
AS_JSON = "have inspect write JSON (`--log-format json`), or `inspect log dump` it"
"""What to do about one."""


def is_log(found: object) -> bool:
    """Whether an object is such a log."""
    return isinstance(found, dict) and {"eval", "status"} <= found.keys()


def read_log(text: str) -> Readout:
    """The metrics of all scorers."""
    whole = members(text)
    if whole is None or not is_log(whole):
        return Readout(unread=("it is no log of inspect",))
    if whole["status"] != _DONE:
        return Readout(unread=(f"its evaluation ended with {whole['status']!r}",))
    if whole.get("invalidated") is True:
        return Readout(unread=("its samples were marked as invalid",))
    task = inner(whole, "eval").get("task")
    scores = inner(whole, "results").get("scores")
    found: list[MetricValue] = []
    unread: list[str] = []
    for score in scores if isinstance(scores, list) else ():
        for metric, value in _metrics(score):
            number = number_of(value)
            name = f"{task}/{metric}"
            if number is None:
                unread.append(f"{name} is no number")
            else:
                found.append(MetricValue(name, number))
    return Readout(tuple(found), tuple(unread))


def _metrics(score: Value) -> Iterator[tuple[str, Value]]:
    if not isinstance(score, dict):
        return
    reducer = score.get("reducer")
    name = f"{score.get('name')}[{reducer}]" if reducer else f"{score.get('name')}"
    metrics = inner(score, "metrics")
    for key in metrics:
        yield f"{name}/{key}", inner(metrics, key).get("value")
