"""What a Python has installed, by its metadata, and what is known to work of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tcwc.model.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Copy:
    """A package as its metadata describe it; all of it is text from outside.

    `version` is "" where the metadata name none, and `trouble` then says why. `requires` are the
    other packages that it declares without any condition, with their versions. `commit` is that of
    git which it was installed from, "" where none is recorded. `python` is its Requires-Python.
    `has_cuda_parts`: it declares packages of CUDA.
    """

    version: str
    trouble: str = ""
    folder: str = ""
    commit: str = ""
    is_editable: bool = False
    requires: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    has_cuda_parts: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """What a Python has installed: `python` is its path, `version` its own version, `platform` as
    in "linux-x86_64". Of each package that was asked for, the copies as imports come to them."""

    python: str
    version: str
    platform: str
    packages: Mapping[str, tuple[Copy, ...]]


@dataclass(frozen=True, slots=True)
class Use:
    """What an experiment needs of an environment: what runs it, on which devices, and the names of
    its components. `is_distributed` is None where it is not known."""

    recipe: str
    is_distributed: bool | None
    devices: frozenset[str]
    components: frozenset[str]


Verdict = Literal["works", "broken", "unknown", "absent"]
"""Known to work, known not to work, neither; or not there, and nothing is known to need it."""


NOT_TRIED = "it was not tried"
"""Why nothing is known of a version that is none of those in the table."""


@dataclass(frozen=True, slots=True)
class Package:
    """What is known of one package: `works` are the versions that are known to.

    `why` is what does not work, or why nothing is known; `source` where that is from. `install`
    are the requirements that put it right.
    """

    name: str
    found: str
    works: tuple[str, ...]
    verdict: Verdict
    why: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    install: tuple[str, ...] = ()


Basis = Literal["asked", "experiment", "environment", "default"]
"""Whose version counts: the one that was asked for, that of an experiment, that which is there, or,
where nothing says one, the target's default."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of an environment, against a `version` of the target, and whose that is."""

    version: str
    rows: tuple[Package, ...]
    of: Basis = "experiment"

    @property
    def broken(self) -> tuple[Package, ...]:
        """The packages that are known not to work."""
        return tuple(row for row in self.rows if row.verdict == "broken")

    @property
    def install(self) -> tuple[str, ...]:
        """What to install, each once."""
        return tuple(dict.fromkeys(each for row in self.broken for each in row.install))
