"""Experiments as they are now, against the builds that a commit has of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tcwc.api.costs import Costs, costs
from tcwc.api.lost import is_kept
from tcwc.api.owner import is_owner, shown
from tcwc.api.worlds import with_worlds
from tcwc.builds.build import check_catalogue
from tcwc.builds.errors import LockError
from tcwc.builds.mapping import Head, Lock
from tcwc.builds.mapping_reader import read_head, read_lock
from tcwc.builds.review import Reviewed, RunOf, retired_of, review
from tcwc.disk.boundary import real_path
from tcwc.disk.folder import MAPPING
from tcwc.disk.revisions import Committed, NoRevision, Revision, joined
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.limits import MAPPING_FILE, SOURCE
from tcwc.model.outside import without_theirs
from tcwc.model.printable import shell_path

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.session import Session

_LOOKED_INTO = 200
"""Mappings that are looked at for one that has moved, or whose source is gone."""


@dataclass(frozen=True, slots=True)
class Against:
    """An experiment now, against a commit.

    `path` is its source, `name` its own; `moved_from` the source that it was then, where that was
    another, or the folder of its build then, where only that was. `errors` say why it cannot be
    compared. Its state is `known` where the commit has a build of it, `unbuilt` where it has the
    source alone, `new` where it has neither; `gone` where there is none now; `errors`.
    `component` is the key by which its levels name components.
    """

    path: str
    name: str
    found: Reviewed = Reviewed()
    costs: Costs = Costs()
    moved_from: str = ""
    state: str = "known"
    errors: tuple[str, ...] = ()
    component: str | None = None


class Commit:
    """A commit, with the builds in it."""

    def __init__(self, revision: Revision, session: Session) -> None:
        self.revision = revision
        self._session = session
        self._claimed: set[str] = set()
        """Folders of builds, then, of which it is known what became of them."""

    def against(self, compilation: Compilation) -> Against:
        """What becomes of the runs of an experiment without errors.

        Raises BuildError, LockError, NoRevision, OSError.
        """
        self._check_repository(compilation)
        compilation.check_owner()
        now = compilation.build
        check_catalogue(now, now.folder)
        folder = self._folder_of(compilation)
        if folder is None:
            then, old, lock = compilation.build_upon(None), self._committed(""), None
        else:
            self._claimed.add(folder)
            lock = self._lock_of(folder)
            then, old = compilation.build_upon(lock), self._committed(folder)
        found = review(now, then, old)
        if folder is not None and lock is not None:
            source = self._source_of(folder, lock.head)
            found = with_worlds(found, compilation, source, self._session)
        experiment = compilation.experiment
        assert experiment is not None
        return Against(
            compilation.place.path,
            experiment.name,
            _veiled(found, compilation),
            costs(compilation, found.to_train),
            self._moved_from(folder, lock, compilation),
            state="known" if lock is not None else self._before(compilation),
            component=experiment.target.component,
        )

    def gone(self, below: Sequence[str], failed: Collection[str]) -> Iterator[Against]:
        """The builds of then below some folders that no experiment has by now, which `against` was
        asked of before; but for those by the name of one that `failed`, and may have them. Raises
        NoRevision."""
        starts = [self.revision.path(each) for each in below]
        for folder, head in {**self._missing, **self._orphaned()}.items():
            if folder in self._claimed or not any(_is_below(folder, each) for each in starts):
                continue
            if head.experiment in failed:
                continue
            with suppress(LockError):
                lock = self._lock(folder)
                source = shown(self.revision.here(folder), head.source)
                runs = retired_of(iter(lock.runs.values()))
                yield Against(source, head.experiment, Reviewed(retired=runs), state="gone")

    def _source_of(self, folder: str, head: Head) -> str:
        """The source of a build, then; "" where there is none."""
        path = shown(folder, head.source)
        return self.revision.texts([path], SOURCE.at_most).get(path, "")

    def _check_repository(self, compilation: Compilation) -> None:
        """Refuse an experiment of another repository, of a submodule too. Raises NoRevision."""
        root = compilation.place.guard.boundary.root
        if root != self.revision.root:
            where = os.path.normpath(compilation.place.path)
            raise NoRevision(
                f"{where} is in another repository, where {self.revision.name} is another commit",
                "name it alone: `tcwc plan " + shell_path(where) + " --against ...`",
            )

    def _before(self, compilation: Compilation) -> str:
        """The state of an experiment that the commit has no build of."""
        source = self.revision.path(compilation.place.folder)
        is_there = joined(source, compilation.place.name) in self.revision.files
        return "unbuilt" if is_there else "new"

    def _committed(self, folder: str) -> Committed:
        return Committed(self.revision, folder)

    def _folder_of(self, compilation: Compilation) -> str | None:
        """The folder, then, of an experiment's build; None where there was none."""
        folder = self.revision.path(compilation.folder)
        if joined(folder, MAPPING) in self.revision.files:
            return folder
        known = _science(compilation)
        found = [each for each in self._missing if each not in self._claimed]
        alike = {each: self._alike(each, compilation, known) for each in found}
        best = max(alike.values(), default=(0, False))
        same = [each for each, likeness in alike.items() if likeness == best]
        return same[0] if len(same) == 1 and best > (0, False) else None

    def _alike(self, folder: str, compilation: Compilation, known: set[str]) -> tuple[int, bool]:
        """What makes a build of then like an experiment: runs that mean the same, and its name."""
        try:
            lock = self._lock(folder)
        except LockError:
            return 0, False
        shared = sum(each.science_hash in known for each in lock.runs.values())
        name = compilation.experiment.name if compilation.experiment else ""
        return shared, lock.head.experiment == name

    @cached_property
    def _missing(self) -> Mapping[str, Head]:
        """The folders of builds, then, that are there no more, with what their mappings say."""
        return self._heads(path for path in self._mappings if not self._is_there(path))

    def _orphaned(self) -> Mapping[str, Head]:
        """The folders of builds that were left behind, where only the source has gone."""
        left = (path for path in self._mappings if self._is_there(path))
        heads = self._heads(path for path in left if _folder_in(path) not in self._claimed)
        sources = {folder: shown(folder, head.source) for folder, head in heads.items()}
        return {
            folder: heads[folder]
            for folder, source in sources.items()
            if source in self.revision.files and not self._is_there(source)
        }

    @cached_property
    def _mappings(self) -> Sequence[str]:
        return [path for path in self.revision.files if os.path.basename(path) == MAPPING]

    def _heads(self, paths: Iterable[str]) -> Mapping[str, Head]:
        """What mappings of then say, by their folders."""
        found = {}
        some = list(islice(paths, _LOOKED_INTO))
        for path, text in self.revision.texts(some, MAPPING_FILE.at_most).items():
            with suppress(LockError):
                head, folder = read_head(text), _folder_in(path)
                if is_kept(folder, head.source):
                    found[folder] = head
        return found

    def _is_there(self, path: str) -> bool:
        """Whether a file of then is there still, and not another one, by way of a link."""
        here = os.path.join(self.revision.root, path)
        return os.path.lexists(here) and self.revision.path(os.path.dirname(here)) == _folder_in(
            path
        )

    def _lock_of(self, folder: str) -> Lock:
        """The mapping in a folder, then. Raises NoRevision."""
        try:
            return self._lock(folder)
        except LockError as error:
            message = f"{joined(folder, MAPPING)} of {self.revision.name}: {error.message}"
            raise NoRevision(message, "compare with a commit that has a whole one") from None

    def _lock(self, folder: str) -> Lock:
        path = joined(folder, MAPPING)
        text = self.revision.texts([path], MAPPING_FILE.at_most).get(path)
        if text is None:
            raise LockError("git has no text of it here", "")
        return read_lock(text)

    def _moved_from(self, folder: str | None, lock: Lock | None, compilation: Compilation) -> str:
        if folder is None or lock is None:
            return ""
        place, head, here = compilation.place, lock.head, self.revision.here(folder)
        is_same = real_path(here) == real_path(compilation.folder)
        if is_same and is_owner(place, head.experiment, here, (head.source, head.experiment)):
            return ""
        then = shown(here, head.source)
        return here if then == os.path.normpath(place.path) else then


def _folder_in(path: str) -> str:
    return os.path.dirname(path) or os.curdir


def _is_below(folder: str, start: str) -> bool:
    return start == os.curdir or f"{folder}/".startswith(f"{start}/")


def _science(compilation: Compilation) -> set[str]:
    """The science hashes of an experiment's runs."""
    if compilation.lock is not None:
        return {each.science_hash for each in compilation.lock.runs.values()}
    build = compilation.build_upon(None)
    return {build.configs.science_hash(cell) for cell in build.experiment.cells}


def _veiled(found: Reviewed, compilation: Compilation) -> Reviewed:
    """What was found, without what only a file outside of the repository says."""
    if not compilation.is_veiled:
        return found
    told = compilation.shown

    def runs(those: Iterable[RunOf]) -> tuple[RunOf, ...]:
        return tuple(RunOf(each.id, _members(each.parameters, told)) for each in those)

    return replace(
        found,
        new=runs(found.new),
        revived=runs(found.revived),
        retired=runs(found.retired),
        changes=tuple(
            replace(each, differences=tuple(map(told, each.differences))) for each in found.changes
        ),
        origin=tuple(map(told, found.origin)),
    )


def _members(parameters: Mapping[str, Value], told: Callable[[str], str]) -> Mapping[str, Value]:
    made = without_theirs(dict(parameters), told)
    assert isinstance(made, dict)
    return made
