"""The files that `tcwc lint` is about: experiments, cluster profiles, configs that none uses."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from tcwc.api.session import TARGET, Session
from tcwc.commands.profiles import apart, chosen_profiles, is_like_profile
from tcwc.commands.select import NothingToDo, experiments, reads_as_config
from tcwc.commands.terminal import say
from tcwc.disk.files import Cannot, Place, find_experiments, is_named_as_experiment
from tcwc.model.frozen import dataclass, field
from tcwc.model.limits import SOURCE

if TYPE_CHECKING:
    from tcwc.commands.plain import PlainConfigs

STDIN = "-"


class LintedAs(Enum):
    """What a file is linted as."""

    EXPERIMENT = "experiment"
    CONFIG = "config"
    PROFILE = "cluster profile"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to lint; with `data` that is to stand in it. `chosen_at` is the experiment whose
    settings choose a profile; `others` are texts of files that an experiment names, by path."""

    path: str
    kind: LintedAs = LintedAs.EXPERIMENT
    data: bytes | None = None
    chosen_at: Place | None = None
    others: Mapping[str, str] = field(default_factory=dict)


def inputs(
    arguments: Namespace, session: Session, configs: Callable[[], PlainConfigs], cannot: Cannot
) -> Iterator[Input]:
    """The files to lint; with `-` the name that what comes on stdin goes by, and that.

    Raises NothingToDo, FileProblem.
    """
    if STDIN in arguments.files:
        yield from _of_stdin(arguments, configs, cannot)
        return
    if arguments.stdin_filename is not None:
        raise NothingToDo("--stdin-filename is for what comes on stdin", "write - as the file")
    if arguments.configs or arguments.recipe:
        yield from _configs(arguments, configs, cannot)
        return
    for each in _files(arguments.files, session, cannot):
        if arguments.torchtune and each.kind is LintedAs.EXPERIMENT:
            raise _names_it_itself(each.path, arguments.torchtune)
        yield each


def _names_it_itself(experiment: str, version: str) -> NothingToDo:
    name = TARGET.name
    message = f"--{name} is for configs that no experiment uses: {experiment} is an experiment"
    return NothingToDo(message, f'write into it, at the top level: `{name}: "{version}"`')


def _files(named: Sequence[str], session: Session, cannot: Cannot) -> Iterator[Input]:
    """What files and folders name, or all experiments and the profiles that they choose."""
    profiles, others = apart(named, session)
    alone, others = _alone(others, session, cannot)
    found: tuple[str, ...] = ()
    if others or not (profiles or alone):
        try:
            found = experiments(others, session, cannot)
        except NothingToDo as nothing:
            raise _or_configs(nothing, named, session) from None
    for path in found:
        yield Input(path, _kind(path, session))
    for path in alone:
        yield Input(path, LintedAs.CONFIG)
    for path in profiles:
        yield Input(path, LintedAs.PROFILE)
    if not named:
        for path, place in chosen_profiles(found, session, cannot):
            yield Input(path, LintedAs.PROFILE, chosen_at=place)


def _kind(path: str, session: Session) -> LintedAs:
    """What a file is that is linted for itself: a config is, where no experiment uses it."""
    if is_named_as_experiment(path):
        return LintedAs.EXPERIMENT
    from tcwc.commands.plain import is_config

    return LintedAs.CONFIG if is_config(path, session) else LintedAs.EXPERIMENT


def _or_configs(nothing: NothingToDo, named: Sequence[str], session: Session) -> NothingToDo:
    """What is said where no experiment is found; where there are configs, how to lint those."""
    from tcwc.commands.plain import below

    if any(map(os.path.isfile, named)):
        is_none = f"a config of {TARGET.name} has a `{TARGET.component}:`, and this has none"
        return NothingToDo(nothing.message, f"{nothing.help}; {is_none}")
    configs = [] if named else below(os.curdir, session)
    if not configs:
        return nothing
    help = f"`tcwc lint --configs` lints {_count(configs)} below it, or name some"
    return NothingToDo(nothing.message, help)


def _alone(named: Sequence[str], session: Session, cannot: Cannot) -> tuple[list[str], list[str]]:
    """The configs in folders that are named and have no experiment, and what else is named."""
    alone, others = dict[str, None](), list[str]()
    for path in named:
        configs = _configs_in(path, session, cannot)
        alone |= dict.fromkeys(configs)
        others += [] if configs else [path]
    return list(alone), others


def _configs_in(path: str, session: Session, cannot: Cannot) -> list[str]:
    """The configs below a folder that has no experiment, which is said; none of what is another."""
    if not os.path.isdir(path) or is_named_as_experiment(path) or any(find_experiments(path)):
        return []
    from tcwc.api.built import source_of
    from tcwc.commands.plain import below

    if source_of(path):  # what a build wrote is its experiment's, and that is said
        return []
    configs = below(path, session, cannot)
    if configs:
        verb = "are linted by themselves" if len(configs) != 1 else "is linted by itself"
        say(f"no experiment is below {path}: {_count(configs)} there {verb}", sys.stderr)
    return configs


def _count(configs: Sequence[str]) -> str:
    return f"{len(configs)} config{'s' if len(configs) != 1 else ''} of {TARGET.name}"


def _configs(
    arguments: Namespace, configs: Callable[[], PlainConfigs], cannot: Cannot
) -> Iterator[Input]:
    if arguments.recipe and not (arguments.files or arguments.configs):
        raise NothingToDo("--recipe is for configs, and none is named", "name the config's file")
    for path, alone in configs().asked(
        arguments.files, passes_over=arguments.configs, cannot=cannot
    ):
        yield Input(path, LintedAs.CONFIG if alone else LintedAs.EXPERIMENT)


def _of_stdin(
    arguments: Namespace, configs: Callable[[], PlainConfigs], cannot: Cannot
) -> Iterator[Input]:
    """What comes on stdin; of a config that experiments use, these. Raises NothingToDo,
    FileProblem."""
    each = _from_stdin(arguments)
    repairs = arguments.fix or arguments.unsafe_fixes or arguments.diff
    # A repair is of this text alone, and so is what it is repaired by.
    is_named = arguments.stdin_filename is not None and each.kind is LintedAs.CONFIG
    users = configs().users(each.path, cannot) if is_named and not repairs else []
    if not users:
        yield each
        return
    assert each.data is not None
    text = Place(each.path).decode(each.data)
    names = (os.path.normpath(each.path), os.path.relpath(each.path), os.path.abspath(each.path))
    for path in users:
        yield Input(path, others=dict.fromkeys(names, text))


def _from_stdin(arguments: Namespace) -> Input:
    """What comes on stdin, by itself. Raises NothingToDo."""
    name, data = _stdin(arguments)
    text = data.decode("utf-8", "replace")
    if is_like_profile(name, text):
        return Input(name, LintedAs.PROFILE, data)
    if is_named_as_experiment(name) and not (arguments.recipe or arguments.configs):
        return Input(name, data=data)
    is_config = arguments.recipe or arguments.configs or reads_as_config(text)
    return Input(name, LintedAs.CONFIG if is_config else LintedAs.EXPERIMENT, data)


def _stdin(arguments: Namespace) -> tuple[str, bytes]:
    """What comes on stdin, and the name that it goes by. Raises NothingToDo."""
    if len(arguments.files) > 1:
        raise NothingToDo("- (stdin) goes with no other file", "lint them in another call")
    if sys.stdin is None:  # closed before we began (`<&-`)
        raise NothingToDo("- is stdin, and that is closed", "name a file, or pipe one in")
    # Bytes, as the mark and the line ends that came in are to go out again.
    data = sys.stdin.buffer.read(SOURCE.at_most + 1)
    if len(data) > SOURCE.at_most:
        raise NothingToDo(f"stdin has more than {SOURCE}", "no experiment has")
    name = arguments.stdin_filename
    return name if name is not None else "<stdin>", data
