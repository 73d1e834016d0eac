"""That nothing is lost: each constant and each level stands in the configs that it should reach.

This needs no interpreter, only the source and the configs: a leaf under a full path whose value is
plain must stand there in each run, unless a factor, a computation or a row sets something there.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import tcwc
from tests.paper import facts
from tests.paper.levels import specified
from tests.paper.merging import overlap
from tests.paper.naming import ABSENT, at
from tests.paper.reading import Path, Set, Word, path_of, read, sets


def lost(files: dict[str, str], runs: list[tcwc.Run]) -> str:
    """The first constant or level that is in no config; empty where there is none."""
    source = read(files["experiment.yaml"])
    controls = dict(source.get("controls", {}))
    some = controls.pop("when", {})
    constants = sets(controls) + sets(source.get("engineering", {}))
    if "rack.yaml" in files:
        constants += sets(read(files["rack.yaml"]))
    later = set_later(source) + [each.path for said in some.values() for each in sets(said)]
    for run in runs:
        for each in constants:
            over = any(overlap(each.path, one) or set(one) <= set(each.path) for one in later)
            if not over and not stands(each, run.config):
                return f"{run.id}: {each} does not stand in the config"
        for label, value in run.parameters.items():
            if not kept(path_of(label)[1], value, run.config):
                return f"{run.id}: the level {value!r} of {label} does not stand in the config"
    return ""


def set_later(source: dict[str, Any]) -> list[Path]:
    """What factors, computations and rows set; what an alias may mean, and any key so called."""
    found = [path for _, path, _ in specified(source.get("variables", {}))]
    for arm in source.get("arms", {}).values():
        found += [each.path for level in arm.values() for each in sets(level)]
    found += [each.path for each in sets(source.get("derived", {}))]
    found += [each.path for row in source.get("include", []) for each in sets(row)]
    aliases = facts.table("aliases")
    short = [each[0] for each in found if len(each) == 1]
    return found + [tuple(aliases[each]["path"].split(".")) for each in short if each in aliases]


def stands(one: Set, config: dict[str, Any]) -> bool:
    """Whether an assignment stands in a config; short names and words are not judged."""
    if one.path[0] not in config or (len(one.path) == 1 and one.op == "~"):
        return True
    there = at(config, one.path)
    if one.op == "~":
        return there is ABSENT
    return agrees(one.value, there)


def agrees(said: Any, there: Any) -> bool:
    """Whether a value of the source may have become what stands there."""
    if isinstance(said, list):
        return isinstance(there, list) and len(said) == len(there) and all(map(agrees, said, there))
    if isinstance(said, dict):
        flat = sets(said)
        return isinstance(there, dict) and all(
            agrees(each.value, at(there, each.path)) for each in flat
        )
    return word(said, there)


def word(said: Word, there: Any) -> bool:
    text = said.text
    if there is ABSENT:
        return False
    if "{" in text:
        return isinstance(there, str)
    if isinstance(there, bool) or there is None:
        return text.lower() in ("~", str(there).lower().replace("none", "null"))
    if isinstance(there, int):
        return Decimal(text) == there
    if isinstance(there, float):
        return float(text.replace(".inf", "inf").replace(".INF", "inf")) == there
    return bool(there == text) or there.startswith(text.rstrip("/") + "/")


def kept(path: Path, value: Any, config: dict[str, Any]) -> bool:
    """Whether a level of a full path stands in a config."""
    there = at(config, path)
    if there is ABSENT or isinstance(value, dict):
        return len(path) == 1 or isinstance(value, dict)
    if isinstance(value, str | list):
        return type(there) is type(value) or isinstance(there, str)
    return type(there) is type(value) and bool(there == value)
