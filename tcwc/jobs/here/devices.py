"""The devices of a machine, as runs are told of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern

VARIABLE = "CUDA_VISIBLE_DEVICES"
"""What names the devices that a program sees."""

LISTER = ("nvidia-smi", "-L")
"""What lists those of a machine."""

_WHOLE = pattern(r"GPU (\d+): .*\(UUID: ([\w-]+)\)\s*")
_PART = pattern(r"\s+MIG .*\(UUID: ([\w/-]+)\)\s*")


@dataclass(frozen=True, slots=True)
class Device:
    """A device: the `word` that names it to a program, and its `identity`, which is the same
    whatever word names it."""

    word: str
    identity: str


def listed(text: str) -> tuple[Device, ...]:
    """The devices in what `nvidia-smi -L` prints; of one that is divided, its parts."""
    found: list[Device] = []
    divided: set[str] = set()
    whole = ""
    for line in text.splitlines():
        if card := _WHOLE.fullmatch(line):
            whole = card[2]
            found.append(Device(card[1], whole))
        elif part := _PART.fullmatch(line):
            divided.add(whole)
            found.append(Device(part[1], part[1]))
    return tuple(each for each in found if each.identity not in divided)


def visible(words: str, there: Sequence[Device], scope: str = "") -> tuple[Device, ...]:
    """The devices that a value of the variable names, in its order, each once.

    As for CUDA, the first entry that names none ends the list. An index means that of a whole
    card. What nothing lists is known by its word, within a `scope`: two jobs of a node may both
    call theirs 0.
    """
    found: dict[str, Device] = {}
    for word in map(str.strip, words.split(",")):
        if not word or word.startswith("-") or word == "NoDevFiles":
            break
        meant = _meant(word, there) or f"{scope}{word}"
        found.setdefault(meant, Device(word, meant))
    return tuple(found.values())


def _meant(word: str, there: Iterable[Device]) -> str:
    """The identity of what a word names: an index, or a UUID, of which the beginning will do."""
    if word.isdecimal():
        fitting = [each.identity for each in there if each.word == word]
    else:
        fitting = [each.identity for each in there if each.identity.startswith(word)]
    return fitting[0] if len(fitting) == 1 else ""
