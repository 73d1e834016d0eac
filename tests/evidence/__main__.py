"""Runs a whole proof and records it: `python -m tests.evidence MODULE:FUNCTION NAME`."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from tests.evidence import write

if len(sys.argv) != 3 or ":" not in sys.argv[1]:
    sys.exit("usage: python -m tests.evidence MODULE:FUNCTION NAME")
module, _, function = sys.argv[1].partition(":")
proof = getattr(import_module(module), function)
command = f"python -m tests.evidence {' '.join(sys.argv[1:])}"
print(json.dumps(write(sys.argv[2], proof, command)["whole"]))
