"""Values of a cluster profile by their kinds: what a text stands for, or what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tcwc.language.amounts import memory_of
from tcwc.language.values import Mistyped
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.words import nearest
from tcwc.yaml.nodes import ScalarNode

_COUNT = pattern(r"[0-9]{1,9}")
_NUMBER = pattern(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_GIB = pattern(r"([1-9][0-9]{0,4})\s*(?:Gi?B?)?", re.IGNORECASE)
_LEADING = pattern(r"([0-9]{1,6})\s*(?:[A-DF-Za-df-z][A-Za-z-]*)?")
_MOST_GIB = 2000
"""More memory than a GPU has: `81920`, as nvidia-smi says it, is in MiB."""
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WORD = pattern(r"[^\s\"'`$\\;|&<>(){}]+")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a value does not fit, and what to write."""

    message: str
    help: str


Read: TypeAlias = Callable[[str, ScalarNode], "object | Unfit"]
"""What a key and its text give."""


def word(key: str, node: ScalarNode) -> str | Unfit:
    """A name of Slurm's, or several with commas."""
    if _WORD.fullmatch(node.text):
        return node.text
    if not node.text.strip():
        return Unfit(f"`{key}` names nothing", f"write `{key}: NAME`, or remove the line")
    return Unfit(f"`{key}` is one word, without spaces, quotes and signs", f"write `{key}: NAME`")


def name(key: str, node: ScalarNode) -> str | Unfit:
    """The type of a GPU, as the site's Slurm calls it."""
    if _NAME.fullmatch(node.text):
        return node.text
    kind, _, count = node.text.rpartition(":")
    if kind and count.isdecimal() and _NAME.fullmatch(kind.removeprefix("gpu:")):
        help = "how many a run has is `gpus:` under `resources:` of the experiment: write "
        return Unfit(
            f"`{key}` is a type without a number",
            f"{help}`{key}: {kind.removeprefix('gpu:')}`",
        )
    return Unfit(f"`{key}` is a type of GPU, as Slurm has it here", f"write `{key}: a100`")


def text(key: str, node: ScalarNode) -> str | Unfit:
    """A text of one line."""
    if node.text.strip() and node.text.isprintable():
        return node.text
    return Unfit(f"`{key}` is a text of one line", "write it on one line, in quotes")


def count(key: str, node: ScalarNode) -> int | Unfit:
    """A whole number above 0."""
    if not node.quoted and _COUNT.fullmatch(node.text) and int(node.text) > 0:
        return int(node.text)
    said = _LEADING.fullmatch(node.text.strip())
    number = int(said[1]) if said else 8
    return Unfit(
        f"`{key}` is a whole number above 0", f"write `{key}: {number or 8}`, without a unit"
    )


def hours(key: str, node: ScalarNode) -> float | Unfit:
    """A number of hours."""
    if not node.quoted and _NUMBER.fullmatch(node.text):
        return float(node.text)
    said = _LEADING.fullmatch(node.text.strip())
    number = said[1] if said else "500"
    return Unfit(f"`{key}` is a number of GPU-hours", f"write `{key}: {number}`, without a unit")


def memory(key: str, node: ScalarNode) -> int | Unfit:
    """MiB, from a text such as `64G`."""
    made = memory_of(node.text)
    return Unfit(f"`{key}`: {made.message}", made.help) if isinstance(made, Mistyped) else made


def gib(key: str, node: ScalarNode) -> int | Unfit:
    """GiB, from `80` or `80G`."""
    if (found := _GIB.fullmatch(node.text)) is not None:
        size = int(found[1])
        if size <= _MOST_GIB:
            return size
        help = f"write `{key}: {round(size / 1024)}`" if size >= 4096 else f"write `{key}: 80`"
        return Unfit(f"no GPU has {size:,} GiB; in MiB that would be {size / 1024:.0f} GiB", help)
    return Unfit(f"`{key}` is the memory of one GPU in GiB", f"write `{key}: 80`")


def folder(key: str, node: ScalarNode) -> str | Unfit:
    """The path of a folder."""
    if not node.text.strip() or not node.text.isprintable():
        return Unfit(f"`{key}` is the path of a folder", f"write `{key}: /scratch/lab/logs`")
    if "%" in node.text:
        help = "write a path without `%`; the files in it are named by job and run"
        return Unfit("Slurm fills `%` in, and makes no folder of that name", help)
    return node.text


def shared_folder(key: str, node: ScalarNode) -> str | Unfit:
    """The path of a folder that all nodes see."""
    if node.text.startswith(("/", "${oc.env:")) and node.text.isprintable():
        return node.text
    help = f"write it from the root: `{key}: [/scratch/lab]`"
    return Unfit("a folder that all nodes see has an absolute path", help)


def choice(words: Mapping[str, object]) -> Read:
    """One of some words, each with what it stands for."""

    def read(key: str, node: ScalarNode) -> object | Unfit:
        if node.text in words:
            return words[node.text]
        return Unfit(f"`{key}` cannot be `{node.text[:40]}`", _instead(node.text, [*words]))

    return read


def _instead(said: str, words: Sequence[str]) -> str:
    near = nearest(said, words)
    if len(near) == 1:
        return f"did you mean `{near[0]}`?"
    told = " or ".join(f"`{each}`" for each in words)
    return f"write {told}, or leave the key out"
