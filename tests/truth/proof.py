"""Mutants of what trains, linted and really trained, in eighths:

python -m tests.evidence tests.truth.proof:proof truth
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.evidence import EIGHTHS
from tests.truth.harness import Verdict, table, verdicts

TRAINS_ALL_THE_SAME = {"TCW203", "TCW204", "TCW307", "TCW311", "TCW312"}
"""Errors about runs that train something else are of these kinds only. TCW204: an unknown module is
passed over. TCW311: trains nothing, or the whole epoch. TCW203: `fused: 3` is true by accident.
TCW307: DoRA that is nan. TCW312: an accumulation of -1 is an odd run."""


def proof(eighth: int) -> Mapping[str, Any]:
    """What an eighth of the mutants came to: how many there are, how many fail and how many are
    other runs about which lint is silent; its other silences, by their reason; and each error about
    a run that trains something else, but for those that are known to be."""
    python, labs = Path(os.environ["TCWC_TORCHTUNE_PYTHON"]), Path(os.environ["TCWC_LABS"])
    with tempfile.TemporaryDirectory(prefix="tcwc-truth-") as folder:
        found = verdicts(Path(folder), python, labs, slice(eighth, None, EIGHTHS))
    print(*table(found), sep="\n")
    return {
        "mutants": len(found),
        "recipes": sorted({each.mutant.recipe for each in found}),
        "crash": sum(each.outcome == "crash" for each in found),
        "different in silence": sum(
            each.outcome == "different" and not each.found for each in found
        ),
        "missed": [f"{each.mutant}: {each.outcome} {each.error}" for each in of(found, "missed")],
        "no change": [which(each) for each in of(found, "no change")],
        "unknowable": [which(each) for each in of(found, "unknowable")],
        "other errors": [
            f"{each.mutant}: {code}"
            for each in found
            if each.outcome == "different"
            for code in each.errors
            if code not in TRAINS_ALL_THE_SAME
        ],
    }


def of(found: list[Verdict], kind: str) -> list[Verdict]:
    """The silences of a kind."""
    return [each for each in found if each.kind == kind]


def which(verdict: Verdict) -> list[str | None]:
    """Which change it is, as explained.py names it."""
    return [verdict.mutant.key, verdict.mutant.text, verdict.outcome]
