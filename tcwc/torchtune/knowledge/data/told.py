"""What a check of data says, before it is a finding, and values as one writes them."""

from __future__ import annotations

from tcwc.config.canonical import json_string
from tcwc.model.diagnostics import Rule
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.yaml.emit import scalar


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is wrong at a path. `about` are further paths that it depends on: one of all
    of them has to be the author's. With `key`, it is the key that is meant."""

    rule: Rule
    path: Path
    message: str
    help: str
    about: tuple[Path, ...] = ()
    key: bool = False


def written(where: Path, key: str, value: Value, operator: str = "") -> str:
    """A line to write, by its whole path; in an item of a list by its key alone, beside which the
    others of the item stand."""
    in_list = any(isinstance(each, int) for each in where)
    path = key if in_list else format_path((*where, key))
    return f"`{operator}{path}: {flow(value)}`"


def whole(where: Path, value: Value) -> str:
    """A section to write in place of the one that is there, or an item in its list."""
    in_list = any(isinstance(each, int) for each in where)
    return f"`- {flow(value)}`" if in_list else f"`={format_path(where)}: {flow(value)}`"


def flow(value: Value) -> str:
    """A value on one line, as one writes it in YAML."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    # No config that is built may hold a NUL, but a column of the user's data can.
    text = json_string(value) if isinstance(value, str) and "\0" in value else scalar(value)
    plain = isinstance(value, str) and text == value
    # What stands plain on a line of its own may not do so between braces.
    return f'"{text}"' if plain and set(text) & set(",[]{}") else text
