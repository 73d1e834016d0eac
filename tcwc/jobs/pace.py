"""How fast a training was, by the bars in its log."""

from __future__ import annotations

from tcwc.jobs.here.progress import BAR
from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The `steps` of an epoch that took so many `seconds`, without what is done beside steps."""

    steps: int
    seconds: int

    @property
    def of_a_step(self) -> float:
        """Seconds of one step, at most: a bar counts whole seconds that have passed."""
        return (self.seconds + 1) / self.steps


def paces(log: str) -> list[Pace]:
    """The epochs that a log has whole, in their order."""
    found: dict[str, Pace] = {}
    for piece in log.replace("\r", "\n").split("\n"):
        bar = BAR.search(piece) if "100%|" in piece else None
        if bar is None or bar["epoch"] is None or bar["done"] != bar["total"]:
            continue  # of something else, as data that are fetched, or not at its end
        seconds, steps = _seconds(bar["time"]), int(bar["total"])
        # A bar that is thrown away says once more how old it is, with all that came behind it.
        if seconds is not None and steps:
            found.setdefault(bar["epoch"], Pace(steps, seconds))
    return list(found.values())


def _seconds(time: str) -> int | None:
    """What has passed, in `01:07<00:00, 3.1it/s`, as tqdm writes it."""
    parts = time.partition("<")[0].split(":")
    if len(parts) not in (2, 3) or not all(each.isdecimal() for each in parts):
        return None
    total = 0
    for each in parts:
        total = total * 60 + int(each)
    return total
