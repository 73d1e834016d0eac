"""`python -m tests.parity.report [COUNT] [SEED]`: what both say, counted, and each miss.

Needs TCWC_TORCHTUNE_PYTHON, the interpreter of an environment with torchtune 0.6.1.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.parity.mutants import KINDS, mutants
from tests.parity.verdicts import Verdict, counts, judge

CELLS = ("both", "validate only", "lint only", "neither", "package missing")


def report(verdicts: list[Verdict]) -> str:
    """The counts by way and by kind of mutation, as text."""
    lines = [f"{'':28}" + "".join(f"{cell:>17}" for cell in CELLS)]
    by_way = counts(verdicts)
    for way in ("file", "overrides"):
        lines.append(_row(f"as {way}", Counter({c: by_way[way, c] for c in CELLS})))
    for kind in KINDS:
        lines.append(_row(kind, Counter(v.cell for v in verdicts if v.mutant.kind == kind)))
    total = Counter(v.cell for v in verdicts)
    lines.append(_row("all", total))
    judged = len(verdicts) - total["package missing"]
    refused = total["both"] + total["validate only"]
    found = total["both"] + total["lint only"]
    lines.append(
        f"of {judged} judged by both, validate refuses {refused} ({refused / judged:.0%}), "
        f"lint {found} ({found / judged:.0%}), and misses {total['validate only']} of validate's"
    )
    return "\n".join(lines)


def _row(name: str, cells: Counter[str]) -> str:
    return f"{name:28}" + "".join(f"{cells[cell]:17}" for cell in CELLS)


def main() -> int:
    """Print the report; 1 where lint misses what validate refuses."""
    count, seed = (int(text) for text in (*sys.argv[1:], "2000", "0")[:2])
    with tempfile.TemporaryDirectory() as folder:
        python = Path(os.environ["TCWC_TORCHTUNE_PYTHON"])
        verdicts = judge(mutants(count, seed), Path(folder), python)
    print(report(verdicts))
    missed = [v for v in verdicts if v.cell == "validate only"]
    print(*missed, sep="\n")
    if os.environ.get("TCWC_PARITY_NEITHER"):
        print(*[v for v in verdicts if v.cell == "neither"], sep="\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
