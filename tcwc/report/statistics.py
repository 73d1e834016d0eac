"""Where a lint's time went, and how many findings each rule made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tcwc.model.diagnostics import Diagnostic, Rule


def statistics(
    seconds: Mapping[str | tuple[Rule, ...], float],
    total: float,
    files: int,
    found: Iterable[Diagnostic],
) -> Iterator[str]:
    """Lines: the milliseconds spent on rules and on all else, then the findings by rule.

    Rules whose work cannot be told apart are one line; a check's name is what its rules share.
    """
    yield f"{'ms':>10}  by rule, of {files} experiment{'s' if files != 1 else ''}"
    rows = {_part(part): spent for part, spent in seconds.items()}
    rows["(reading and compiling)"] = total - sum(rows.values())
    for name, spent in sorted(rows.items(), key=lambda row: (-row[1], row[0])):
        yield f"{spent * 1e3:>10.2f}  {name}"
    yield f"{total * 1e3:>10.2f}  all"
    counts = Counter(each.rule for each in found)
    yield f"{'findings':>10}  by rule"
    for rule, count in sorted(counts.items(), key=lambda row: (-row[1], row[0].code)):
        yield f"{count:>10,}  {rule.code} {rule.name}"
    yield f"{counts.total():>10,}  all"


def _part(part: str | tuple[Rule, ...]) -> str:
    if isinstance(part, str):
        return f"({part}: what its rules share)"
    if len(part) == 1:
        return f"{part[0].code} {part[0].name}"
    return " ".join(sorted(rule.code for rule in part))
