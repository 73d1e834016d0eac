"""Where the comments of a YAML text are. A `#` in a quoted or block scalar begins none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_COMMENT = re.compile(r"(?:(?<=[\s,\[\]{}])|\A)#[^\r\n]*")


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each comment, as character offsets.

    Where the text is no YAML, the comments before the mistake are found.
    """
    scalars = _scalars(text)
    start, end = next(scalars, (len(text), len(text)))
    at = 0
    while (found := _COMMENT.search(text, at)) is not None:
        while end <= found.start():
            start, end = next(scalars, (len(text), len(text)))
        if start <= found.start() < end:
            at = end
            continue
        yield found.span()
        at = found.end()


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Where scalars stand that may hold a `#`, in order; all the rest, from a mistake on."""
    from tcwc.yaml.stream import EventStream  # costly to import

    at = 0
    try:
        stream = EventStream(text)
        while stream.check_token():
            token = stream.get_token()
            at = token.end_mark.index
            if (span := _scalar(token, text)) is not None:
                yield span
    except Exception:  # noqa: BLE001  whatever the scanner raises, the reader reports
        yield at, len(text)


def _scalar(token: Any, text: str) -> tuple[int, int] | None:
    """A scalar's offsets; of a block scalar from its second line on, as `|` may have a comment."""
    if not hasattr(token, "plain"):
        return None
    start, end = token.start_mark.index, token.end_mark.index
    if token.style in ("|", ">"):
        start = text.find("\n", start)
    return start, end
