"""What is not included in results, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tcwc.jobs.states.rows import RunStatus
from tcwc.model.words import how_many
from tcwc.outcomes.rows import ResultRow


def why_not_of(found: RunStatus) -> str:
    """Why nothing of a run's training is included, by what became of it; "" where it is."""
    if found.state == "finished" or found.reason == "files_missing":
        return ""
    if found.state == "changed":
        return f"its folder holds another meaning: {found.detail}"
    if found.state == "foreign":
        return f"its folder is not its own: {found.detail}"
    return f"it is not finished ({found.word})"


def left_out(rows: Iterable[ResultRow]) -> Iterator[str]:
    """In words, how many rows of which run are not included, and why."""
    counts = Counter((row.run or row.label, row.why_not) for row in rows if not row.included)
    for (whose, why_not), count in counts.items():
        yield f"{how_many(count, 'row')} of {whose} left out: {why_not}"
