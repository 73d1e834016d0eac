"""Builds of which a call fails, or that are killed at random moments, in eighths:

python -m tests.evidence tests.crash.proof:proof crash

Whatever is torn, or not repaired by the next build, raises.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.crash.test_faults import CASES, count, full_disks
from tests.crash.test_kill import killed_at_random
from tests.evidence import EIGHTHS

KILLS = 200


def proof(eighth: int) -> Mapping[str, Any]:
    """How many calls failed, disks were full and builds were killed in an eighth of all cases."""
    which = slice(eighth, None, EIGHTHS)
    found = {"failed calls": 0, "full disks": 0, "kills": KILLS // EIGHTHS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case, fresh in CASES:
            place = folder / f"{case}{fresh}"
            found["failed calls"] += count(place / "calls", case, fresh=fresh, which=which)
            found["full disks"] += full_disks(place / "disks", case, fresh=fresh, which=which)
        at_work = killed_at_random(folder / "killed", found["kills"])
    assert sum(at_work) > len(at_work) / 2, "most were done before they were killed"
    return found
