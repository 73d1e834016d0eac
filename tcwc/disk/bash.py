"""What bash says of a text's syntax, without running any of it."""

from __future__ import annotations

import re

from tcwc.disk.processes import run

_SECONDS = 20
_SAID = re.compile(r"(?m)^[^\n:]*: line (\d+): (.*)$")


def bash_syntax(text: str) -> tuple[int, str] | None:
    """The line of a text, from 1, at which its syntax is wrong, and what bash says of it.

    None where it is right, and where there is no bash.
    """
    # With BASH_ENV set bash would read, and run, that file first.
    done = run(
        ["bash", "-n"], text=text, timeout=_SECONDS, environment={"BASH_ENV": "", "LC_ALL": "C"}
    )
    if done is None or done.status == 0:
        return None
    said = _SAID.search(done.err)
    if said is None:
        return 1, done.err.strip().partition("\n")[0][:200]
    return int(said[1]), said[2][:200]
