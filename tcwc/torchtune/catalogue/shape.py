"""Whether the files of a catalogue that lies in a repository are what a catalogue's files are.

They are another's text, as an experiment is: what is made of them must not end in a traceback. The
shapes are those that `introspect/generate.py` writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from tcwc.expressions.trees import from_json
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.files import GENERATED
from tcwc.torchtune.catalogue.packages import PACKAGES
from tcwc.torchtune.header import launch_from_json

Shape: TypeAlias = "type | set[str] | dict[str, Shape] | list[Shape] | tuple[Shape, ...]"
"""A class; one of some strings; keys that have to be there, `?key` for those that may be, `*` for
any; a list of any length; one of several shapes."""

_KIND = {"any", "bool", "float", "int", "list", "mapping", "null", "str"}
_TYPE: dict[str, Any] = {"kinds": [_KIND], "?choices": [(str, int, bool)]}
_TYPE["?item"] = _TYPE
_SUPPLIED: dict[str, Any] = {"?positional": int, "?keywords": [str], "?component": str}
_READS: dict[str, Any] = {
    "keys": {"*": {"required": bool, "default": str, "at": [str]}},
    "instantiates": {"*": _SUPPLIED},
}
_PARAMETER: dict[str, Any] = {
    "name": str,
    "type": _TYPE,
    "?annotation": str,
    "?required": bool,
    "?default": str,
    "?positional_only": bool,
}
_COMPONENT: dict[str, Any] = {
    "at": str,
    "forwards": str,
    "parameters": [_PARAMETER],
    "?supplies": _SUPPLIED,
    "?sizes": {"*": int},
    "?refuses": [{"when": str, "message": str, "at": str, "tree": list}],
}
_SHAPES: dict[str, dict[str, Any]] = {
    "about": {
        "torchtune": str,
        "revision": int,
        "packages": {"*": {"*": str}},
        "constants": {"*": str},
        "readers": {"*": _READS},
        "?commit": str,
        "?changed": {"*": [str]},
    },
    "recipes": {"*": {"file": str, "distributed": bool, "configs": [str], **_READS}},
    "components": {"*": (str, _COMPONENT)},
    "configs": {"*": {"recipes": [str], "values": {"*": object}}},
    "launch": {"*": {"processes": {"*": [int]}, "downloads": [list]}},
}


def misshapen(texts: Mapping[str, str]) -> str:
    """The file, by its name without `.json`, that is none of a catalogue; "" where all are."""
    for name in GENERATED:
        try:
            read = json.loads(texts[name])
            sound = fits(read, _SHAPES[name]) and _is_sound(name, read)
        except (KeyError, ValueError, TypeError, IndexError, RecursionError):
            return name
        # A member is looked for by its line (lines.py).
        if not sound or texts[name] != lines.dump(read):
            return name
    return ""


def _is_sound(name: str, read: dict[str, Any]) -> bool:
    """Whether members hold what is made of them; raises what reading them does."""
    if name == "components":
        described = {key for key, member in read.items() if isinstance(member, dict)}
        for member in read.values():
            for refused in member.get("refuses", ()) if isinstance(member, dict) else ():
                from_json(json.dumps(refused["tree"]))
        others = (member for member in read.values() if isinstance(member, str))
        return all(each in described or not each.startswith("torchtune.") for each in others)
    if name == "launch":
        return all(launch_from_json(member) for member in read.values())
    if name == "about":
        known = PACKAGES[read["torchtune"]]
        return read["revision"] >= 1 and all(
            known.get(int(revision)) == named for revision, named in read["packages"].items()
        )
    return True


def fits(value: Any, shape: Shape) -> bool:
    """Whether a value of JSON has a shape."""
    if isinstance(shape, tuple):
        return any(fits(value, each) for each in shape)
    if isinstance(shape, set):
        return isinstance(value, str) and value in shape
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and _has(value, shape)
    # To Python true is a number.
    return isinstance(value, shape) and (shape is not int or not isinstance(value, bool))


def _has(value: dict[str, Any], shape: dict[str, Shape]) -> bool:
    if "*" in shape:
        return all(fits(each, shape["*"]) for each in value.values())
    if "?*" in shape:
        return True
    for key, each in shape.items():
        name = key.removeprefix("?")
        if name in value and not fits(value[name], each):
            return False
        if name not in value and not key.startswith("?"):
            return False
    return True
