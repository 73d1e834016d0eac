"""What the configs in an output folder say of its mapping, and the errors where they disagree.

The mapping is the record of what each run is. A config says which run it is too, so that a mapping
that was lost, or lost lines, is not taken for one of a folder with nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from tcwc.builds.errors import BuildError
from tcwc.builds.mapping import Head, Lock, Record
from tcwc.builds.same import same_design, same_levels
from tcwc.builds.strays import Stray
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.printable import shell_path
from tcwc.model.signature import Signature, Signed, sha256_text, signature

_NAMED = 5
"""Files that an error names."""


class Evidence:
    """What speaks against the lock: configs that are the file of another run's record, and records
    whose hashes are not those of the parameters beside them, though nothing else has changed.

    A build would follow the records, and give runs that were known by their files other ids. `head`
    is what a build says of all runs, `strays` are the configs that no record knows.
    """

    def __init__(
        self, lock: Lock | None, folder: Folder, head: Head, strays: Iterable[Stray] = ()
    ) -> None:
        self._lock = lock
        self._head = head
        self._changed: dict[str, tuple[str, str]] = {}
        self._folder = folder
        self._seen: set[str] = set()
        self._against: list[tuple[str, str]] = []
        for stray in strays:
            self._find(stray)

    @cached_property
    def _recorded(self) -> dict[str, str]:
        records = {**self._lock.runs, **self._lock.retired} if self._lock else {}
        return {record.sha256: id for id, record in records.items()}

    def note(self, record: Record, *, changed: bool) -> None:
        """Look at a run by its new record; `changed` says that it means something else now."""
        self._look(record.id, record.sha256)
        if changed:
            self._compare(record)

    def _look(self, id: str, sha256: str | None) -> None:
        """Look at the file of a run whose new hash is this."""
        self._seen.add(id)
        lock = self._lock
        before = (lock.runs.get(id) or lock.retired.get(id)) if lock else None
        if before is None or before.sha256 == sha256:
            return
        text = self._folder.config(id)
        if text is None:
            return
        text = text.replace("\r\n", "\n")
        owner = self._recorded.get(sha256_text(text), id)
        if owner != id and signature(text) == Signed(Signature.INTACT, id):
            self._against.append((id, owner))

    def _compare(self, record: Record) -> None:
        """Look at a run that is no longer what its record of the last build says."""
        before = self._lock.runs.get(record.id) if self._lock else None
        if before is not None and same_levels(before, record):
            self._changed[record.id] = (before.science_hash, record.science_hash)

    def _find(self, stray: Stray) -> None:
        """Look at a config whose id no record has, by the hash of its file."""
        owner = self._recorded.get(stray.sha256, stray.id)
        if owner != stray.id:
            self._against.append((stray.id, owner))

    def _are_exchanged(self) -> bool:
        """Whether the runs that changed have one another's hashes, and nothing else has changed."""
        before, now = ({pair[at] for pair in self._changed.values()} for at in (0, 1))
        if len(now) < 2 or before != now or self._lock is None:
            return False
        return same_design(self._lock.head, self._head)

    def weigh(self) -> None:
        """Raises BuildError where something speaks against a record."""
        if self._are_exchanged():
            mapping = self._folder.mapping
            raise BuildError(
                f"{mapping} is damaged: the parameters and the hashes that it records for"
                f" {next(iter(self._changed))} are of two runs",
                "take the mapping back from version control:"
                f" `git checkout -- {shell_path(mapping)}`",
            )
        for id in (*self._lock.runs, *self._lock.retired) if self._lock else ():
            if id not in self._seen:
                self._look(id, None)
        if self._against:
            id, owner = self._against[0]
            mapping, config = self._folder.mapping, self._folder.file(f"{id}.yaml")
            raise BuildError(
                f"{mapping} is damaged: {config} is the config that it records for {owner}",
                "take the mapping back from version control:"
                f" `git checkout -- {shell_path(mapping)}`",
            )


def check_titles(lock: Lock, experiment: str, folder: Folder) -> None:
    """Refuse the mapping of another experiment that was put beside these configs.

    An experiment that was renamed has the old name in its mapping and in its configs. Raises
    BuildError.
    """
    named = lock.head.experiment
    if named == experiment or folder.staging():
        return
    titles = {title for id in (*lock.runs, *lock.retired) if (title := _title(folder, id))}
    if titles and named not in titles:
        mapping = folder.mapping
        raise BuildError(
            f"{mapping} is of the experiment {named}, and the configs beside it are of"
            f" {', '.join(sorted(titles)[:_NAMED])}",
            f"take the mapping back from version control: `git checkout -- {shell_path(mapping)}`",
        )


def _title(folder: Folder, id: str) -> str | None:
    """The experiment that an intact config names; None where there is none."""
    text = folder.config(id)
    if text is None or signature(text) != Signed(Signature.INTACT, id):
        return None
    return text.partition(f", {id}: ")[0].removeprefix("# ")


def of_strays(folder: Folder, files: Sequence[str]) -> tuple[str, str]:
    """What is wrong with configs whose runs are not known, and the way out."""
    paths = [shell_path(folder.file(file)) for file in files]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    mapping = shell_path(folder.mapping)
    one, some = len(files) == 1, " ".join(paths[:_NAMED])
    return (
        f"{', '.join(paths[:_NAMED])}{more} {'is a config' if one else 'are configs'} of tcwc, but"
        f" {mapping} does not record which {'run that is' if one else 'runs they are'}",
        f"take the mapping back from version control (`git checkout -- {mapping}`); or, where"
        f" nobody needs {'it' if one else 'them'}, `git rm -f {some}` (`rm {some}` what git does"
        " not know); or start the ids over with --renumber",
    )


def no_record(folder: Folder) -> BuildError:
    """The error of a folder that holds configs and no mapping."""
    mapping = shell_path(folder.mapping)
    return BuildError(
        f"there is no {MAPPING} in {folder.path}, but configs that tcwc made: without the record"
        " the ids would start over, and mean other runs",
        f"take it back from version control: `git checkout -- {mapping}`. Where there is none,"
        " --renumber starts the ids over",
    )
