"""An output folder: the mapping and the configs in it, as texts."""

from __future__ import annotations

import os
import re

from tcwc.disk.boundary import Boundary, boundary_of
from tcwc.disk.files import decode
from tcwc.disk.plain import read_head, read_plain
from tcwc.disk.run_files import RUN_FILE, evaluation_files
from tcwc.model.frozen import dataclass
from tcwc.model.limits import MAPPING_FILE
from tcwc.model.outside import OutsideError

MAPPING = "run_mapping.yaml"
ATTRIBUTES = ".gitattributes"
_BESIDE = (MAPPING, ATTRIBUTES)
STAGING = re.compile(r"\.tcwc-.*-(?P<process>[0-9]{1,10})-[0-9a-f]{8}\.tmp", re.DOTALL)
"""The names of staging folders, just as a build makes them: others may be somebody's own."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was named. Builds and checks are handed it: they touch no disk themselves."""

    path: str

    @property
    def mapping(self) -> str:
        """The path of the mapping, there or not."""
        return self.file(MAPPING)

    def file(self, name: str) -> str:
        """The path of a file of this name, there or not."""
        return os.path.join(self.path, name)

    def read_mapping(self) -> str | None:
        """The text of the mapping; None where there is none. Raises OSError, UnicodeDecodeError.

        One that a link leads to, out of the repository, is another's.
        """
        if not boundary_of(self.mapping).holds(self.mapping):
            raise OutsideError(self.mapping)
        try:
            # A file with holes may be larger than any memory, and its beginning is damage enough.
            if b"\0" in (head := read_head(self.mapping)):
                return decode(head)
            return decode(read_plain(self.mapping, MAPPING_FILE.at_most))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def config(self, id: str) -> str | None:
        """The text of a run's config; None where it cannot be read, or is no file: a pipe waits."""
        try:  # a mark that an editor put before the text is an edit
            return read_plain(self.file(f"{id}.yaml")).decode()
        except (OSError, UnicodeDecodeError):
            return None

    def standing(self, name: str) -> str | None:
        """The text of a file, for its signature: bytes that are no UTF-8 too.

        None where it cannot be read, or is no file.
        """
        try:
            return read_plain(self.file(name)).decode("utf-8-sig", "surrogateescape")
        except OSError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is anything of this name, were it a link to nothing."""
        return os.path.lexists(self.file(name))

    def has_file(self, name: str) -> bool:
        """Whether there is a file of this name that is no link."""
        path = self.file(name)
        return os.path.isfile(path) and not os.path.islink(path)

    def run_files(self) -> list[str]:
        """The names that are those of configs, sorted; none where there is no folder.

        Raises OSError where it cannot be looked into: what is in it decides about ids.
        """
        try:
            return sorted(name for name in os.listdir(self.path) if RUN_FILE.fullmatch(name))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def evaluation_files(self) -> list[str]:
        """The names that are those of configs of evaluations, sorted; of links to folders none.

        Raises OSError where it cannot be looked into.
        """
        return sorted(evaluation_files(self.path))

    def leading_out(self, boundary: Boundary) -> str | None:
        """The folder's path, or that of a file of a build in it, where a link leads out of a
        repository; None where none does."""
        if boundary.root is None:
            return None
        if not boundary.holds(self.path):
            return self.path
        try:
            with os.scandir(self.path) as entries:
                links = [each.name for each in entries if each.is_symlink()]
        except OSError:
            return None
        ours = [each for each in links if each in _BESIDE or RUN_FILE.fullmatch(each)]
        paths = map(self.file, sorted(ours))
        return next((path for path in paths if not boundary.holds(path)), None)

    def staging(self) -> list[Folder]:
        """What builds left in it that did not come to their end."""
        try:
            names = sorted(os.listdir(self.path))
        except OSError:
            return []
        found = [self.file(name) for name in names if STAGING.fullmatch(name)]
        return [Folder(path) for path in found if os.path.isdir(path) and not os.path.islink(path)]
