"""`python -m tests.parity.record`: which of the first mutants the real `tune validate` refuses.

The record lets lint be held to it where torchtune is not installed. Needs TCWC_TORCHTUNE_PYTHON.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.parity.mutants import Mutant, mutants
from tests.parity.verdicts import judge

RECORD = Path(__file__).parent / "refused.json"
COUNT = 200


def fingerprint(of: Sequence[Mutant]) -> str:
    """A hash of mutants: another one where the shipped configs or the mutations changed."""
    text = json.dumps([[m.kind, m.base, m.recipe, m.config, m.controls] for m in of])
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> int:
    """Write the record."""
    first = list(mutants(COUNT))
    with tempfile.TemporaryDirectory() as folder:
        verdicts = judge(first, Path(folder), Path(os.environ["TCWC_TORCHTUNE_PYTHON"]))
    refused = sorted({v.mutant.number for v in verdicts if v.refused and not v.unjudged})
    RECORD.write_text(
        json.dumps({"mutants": fingerprint(first), "refused": refused}) + "\n", encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
