"""What a first experiment says: by a base and what was asked for, or by the config of a run."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable

from tcwc.api.beginning import config_of_run
from tcwc.api.keys import tree_of
from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.terminal import say
from tcwc.language.names import Names, Unbound
from tcwc.model.about import About
from tcwc.model.beginning import Beginning
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Op, Value, format_path
from tcwc.model.known import Knowledge, ShippedConfig
from tcwc.model.paths import BadKey, parse_key
from tcwc.moves.first import First, levels_of
from tcwc.moves.from_run import from_run
from tcwc.moves.steps import Setting
from tcwc.moves.written import setting_lines

_FAR = 0.5
"""The part of their values that two configs share which have the less in common."""


@dataclass(frozen=True, slots=True)
class FirstWanted:
    """What was asked for: keys with their levels, and with their values, as typed; a name or ""."""

    variables: tuple[tuple[str, str], ...]
    constants: tuple[tuple[str, str], ...]
    name: str


def first_of_base(name: str, wanted: FirstWanted, known: Knowledge, version: str) -> First:
    """A first experiment on a base that ships."""
    config, about, beginning = _known_of(name, known)
    path_of = _paths(config, about.recipe, known)
    variables = tuple((key, _levels(text)) for key, text in wanted.variables)
    constant = {path_of(key) for key, _ in wanted.constants}
    free = [each for each in beginning.variables if path_of(each.key) not in constant]
    if not variables and free:
        variables = ((free[0].key, levels_of(free[0])),)
    return First(
        wanted.name or _name(variables, name),
        about,
        config.values,
        beginning,
        variables,
        wanted.constants,
        (TARGET.name, version),
        path_of=path_of,
    )


def _paths(config: ShippedConfig, recipe: str, known: Knowledge) -> Callable[[str], str]:
    """What gives the path that a key, or a short name, stands for in the runs of a base."""
    names = Names(tree_of(config, recipe, TARGET, known))

    def path_of(key: str) -> str:
        made = parse_key(key)
        if isinstance(made, BadKey):
            return key
        word = made.path[0]
        found = names.resolve(word) if made.is_bare and isinstance(word, str) else made.path
        return format_path(made.path if isinstance(found, Unbound) else found)

    return path_of


def _known_of(name: str, known: Knowledge) -> tuple[ShippedConfig, About, Beginning]:
    config = known.config(name)
    assert config is not None
    assert TARGET.about is not None
    about = TARGET.about(config, known)
    recipe = known.recipe(about.recipe)
    begin = TARGET.beginning
    return config, about, begin(config, recipe, known) if begin else Beginning()


def _levels(text: str) -> str:
    """Levels as they stand in an experiment, from `8,16,32` or from what stands there already."""
    if text[:1] in "[{":
        return text
    return f"[{', '.join(each.strip() for each in text.split(','))}]"


def _name(variables: tuple[tuple[str, str], ...], base: str) -> str:
    """A name for the experiment: what it varies, else what it is of."""
    if not variables:
        return base.rpartition("/")[2]
    last = re.sub(r"[^A-Za-z0-9_.-]", "", variables[0][0].rpartition(".")[2]).lstrip("._-")
    return f"{last or base.rpartition('/')[2]}_study"


def first_of_run(
    folder: str,
    wanted: FirstWanted,
    known: Knowledge,
    version: str,
    session: Session,
    arguments: Namespace,
) -> First | None:
    """A first experiment from what a run was trained with; None where no base is near, which is
    then said. Raises FileProblem."""
    if os.path.isdir(folder):
        session.place(folder).within()
    path, values = config_of_run(folder, TARGET)
    found = from_run(values, known, TARGET, arguments.recipe or "")
    if found is None or found.nearest.shared < _FAR:
        message = f"{path} is like no base config of {TARGET.name} {known.version}"
        help = "start from the file itself: `base_config_file:` and `recipe:` in an experiment"
        problem(message, help, arguments)
        return None
    near = found.nearest
    config, about, beginning = _known_of(near.name, known)
    lines = tuple(_lines(near.settings, config, near.recipe, known))
    keys = tuple(format_path(each.path) for each in near.settings)
    if not arguments.quiet:
        say(f"{path}: {near.name} with {near.count} values changed", sys.stderr)
        if found.renewed:
            said = f"{', '.join(found.renewed)} without the run's own folder, of which each has one"
            say(f"  {said}", sys.stderr)
    if near.recipe and near.recipe not in about.recipes:
        about = replace(about, recipes=(), likely=near.recipe)
    return First(
        wanted.name or _of_run(folder),
        about,
        config.values,
        Beginning(beginning.variables, beginning.ties, (), beginning.known),
        tuple((key, _levels(text)) for key, text in wanted.variables),
        wanted.constants,
        (TARGET.name, version),
        controls=lines,
        said=keys,
        path_of=_paths(config, near.recipe, known),
    )


def _of_run(folder: str) -> str:
    """A name for what goes on from a run: that of its folder."""
    last = os.path.basename(os.path.abspath(folder)).removesuffix(".yaml")
    return re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+", "", last)[:80] + "_again"


def _lines(
    settings: tuple[Setting, ...], config: ShippedConfig, recipe: str, known: Knowledge
) -> list[str]:
    """The settings as lines of `controls:`; what nothing known reads is added with `+`."""
    tree = tree_of(config, recipe, TARGET, known)
    made: list[str] = []
    for each in settings:
        local = _components(each.value)
        added = each.op is Op.SET and not tree.receiver(each.path, {each.path: local}).known
        made += setting_lines(each, "  ", added=added)
    return made


def _components(value: Value) -> tuple[str, ...]:
    name = value.get(TARGET.component or "") if isinstance(value, dict) else None
    return (name,) if isinstance(name, str) else ()
