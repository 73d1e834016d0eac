"""What is read for an experiment: noted by whether it is the repository's, or refused."""

from __future__ import annotations

from tcwc.disk.boundary import Boundary
from tcwc.disk.plain import read_head, read_plain
from tcwc.model.frozen import dataclass, field
from tcwc.model.limits import HEAD, SOURCE
from tcwc.model.outside import OutsideError


@dataclass(frozen=True, slots=True)
class Reads:
    """The texts that were read, by path: those of the repository, and those outside of it.

    `refused` are paths outside that were not read, since nothing there may be; of code with the
    name of its file, as it was looked for.
    """

    inside: dict[str, str] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def note(self, others: Reads) -> None:
        """What was read for several experiments was read for each."""
        self.inside.update(others.inside)
        self.outside.update(others.outside)


@dataclass(frozen=True, slots=True)
class Guard:
    """Reads files for an experiment; with `is_strict` none outside of its repository.

    `reads` are of what several experiments share, such as code; `own` of what is the experiment's.
    Texts of its sources are in neither: who reads them has them.
    """

    boundary: Boundary = field(default_factory=lambda: Boundary(None))
    is_strict: bool = False
    reads: Reads = field(default_factory=Reads)
    own: Reads = field(default_factory=Reads)

    def text(self, path: str, most: int = SOURCE.at_most, into: Reads | None = None) -> str:
        """The text of a plain file, noted `into` what was read.

        Raises OSError (OutsideError), UnicodeDecodeError.
        """
        self.check(path)
        # A byte-order mark before it is none of it.
        text = read_plain(path, most).decode("utf-8-sig")
        return self._noted(path, text, into) if into is not None else text

    def head(self, path: str) -> str | None:
        """The beginning of a plain file, whole characters of it; None where it is no text.

        Raises OSError (OutsideError).
        """
        self.check(path)
        data = read_head(path)
        try:
            return self._noted(path, data.decode("utf-8-sig"), self.own)
        except UnicodeDecodeError as error:
            cut = (
                len(data) == HEAD.at_most and error.start >= HEAD.at_most - 3
            )  # in the last character
            text = data[: error.start].decode("utf-8-sig")
            return self._noted(path, text, self.own) if cut else None

    def is_outside(self, path: str) -> bool:
        """Whether a path leads out of the repository, so that nothing of its text is printed."""
        return not self.boundary.holds(path)

    def check(self, path: str) -> None:
        """Raise OutsideError where a path may not be read."""
        if self.is_strict and self.is_outside(path):
            self.reads.refused.setdefault(path, "")
            raise OutsideError(path)

    def _noted(self, path: str, text: str, into: Reads) -> str:
        (into.outside if self.is_outside(path) else into.inside)[path] = text
        return text
