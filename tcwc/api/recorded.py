"""What the mapping in an output folder says of its owner, and to a compile.

Imports are made where there is a mapping: `tcwc lint` runs in every commit.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tcwc.compiler import Recorded
from tcwc.disk.files import Place
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.printable import shell_path
from tcwc.model.rules import DAMAGED_MAPPING, OUTSIDE_OUTPUT, SHARED_FOLDER

if TYPE_CHECKING:
    from tcwc.builds.mapping import Head
    from tcwc.language.from_configs import RecordedArm


def recorded(place: Place, name: str, output: str | None, *, upgrade: bool) -> Recorded:
    """What the mapping in the folder that a source names records; where it cannot be used, why."""
    folder = place.output(output)
    if Folder(folder).leading_out(place.guard.boundary) is not None:
        from tcwc.api.outside import outside_output

        # One that is absolute is told of wherever it leads.
        absolute = output is not None and os.path.isabs(os.path.expanduser(output))
        outside = None if absolute else outside_output(place, folder)
        return Recorded(problem=(OUTSIDE_OUTPUT, *outside) if outside else None)
    try:
        text = Folder(folder).read_mapping()
    except OSError as error:
        what, help = _unreadable(folder, f"cannot be read: {error.strerror or error}")
        help = "make it readable" if isinstance(error, PermissionError) else help
        return Recorded(problem=(DAMAGED_MAPPING, what, help))
    except ValueError:
        return Recorded(problem=(DAMAGED_MAPPING, *not_text(folder)))
    if text is None:
        return Recorded()
    from tcwc.builds.errors import LockError
    from tcwc.builds.mapping_reader import read_head

    try:
        head = read_head(text)
    except LockError as error:
        where = os.path.join(folder, MAPPING) + (f":{error.line}" if error.line else "")
        help = error.in_folder(folder).help
        return Recorded(problem=(DAMAGED_MAPPING, f"{where}: {error.message}", help))
    wrong = not_ours(place, name, folder, head)
    if wrong is not None:
        return Recorded(problem=(SHARED_FOLDER, *wrong))
    ids = partial(_ids, text)
    if upgrade:
        return Recorded(ids=ids)
    keys = {word: parse_key(str(path)) for word, path in head.names.items()}
    names = {word: key.path for word, key in keys.items() if not isinstance(key, BadKey)}
    version, revision = (head.torchtune.get(key) for key in ("version", "catalogue"))
    return Recorded(
        version if isinstance(version, str) else None,
        revision if isinstance(revision, int) else None,
        names,
        ids,
        arms=_arms_from_configs(head) if head.models else {},
    )


def _arms_from_configs(head: Head) -> dict[str, RecordedArm]:
    """What each level of arms sets whose levels are configs; what is no such record is none."""
    from tcwc.language.from_configs import RecordedArm

    arms = {}
    for name, root in head.models.items():
        levels = head.arms.get(name)
        if isinstance(root, str) and isinstance(levels, dict):
            sets = {level: each for level, each in levels.items() if isinstance(each, dict)}
            arms[name] = RecordedArm(root, sets)
    return arms


def _ids(text: str) -> dict[str, str]:
    """The ids that a mapping gives runs, by their coordinates."""
    from tcwc.builds.errors import LockError
    from tcwc.builds.mapping_reader import read_lock
    from tcwc.config.canonical import canonical_json

    try:
        lock = read_lock(text)
    except LockError:  # in its runs: a build says so
        return {}
    names = lock.head.names
    return {
        canonical_json({str(names.get(k, k)): v for k, v in record.parameters.items()}): id
        for id, record in {**lock.retired, **lock.runs}.items()
    }


def not_text(folder: str) -> tuple[str, str]:
    """What is wrong with a mapping that is no text, and the way out."""
    return _unreadable(folder, "is not UTF-8 text")


def _unreadable(folder: str, why: str) -> tuple[str, str]:
    path = os.path.join(folder, MAPPING)
    return (
        f"{path} {why}",
        f"take it back from version control: `git checkout -- {shell_path(path)}`",
    )


def not_ours(place: Place, name: str, folder: str, head: Head) -> tuple[str, str] | None:
    """What is wrong, and the way out, where the mapping in a folder is another source's."""
    from tcwc.api.owner import is_owner, owner_there, shown

    if is_owner(place, name, folder, (head.source, head.experiment)):
        return None
    if owner_there(folder, head.source) is not None:
        return (
            f"the {MAPPING} in {folder} belongs to {shown(folder, head.source)}, not to "
            f"{os.path.normpath(place.path)}",
            "each build would remove the runs of the other: name another folder with `output:`",
        )
    owner, here = shown(folder, head.source), os.path.normpath(place.path)
    if owner == here:
        owner = f"an {owner} of the experiment {head.experiment}"
    return (
        f"the {MAPPING} in {folder} belongs to {owner}, not to {here}",
        f"if that was renamed or moved, `tcwc build {shell_path(here)} --adopt-mapping` takes its"
        " mapping over; else name another folder with `output:`",
    )
