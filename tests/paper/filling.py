"""The end of a run: templates, directories of its own, references that hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from json import dumps
from typing import Any

from tests.paper.naming import at
from tests.paper.reading import Path
from tests.paper.receiving import Meant, Written
from tests.paper.references import OPEN, closing, parts
from tests.paper.refusal import Refused

FORMAT = re.compile(r"[0-9]{0,2}(\.[0-9]{1,2})?[defg%]?")


def split(text: str) -> list[tuple[str, str, str]]:
    """A text as (literal, name, format): what a template names, and what stands before it."""
    found: list[tuple[str, str, str]] = []
    literal, place = "", 0
    while place < len(text):
        opened = OPEN.match(text, place)
        if opened:
            end = closing(text, opened.end()) + 1
            literal, place = literal + text[place:end], end
        elif text[place] == "\\":
            literal, place = literal + text[place], place + 1
        elif text[place : place + 2] in ("{{", "}}"):
            literal, place = literal + text[place], place + 2
        elif text[place] == "{":
            end = text.find("}", place)
            if end < 0:
                raise Refused(f"{text}: a brace that does not close")
            name, _, how = text[place + 1 : end].partition(":")
            found.append((literal, name, how))
            literal, place = "", end + 1
        else:
            literal, place = literal + text[place], place + 1
    return [*found, (literal, "", "")]


def named(text: str) -> list[str]:
    """The names of the templates of a text."""
    return [] if isinstance(text, Meant) else [name for _, name, _ in split(text)[:-1]]


def fill(text: str, look: Callable[[str], Any], directory: bool) -> str:
    """A text with its templates filled in."""
    if isinstance(text, Meant):
        return str(text)
    made = ""
    for literal, name, how in split(text):
        made += literal
        if name or how:
            said = inserted(look(name), how)
            made += safe(said) if directory else said
    return made


def inserted(value: Any, how: str) -> str:
    """A scalar as text."""
    if how:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused(f"{value} has no number format")
        if not FORMAT.fullmatch(how) or (how[-1] == "d" and not isinstance(value, int)):
            raise Refused(f"{how} is no format of {value}")
        return format(value, how)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return canonical(value)
    if isinstance(value, int | str):
        return str(value)
    raise Refused("only a single value can be inserted")


def canonical(value: float) -> str:
    """A float as it is emitted: the shortest digits, with a point also before an exponent."""
    said = repr(value)
    if said in ("inf", "-inf"):
        return said.replace("inf", ".inf")
    head, mark, tail = said.partition("e")
    return said if not mark or "." in head else f"{head}.0e{tail}"


def canonical_json(value: Any) -> str:
    """The one text of a value: members sorted, no blanks, floats in their one form."""
    if isinstance(value, dict):
        members = (f"{canonical_json(key)}:{canonical_json(value[key])}" for key in sorted(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    if isinstance(value, float):
        return canonical(value).replace(".inf", "1.0e+999")
    return dumps(value, ensure_ascii=False)


def safe(text: str) -> str:
    """An inserted value as part of a directory's name."""
    text = re.sub(r"[/\\\0]", "_", text)
    return "_" + text[1:] if text.startswith(".") else text


def written(value: Any, path: Path = ()) -> list[tuple[Path, str]]:
    """All strings of the author's below a value."""
    return [each for each in texts(value, path) if isinstance(each[1], Written)]


def texts(value: Any, path: Path = ()) -> list[tuple[Path, str]]:
    """All strings below a value."""
    if isinstance(value, str):
        return [(path, value)]
    below: Any = value.items() if isinstance(value, dict) else ()
    below = enumerate(value) if isinstance(value, list) else below
    return [each for key, inner in below for each in texts(inner, (*path, key))]


def bare(value: Any) -> Any:
    """A value with plain strings."""
    if isinstance(value, dict):
        return {str(key): bare(each) for key, each in value.items()}
    if isinstance(value, list):
        return [bare(each) for each in value]
    return str(value) if isinstance(value, Written) else value


def place_of(config: dict[str, Any], path: Path, value: Any) -> None:
    """Put a value where one stands."""
    here: Any = config
    for each in path[:-1]:
        here = here[each]
    here[path[-1]] = value


def directories(config: dict[str, Any]) -> list[Path]:
    """The keys that hold a directory to which a run writes."""
    found: list[Path] = [("output_dir",)]
    found += [(key, "output_dir") for key in config if str(key).endswith("checkpointer")]
    found += [("metric_logger", "log_dir"), ("profiler", "output_dir")]
    return [each for each in found if isinstance(at(config, each), str)]


def follows(config: dict[str, Any], path: Path, seen: tuple[Path, ...] = ()) -> bool:
    """Whether a directory lies below another one by its references."""
    text = at(config, path)
    if not isinstance(text, str) or path in seen:
        return False
    for inside in parts(text):
        target = target_of(inside, path)
        if target in directories(config) or follows(config, target, (*seen, path)):
            return True
    return False


def target_of(inside: str, path: Path) -> Path:
    dots = len(inside) - len(inside.lstrip("."))
    return (
        (*path[: len(path) - dots], *inside.lstrip(".").split("."))
        if dots
        else tuple(inside.split("."))
    )
