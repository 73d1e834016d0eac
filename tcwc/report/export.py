"""What `tcwc export` gives to programs: weights as JSON a line each, and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from tcwc.model.printable import printable_json
from tcwc.model.secrets import masked_value
from tcwc.model.values import Value
from tcwc.outcomes.exported import Exported
from tcwc.report.cells import cell
from tcwc.report.json_text import masked_parts

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""

_PARAMETERS = "parameters"

ExportFormat = Callable[[Iterable[Exported]], Iterator[str]]
"""A form of an export: the pieces of its text."""


def json_lines(rows: Iterable[Exported]) -> Iterator[str]:
    """Each row as a line of JSON, in the layout of `schemas/export.schema.json`."""
    for row in rows:
        members = masked_parts({"format": FORMAT, **_members(row)})
        yield printable_json(json.dumps(members)) + "\n"


def csv_pieces(rows: Iterable[Exported]) -> Iterator[str]:
    """A line for each row: what varies is in columns `parameters.NAME`, and lists are words."""
    known = [_members(row) for row in rows]
    if not known:
        return
    names = list(dict.fromkeys(name for row in known for name in _levels(row)))
    others = [key for key in known[0] if key != _PARAMETERS]
    after = others.index("name") + 1
    heads = [*others[:after], *(f"{_PARAMETERS}.{name}" for name in names), *others[after:]]
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(map(cell, heads))
    for row in known:
        levels = {f"{_PARAMETERS}.{name}": value for name, value in _levels(row).items()}
        told: dict[str, Value] = {**row, **levels}
        lines.writerow(cell(_words(told.get(head))) for head in heads)
    yield written.getvalue()


def _levels(row: dict[str, Value]) -> dict[str, Value]:
    found = row[_PARAMETERS]
    assert isinstance(found, dict)
    return found


def _words(value: Value) -> Value:
    """Lists of texts are words in a cell."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return " ".join(map(str, value))
    return value


def _members(row: Exported) -> dict[str, Value]:
    """A row as it stands in JSON: null where there is nothing."""
    return {
        "experiment": row.experiment,
        "run": row.run or None,
        "name": row.name or None,
        "kind": row.kind,
        "epoch": row.epoch,
        "last": row.last,
        "state": row.state or None,
        _PARAMETERS: {name: masked_value(name, v) for name, v in row.parameters.items()},
        "science_hash": row.science_hash or None,
        "folder": row.folder or None,
        "files": list(row.files),
        "bytes": row.bytes,
        "adapter_config": row.adapter_config,
        "base_path": row.base_path or None,
        "base_id": row.base_id or None,
        "tokenizer": row.tokenizer or None,
        "dataset": row.dataset or None,
        "prompt_template": row.prompt_template,
        "lora_rank": row.lora_rank,
        "lora_alpha": row.lora_alpha,
        "loads_offline": row.loads_offline,
        "why_not": row.why_not or None,
    }


JSONL: ExportFormat = json_lines
CSV: ExportFormat = csv_pieces
