"""Text to values, by what receives them."""

from __future__ import annotations

import math
import re
from typing import Any

from tests.paper import facts
from tests.paper.facts import NOTHING, Type
from tests.paper.naming import Scene, at, components
from tests.paper.reading import Path, Word, path_of
from tests.paper.references import resolve
from tests.paper.refusal import Refused

INT = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
NULLS = ("null", "Null", "NULL", "~")
TRUE, FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")


class Written(str):
    """A string that the author wrote, in which templates are filled."""

    __slots__ = ()


class Meant(Written):
    """A string of the author's without templates: its braces are single already."""

    __slots__ = ()


def type_of(scene: Scene, base: dict[str, Any], path: Path, own: str = "") -> Type:
    """What a path takes: by annotation, the catalogue's table, the base's value, or anything."""
    if len(path) > 1:
        here = [own] if own else [each for place, each in components(scene) if place == path[:-1]]
        for each in here:
            found = facts.parameter(each, str(path[-1])) if path[-1] != "_component_" else None
            if found is not None and found["kinds"] != ["any"]:
                return found
    if path[-1] == "_component_":
        return {"kinds": ["str"]}
    if isinstance(path[-1], int) and len(path) > 1:
        item: Type | None = type_of(scene, base, path[:-1]).get("item")
        if item is not None:
            return item
    return facts.key_type(path) or by_value(comes_to(base, path))


def comes_to(base: dict[str, Any], path: Path) -> Any:
    """The base's value, where it is a reference what that names; None where nobody knows yet."""

    def look(where: Path) -> Any:
        value = at(base, where)
        if isinstance(value, str) and "${" in value:
            return resolve(value, where, look)
        return value

    try:
        return look(path)
    except (Refused, RecursionError):
        return None


def by_value(value: Any) -> Type:
    """The type of the base's value."""
    kinds: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "str"}
    kinds |= {list: "list", dict: "mapping"}
    if type(value) not in kinds:
        return NOTHING
    found: Type = {"kinds": [kinds[type(value)]]}
    if isinstance(value, list) and value:
        inside = [kind for each in value for kind in by_value(each)["kinds"]]
        found["item"] = {"kinds": [*dict.fromkeys(inside)]}
    return found


def typed(scene: Scene, base: dict[str, Any], path: Path, value: Any, own: str = "") -> Any:
    """A value of the source as the receiver of this path gets it. Raises Refused."""
    kind = type_of(scene, base, path, own)
    if isinstance(value, Word):
        if "int" in kind["kinds"] and (whole := facts.whole(path, value.text)) is not None:
            return whole
        return scalar(value, kind, allows_null(base, path))
    if isinstance(value, list):
        if not {"any", "list"} & set(kind["kinds"]):
            raise Refused(f"{path}: no list is taken here")
        return [item(scene, base, (*path, n), each, kind) for n, each in enumerate(value)]
    if not {"any", "mapping"} & set(kind["kinds"]) and facts.key_type(path) is None:
        raise Refused(f"{path}: no mapping is taken here")
    return mapping(scene, base, path, value)


def item(scene: Scene, base: dict[str, Any], path: Path, value: Any, kind: Type) -> Any:
    """An item of a list: by the list's type, a mapping by its own component."""
    if isinstance(value, dict):
        return mapping(scene, base, path, value)
    if isinstance(value, list):
        inner = kind.get("item", NOTHING)
        return [item(scene, base, (*path, n), each, inner) for n, each in enumerate(value)]
    return scalar(value, kind.get("item", NOTHING), False)


def mapping(scene: Scene, base: dict[str, Any], path: Path, value: dict[str, Any]) -> Any:
    """A mapping that is taken as a whole; its own component types what stands in it."""
    made: dict[str, Any] = {}
    own = value.get("_component_")
    name = own.text if isinstance(own, Word) else "?"
    for key, each in value.items():
        op, inner = path_of(key)
        if op == "~":
            raise Refused("nothing to delete in a whole section")
        here = made
        for segment in inner[:-1]:
            here = here.setdefault(str(segment), {})
        kind = name if len(inner) == 1 else "?"
        found = typed(scene, base, (*path, *inner), each, kind)
        if str(inner[-1]) in here:
            raise Refused("set twice")
        here[str(inner[-1])] = found
    return made


def allows_null(base: dict[str, Any], path: Path) -> bool:
    return at(base, path) is None


def scalar(word: Word, kind: Type, null: bool) -> Any:
    """One scalar for a type. A quoted one is a string."""
    kinds = kind["kinds"]
    text = meant(word.text)
    if references(text) or isinstance(text, Written):
        return said(text, kind) if isinstance(text, Written) else Meant(text)
    if word.quoted:
        if not {"str", "any"} & set(kinds):
            raise Refused(f"'{text}' in quotes is a string, and {kinds} is taken")
        return choose(Meant(text), kind)
    if text == "":
        raise Refused("an empty value")
    if text in NULLS and (text != "~" or "str" not in kinds):
        if null or {"null", "any"} & set(kinds):
            return None
        raise Refused("null is not taken here")
    if kinds == ["any"]:
        return core(text)
    for each, read in (("bool", boolean), ("int", whole), ("float", real)):
        if each in kinds and (found := read(text)) is not None:
            return choose(found, kind)
    if "str" not in kinds:
        raise Refused(f"{text} is none of {kinds}")
    return choose(Meant(text), kind)


def meant(text: str) -> str:
    """A text without templates, its braces single; or one with templates, as it is written."""
    from tests.paper import filling

    pieces = filling.split(text)
    return pieces[0][0] if len(pieces) == 1 else Written(text)


def said(text: str, kind: Type) -> str:
    """A template, which gives a string."""
    if not {"str", "any"} & set(kind["kinds"]):
        raise Refused(f"{text} gives a string")
    return text


def choose(value: Any, kind: Type) -> Any:
    if "choices" in kind and value not in kind["choices"] and "{" not in str(value):
        raise Refused(f"{value} is not among {kind['choices']}")
    return value


def boolean(text: str) -> bool | None:
    return text in TRUE if text in TRUE + FALSE else None


def whole(text: str) -> int | None:
    return int(text) if INT.fullmatch(text) else None


def real(text: str) -> float | None:
    """A float; a whole number is one, and so are the ways to write infinity."""
    if infinite := INFINITE.fullmatch(text) or re.fullmatch("([-+]?)(inf)", text):
        return math.copysign(math.inf, -1 if infinite[1] == "-" else 1)
    return finite(text) if FLOAT.fullmatch(text) else None


def finite(text: str) -> float:
    if math.isinf(float(text)):
        raise Refused(f"{text} is too large for a float")
    return float(text)


def core(text: str) -> Any:
    """YAML 1.2's core schema, for what nothing types."""
    if text in TRUE + FALSE:
        return text in TRUE
    if INT.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return finite(text)
    if infinite := INFINITE.fullmatch(text):
        return math.copysign(math.inf, -1 if infinite[1] == "-" else 1)
    return None if text in NULLS else Meant(text)


def references(text: str) -> bool:
    """Whether a `${` stands here that no odd number of backslashes makes a text."""
    return any(len(found[1]) % 2 == 0 for found in re.finditer(r"(\\*)\$\{", text))
