"""Deep proofs in eighths: what their last whole run came to, and whether a new run of one agrees.

A proof is a function from an eighth (0 to 7) to what it counted, a flat mapping that JSON takes.
CI runs the eighth that the commit's hash chooses and compares it with `NAME.json` beside this
file, which holds the last whole run and the command that makes it again:

    python -m tests.evidence MODULE:FUNCTION NAME      all eighths, written to NAME.json
    TCWC_EIGHTH=3 pytest ...                           another eighth than the commit's

Hypothesis tests and those marked `deep` try a share of their examples (tests/conftest.py); the
same eighth of these tests tries all of them in test_examples.py.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import EIGHTHS

FOLDER = Path(__file__).parent

Proof = Callable[[int], Mapping[str, Any]]


def eighth() -> int:
    """The eighth to run: by TCWC_EIGHTH, else by the hash of the commit, else the first."""
    named = os.environ.get("TCWC_EIGHTH")
    if named:
        return int(named) % EIGHTHS
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    return int(done.stdout.strip() or "0", 16) % EIGHTHS


def recorded(name: str) -> dict[str, Any]:
    """The last whole run of a proof."""
    known: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return known


def check(name: str, proof: Proof) -> None:
    """Fail where an eighth of a proof does not come to what the last whole run says of it."""
    which, known = eighth(), recorded(name)
    made = dict(proof(which))
    assert made == known["eighths"][which], (
        f"eighth {which} of {name} came to {made}; the last whole run had "
        f"{known['eighths'][which]}. If that is right, run: {known['command']}"
    )


def write(name: str, proof: Proof, command: str) -> dict[str, Any]:
    """Run a whole proof and record it; numbers are summed over the eighths."""
    eighths = [dict(proof(which)) for which in range(EIGHTHS)]
    numbers = {key for each in eighths for key, value in each.items() if isinstance(value, int)}
    whole = {key: sum(each.get(key, 0) for each in eighths) for key in sorted(numbers)}
    made = {"command": command, "whole": whole, "eighths": eighths}
    text = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    return made
