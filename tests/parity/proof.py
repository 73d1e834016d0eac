"""Whatever `tune validate` refuses, lint refuses, in eighths:

python -m tests.evidence tests.parity.proof:proof parity
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.evidence import EIGHTHS
from tests.parity.mutants import mutants
from tests.parity.record import COUNT
from tests.parity.verdicts import judge

MUTANTS = 2_000


def proof(eighth: int) -> Mapping[str, Any]:
    """How many mutants of an eighth are judged, refused, told; each that lint misses; of those of
    the record (record.py), which are refused."""
    made = list(mutants(MUTANTS))[eighth::EIGHTHS]
    python = Path(os.environ["TCWC_TORCHTUNE_PYTHON"])
    with tempfile.TemporaryDirectory() as folder:
        verdicts = judge(made, Path(folder), python)
    judged = [verdict for verdict in verdicts if not verdict.unjudged]
    refused = [verdict for verdict in judged if verdict.refused]
    return {
        "mutants": len(made),
        "kinds": sorted({verdict.mutant.kind for verdict in judged}),
        "judged": len(judged),
        "refused": len(refused),
        "refused and told": sum(bool(verdict.errors) for verdict in refused),
        "missed": [str(verdict) for verdict in judged if verdict.cell == "validate only"],
        "of the record": sorted({v.mutant.number for v in refused if v.mutant.number < COUNT}),
    }
