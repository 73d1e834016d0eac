"""Random experiments as YAML text: a scalar knows how it is written, mappings choose a style."""

from __future__ import annotations

import random
import re
from typing import Any, NamedTuple


class Raw(NamedTuple):
    """A scalar as it is written, quotes included."""

    text: str


PLAIN = re.compile(r"[A-Za-z0-9/._$\\{}+-][A-Za-z0-9/._${}\\+ *()%=<>\"'\[\],|-]*")


def text_of(rng: random.Random, said: str, quoted: bool | None = None) -> Raw:
    """A string, plain where it may be and nothing else is asked for."""
    plain = re.fullmatch(r"[A-Za-z/][A-Za-z0-9/._-]*", said) and said.lower() not in TRAPS
    if quoted is None:
        quoted = rng.random() < 0.5
    if plain and not quoted:
        return Raw(said)
    if re.search(r"[\n\t\0]", said) or (rng.random() < 0.5 and "\\" not in said):
        escaped = said.replace("\\", "\\\\").replace('"', '\\"')
        return Raw('"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"')
    return Raw("'" + said.replace("'", "''") + "'")


TRAPS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan", "none")


def document(rng: random.Random, value: dict[str, Any]) -> str:
    """A whole experiment."""
    return "".join(f"{line}\n" for line in block(rng, value))


def block(rng: random.Random, value: dict[str, Any], depth: int = 0) -> list[str]:
    """A mapping in block style."""
    lines: list[str] = []
    for key, each in value.items():
        lines += entry(rng, f"{key}:", each, depth)
    return lines


def entry(rng: random.Random, head: str, value: Any, depth: int) -> list[str]:
    """A key, or a dash, and its value."""
    if isinstance(value, Raw):
        return [f"{head} {value.text}".rstrip()]
    if not value or (flowing(value) and rng.random() < (0.5 if depth else 0.15)):
        return [f"{head} {flow(value)}"]
    if isinstance(value, dict):
        return [head, *(f"  {line}" for line in block(rng, value, depth + 1))]
    lines = [head]
    for each in value:
        inner = entry(rng, "-", each, depth + 1)
        if isinstance(each, dict | list) and len(inner) > 1:
            first, *rest = inner[1:]
            inner = [f"- {first[2:]}", *rest]
        lines += [f"  {line}" for line in inner]
    return lines


def flow(value: Any) -> str:
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def flowing(value: Any) -> bool:
    """Whether a value may stand in flow style: no brackets in keys or plain scalars."""
    if isinstance(value, Raw):
        return value.text[:1] in "'\"" or not re.search(r"[\[\]{},#?]|: ", value.text)
    if isinstance(value, dict):
        return all("[" not in key and flowing(each) for key, each in value.items())
    return all(map(flowing, value))
