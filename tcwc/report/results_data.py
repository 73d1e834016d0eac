"""What `tcwc results` gives to programs: CSV, JSON, and JSON a line a row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from math import isfinite

from tcwc.api.results import Results
from tcwc.model.printable import printable_json
from tcwc.model.secrets import masked_value
from tcwc.model.values import Value
from tcwc.outcomes.rows import ResultRow
from tcwc.report.cells import cell
from tcwc.report.json_text import json_text, masked_parts
from tcwc.report.results import ResultsFormat

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""


def document(results: Results) -> str:
    """The document of results, in the layout of `schemas/results.schema.json`."""
    whole: dict[str, Value] = {
        "format": FORMAT,
        "experiment": results.experiment,
        "epochs": results.epochs.text or None,
        "rows": [_members(row) for row in results.rows],
        "left_out": list(results.left_out),
        "notes": list(results.notes),
    }
    return json_text(whole) + "\n"


def lines(results: Results) -> Iterator[str]:
    """A row of that document in each line."""
    for row in results.rows:
        yield printable_json(json.dumps(masked_parts({"format": FORMAT, **_members(row)}))) + "\n"


def _members(row: ResultRow) -> dict[str, Value]:
    """A row as it stands in JSON: null where there is nothing, or a number that JSON has not."""
    return {
        "experiment": row.experiment,
        "run": row.run or None,
        "name": row.name or None,
        "parameters": {n: masked_value(n, v) for n, v in row.parameters.items()},
        "seed": row.seed,
        "epoch": row.epoch,
        "last": row.last,
        "step": row.step,
        "metric": row.metric,
        "statistic": row.statistic,
        "value": row.value if isfinite(row.value) else None,
        "source": row.source,
        "evaluation": row.evaluation or None,
        "label": row.label or None,
        "file": row.file,
        "attempt": row.attempt,
        "attempts": row.attempts,
        "mode": row.mode or None,
        "bit_equal": row.bit_equal,
        "world": row.world,
        "host": row.host or None,
        "gpu_name": row.gpu_name or None,
        "seconds": row.seconds,
        "tokens_per_second": _finite(row.tokens_per_second),
        "science_hash": row.science_hash or None,
        "included": row.included,
        "why_not": row.why_not or None,
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def csv_pieces(results: Results) -> Iterator[str]:
    """A line for each row: the factors under their names, then what else is known of it.

    A factor whose name is that of another column is `parameters.NAME`, but for one that says the
    same as that: `seed`. Numbers are as Python prints them, nan and inf too.
    """
    members = [_members(row) for row in results.rows]
    fixed = [key for key in (members[0] if members else {}) if key not in ("parameters",)]
    factors = list(dict.fromkeys(name for row in results.rows for name in row.parameters))
    shown = [key for key in fixed if not (key == "seed" and key in factors)]
    heads = [f"parameters.{name}" if name in shown else name for name in factors]
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    if members:
        rows.writerow([cell(each) for each in (*heads, *shown)])
    for row, known in zip(results.rows, members, strict=True):
        levels = known["parameters"]
        assert isinstance(levels, dict)
        known = {**known, "value": str(row.value)}
        rows.writerow(
            [*(cell(levels.get(name)) for name in factors), *(cell(known[key]) for key in shown)]
        )
        yield written.getvalue()
        written.seek(0)
        written.truncate()


CSV = ResultsFormat(lambda results, _paint, _all: csv_pieces(results))
JSON = ResultsFormat(lambda results, _paint, _all: [document(results)])
JSONL = ResultsFormat(lambda results, _paint, _all: lines(results))
