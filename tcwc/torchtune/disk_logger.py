"""What DiskLogger writes (torchtune/training/metric_logging.py): a line a step, of values as Python
prints them.

    Step 3 | loss:5.339517116546631 lr:1e-05 tokens_per_second_per_gpu:4125.7

A run that is killed leaves half a line, to which another attempt may add its own where the file's
name is fixed. So only a whole line counts, one that ends and is nothing else than this form: half a
number is a number, too.
"""

from __future__ import annotations

from math import isinf

from tcwc.model.measured import MetricValue, Readout
from tcwc.model.patterns import pattern

_NUMBER = r"-?(?:[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|inf)|nan"
_VALUE = rf"(?:{_NUMBER}|tensor\((?:{_NUMBER})(?:, [^()|\n]*)?\))"
_PAIR = pattern(rf"([^\s|]*[^\s|:]):({_VALUE})(?: |$)")
_LINE = pattern(r"Step ([0-9]{1,18}) \| (.*)")
_PRINTED = pattern(rf"(?:tensor\()?({_NUMBER})")
_LONGEST = 1 << 16
"""Characters of a line; more is none of DiskLogger's."""


def read_steps(text: str) -> Readout:
    """The values in a file of DiskLogger's, in its order."""
    *lines, torn = text.split("\n")
    found: list[MetricValue] = []
    unread: list[str] = []
    for number, line in enumerate(lines, 1):
        values = _values(line)
        if values is None:
            unread.append(f"line {number} is none of DiskLogger's")
        else:
            found += values
    if torn:
        unread.append(f"line {len(lines) + 1} has no end")
    return Readout(tuple(found), tuple(unread))


def _values(line: str) -> list[MetricValue] | None:
    """The values of a line; None where it is not wholly of this form."""
    head = _LINE.fullmatch(line) if len(line) <= _LONGEST else None
    if head is None:
        return None
    found: list[MetricValue] = []
    at, rest = 0, head[2]
    while at < len(rest):
        pair = _PAIR.match(rest, at)
        if pair is None:
            return None
        printed = _PRINTED.match(pair[2])
        assert printed is not None
        value = float(printed[1])
        if isinf(value) and "inf" not in printed[1]:
            return None  # Python prints no such number
        found.append(MetricValue(pair[1], value, int(head[1])))
        at = pair.end()
    return found
