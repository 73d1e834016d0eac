"""What a rebuild changes in runs that exist: which keys, from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Protocol

from tcwc.builds.same import same_value
from tcwc.config.walk import leaves
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.secret_words import Words, secret_words
from tcwc.model.secrets import masked_value
from tcwc.model.signature import is_titled
from tcwc.yaml.config import read_base

_EXAMINED = 100
"""Different changes that are looked into; runs that changed otherwise are listed without."""


@dataclass(frozen=True, slots=True)
class Change:
    """Runs that mean something else than before: their ids, and the differences they share."""

    ids: tuple[str, ...]
    differences: tuple[str, ...]


Lines = tuple[tuple[int, str, str], ...]
"""Lines that differ between two texts: where, the old ones and the new ones."""


class Kept(Protocol):
    """Where configs of runs are kept: a folder, or that of a commit."""

    def config(self, id: str, /) -> str | None:
        """The text of a run's config; None where there is none."""


class Changes:
    """Collects the runs of a folder that changed meaning, by what changed in them."""

    def __init__(self, folder: Kept) -> None:
        self._folder = folder
        self._groups: dict[tuple[str, ...], list[str]] = {}
        self._known: dict[Lines, tuple[str, ...]] = {}

    def note(self, id: str, text: str) -> None:
        """Look at a run that changed, by its new text, before its file is replaced."""
        old = self._folder.config(id)
        differences = () if old is None else self._differences(old, text, id)
        self._groups.setdefault(differences, []).append(id)

    def _differences(self, old: str, new: str, id: str) -> tuple[str, ...]:
        """The differences of a run; configs are only parsed for lines that differ otherwise."""
        lines = _changed_lines(old, new, id)
        found = self._known.get(lines)
        if found is None and len(self._known) < _EXAMINED:
            found = tuple(differences_of(old, read_base(new, "new").values))
            self._known[lines] = found
        return found or ()

    def grouped(self) -> tuple[Change, ...]:
        return tuple(Change(tuple(ids), what) for what, ids in self._groups.items())


def says_the_same(there: str, new: str) -> bool:
    """Whether a config that was edited says what a build would write, so that nothing is lost.

    The author may have made one change in both places. A comment is more than the build says, a
    word in the first line too, and a mark that an editor put before it.
    """
    if not is_titled(there):
        return False
    here, built = _below_the_head(there), _below_the_head(new)
    if here == built:
        return True
    if sum("#" in line for line in here) != sum("#" in line for line in built):
        return False
    read = read_base(there, "edited")
    return not read.diagnostics and same_value(read.values, read_base(new, "new").values)


def _below_the_head(text: str) -> list[str]:
    return text.replace("\r\n", "\n").rstrip().split("\n")[2:]


def _changed_lines(old: str, new: str, run_id: str) -> Lines:
    """The lines in which two configs of a run differ, below their headers and but for its id."""
    one = old.replace("\r\n", "\n").replace(run_id, "").split("\n")[2:]
    other = new.replace(run_id, "").split("\n")[2:]
    if len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return tuple([(at, a, b) for at, (a, b) in pairs if a != b])
    start = _common(one, other)
    end = _common(one[start:][::-1], other[start:][::-1])
    middle = ["\n".join(lines[start : len(lines) - end]) for lines in (one, other)]
    return ((start, middle[0], middle[1]),)


def _common(one: list[str], other: list[str]) -> int:
    """How many lines two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def differences_of(old_text: str, new: Mapping[str, Value]) -> Iterator[str]:
    """ "optimizer.lr 0.0001 -> 0.0003" for each leaf in which a config's text and values differ."""
    yield from value_differences(read_base(old_text, "old").values, dict(new))


def value_differences(old: dict[str, Value], new: dict[str, Value]) -> Iterator[str]:
    """The leaves in which two configs differ, in the order of the old one."""
    before, after = dict(leaves(old)), dict(leaves(new))
    named = ((format_path(p), v) for each in (before, after) for p, v in each.items())
    words = Words(secret_words(named))
    for path in dict.fromkeys((*before, *after)):
        if _shown(before, path) != _shown(after, path):
            name = format_path(path)
            here, there = (_shown(_masked(path, each, words), path) for each in (before, after))
            yield f"{name} {here} -> {there}"


def _masked(path: Path, config: Mapping[Path, Value], words: Words) -> dict[Path, Value]:
    """The leaf at a path, if there is one, as it may be printed."""
    return (
        {path: masked_value(format_path(path), config[path], words.masked)}
        if path in config
        else {}
    )


def _shown(config: Mapping[Path, Value], path: Path) -> str:
    from tcwc.config.canonical import flow

    return flow(config[path]) if path in config else "(absent)"
