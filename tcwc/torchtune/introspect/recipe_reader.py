"""Which config keys a recipe's source reads, told from its text and never by importing it.

Follows the config from `recipe_main(cfg)` through assignments, the recipe's own functions,
methods and attributes, and loops. It does not follow branches or the order of statements: a key
counts as read if any code that is reached reads it. Writes (`cfg["x"] = 1`) are not reads.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tcwc.model.frozen import replace
from tcwc.model.known import RecipeKey
from tcwc.torchtune.catalogue.model import RecipeReads
from tcwc.torchtune.introspect.parsed import parsed
from tcwc.torchtune.introspect.recipe_flow import Flow
from tcwc.torchtune.introspect.recipe_ledger import ROOT, Ledger, Read, Section, dotted
from tcwc.torchtune.introspect.recipe_module import RecipeModule

ReadImported = Callable[[str], "tuple[str, str] | None"]
"""Gives file and text of a module by its dotted name; None where it is not the author's."""


def read_recipe(
    text: str,
    file: str,
    *,
    constants: Mapping[str, str] | None = None,
    readers: Mapping[str, RecipeReads] | None = None,
    modules: ReadImported = lambda _: None,
    parents: Callable[[str], RecipeReads | None] = lambda _: None,
) -> RecipeReads:
    """What the recipe of this source text reads.

    `constants` gives the text of imported names that stand for keys, by dotted name
    (`torchtune.training.PROFILER_KEY`); `readers` what imported functions and classes read of
    the whole config handed to them; `modules` the author's own modules; `parents` what recipe
    classes that cannot be read here read. `file` is the name that places (`file:line`) bear.
    """
    try:
        tree = parsed(text)
        files = _with_imports(tree, file, modules)
        module = RecipeModule(tree, constants or {}, [each for _, each in files[1:]])
        known = {name: parents(name) for name in module.parents()}
        shipped = {name: each for name, each in known.items() if each is not None}
        ledger = Flow(module, inheriting=bool(shipped)).follow()
    # ast.parse raises ValueError for NUL, the last two where a text nests too deep.
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return RecipeReads(error=f"{file}:{line}: {getattr(error, 'msg', None) or error}")
    inherited = {
        escape.callee: _softened(module, each)
        for escape in ledger.escapes
        for each in shipped.values()
        if module.inherits(escape.callee)
    }
    names = [name for name, _ in files]
    return _reads(ledger, names, {**(readers or {}), **inherited, **shipped})


_APART = 10_000_000
"""Lines of one module after those of another, so that a line tells its module."""

_MAX_MODULES = 24


def _with_imports(
    tree: ast.Module, file: str, modules: ReadImported
) -> list[tuple[str, ast.Module]]:
    """A module and the author's own ones that it imports, lines of each made distinct."""
    found = [(file, tree)]
    met: set[str] = set()
    # `found` grows on the way: modules import modules.
    for at, (name, each) in enumerate(found):
        for imported in _imported(each, name):
            if imported in met or len(found) > _MAX_MODULES:
                continue
            met.add(imported)
            place = modules(imported)
            if place is not None and place[0] not in (known for known, _ in found):
                found.append((place[0], parsed(place[1])))
        ast.increment_lineno(each, at * _APART)
    return found


def _imported(tree: ast.Module, file: str) -> Iterator[str]:
    """The modules that one imports names of; relative ones from where its file stands."""
    package = file.removesuffix(".py").split("/")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            above = package[: -node.level] if node.level else []
            name = ".".join([*above, *filter(None, [node.module])])
            if name:
                yield name
            yield from (f"{name}.{alias.name}".lstrip(".") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _softened(module: RecipeModule, reads: RecipeReads) -> RecipeReads:
    """What a parent reads; nothing is required where its `setup` may have been replaced."""
    replaced = [f for f in module.methods() if f.name in ("__init__", "setup")]
    if all(f"super().{f.name}(" in ast.unparse(f) for f in replaced):
        return reads
    keys = {path: replace(key, required=False) for path, key in reads.keys.items()}
    return RecipeReads(keys, reads.instantiates)


def read_class(text: str, file: str, name: str, constants: Mapping[str, str]) -> RecipeReads:
    """What a class reads of a whole config that its initialiser is given as `cfg`."""
    tree = parsed(text)
    tree.body = [
        node for node in tree.body if not isinstance(node, ast.ClassDef) or node.name == name
    ]
    return _reads(Flow(RecipeModule(tree, constants)).follow(), [file], {})


def _reads(ledger: Ledger, files: Sequence[str], readers: Mapping[str, RecipeReads]) -> RecipeReads:
    keys = _own_keys(ledger.mappings(), files)
    instantiates = dict(ledger.instantiated)
    unfollowed: dict[str, str] = {}
    for escape in sorted(ledger.escapes, key=lambda each: (each.line, each.callee)):
        at = _at(files, escape.line)
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
        _merge(keys, [RecipeKey(f"{dotted(section)}.*", False, "", (_at(files, line),))])
    return RecipeReads(dict(sorted(keys.items())), dict(sorted(instantiates.items())), unfollowed)


def _opened(ledger: Ledger, keys: Mapping[str, RecipeKey]) -> set[tuple[Section, int]]:
    """Sections handed on whole of which single keys are read too: those are not all its keys."""
    return {
        (escape.section, escape.line)
        for escape in ledger.escapes
        if escape.section != ROOT
        and any(path.startswith(dotted(escape.section) + ".") for path in keys)
    }


def _at(files: Sequence[str], line: int) -> str:
    return f"{files[line // _APART]}:{line % _APART}"


def _own_keys(reads: Iterable[Read], files: Sequence[str]) -> dict[str, RecipeKey]:
    keys: dict[str, RecipeKey] = {}
    for read in sorted(reads, key=lambda read: (read.line, read.section, read.default)):
        at = _at(files, read.line)
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
