"""A review as JSON, in the layout of `schemas/review.schema.json`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcwc.api.costs import Costs
from tcwc.api.review import Against
from tcwc.builds.review import RunOf
from tcwc.model.ir import Value
from tcwc.model.secrets import masked_value
from tcwc.report.findings import Paint
from tcwc.report.json_text import json_text
from tcwc.report.review import ReviewFormat, ReviewOfAll

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""


def json_pieces(review: ReviewOfAll, _: Paint, __: bool) -> Iterator[str]:
    """The document."""
    made: dict[str, Value] = {
        "format": FORMAT,
        "tool": {"name": "tcwc", "version": review.version},
        "against": {"ref": review.called, "commit": review.commit},
        "costs": _costs(review.costs),
        "excluded": review.excluded,
        "experiments": [_experiment(each) for each in review.experiments],
    }
    yield f"{json_text(made)}\n"


def _experiment(each: Against) -> dict[str, Value]:
    found = each.found
    return {
        "source": each.path,
        "experiment": each.name,
        "state": each.state,
        "moved_from": each.moved_from or None,
        "errors": list(each.errors),
        "made_from": list(found.origin),
        "kept": found.kept,
        "rewritten": list(found.rewritten),
        "new": _runs(found.new),
        "revived": _runs(found.revived),
        "retired": _runs(found.retired),
        "changed_meaning": [
            {"runs": list(change.ids), "differences": list(change.differences)}
            for change in found.changes
        ],
        "renumbered": [{"was": there, "is": here} for there, here in found.renumbered],
        "costs": _costs(each.costs),
    }


def _runs(runs: Iterable[RunOf]) -> list[Value]:
    return [
        {
            "id": each.id,
            "parameters": {
                name: masked_value(name, value) for name, value in each.parameters.items()
            },
        }
        for each in runs
    ]


def _costs(costs: Costs) -> dict[str, Value]:
    """Null where nobody knows of any run; what is known of a part says of how many."""
    return {
        "runs": costs.runs,
        "steps": {"at_most": costs.steps, "runs": costs.counted} if costs.counted else None,
        "gpu_hours": {"at_most": round(costs.gpu_seconds / 3600, 4), "runs": costs.timed}
        if costs.timed
        else None,
    }


JSON = ReviewFormat(json_pieces)
