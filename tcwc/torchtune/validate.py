"""Runs torchtune's own validation over many configs in one process; needs torchtune.

    python -m tcwc.torchtune.validate < paths.json

Reads a JSON list of config files, prints as its last line a JSON object of those that are refused
and why. The import costs seconds, a config milliseconds.
"""

from __future__ import annotations

import json
import sys


def main() -> int:
    """Validate the configs named on stdin; 0 unless torchtune cannot be imported."""
    try:
        from omegaconf import OmegaConf
        from torchtune.config import validate  # what `tune validate` calls
    except Exception as error:  # noqa: BLE001  torchtune's imports fail in many ways
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 2
    refused: dict[str, str] = {}
    for path in json.load(sys.stdin):
        try:
            validate(OmegaConf.load(path))
        except Exception as error:  # noqa: BLE001  it raises whatever instantiation does
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            refused[path] = f"{type(error).__name__}: {' '.join(lines[:3])}"
    sys.stdout.write(json.dumps(refused) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
