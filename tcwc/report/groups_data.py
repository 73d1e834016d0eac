"""Results by factors for programs: as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator

from tcwc.api.grouping import Grouped
from tcwc.model.printable import printable, printable_json
from tcwc.model.secrets import masked, masked_value
from tcwc.model.values import Value
from tcwc.outcomes.groups import GroupRow
from tcwc.report.groups import GroupsFormat, own_epochs
from tcwc.report.json_text import json_text, masked_parts
from tcwc.report.runs import level_text

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""


def document(found: Grouped) -> str:
    """The document, in the layout of `schemas/results_by.schema.json`."""
    grouping = found.grouping
    whole: dict[str, Value] = {
        "format": FORMAT,
        "experiment": found.experiment,
        "by": list(grouping.shown),
        "over": list(grouping.over),
        "replicates": list(grouping.replicates),
        "confidence": found.confidence,
        "epochs": grouping.epochs.text or None,
        "rows": [_members(row) for row in found],
        "without": list(found.without),
        "left_out": list(found.left_out),
    }
    return json_text(whole) + "\n"


def lines(found: Grouped) -> Iterator[str]:
    """A row of that document in each line."""
    for row in found:
        yield printable_json(json.dumps(masked_parts({"format": FORMAT, **_members(row)}))) + "\n"


def _members(row: GroupRow) -> dict[str, Value]:
    """A row as it stands in JSON: null where there is nothing, or no number."""
    levels = {name: masked_value(name, value) for name, value in row.levels.items()}
    values: list[Value] = [
        {"run": each.run or None, "value": _number(each.value), "epoch": each.epoch}
        for each in row.values
    ]
    return {
        "parameters": levels,
        **_head(row),
        "values": values,
        "missing": list(row.missing),
        "twice": list(row.twice),
    }


def _head(row: GroupRow) -> dict[str, Value]:
    """What a row is of, and its statistics, in the order of columns."""
    found = row.summary
    return {
        "label": row.label or None,
        "metric": row.metric,
        "statistic": row.statistic,
        "source": row.source,
        "evaluation": row.evaluation or None,
        "epoch": row.epoch,
        "step": row.step,
        "world": row.world,
        "n": found.n,
        "mean": _number(found.mean),
        "sd": _number(found.sd),
        "low": _number(found.low),
        "high": _number(found.high),
        "not_finite": found.not_finite,
    }


def _number(value: float | None) -> float | None:
    """A number that JSON has."""
    return value if value is not None and math.isfinite(value) else None


def csv_text(found: Grouped) -> str:
    """A line for each row, factors first; nothing stands where there is nothing. A factor whose
    name is that of another column is `parameters.NAME`."""
    names = found.grouping.shown
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    heads = [*_COLUMNS, "missing", "twice", "chosen_epochs"]
    factors = [f"parameters.{name}" if name in heads else name for name in names]
    lines.writerow([printable(masked(each), is_data=True) for each in (*factors, *heads)])
    for row in found:
        levels = [
            level_text(masked_value(name, row.levels[name]), found.component, None)
            if name in row.levels
            else ""
            for name in names
        ]
        own = [*_head(row).values(), " ".join(row.missing), " ".join(row.twice)]
        own.append(" ".join(f"{each.run}:{each.epoch}" for each in own_epochs(row)))
        texts = ("" if v is None else printable(masked(str(v)), is_data=True) for v in own)
        lines.writerow([*levels, *texts])
    return written.getvalue()


_COLUMNS = (
    *("label", "metric", "statistic", "source", "evaluation", "epoch", "step", "world"),
    *("n", "mean", "sd", "low", "high", "not_finite"),
)

JSON = GroupsFormat(lambda found, _paint, _all: [document(found)])
JSONL = GroupsFormat(lambda found, _paint, _all: lines(found))
CSV = GroupsFormat(lambda found, _paint, _all: [csv_text(found)])
