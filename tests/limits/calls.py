"""The limits under which hostile texts are tried, and what a call may say."""

from __future__ import annotations

import re
import resource
from collections.abc import Mapping
from pathlib import Path

CPU, MEMORY, OUTPUT, LINE = 20, 1_000_000_000, 2_000_000, 25_000
"""CPU seconds and bytes of memory that the system grants, bytes and bytes of a line that may be
printed. What tcwc keeps to by itself is far less: docs/security.md."""

# Tab and line feed are the only control characters that a log may get.
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def limited() -> None:
    """Have the system end this process beyond the limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def write(folder: str, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def wrong(code: object, said: bytes, *, any_length: bool = False) -> str:
    """What is wrong with how a call ended and what it said; "ok" if nothing is.

    `any_length`: it prints lines of what a source has, which may be long.
    """
    if code not in (0, 1, 2):
        return f"ended with {code}"
    if b"Traceback" in said or b"TCW005" in said:
        return "a bug: " + said[-300:].decode(errors="replace")
    if b"not enough memory" in said:
        return "it took all memory"
    if _CONTROL.search(said):
        return "a control character printed"
    if len(said) > OUTPUT:
        return f"{len(said):,} bytes printed"
    if any_length:
        return "ok"
    longest = max(map(len, said.split(b"\n")))
    return f"a line of {longest:,} bytes printed" if longest > LINE else "ok"
