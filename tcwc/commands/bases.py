"""`tcwc bases`: the base configs that torchtune ships, and the recipes that run them."""

from __future__ import annotations

from argparse import Namespace

from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.terminal import give, say
from tcwc.disk.files import Place
from tcwc.model.words import either, nearest


def run(arguments: Namespace) -> int:
    """List the bases whose names, or recipes, have all words, or print one; 0 done, 1 none."""
    known = Session().catalogue(TARGET.default_version, Place("experiment.yaml"))
    named = known.config(" ".join(arguments.words)) if arguments.show else None
    if named is not None:
        give("".join(TARGET.emit(key, value) for key, value in named.values.items()))
        return 0
    rows = []
    for name in known.config_names():
        config = known.config(name)
        recipes = config.recipes if config else ()
        rows.append((name, ", ".join(recipes) or "(no recipe: name one with `recipe:`)"))
    words = [word.lower() for word in arguments.words]
    fitting = [row for row in rows if all(word in " ".join(row).lower() for word in words)]
    if arguments.show and len(fitting) > 1:
        help = f"there are {', '.join(name for name, _ in fitting[:5])}"
        problem("--show prints one base config, by its whole name", help, arguments)
        return 1
    if arguments.show and fitting:
        return run(Namespace(**{**vars(arguments), "words": [fitting[0][0]]}))
    if not fitting:
        every = [*known.config_names(), *known.recipe_names()]
        near = nearest(" ".join(words), every)
        help = f"did you mean {either(near)}?" if near else "`tcwc bases` lists them all"
        problem(f"no base config of {TARGET.name} has {' and '.join(words)}", help, arguments)
        return 1
    wide = max(len(name) for name, _ in fitting)
    for name, listed in fitting:
        say(f"{name:<{wide}}  {listed}")
    return 0
