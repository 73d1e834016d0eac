"""Tags that a base cannot have, and how the same is written without them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

from tcwc.yaml.composed import ComposedMapping, ComposedScalar, ComposedSequence, Node

_KNOWN = "remove it; !!str, !!int, !!float, !!bool and !!null are known for single values"
_PATH = re.compile(r"!?!?python/object/apply:pathlib\.(?:_local\.)?\w*Path")
_SHOWN = 60
"""Characters of a value that a help shows whole."""


def in_full(tag: str) -> str:
    """A tag as it is written in a file."""
    return tag if tag.startswith("!") else f"!!{tag}"


def instead(node: Node, text: str) -> str:
    """What to write in place of a node whose tag does not fit; `text` is that of the file."""
    if isinstance(node, ComposedScalar):
        return _of_scalar(node)
    if isinstance(node, ComposedMapping):
        keys = [text[key.start : key.end] for key, _ in node.pairs]
        return f"write a list: {_listed(keys)}" if node.tag == "set" else _of_python(node.tag)
    if node.tag in ("omap", "pairs"):
        return _of_pairs(node, text)
    if _PATH.fullmatch(node.tag):
        return f"write the path as a string: {_joined(node)}"
    return _of_python(node.tag)


def _of_scalar(node: ComposedScalar) -> str:
    if node.tag == "!":
        return 'write the value alone, or "" for an empty string: readers of YAML differ in `!`'
    if node.tag == "binary":
        return _decoded(node.text)
    if node.tag == "timestamp":
        return f"remove it: OmegaConf has no dates, and {node.text} alone is a string"
    if node.tag.lower() in ("!env", "!env_var"):
        return f"write ${{oc.env:{node.text}}}, which OmegaConf reads when the run starts"
    if node.tag.startswith("!include"):
        return f"OmegaConf includes no files: write what {node.text} holds here"
    return _of_python(node.tag)


def _decoded(text: str) -> str:
    try:
        said = b64decode(text).decode()
    except (binascii.Error, ValueError):
        said = ""
    if said.isprintable() and 0 < len(said) <= _SHOWN:
        return f"a config has strings and no bytes: write '{said}'"
    return "a config has strings and no bytes: write the path of a file that holds them"


def _of_python(tag: str) -> str:
    if tag == "python/tuple":
        return "remove it: a config has lists and no tuples"
    if tag.startswith("python/"):
        return "a config makes no objects of Python so: write the values that stand for one"
    return _KNOWN


def _of_pairs(node: ComposedSequence, text: str) -> str:
    """Keys with their values in a list, which OmegaConf reads as a list of lists."""
    pairs = [
        (text[key.start : key.end], text[value.start : value.end])
        for item in node.items
        if isinstance(item, ComposedMapping)
        for key, value in item.pairs
    ]
    lists = _listed([f"[{key}, {value}]" for key, value in pairs])
    if node.tag == "pairs" or len({key for key, _ in pairs}) < len(pairs):
        return f"write a list of lists: {lists}"
    mapping = ", ".join(f"{key}: {value}" for key, value in pairs)
    shown = f"{{{mapping}}}" if _is_short(mapping) else "a mapping"
    return f"write {shown}, which keeps its order, or {lists}, which is what OmegaConf reads here"


def _joined(node: ComposedSequence) -> str:
    parts = [item.text for item in node.items if isinstance(item, ComposedScalar)]
    whole = "/".join(part.rstrip("/") if part != "/" else "" for part in parts)
    return whole if _is_short(whole) else "a/b"


def _listed(items: list[str]) -> str:
    listed = f"[{', '.join(items)}]"
    return listed if _is_short(listed) else "[a, b]"


def _is_short(text: str) -> bool:
    return len(text) <= _SHOWN and text.isprintable()
