"""What an experiment that is adopted starts from: the base that was named, or the nearest one."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.known import Knowledge
from tcwc.model.problem import Problem
from tcwc.model.target import Target
from tcwc.model.words import either
from tcwc.model.words import nearest as near_words
from tcwc.moves.nearest import nearest
from tcwc.moves.written import inline


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the author has said of an experiment: "" where it is to be found out.

    `file` are the values of a base file. `version` is named only where it is not the default.
    """

    name: str
    base: str = ""
    file: dict[str, Value] | None = None
    recipe: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What an experiment starts from: the keys that say so, and the values."""

    head: Mapping[str, str]
    values: dict[str, Value]
    notes: tuple[str, ...] = ()


def ground(wishes: Wishes, values: dict[str, Value], known: Knowledge, target: Target) -> Ground:
    """The ground of an experiment one of whose configs has these values. Raises Problem."""
    if wishes.file is not None:
        return _of_file(wishes, wishes.file, known, target)
    if not wishes.base:
        return _nearest(wishes, values, known, target)
    return named_ground(wishes, known, target)


def named_ground(wishes: Wishes, known: Knowledge, target: Target) -> Ground:
    """The ground of a base that is named. Raises Problem."""
    config = known.config(wishes.base)
    if config is None:
        message = f"{target.name} {known.version} ships no config {wishes.base}"
        near = near_words(wishes.base, known.config_names()) or target.near_configs(
            wishes.base, known
        )
        help = f"did you mean {either(near)}?" if near else f"`{target.lister}` lists them"
        raise Problem(message, help)
    own = list(config.recipes)
    recipe = wishes.recipe if [wishes.recipe] != own else ""
    if not recipe and len(own) != 1:
        recipe = own[0] if own else ""
    return Ground(_head(wishes, "base_config", wishes.base, recipe, target), config.values)


def _nearest(wishes: Wishes, values: dict[str, Value], known: Knowledge, target: Target) -> Ground:
    found = nearest(values, known, target, wishes.recipe)
    if found is None:
        message = f"no config that {target.name} ships has anything in common with these"
        raise Problem(message, "name what they were made of: --base NAME, or --base FILE")
    config = known.config(found.name)
    assert config is not None
    recipe = found.recipe if [found.recipe] != list(config.recipes) else ""
    head = _head(wishes, "base_config", found.name, recipe, target)
    differ = "1 value differs" if found.count == 1 else f"{found.count} values differ"
    return Ground(head, config.values, (f"the nearest base is {found.name}: {differ}",))


def _of_file(wishes: Wishes, values: dict[str, Value], known: Knowledge, target: Target) -> Ground:
    """The ground of a base file; a file does not say what runs it."""
    recipe = wishes.recipe
    notes: tuple[str, ...] = ()
    if not recipe and (found := nearest(values, known, target)) is not None:
        recipe = found.recipe
        notes = (f"the recipe is that of {found.name}, the nearest base: --recipe names another",)
    head = _head(wishes, "base_config_file", wishes.base, recipe, target)
    return Ground(head, values, notes)


def _head(wishes: Wishes, key: str, base: str, recipe: str, target: Target) -> dict[str, str]:
    head = {"experiment_name": wishes.name, key: inline(base)}
    if recipe:
        head["recipe"] = inline(recipe)
    if wishes.version:
        head[target.name] = f'"{wishes.version}"'
    return head


def with_processes(start: Ground, processes: str) -> Ground:
    """A ground whose runs have so many processes each, where that is a number that says so."""
    made = resources(processes)
    return replace(start, head={**start.head, **made}) if made else start


def resources(processes: str) -> dict[str, str] | None:
    """The line of an experiment that says how many processes a run has; None where nothing does."""
    is_number = processes.isascii() and processes.isdecimal() and int(processes[:4]) > 0
    return (
        {"resources": f"{{gpus: {int(processes)}}}"} if is_number and len(processes) < 4 else None
    )
