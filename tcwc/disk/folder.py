"""An output folder: the mapping and the configs in it, as texts."""

from __future__ import annotations

import errno
import os
import re

from tcwc.disk.files import decode, read_bytes
from tcwc.disk.run_files import RUN_FILE
from tcwc.model.frozen import dataclass

MAPPING = "run_mapping.yaml"
_STAGING = re.compile(r"\.tcwc-.*\.tmp")


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
        """The text of the mapping; None where there is none. Raises OSError, UnicodeDecodeError."""
        path = self.mapping
        if os.path.exists(path) and not os.path.isfile(path):
            raise OSError(errno.EINVAL, "it is not a file", path)
        try:
            # Without the bound of read_bytes(): a mapping of a million runs is larger.
            with open(path, "rb") as file:
                return decode(file.read())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def config(self, id: str) -> str | None:
        """The text of a run's config; None where it cannot be read, or is no file: a pipe waits."""
        path = self.file(f"{id}.yaml")
        try:  # a mark that an editor put before the text is an edit
            return read_bytes(path).decode() if os.path.isfile(path) else None
        except (OSError, UnicodeDecodeError):
            return None

    def standing(self, name: str) -> str | None:
        """The text of a file, for its signature: bytes that are no UTF-8 too.

        None where it cannot be read, or is no file.
        """
        path = self.file(name)
        try:
            data = read_bytes(path) if os.path.isfile(path) else None
        except OSError:
            return None
        return None if data is None else data.decode("utf-8-sig", "surrogateescape")

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

    def staging(self) -> list[Folder]:
        """What builds left in it that did not come to their end."""
        try:
            names = sorted(os.listdir(self.path))
        except OSError:
            return []
        found = [self.file(name) for name in names if _STAGING.fullmatch(name)]
        return [Folder(path) for path in found if os.path.isdir(path) and not os.path.islink(path)]
