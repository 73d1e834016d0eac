"""Sections of another shape than theirs, as they are written here: `meta: my note`,
`include: {lora_rank: 64}`, `controls: [seed=1]`, `sample: 50%`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.language.arms import named_levels
from tcwc.language.choices import as_when
from tcwc.language.needs import of_machine
from tcwc.model.limits import GUESSED
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode, in_flow

_ASSIGNED = re.compile(r"([+~=]?[A-Za-z][\w.]*)\s*(?:=|:)\s*(\S.*)")
_OPTION = re.compile(r"--([A-Za-z][\w.-]*)(?:\s*=\s*|\s+)(\S.*)")
_UNMARKED = re.compile(r"([A-Za-z][\w.]*)\s+(\[.*\])")


_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ø": "o",
        "æ": "ae",
    }
)


def as_name(text: str) -> str:
    """A text as the name of an experiment; "" where nothing is left of it."""
    from unicodedata import normalize

    text = re.sub(r"\$?\{+[^{}]*\}+", "", text[: GUESSED.at_most]).translate(_LETTERS)
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._-")


def in_shape(name: str, node: Node) -> str:
    """What to write for a section of another shape; "" where it cannot be told."""
    make = _SHAPES.get(name)
    return make(name, node) if make is not None else ""


def of_stranger(name: str, node: Node) -> str:
    """What to do about a section that there is not, by its shape."""
    if help := of_machine(name, node):
        return help
    tests = [node] if isinstance(node, ScalarNode) else getattr(node, "items", ())
    if name == "conditions" and tests and all(isinstance(each, ScalarNode) for each in tests):
        kept = ", ".join(f"'not ({each.text})'" for each in tests)
        say = "these say which combinations are run, and `exclude:` which are not"
        return f"{say}: write `exclude: [{kept}]` at the top level, not here"
    if name in ("when", "if", "conditions"):
        whole = as_when(node) or f"when: {in_flow(node)}"
        return f"conditions have constants: write `{whole}` under `controls:`, not here"
    inner = node.entries if isinstance(node, MappingNode) else ()
    if len(inner) > 1 and all(_is_level(entry.value) for entry in inner):
        whole = f"arms: {{setup: {in_flow(node)}}}"
        say = "settings that go together are levels of an arm"
        return f"{say}: write `{whole}` at the top level, not here"
    items = node.items if isinstance(node, SequenceNode) else ()
    if items and all(_is_level(item) for item in items):
        levels = named_levels(node)
        rows = f"include: [{', '.join(map(in_flow, items))}]"
        whole = f"arms: {{setup: {levels}}}" if levels else rows
        say = "settings that go together are levels of an arm, each with a name"
        return f"{say}: write `{whole}` at the top level, not here"
    return "constants of every run go under `controls:`, what is tested under `variables:`"


def _is_level(node: Node) -> bool:
    """Whether a node sets keys to values."""
    return isinstance(node, MappingNode) and all(
        isinstance(entry.value, ScalarNode) and not entry.value.is_empty for entry in node.entries
    )


def _note(name: str, node: Node) -> str:
    """A text, or a list, where notes stand by name."""
    return f"write `{name}: {{note: {in_flow(node)}}}`"


def _rows(name: str, node: Node) -> str:
    """One row where a list of them stands."""
    return f"write `{name}: [{in_flow(node)}]`" if isinstance(node, MappingNode) else ""


def _groups(name: str, node: Node) -> str:
    """One group of names in a string, or a mapping, where a list of groups stands."""
    text = node.text if isinstance(node, ScalarNode) else ""
    text = "" if len(text) > GUESSED.at_most else text
    names = [each for each in re.split(r"[\s,;+&]+", text.strip("()")) if each]
    if isinstance(node, MappingNode):
        names = [entry.key.text for entry in node.entries]
        if len(names) > 1 and all(isinstance(e.value, SequenceNode) for e in node.entries):
            lines = " and ".join(f"`{e.key.text}: {in_flow(e.value)}`" for e in node.entries)
            group = f"`{name}: [[{', '.join(names)}]]` at the top level, not here"
            return f"the levels are of variables: write {lines} under `variables:`, and {group}"
    return f"write `{name}: [[{', '.join(names)}]]`" if len(names) > 1 else ""


def _arms(name: str, node: Node) -> str:
    levels = named_levels(node)
    return f"levels stand below an arm: write `{name}: {{setup: {levels}}}`" if levels else ""


def _sample(name: str, node: Node) -> str:
    """What is no number of runs: a share, a list, a word."""
    if isinstance(node, SequenceNode) and len(node.items) == 2:
        size, seed = (each.text if isinstance(each, ScalarNode) else "" for each in node.items)
        if size.isdecimal() and seed.isdecimal():
            return f"write `{name}: {{size: {size}, seed: {seed}}}`"
    text = node.text if isinstance(node, ScalarNode) else ""
    digits = re.search(r"[1-9][0-9]*", text)
    if re.fullmatch(r"0?\.[0-9]+|[0-9.]+\s*%", text):
        return "a sample is a number of runs, and no share of them: count them, and write " + (
            f"`{name}: {{size: 20, seed: 7}}`"
        )
    if digits is None and isinstance(node, ScalarNode) and node.text:
        return (
            f"write how many runs are drawn, such as `{name}: 4`; without it all combinations are "
            "run, in the order of the levels"
        )
    return f"write `{name}: {digits[0]}`, the number of runs" if digits else ""


def _lines(name: str, node: Node) -> str:
    """`key=value` words where `key: value` lines stand."""
    if isinstance(node, ScalarNode):
        # The lines of a plain text are folded: each key begins one.
        text = node.text if len(node.text) <= GUESSED.at_most else ""
        texts = re.split(r"\s+(?=[+~=]?[A-Za-z][\w.]*\s*(?:=(?!=)|\[))", text)
    else:
        items = node.items if isinstance(node, SequenceNode) else ()
        texts = [item.text if isinstance(item, ScalarNode) else "" for item in items]
    if isinstance(node, ScalarNode) and node.text.startswith("--"):
        return _options(node.text)
    found = [_ASSIGNED.fullmatch(text) or _UNMARKED.fullmatch(text) for text in texts]
    if len(found) < 2 and isinstance(node, ScalarNode):
        return ""  # told by itself, with a fix
    if not found or not all(found):
        return ""
    lines = [f"{each[1]}: {each[2]}" for each in found if each]
    if isinstance(node, SequenceNode) and node.span.line == node.span.end_line:
        return f"write `{name}: {{{', '.join(lines)}}}`"
    told = ", ".join(f"`{line}`" for line in lines)
    return f"a line begins with a key and a colon, and no dash: {told}"


def _options(text: str) -> str:
    """Options of a command line where `key: value` lines stand."""
    found = [_OPTION.fullmatch(each) for each in re.split(r"\s+(?=--)", text)]
    if not all(found):
        return ""
    told = ", ".join(f"`{each[1].replace('-', '_')}: {each[2]}`" for each in found if each)
    return f"a line begins with a key and a colon, and no dashes: write {told}"


def _evaluations(name: str, node: Node) -> str:
    """`- {with: lm_eval, ...}` items, each below a name."""
    items = node.items if isinstance(node, SequenceNode) else ()
    if not items or not all(isinstance(each, MappingNode) for each in items):
        return ""
    names = ("sums", "more") if len(items) > 1 else ("sums",)
    written = ", ".join(f"{key}: {in_flow(each)}" for key, each in zip(names, items, strict=False))
    return f"each has a name: write `{name}: {{{written}}}`"


_SHAPES: dict[str, Callable[[str, Node], str]] = {
    "meta": _note,
    "include": _rows,
    "zip": _groups,
    "arms": _arms,
    "sample": _sample,
    "controls": _lines,
    "engineering": _lines,
    "variables": _lines,
    "derived": _lines,
    "evaluate": _evaluations,
}


def several_bases(word: str, node: SequenceNode) -> str:
    """What to do with several bases, of which an experiment has one."""
    lines = [f"`{word}: {in_flow(each)}`" for each in node.items] or [f"`{word}: NAME`"]
    if len(lines) == 1:
        return f"an experiment has one base: write {lines[0]}"
    return (
        "a file has one base, for all its runs, and only models for one recipe are levels of an "
        f"arm: make one experiment file for each, with {' and '.join(lines)}"
    )
