"""The runs of a plan as CSV: a line each, with its id, factors and derived values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from tcwc.builds.matching import run_id
from tcwc.model.ir import Experiment
from tcwc.model.printable import printable
from tcwc.model.secrets import masked, masked_value
from tcwc.report.plan import PlanFormat
from tcwc.report.runs import level_text

_AT_ONCE = 1000
"""Lines that are handed out together."""


def csv_pieces(experiment: Experiment, numbers: Sequence[int]) -> Iterator[str]:
    """The pieces of the text; `numbers` are those in the runs' ids, in design order.

    Texts stand as they are, with escapes for what must not be printed, other values as JSON;
    nothing stands where a factor is not set.
    """
    columns = [each for each in experiment.columns if not each.is_constant]
    key, width = experiment.target.component, len(experiment.factors)
    texts = [
        [level_text(masked_value(c.name, level.value), key, None) for level in c.levels]
        for c in columns
    ]
    written = io.StringIO()
    # Without this the csv module ends lines with CRLF.
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(["run", *(printable(masked(column.name), is_data=True) for column in columns)])
    for index, cell in enumerate(experiment.cells):
        levels = zip(texts, (*cell[:width], *experiment.derived_in(cell)), strict=True)
        shown = ["" if level is None else known[level] for known, level in levels]
        lines.writerow([run_id(numbers[index]), *shown])
        if index % _AT_ONCE == 0:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


CSV = PlanFormat(lambda planned: csv_pieces(planned.experiment, planned.numbers()))
