"""What a walk over a recipe has found so far: reads of keys, and where sections went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from tcwc.model.known import Supplied

Section: TypeAlias = tuple[str, ...]
Sections: TypeAlias = frozenset[Section]

ROOT: Section = ()
NOTHING: Sections = frozenset()


def dotted(section: Section) -> str:
    return ".".join(section)


@dataclass(frozen=True, slots=True)
class Read:
    """One place that reads a key. `default` is the source text of what stands in for it."""

    section: Section
    required: bool
    default: str
    line: int


@dataclass(frozen=True, slots=True)
class Escape:
    """A place that hands a section to something of which it is not known what it reads."""

    callee: str
    section: Section
    line: int


@dataclass(slots=True)
class Ledger:
    """A section is a path of keys, `()` the whole config.

    `asked` are the places of `"x" in section`, which may ask for an item of a list or for a
    piece of a text as well as for a key.
    """

    reads: set[Read] = field(default_factory=set)
    asked: set[Read] = field(default_factory=set)
    escapes: set[Escape] = field(default_factory=set)
    instantiated: dict[str, Supplied] = field(default_factory=dict)
    default_components: dict[Section, str] = field(default_factory=dict)
    _guarded: Sections = NOTHING

    def key(self, owners: Sections, name: str, line: int, default: str | None = None) -> Sections:
        """Notes a read of a key of each of the owners; required where there is no default."""
        sections = frozenset((*owner, name) for owner in owners)
        for section in sections:
            required = default is None and section not in self._guarded
            self.reads.add(Read(section, required, "" if required else default or "", line))
        return sections

    def ask(self, owners: Sections, name: str, line: int) -> None:
        self.asked |= {Read((*owner, name), False, "", line) for owner in owners}

    def mappings(self) -> set[Read]:
        """All reads: of what was asked for, that which is a key for certain."""
        owners = {read.section[:-1] for read in self.reads} | {ROOT}
        return self.reads | {read for read in self.asked if read.section[:-1] in owners}

    def escape(self, callee: str, sections: Sections, line: int) -> None:
        self.escapes |= {Escape(callee, section, line) for section in sections}

    def instantiate(self, sections: Sections, positional: int, keywords: set[str]) -> None:
        """Notes what a component is given; of several places, what all of them give."""
        for section in sections:
            name, component = dotted(section), self.default_components.get(section, "")
            old = self.instantiated.get(name, Supplied(positional, tuple(keywords)))
            self.instantiated[name] = Supplied(
                min(old.positional, positional),
                tuple(sorted(keywords & set(old.keywords))),
                component,
            )

    @contextmanager
    def guard(self, present: Sections) -> Iterator[None]:
        """Within it, reads of these keys do not require them: it was asked whether they are."""
        before = self._guarded
        self._guarded = before | present
        yield
        self._guarded = before
