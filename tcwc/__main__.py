"""`python -m tcwc` is the same as `tcwc`; what is run before this is in `__init__.py`."""

from __future__ import annotations

from tcwc.cli import program

if __name__ == "__main__":
    program()
