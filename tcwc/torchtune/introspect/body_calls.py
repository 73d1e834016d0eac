"""What a call in a component's body runs, and what its parameters are then."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tcwc.model.frozen import dataclass
from tcwc.torchtune.introspect.body_values import UNKNOWN
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module

Function = ast.FunctionDef | ast.AsyncFunctionDef
_LATER = ("forward",)
"""Methods that every run calls once the component is made, of losses."""


@dataclass(frozen=True, slots=True)
class MadeCall:
    """The arguments of a call. With `starred`, there may be more, that nobody knows."""

    positional: list[ast.expr]
    named: list[tuple[str | None, ast.expr]]
    starred: bool

    def bound(self, function: Function, *, method: bool) -> dict[str, ast.expr]:
        """The parameters of a function, by name, with what this call gives them."""
        args = function.args
        static = any(ast.unparse(each) == "staticmethod" for each in function.decorator_list)
        order = [each.arg for each in (*args.posonlyargs, *args.args)]
        if method and not static:
            order = order[1:]
        given = dict(zip(order, self.positional, strict=False)) if not self._unpacks() else {}
        given |= {name: value for name, value in self.named if name is not None}
        more = self.starred or any(name is None for name, _ in self.named)
        names: dict[str, ast.expr] = {}
        for name, default in _defaults(args):
            absent = default if isinstance(default, ast.Constant) else UNKNOWN
            names[name] = given.get(name, UNKNOWN if more else absent)
        for rest in (args.vararg, args.kwarg):
            if rest is not None:
                names[rest.arg] = UNKNOWN
        return names

    def _unpacks(self) -> bool:
        return self.starred and bool(self.positional)


def _defaults(args: ast.arguments) -> Iterator[tuple[str, ast.expr | None]]:
    positional = [*args.posonlyargs, *args.args]
    absent: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    for each, default in zip(positional, [*absent, *args.defaults], strict=True):
        yield each.arg, default
    for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield each.arg, default


@dataclass(frozen=True, slots=True)
class Caller:
    """Finds what is called from a place: a module, and the class whose method it is in."""

    library: Library
    module: Module
    owner: Defined | None

    def entry(self, found: Defined) -> tuple[Defined, Defined | None] | None:
        """The function that runs where a component is made, and the class that it makes."""
        if isinstance(found.node, ast.ClassDef):
            for name in ("__init__", "__post_init__"):
                method = self.method(found, name)
                if method is not None:
                    return method, found
            return None
        return (found, None) if isinstance(found.node, Function) else None

    def later(self, found: Defined) -> Iterator[Defined]:
        """The methods that a run calls once the component is there."""
        if isinstance(found.node, ast.ClassDef) and found.node.name.endswith("Loss"):
            for name in _LATER:
                method = self.method(found, name)
                if method is not None:
                    yield method

    def method(self, of: Defined | None, name: str, *, above: bool = False) -> Defined | None:
        """A method of a class, its own or the nearest inherited one; with `above`, not its own."""
        for each in self._ancestry(of):
            if above and each is of:
                continue
            assert isinstance(each.node, ast.ClassDef)
            own = [s for s in each.node.body if isinstance(s, Function) and s.name == name]
            if own:
                return Defined(each.module, own[-1])  # those before it are overloads
        return None

    def _ancestry(self, found: Defined | None) -> Iterator[Defined]:
        return self.library.ancestry(found) if found is not None else iter(())

    def callees(self, function: ast.expr) -> Iterator[tuple[Defined, Defined | None, bool | None]]:
        """What a call runs: the function, the class whose `self` it has, and whether that is the
        caller's own (None: a new one)."""
        match function:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[]), attr=name) if (
                self.owner is not None
            ):
                found = self.method(self.owner, name, above=True)
                if found is not None:
                    yield found, self._defining(found), True
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                found = self.method(self.owner, name)
                if found is not None:
                    yield found, self.owner, True
            case ast.Name() | ast.Attribute():
                found = self.library.find(self.module, ast.unparse(function))
                entry = self.entry(found) if found is not None else None
                if entry is not None:
                    yield (*entry, None)

    def _defining(self, method: Defined) -> Defined | None:
        """The class in whose body a method stands: what its own `super()` goes on from."""
        for each in self._ancestry(self.owner):
            assert isinstance(each.node, ast.ClassDef)
            if method.node in each.node.body:
                return each
        return None
