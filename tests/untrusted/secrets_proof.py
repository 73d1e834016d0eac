"""No command prints a secret, in any form, wherever it stands, in eighths:

python -m tests.evidence tests.untrusted.secrets_proof:proof secrets
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.evidence import EIGHTHS
from tests.untrusted.secret_places import AFTER, COMMANDS, cases, tried


def proof(eighth: int) -> Mapping[str, Any]:
    """How many kinds and places an eighth has, how many calls that made, and what was wrong."""
    made = list(cases())[eighth::EIGHTHS]
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, place in made:
            found = tried(Path(folder, "study"), kind, place, COMMANDS)
            wrong += [f"{kind}, {place}: {each}" for each in found]
    calls = len(made) * len((*COMMANDS, *AFTER))
    return {"kinds and places": len(made), "calls": calls, "wrong": wrong}
