"""`python -m tests.truth.report`: trains the mutants and prints the confusion table.

Needs TCWC_TORCHTUNE_PYTHON and TCWC_LABS.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.truth.harness import table, verdicts


def main() -> None:
    python, labs = Path(os.environ["TCWC_TORCHTUNE_PYTHON"]), Path(os.environ["TCWC_LABS"])
    with tempfile.TemporaryDirectory() as folder:
        found = verdicts(Path(folder), python, labs)
    print(*table(found), sep="\n")
    for kind in ("missed", "unknowable", "no change"):
        print(f"\n{kind}:")
        for each in found:
            if each.kind == kind:
                print(f"  {each.mutant}: {each.outcome} {each.error[:160]}")
    print("\nfound though it trains something else:")
    for each in found:
        if each.found and each.outcome == "different":
            print(f"  {each.mutant}: {' '.join(each.codes)}")


if __name__ == "__main__":
    main()
