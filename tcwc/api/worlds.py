"""Runs of as many processes as then, or of others: the configs are the same, the result is not.

How many they are stands in the source alone, under `resources`, and in no mapping.
"""

from __future__ import annotations

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.api.work import NoJobs, tasks
from tcwc.builds.changes import Change
from tcwc.builds.errors import BuildError, LockError
from tcwc.builds.review import Reviewed
from tcwc.model.diagnostics import has_errors
from tcwc.model.frozen import replace

_SAYS = "resources"
"""The section that says it; without it runs have as many as ever."""


def with_worlds(found: Reviewed, now: Compilation, then: str, session: Session) -> Reviewed:
    """What becomes of runs whose configs stay, where the source of then gave them other numbers of
    processes.

    Raises what `Compilation.runs` does.
    """
    text = now.place.source()
    if then == text or _SAYS not in then + text:
        return found
    old = _worlds_of(then, now, session)
    others: dict[tuple[int, int], list[str]] = {}
    for id, world in _worlds(now).items():
        if id not in found.to_train and old.get(id, world) != world:
            others.setdefault((old[id], world), []).append(id)
    return _changed(found, others) if others else found


def _worlds_of(then: str, now: Compilation, session: Session) -> dict[str, int]:
    """The same for a source of then; nothing where that, or where it was built, is no more."""
    try:
        before = compile(now.place.path, text=then, session=session)
        return {} if has_errors(before.diagnostics) else _worlds(before)
    except (BuildError, LockError):
        return {}


def _worlds(compilation: Compilation) -> dict[str, int]:
    """The number of processes of each run that a build has recorded: another may have another id
    by then."""
    lock = compilation.lock
    known = {**lock.runs, **lock.retired} if lock else {}
    try:
        return {task.run: task.world for task in tasks(compilation, known)}
    except NoJobs:  # runs that are no trainings, or whose needs nobody can tell
        return {}


def _changed(found: Reviewed, others: dict[tuple[int, int], list[str]]) -> Reviewed:
    ids = {id for those in others.values() for id in those}
    rewritten = tuple(id for id in found.rewritten if id not in ids)
    made = tuple(
        Change(tuple(those), (f"processes {before} -> {today}",))
        for (before, today), those in others.items()
    )
    return replace(
        found,
        kept=found.kept - (len(ids) - (len(found.rewritten) - len(rewritten))),
        rewritten=rewritten,
        changes=(*found.changes, *made),
    )
