"""Writes a build: the configs of all runs, and the mapping where it says something new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tcwc.builds.build import Build, Output, check_catalogue
from tcwc.builds.changes import Change, Changes
from tcwc.builds.errors import BuildError
from tcwc.builds.evidence import Evidence, of_strays
from tcwc.builds.mapping import (
    RETIRED,
    RUNS,
    render_end,
    render_head,
    render_record,
    render_section,
)
from tcwc.builds.matching import IdSource, run_id
from tcwc.builds.same import RecordsCompared
from tcwc.disk.folder import ATTRIBUTES, Folder
from tcwc.disk.writer import ATTRIBUTES_TEXT, Writer, Written
from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. Run ids by what became of them, beside an earlier build only.

    `found` are new runs that kept an id which the mapping did not know, from their configs in the
    folder; `moved` are such configs of runs that have another id: that, and this one. A merge of
    two branches leaves both. `is_rebuild` is true where the ids of an earlier build counted.
    `evaluations` are the configs that evaluate what runs leave.
    """

    folder: str
    runs: int
    written: Written
    new: tuple[str, ...]
    revived: tuple[str, ...]
    retired: tuple[str, ...]
    changes: tuple[Change, ...]
    found: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    is_rebuild: bool
    evaluations: int = 0


def write(
    build: Build,
    folder: Folder,
    writer: Writer,
    *,
    own: bool,
    inside: bool,
    mends: bool,
    on_run: Callable[[int, int], None],
) -> Report:
    """Write a build to a folder, all or nothing. Raises BuildError, WriteError.

    `own` says whether it is the experiment's own folder, so that the mapping there is the lock,
    and is written only where it says something else; `inside` whether the source is in the folder
    too; `mends` whether a mapping with other line ends is written anew. `on_run` is told after
    each run how many are done, and of how many.
    """
    check_catalogue(build, folder)
    check_strays(build)
    writing = _Writing(build, folder, writer, own=own)
    with writer:
        lines = writing.lines(on_run)
        # only where there is a lock can it turn out at the end that nothing has to be written
        made: Iterable[str] = list(lines) if own and build.lock else lines
        evaluations = 0
        for name, text in build.evaluations():
            writer.add(f"{name}.yaml", text)
            evaluations += 1
        is_all = own and writing.recorded.is_all(build.retired(), mends=mends)
        if not is_all or build.starts_otherwise():
            for piece in mapping_text(build, made):
                writer.add_mapping(piece)
        if own:
            writing.evidence.weigh()
        # Beside the source it would keep git from the line ends of the author's own files.
        if not inside:
            writer.add_if_absent(ATTRIBUTES, ATTRIBUTES_TEXT)
        written = writer.commit()
    return _report(build, folder, written, writing.changes, evaluations)


class _Writing:
    """The runs of a build on their way, and what is noticed of each beside what stands there."""

    def __init__(self, build: Build, folder: Folder, writer: Writer, *, own: bool) -> None:
        head = build.head()
        self._build, self._folder, self._writer, self._own = build, folder, writer, own
        self._found = frozenset(build.ids_by(IdSource.FOUND))
        self.changes = Changes(folder)
        self.recorded = RecordsCompared(build.lock, head)
        self.evidence = Evidence(build.lock, folder, head, build.strays)

    def lines(self, on_run: Callable[[int, int], None]) -> Iterator[str]:
        """The lines of the mapping, each after its run's config went to the writer."""
        for done, output in enumerate(self._build.outputs(), 1):
            self._writer.add(f"{output.id}.yaml", output.text)
            on_run(done, len(self._build))
            self._notice(output)
            yield output.line

    def _notice(self, output: Output) -> None:
        if output.changed_meaning or self._was_otherwise(output):
            self.changes.note(output.id, output.text)
        if self._own:
            self.evidence.note(output.record, changed=output.changed_meaning)
        self.recorded.note(output.record)

    def _was_otherwise(self, output: Output) -> bool:
        """Whether a run that no record knew had another config under its id."""
        if not self._own or output.id not in self._found:
            return False
        text = self._folder.config(output.id)
        return text is not None and text.replace("\r\n", "\n") != output.text


def _report(
    build: Build, folder: Folder, written: Written, changes: Changes, evaluations: int
) -> Report:
    return Report(
        folder.path,
        len(build),
        written,
        build.ids_by(IdSource.NEW, IdSource.FOUND),
        build.ids_by(IdSource.REVIVED, IdSource.REVIVED_SCIENCE),
        build.newly_retired(),
        changes.grouped(),
        build.ids_by(IdSource.FOUND),
        tuple((stray.id, run_id(build.ids.numbers[place])) for stray, place in build.ids.twins),
        build.lock is not None,
        evaluations,
    )


def check_strays(build: Build) -> None:
    """Refuse ids that may mean other runs: configs in the folder are in no record."""
    unknown = [stray.file for stray in build.ids.unknown]
    if unknown:
        raise BuildError(*of_strays(build.folder, unknown))


def mapping_text(build: Build, lines: Iterable[str]) -> Iterator[str]:
    """The pieces of the mapping that a build would write; `lines` are those of its runs."""
    head = build.head()
    yield render_head(head) + render_section(RUNS, empty=False)
    yield from lines
    retired = tuple(build.retired())
    yield render_section(RETIRED, empty=not retired)
    yield from map(render_record, retired)
    yield render_end(head, len(build) + len(retired))
