"""`tcwc bases`: the base configs that torchtune ships, and the recipes that run them."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator, Sequence

from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.habits import SHOWS
from tcwc.commands.terminal import give, say
from tcwc.disk.files import FileProblem, Place
from tcwc.language.release import near_version
from tcwc.model.known import Knowledge
from tcwc.model.printable import shell_line
from tcwc.model.secrets import masked_value
from tcwc.model.words import either, nearest


def run(arguments: Namespace) -> int:
    """List the bases whose names, or recipes, have all words, or print one; 0 done, 1 none, 2 a
    catalogue of one's own cannot be read."""
    try:
        return _bases(arguments)
    except FileProblem as error:
        problem(error.message, error.help, arguments)
        return 2


def _bases(arguments: Namespace) -> int:
    session, place = Session(), Place("experiment.yaml")
    there = session.versions_at(place)
    wanted = TARGET.version_of(arguments.version or TARGET.default_version)
    if wanted not in there:
        meant, _ = near_version(wanted, there, TARGET)
        message = f"tcwc has no catalogue of {TARGET.name} {wanted}"
        problem(
            message,
            f"did you mean {meant}?" if meant else f"it has {TARGET.listed(there)}",
            arguments,
        )
        return 1
    known = session.catalogue(wanted, place)
    named = known.config(" ".join(arguments.words)) if arguments.show else None
    if named is not None:
        give(
            "".join(
                TARGET.emit(key, masked_value(key, value)) for key, value in named.values.items()
            )
        )
        return 0
    words = [word.lower().strip("*") for word in arguments.words]
    fitting = _fitting(known, words)
    if not fitting:
        message = f"no base config of {TARGET.name} {wanted} has {' and '.join(arguments.words)}"
        others = (each for each in reversed(session.versions) if each != wanted)
        has = next((v for v in others if _fitting(session.catalogue(v, place), words)), None)
        typed = shell_line(["tcwc", "bases", f"--{TARGET.name}", has or "", *arguments.words])
        help = f"{has} has: `{typed}`" if has else _near(arguments.words, known)
        problem(message, help, arguments)
        return 1
    if arguments.show and len(fitting) > 1:
        help = f"there are {', '.join(name for name, _ in fitting[:5])}"
        if not words:
            help = f"for example `tcwc bases --show {TARGET.example_config}`"
        problem("--show prints one base config, by its whole name", help, arguments)
        return 1
    if arguments.show:
        return _bases(Namespace(**{**vars(arguments), "words": [fitting[0][0]]}))
    wide = max(len(name) for name, _ in fitting)
    for name, recipes in fitting:
        say(f"{name:<{wide}}  {recipes or '(no recipe: name one with `recipe:`)'}")
    return 0


def _fitting(known: Knowledge, words: Sequence[str]) -> list[tuple[str, str]]:
    return [row for row in _rows(known) if all(_has(row, word) for word in words)]


def _rows(known: Knowledge) -> Iterator[tuple[str, str]]:
    """Each config and the recipes that run it."""
    for name in known.config_names():
        config = known.config(name)
        yield name, ", ".join(config.recipes if config else ())


def _has(row: tuple[str, str], word: str) -> bool:
    """Whether a row has a word: `3b` is not part of 13b."""
    text = " ".join(row).lower()
    return (
        re.search(rf"(?<![0-9]){re.escape(word)}" if word[:1].isdigit() else re.escape(word), text)
        is not None
    )


def _near(words: Sequence[str], known: Knowledge) -> str:
    """What to type for words that no config has."""
    if words[0] in SHOWS and len(words) > 1:
        return f"did you mean `{shell_line(['tcwc', 'bases', '--show', *words[1:]])}`?"
    typed = " ".join(words)
    every = [*known.config_names(), *known.recipe_names()]
    near = nearest(typed.lower(), every) or TARGET.near_configs(typed, known)
    return f"did you mean {either(near)}?" if near else "`tcwc bases` lists them all"
