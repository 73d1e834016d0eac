"""How far a training is, by the end of its log."""

from __future__ import annotations

from tcwc.model.patterns import pattern

BAR = pattern(
    r"(?:(?P<epoch>\d+)\|(?P<step>\d+)\|)?(?P<what>[^|%\n]*?):?\s*(?P<percent>\d+)%\|[^|]*\|\s*"
    r"(?P<done>\d+)/(?P<total>\d+) \[(?P<time>[^\]]*)\]?"
)
"""A line of a bar of tqdm; with an epoch where it is one of a training."""


def progress(tail: str) -> str:
    """What the newest line of a bar of tqdm says, in short; "" where there is none."""
    pieces = tail.replace("\r", "\n").split("\n")
    for piece in reversed(pieces):
        if found := BAR.search(piece):
            words = [f"epoch {found['epoch']}"] if found["epoch"] else []
            words.append(f"{found['done']}/{found['total']}")
            words += [found["what"].strip().lower()] if found["what"].strip() else []
            return ", ".join(words)
    return ""
