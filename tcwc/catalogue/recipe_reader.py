"""Which config keys a recipe's source reads, told from its text and never by importing it.

Follows the config from `recipe_main(cfg)` through assignments, the recipe's own functions,
methods and attributes, and loops. It does not follow branches or the order of statements: a key
counts as read if any code that is reached reads it. Writes (`cfg["x"] = 1`) are not reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from tcwc.catalogue.model import RecipeKey, RecipeReads
from tcwc.catalogue.recipe_flow import Flow
from tcwc.catalogue.recipe_ledger import ROOT, Ledger, Read, Section, dotted
from tcwc.catalogue.recipe_module import RecipeModule


def read_recipe(
    text: str,
    file: str,
    *,
    constants: Mapping[str, str] | None = None,
    readers: Mapping[str, RecipeReads] | None = None,
) -> RecipeReads:
    """What the recipe of this source text reads.

    `constants` gives the text of imported names that stand for keys, by dotted name
    (`torchtune.training.PROFILER_KEY`); `readers` what imported functions and classes read of
    the whole config handed to them. `file` is the name that places (`file:line`) bear.
    """
    try:
        ledger = Flow(RecipeModule(ast.parse(text), constants or {})).follow()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return RecipeReads(error=f"{file}:{line}: {getattr(error, 'msg', None) or error}")
    return _reads(ledger, file, readers or {})


def read_class(text: str, file: str, name: str, constants: Mapping[str, str]) -> RecipeReads:
    """What a class reads of a whole config that its initialiser is given as `cfg`."""
    tree = ast.parse(text)
    tree.body = [
        node for node in tree.body if not isinstance(node, ast.ClassDef) or node.name == name
    ]
    return _reads(Flow(RecipeModule(tree, constants)).follow(), file, {})


def _reads(ledger: Ledger, file: str, readers: Mapping[str, RecipeReads]) -> RecipeReads:
    keys = _own_keys(ledger.mappings(), file)
    instantiates = dict(ledger.instantiated)
    unfollowed: dict[str, str] = {}
    for escape in sorted(ledger.escapes, key=lambda each: (each.line, each.callee)):
        at = f"{file}:{escape.line}"
        if escape.section != ROOT:
            continue
        known = readers.get(escape.callee)
        if known is None:
            unfollowed.setdefault(escape.callee, at)
            _merge(keys, [RecipeKey("*", False, "", (at,))])
        else:
            _merge(keys, known.keys.values())
            instantiates = {**known.instantiates, **instantiates}
    for section, line in sorted(_opened(ledger, keys)):
        _merge(keys, [RecipeKey(f"{dotted(section)}.*", False, "", (f"{file}:{line}",))])
    return RecipeReads(dict(sorted(keys.items())), dict(sorted(instantiates.items())), unfollowed)


def _opened(ledger: Ledger, keys: Mapping[str, RecipeKey]) -> set[tuple[Section, int]]:
    """Sections handed on whole of which single keys are read too: those are not all its keys."""
    return {
        (escape.section, escape.line)
        for escape in ledger.escapes
        if escape.section != ROOT
        and any(path.startswith(dotted(escape.section) + ".") for path in keys)
    }


def _own_keys(reads: Iterable[Read], file: str) -> dict[str, RecipeKey]:
    keys: dict[str, RecipeKey] = {}
    for read in sorted(reads, key=lambda read: (read.line, read.section, read.default)):
        at = f"{file}:{read.line}"
        _merge(keys, [RecipeKey(dotted(read.section), read.required, read.default, (at,))])
    return keys


def _merge(keys: dict[str, RecipeKey], more: Iterable[RecipeKey]) -> None:
    """Adds reads: one that requires the key makes it required, else the first default stands."""
    for new in more:
        old = keys.get(new.path)
        if old is None:
            keys[new.path] = new
            continue
        required = old.required or new.required
        default = "" if required else old.default or new.default
        at = tuple(dict.fromkeys((*old.at, *new.at)))
        keys[new.path] = RecipeKey(new.path, required, default, at)
