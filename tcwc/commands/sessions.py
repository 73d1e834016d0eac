"""The session of a call, by its arguments and the environment."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING

from tcwc.api.session import Session

if TYPE_CHECKING:
    from tcwc.lint.stopwatch import Stopwatch

VARIABLE = "TCWC_INSIDE_ONLY"


def session_of(arguments: Namespace, watch: Stopwatch | None = None) -> Session:
    """A session that reads what the call may read."""
    strict = getattr(arguments, "inside_only", False) or os.environ.get(VARIABLE, "") not in (
        "",
        "0",
    )
    preview = getattr(arguments, "preview", False)
    cluster = getattr(arguments, "cluster", None)
    return Session(preview=preview, watch=watch, inside_only=strict, cluster=cluster)
