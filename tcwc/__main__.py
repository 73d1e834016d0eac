"""`python -m tcwc` is the same as `tcwc`."""

from __future__ import annotations

from tcwc.cli import program

if __name__ == "__main__":
    program()
