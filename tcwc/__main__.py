"""`python -m tcwc` is the same as `tcwc`."""

from __future__ import annotations

import sys

from tcwc.cli import main

if __name__ == "__main__":
    sys.exit(main())
