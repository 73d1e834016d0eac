"""What takes one config to another, as an author would say it: keys set, replaced, deleted."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.walk import is_number
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Op, Path, Value


@dataclass(frozen=True, slots=True)
class Setting:
    """A path that is set, replaced or deleted. A mapping that is set is new as a whole."""

    path: Path
    op: Op
    value: Value


def same(one: Value, other: Value) -> bool:
    """Whether two values are one to what reads them: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if is_number(one) and is_number(other):
        return one == other
    return type(one) is type(other) and one == other


def steps(
    old: dict[str, Value], new: dict[str, Value], component: str | None, path: Path = ()
) -> Iterator[Setting]:
    """What takes a config to another. `component` is the key that names what a section makes.

    A section of which another thing is made is replaced where it has not all that the old one has,
    and one that has lost most of its keys.
    """
    for key, value in new.items():
        if key not in old:
            yield Setting((*path, key), Op.SET, value)
        elif not same(old[key], value):
            yield from changed(old[key], value, component, (*path, key))
    yield from (Setting((*path, key), Op.DELETE, None) for key in old if key not in new)


def changed(old: Value, new: Value, component: str | None, path: Path) -> Iterator[Setting]:
    """What takes the value at a path to another one."""
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        if _is_another(old, new, component):
            yield Setting(path, Op.REPLACE, new)
        else:
            yield from steps(old, new, component, path)
    elif old is None or new is None or (not isinstance(old, dict) and not isinstance(new, dict)):
        yield Setting(path, Op.SET, new)
    else:
        yield Setting(path, Op.REPLACE, new)


def _is_another(old: dict[str, Value], new: dict[str, Value], component: str | None) -> bool:
    gone = [key for key in old if key not in new]
    if len(gone) * 2 > len(old):
        return True
    return component in new and old.get(component or "") != new.get(component or "") and bool(gone)
