"""What a first experiment says: by a base and what was asked for, or by the config of a run."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable

from tcwc.api.beginning import config_of_run, world_of_run
from tcwc.api.keys import tree_of
from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.terminal import say
from tcwc.disk.files import FileProblem
from tcwc.language.names import Names, Unbound
from tcwc.model.about import About
from tcwc.model.beginning import Beginning
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Op, Value, format_path
from tcwc.model.known import Knowledge, ShippedConfig
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.words import how_many
from tcwc.moves.first import First, levels_of
from tcwc.moves.from_run import FromRun, from_run
from tcwc.moves.steps import Setting
from tcwc.moves.written import setting_lines
from tcwc.yaml.composed import Unreadable
from tcwc.yaml.config_nodes import config_nodes

_FAR, _MANY = 0.5, 30
"""The part of their values that two configs share which have little in common, and how many differ
where nobody would read them as changes."""


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
        several = f"[{text}]"  # `[a],[b]` and `{...},{...}` are levels, and no YAML by themselves
        return several if not _is_yaml(text) and _is_yaml(several) else text
    if "'" in text or '"' in text:  # what is quoted may have commas of its own
        return f"[{text}]"
    return f"[{', '.join(each.strip() for each in text.split(','))}]"


def _is_yaml(text: str) -> bool:
    try:
        return config_nodes(text) is not None
    except Unreadable:
        return False


def _name(variables: tuple[tuple[str, str], ...], base: str) -> str:
    """A name for the experiment: what it varies, else what it is of."""
    if not variables:
        return base.rpartition("/")[2]
    last = re.sub(r"[^A-Za-z0-9_.-]", "", variables[0][0].rpartition(".")[2]).lstrip("._-")
    return f"{last or base.rpartition('/')[2]}_study"


def first_of_run(
    at: str,
    wanted: FirstWanted,
    known: Knowledge,
    version: str,
    session: Session,
    arguments: Namespace,
) -> First | None:
    """A first experiment, in a file, from what a run was trained with; None where it is like no
    base at all, which is then said. Raises FileProblem."""
    folder = arguments.from_run
    path, values = config_of_run(folder, session)
    found = from_run(values, known, TARGET, arguments.recipe or "", world_of_run(folder))
    if found is None:
        message = f"{path} is like no base config of {TARGET.name} {known.version}"
        problem(message, "name the folder that a run wrote to", arguments)
        return None
    near = found.nearest
    is_far = near.shared < _FAR or near.count > _MANY
    config, about, _ = _known_of(near.name, known)
    if near.recipe and near.recipe not in about.recipes:
        about = replace(about, recipes=(), likely=near.recipe)
    recipe = known.recipe(about.recipe)
    of_run = replace(config, values=found.values)
    begun = TARGET.beginning(of_run, recipe, known) if TARGET.beginning else Beginning()
    if not arguments.quiet:
        _tell_begun(path, found, is_far=is_far, is_named=bool(arguments.recipe))
    path_of = _paths(of_run, near.recipe, known)
    settings = () if is_far else _left(near.settings, wanted, begun, path_of)
    return First(
        wanted.name or _of_run(folder),
        about,
        found.values,
        replace(begun, constants=()),  # the run had what it had
        tuple((key, _levels(text)) for key, text in wanted.variables),
        wanted.constants,
        (TARGET.name, version),
        controls=tuple(_lines(settings, config, near.recipe, known)),
        said=tuple(format_path(each.path) for each in settings),
        path_of=path_of,
        file=_base_file(at) if is_far else "",
        file_text="".join(TARGET.emit(key, value) for key, value in found.values.items()),
    )


def _left(
    settings: tuple[Setting, ...],
    wanted: FirstWanted,
    begun: Beginning,
    path_of: Callable[[str], str],
) -> tuple[Setting, ...]:
    """What a run had, but for what was asked to be otherwise, and what follows from that."""
    varied = {path_of(key) for key, _ in wanted.variables}
    asked = varied | {path_of(key) for key, _ in wanted.constants}
    asked |= {path_of(each.key) for each in begun.ties if path_of(each.to) in varied}
    return tuple(each for each in settings if format_path(each.path) not in asked)


def _tell_begun(path: str, found: FromRun, *, is_far: bool, is_named: bool) -> None:
    near = found.nearest
    said = f"{near.name} with {how_many(near.count, 'value')} changed"
    if is_far:
        said = "a base of its own, as it is far from every base config"
    say(f"{path}: {said}", sys.stderr)
    if is_far and not is_named:
        say(f"  {near.recipe} is likely what ran it: `--recipe NAME` names another", sys.stderr)
    if found.renewed:
        keys = ", ".join(found.renewed)
        say(f"  {keys} without the run's own folder: a new run gets its own", sys.stderr)


def _base_file(at: str) -> str:
    """The name of a base of one's own, beside an experiment, that is free. Raises FileProblem."""
    stem = os.path.splitext(os.path.basename(at))[0].removesuffix("experiment").rstrip(".")
    names = ("base.yaml", f"{stem}.base.yaml") if stem else ("base.yaml",)
    for name in names:
        if not os.path.lexists(os.path.join(os.path.dirname(at), name)):
            return name
    message = f"{names[-1]} is there already, and the run's config is to go there"
    raise FileProblem(message, "name another file: `-o NAME.experiment.yaml`")


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
