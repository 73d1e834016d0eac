"""`tcwc bases`: the base configs that torchtune ships, and the recipes that run them."""

from __future__ import annotations

from argparse import Namespace

from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.terminal import say
from tcwc.disk.files import Place
from tcwc.model.words import either, nearest


def run(arguments: Namespace) -> int:
    """List the bases whose names, or recipes, have all words; 0 some, 1 none."""
    known = Session().catalogue(TARGET.default_version, Place("experiment.yaml"))
    rows = []
    for name in known.config_names():
        config = known.config(name)
        recipes = config.recipes if config else ()
        rows.append((name, ", ".join(recipes) or "(no recipe: name one with `recipe:`)"))
    words = [word.lower() for word in arguments.words]
    fitting = [row for row in rows if all(word in " ".join(row).lower() for word in words)]
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
