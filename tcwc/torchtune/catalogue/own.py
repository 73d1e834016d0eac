"""The author's own components, read from their source as torchtune's are; never imported.

A dotted name is looked for where `tune run` would find it: in the folders that the experiment's
own is in, up to the repository's root, and in a `src/` of each.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from tcwc.model.frozen import dataclass, field
from tcwc.model.known import Component, Parameter, Supplied
from tcwc.model.types import ANY
from tcwc.model.words import nearest
from tcwc.torchtune.catalogue.members import component_from_json
from tcwc.torchtune.catalogue.model import Unread
from tcwc.torchtune.introspect.components import EVERYTHING, describe, find_component
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module, origin_of
from tcwc.torchtune.introspect.parsed import parsed

ReadModule = Callable[[str], str | None]
"""Gives the text of a Python file by its path in a folder; None where there is none."""

_MOST_PARTS = 100
"""Of a dotted name; each beginning of one is looked for in every folder."""
_HARMLESS = {"dataclass", "lru_cache", "cache", "no_grad", "inference_mode", "deprecated", "final"}
"""Decorators that leave the arguments as they are, by the last part of their name."""

# ast.parse raises ValueError for NUL, the last two where a text nests too deep.
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class OwnCode:
    """The Python files of some folders, by functions that read them; the first folder counts."""

    folders: Sequence[ReadModule]
    _libraries: dict[int, Library] = field(default_factory=dict)

    def component(self, name: str) -> Component | str | None:
        """What a component takes; the dotted name of another package's, where it stands for one.

        None where there is no such component, or where it cannot be told what it is.
        """
        try:
            place = self._place(name)
            if place is None or not place.rest:
                return None
            return _component(place, name)
        except _UNREADABLE:
            return None

    def trouble(self, name: str) -> Unread | None:
        """Why a name in a module that is there gives no component; None where none is there."""
        try:
            place = self._place(name)
            if place is None:
                return None
            return _trouble(place)
        except _UNREADABLE as error:
            return Unread(f"its module is no Python that can be read ({error})", False)

    def module(self, name: str) -> tuple[str, str] | None:
        """File and text of a module; None where there is none that can be read."""
        try:
            place = self._place(name)
        except _UNREADABLE:
            return None
        return (place.module.file, place.module.text) if place and not place.rest else None

    def _place(self, name: str) -> _Place | None:
        """The module that a dotted name leads to, and what is left of the name."""
        parts = name.split(".")
        if len(parts) > _MOST_PARTS or not all(map(str.isidentifier, parts)):
            return None
        for index, read in enumerate(self.folders):
            library = self._libraries.setdefault(index, Library(read))
            # The longest first, as a name can stand for a module and for something in its package.
            for length in range(len(parts), 0, -1):
                module = library.module(".".join(parts[:length]))
                if module is not None:
                    return _Place(library, module, ".".join(parts[length:]))
        return None


@dataclass(frozen=True, slots=True)
class _Place:
    library: Library
    module: Module
    rest: str


def _component(place: _Place, name: str) -> Component | str | None:
    found = find_component(place.library, place.module, place.rest)
    if found is not None:
        member = describe(place.library, found, _name_of)
        if _is_wrapped(found.node):
            member["forwards"] = EVERYTHING
        return component_from_json(name, member, {})
    own = place.library.find(place.module, place.rest)
    if own is None:
        return origin_of(place.module, place.rest)
    return _partial(own, name) or _other_name(own)


def _other_name(found: Defined) -> str | None:
    """What `mine = torchtune.datasets.alpaca_dataset` stands for."""
    if isinstance(found.node, ast.Name | ast.Attribute):
        return origin_of(found.module, ast.unparse(found.node))
    return None


def _partial(found: Defined, name: str) -> Component | None:
    """What `mine = partial(torchtune.datasets.alpaca_dataset, source=...)` takes."""
    match found.node:
        case ast.Call(func=function, args=[target, *given], keywords=keywords) if ast.unparse(
            function
        ) in {"partial", "functools.partial"}:
            bound = {
                k.arg: Parameter(k.arg, ANY, "", False, ast.unparse(k.value), False)
                for k in keywords
                if k.arg is not None
            }
            forwards = origin_of(found.module, ast.unparse(target)) or EVERYTHING
            at = f"{found.module.file}:{found.node.lineno}"
            return Component(name, at, bound, forwards, Supplied(len(given)))
    return None


def _name_of(found: Defined) -> str | None:
    node = found.node
    return None if isinstance(node, ast.expr) else f"{found.module.name}.{node.name}"


def _is_wrapped(node: ast.AST) -> bool:
    """Whether a decorator, or a way of making objects of its own, may take other arguments."""
    decorators = getattr(node, "decorator_list", [])
    names = {ast.unparse(each).partition("(")[0].rpartition(".")[2] for each in decorators}
    if isinstance(node, ast.ClassDef):
        made = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
        # Keywords of a class: its metaclass may call it with anything.
        return bool(node.keywords) or "__new__" in made or not names <= _HARMLESS
    return not names <= _HARMLESS


# What is not there


def _trouble(place: _Place) -> Unread | None:
    module, (name, _, more) = place.module, place.rest.partition(".")
    if not name:
        return Unread(f"{module.file} is a module, and no class or function in it is named", True)
    names = set(_bound(parsed(module.text)))
    if name in names:
        return Unread(f"what `{name}` in {module.file} takes cannot be told from its text", False)
    # By these a module can have names that no statement of it binds.
    if module.stars or {"__getattr__", "globals", "setattr"} & {*names, *_called(module)}:
        return Unread(f"{module.file} may get `{name}` from elsewhere", False)
    if more or module.file.endswith("__init__.py"):
        return Unread(f"{module.file} is there, but no `{name}` in that package", bool(not more))
    near = nearest(name, (each for each in names if not each.startswith("_")), count=2)
    return Unread(f"{module.file} defines no `{name}`", True, tuple(near))


def _bound(tree: ast.Module) -> Iterator[str]:
    """Every name that some statement of a module, or of a function in it, could bind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _called(module: Module) -> Iterator[str]:
    for node in ast.walk(parsed(module.text)):
        if isinstance(node, ast.Name):
            yield node.id
