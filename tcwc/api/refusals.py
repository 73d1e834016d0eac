"""What is refused before a build: a folder whose record is lost, another's, or a newer tcwc's."""

from __future__ import annotations

import os

from tcwc.api.lost import lost
from tcwc.api.owner import default_owners, is_source, owner_there, source_name
from tcwc.api.recorded import not_ours
from tcwc.builds.errors import BuildError, LockError
from tcwc.builds.evidence import check_titles, no_record
from tcwc.builds.mapping import Lock
from tcwc.builds.mapping_reader import read_lock
from tcwc.builds.strays import Strays, find_strays
from tcwc.disk.files import Place
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.ir import Experiment


def check_record(place: Place, name: str, folder: Folder, strays: Strays) -> None:
    """Refuse a folder without a mapping that had one. Raises BuildError."""
    wrong = lost(place, name, folder.path)
    if wrong is not None:
        raise BuildError(*wrong)
    if strays.signed:
        raise no_record(folder)


def check_owner(place: Place, name: str, folder: Folder, lock: Lock, *, adopts: bool) -> None:
    """Refuse the mapping of another source: its ids are of other runs.

    One that is adopted may be that of a source which is there no more. Raises BuildError.
    """
    if adopts and owner_there(folder.path, lock.head.source) is None:
        return
    wrong = not_ours(place, name, folder.path, lock.head)
    if wrong is not None:
        raise BuildError(*wrong)
    check_titles(lock, name, folder)


def nothing_to_adopt(folder: Folder) -> BuildError:
    """The error of a folder without a mapping, where one is to be taken over."""
    return BuildError(
        f"there is no {MAPPING} in {folder.path} to adopt",
        "move the output folder that the source had before to there, with all that is in it",
    )


def check_target(place: Place, name: str, own: str, folder: str) -> None:
    """Refuse another folder than a source's `own` where it is, or was, another experiment's.

    Raises BuildError, LockError, OSError.
    """

    other = "name another folder with -o"
    owners = [each for each in default_owners(folder) if not is_source(place, each)]
    text = Folder(folder).read_mapping()
    # An experiment that was never built has its folder all the same.
    if text is None and owners:
        raise BuildError(f"{folder} is the output folder of {os.path.relpath(owners[0])}", other)
    if text is None:
        if find_strays(Folder(folder), None).signed:
            raise BuildError(f"{folder} holds configs of runs that no {MAPPING} names", other)
        return
    try:
        head = read_lock(text).head
    except LockError as error:
        raise error.in_folder(folder) from None
    owners += filter(None, [owner_there(folder, head.source)])
    # 0.1.0 wrote the bare name, whatever folder it was.
    ours = (source_name(place, own), place.name)
    if head.experiment != name or head.source not in ours:
        raise BuildError(f"{folder} holds the runs of {head.experiment} ({head.source})", other)
    others = [each for each in owners if not is_source(place, each)]
    if others:
        where = os.path.relpath(others[0])
        raise BuildError(f"{folder} holds the runs of {head.experiment} ({where})", other)


def check_source_name(place: Place, name: str) -> None:
    """Refuse a source whose name is no text: no mapping can hold it. Raises BuildError."""
    try:
        name.encode()
    except UnicodeEncodeError:
        message = f"the name of {place.path} is not UTF-8: {MAPPING} cannot name its source"
        raise BuildError(message, "rename it") from None


def check_version(lock: Lock, experiment: Experiment, known: tuple[str, ...]) -> None:
    """Refuse runs of a version, or of a catalogue, that only a newer tcwc knows.

    Raises BuildError.
    """
    recorded, name = lock.head.torchtune.get("version"), experiment.target.name
    revision = lock.head.torchtune.get("catalogue")
    newest = experiment.catalogue_revision
    same = recorded == experiment.version
    if same and isinstance(revision, int) and revision > newest:
        raise BuildError(
            f"these runs were built with catalogue revision {revision} of {name} {recorded}; "
            f"this tcwc knows revision {newest}",
            "use a newer tcwc, or --upgrade to build them with the one that it knows",
        )
    local = experiment.target.local
    if recorded not in known and local is not None and local.name(str(recorded)):
        raise BuildError(
            f"these runs were built for {name} {recorded}, of which there is no catalogue here",
            f"{local.regain(str(recorded))}; --upgrade builds them for {experiment.version}",
        )
    if recorded not in known:
        raise BuildError(
            f"these runs were built for {name} {recorded}; this tcwc knows {', '.join(known)}",
            "use a newer tcwc, or --upgrade to build them for the one that it knows",
        )
