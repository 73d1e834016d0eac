"""The files of one version's catalogue: what was read from its source, and what is known by hand.

What is known by hand is one set for all versions (`schemas/knowledge`). An entry of it may have
`since` and `until`, the first and the last release that it is true of, both included; one that
differs between releases is `{"versions": [...]}`, of which the first that is true counts.

A member of a version's own file may be `=VERSION`: it is what that version has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tcwc.model.frozen import dataclass, field
from tcwc.model.recent import Recent
from tcwc.model.signature import sha256_text
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.members import Member

GENERATED = ("about", "recipes", "components", "configs", "launch")
"""The files that a version has of its own, without `.json`; all others are known by hand."""

SAME_AS = "="

LOCAL = "local:"
"""How the names of catalogues begin that lie in the author's repository."""

_KEPT = 4_000
"""Members that are kept: the names are those that authors write, in one experiment at most so many.
Fewer would be read again for each check of a large one."""


@lru_cache(64)
def order(version: str) -> tuple[tuple[int, str], ...]:
    """What versions are sorted by: `0.6.1` before `0.10.0`, `0.7.0.dev` before `0.7.0`."""
    parts = version.split(".")
    return (*((int(part), "") if part.isdigit() else (-1, part) for part in parts), (0, ""))


@dataclass(frozen=True, slots=True)
class Files:
    """`read` gives the text of a file and `names` lists a folder, both relative to `schemas/`."""

    version: str
    read: Callable[[str], str]
    names: Callable[[str], Sequence[str]]
    _texts: dict[str, str] = field(default_factory=dict)
    _members: dict[tuple[str, str], Any] = field(default_factory=lambda: Recent(_KEPT))

    @property
    def release(self) -> str:
        """The release that a version is of: itself, but for one of the author's own."""
        if not self.version.startswith(LOCAL):
            return self.version
        return str(self.fresh("about", "torchtune"))

    def text(self, file: str) -> str:
        """The text of a file of this version, of one by hand, or of one named with its folder."""
        if file not in self._texts:
            self._texts[file] = self.read(self._path(file))
        return self._texts[file]

    def _path(self, file: str) -> str:
        if "/" in file:
            return file
        folder = f"torchtune/{self.version}" if file in GENERATED else "knowledge"
        return f"{folder}/{file}.json"

    def has(self, file: str) -> bool:
        """Whether a file by hand is there: a catalogue may do without."""
        return f"{file}.json" in self.names("knowledge")

    def member(self, file: str, key: str) -> Any:
        """A member of a file; None where it has none of that name, or only for other versions."""
        found = self._members.get((file, key), self)  # None is an answer too
        if found is self:
            found = self._members[file, key] = self.fresh(file, key)
        return found

    def fresh(self, file: str, key: str) -> Any:
        """The same, the caller's own to change."""
        found = lines.find(self.text(file), key)
        if file in GENERATED and isinstance(found, str) and found.startswith(SAME_AS):
            return lines.find(self._elsewhere(file, found), key)
        return self.chosen(found)

    def members(self, file: str) -> dict[str, Any]:
        """All members of a file of lines, or of one that is JSON in another form."""
        found: dict[str, Any] = json.loads(self.text(file))
        if file not in GENERATED:
            return self.true(found)
        same = {key: text for key, text in found.items() if str(text).startswith(SAME_AS)}
        theirs = {text: json.loads(self._elsewhere(file, text)) for text in set(same.values())}
        return {**found, **{key: theirs[text][key] for key, text in same.items()}}

    def digest(self) -> str:
        """The SHA-256 of its own files."""
        return sha256_text("".join(map(self.text, GENERATED)))

    def _elsewhere(self, file: str, same_as: str) -> str:
        """The text of another version's file."""
        return self.text(f"torchtune/{same_as.removeprefix(SAME_AS)}/{file}.json")

    def true(self, entries: Mapping[str, Any]) -> dict[str, Any]:
        """The entries that are true of this version, in the form that is."""
        chosen = {key: self.chosen(entry) for key, entry in entries.items()}
        return {key: entry for key, entry in chosen.items() if entry is not None}

    def chosen(self, entry: Any) -> Any:
        """An entry as it is true of this version; None where it is true of others alone."""
        if not isinstance(entry, dict):
            return entry
        forms = entry.get("versions", (entry,))
        return next((form for form in forms if is_within(self.release, form)), None)


def is_within(release: str, entry: Member) -> bool:
    """Whether a release is none before an entry's `since` and none after its `until`."""
    since, until = entry.get("since", release), entry.get("until", release)
    return order(since) <= order(release) <= order(until)
