"""Where a lint's time went, and how many findings each rule made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tcwc.diagnostics import Diagnostic


def statistics(
    times: Mapping[str, float], total: float, files: int, found: Iterable[Diagnostic]
) -> Iterator[str]:
    """Lines: the seconds of each check and of all else, then the findings by rule."""
    yield f"{'seconds':>10}  of {files} experiment{'s' if files != 1 else ''}"
    rows = {"reading and compiling": total - sum(times.values()), **times}
    for name, seconds in sorted(rows.items(), key=lambda row: -row[1]):
        yield f"{seconds:>10.3f}  {name}"
    yield f"{total:>10.3f}  all"
    counts = Counter((each.code, each.rule.name) for each in found)
    yield f"{'findings':>10}  by rule"
    for (code, name), count in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        yield f"{count:>10,}  {code} {name}"
    yield f"{counts.total():>10,}  all"
