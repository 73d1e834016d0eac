"""Whether the runs of one call all end alike before their first step, as where a model is not
there: the others would, too, each after it has loaded all that it can."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.api.local import JobEnd, Working
from tcwc.disk.handed_over import log_end
from tcwc.jobs.here.progress import has_trained
from tcwc.jobs.states.rows import RunStatus

_ENOUGH = 2
"""Runs; one may be the only one of its kind."""


class Alike:
    """What the runs of one call ended of, as far as these have ended."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self._causes: set[str] = set()
        self._has_other = False

    def note(self, job: JobEnd, row: RunStatus | None) -> None:
        """A run has ended; `row` is what its stamp says of it, where it did not finish."""
        is_error = row is not None and (row.state, row.reason) == ("failed", "error")
        if row is None or not is_error or not row.detail or has_trained(log_end(row.log)):
            self._has_other = True
            return
        self.runs.append(job.task.run)
        self._causes.add(row.detail)

    def is_all(self, running: Sequence[Working]) -> bool:
        """Whether all that ended, which are enough, ended alike before their first step, and none
        that is at work has come further."""
        is_one = not self._has_other and len(self._causes) == 1 and len(self.runs) >= _ENOUGH
        return is_one and not any(has_trained(log_end(each.log)) for each in running)
