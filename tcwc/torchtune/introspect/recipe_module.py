"""A recipe's module as names: what it imports, defines, and calls its constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class RecipeModule:
    """The names of one module. `constants` gives texts of imported ones, by dotted name.

    `more` are modules that it imports and that are read with it, as if they were part of it.
    """

    def __init__(
        self, tree: ast.Module, constants: Mapping[str, str], more: Sequence[ast.Module] = ()
    ) -> None:
        # The `main` of an imported module is an entry of that module's, and not of this recipe's.
        self._own = set(ast.walk(tree))
        self._hidden: set[Function] | None = None
        tree = ast.Module([*tree.body, *(each for one in more for each in one.body)], [])
        self.tree = tree
        nodes = list(ast.walk(tree))
        self._imports = dict(_imports(nodes))
        imported = {n: constants[full] for n, full in self._imports.items() if full in constants}
        self._constants = {**_texts(tree), **imported}
        self._functions: dict[str, list[Function]] = {}
        self._classes: dict[str, ast.ClassDef] = {}
        for node in nodes:
            if isinstance(node, FUNCTIONS):
                self._functions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.ClassDef):
                self._classes[node.name] = node

    def entries(self) -> list[tuple[Function, str]]:
        """The functions that are given the whole config, and the parameter that takes it.

        Those under `@config.parse`; where there is none, all that have a parameter `cfg`.
        """
        functions = [f for same in self._functions.values() for f in same if f in self._own]
        parsed = [
            (function, function.args.args[0].arg)
            for function in functions
            if function.args.args and any(map(_is_parse, function.decorator_list))
        ]
        return parsed or [(f, "cfg") for f in functions if any(a.arg == "cfg" for a in f.args.args)]

    def callees(self, name: str) -> list[Function]:
        """The module's own functions that a call of this name may mean.

        A method is told by its name alone, whatever object it is called on.
        """
        last = name.rpartition(".")[2]
        if last in self._classes:
            return self._inherited(last, "__init__", set())
        if name.startswith("super()."):
            bases = [
                b for each in self._classes for b in self._bases(each) if self._has(each, last)
            ]
            return [f for base in bases for f in self._inherited(base, last, set())]
        return [f for f in self._functions.get(last, []) if f not in self._replaced()]

    def _replaced(self) -> set[Function]:
        """The methods that only `super()` still reaches, as a subclass here has its own."""
        if self._hidden is None:
            self._hidden = {
                replaced
                for name, node in self._classes.items()
                for own in node.body
                if isinstance(own, FUNCTIONS)
                for base in self._bases(name)
                for replaced in self._inherited(base, own.name, {name})
            }
        return self._hidden

    def parents(self) -> Iterator[str]:
        """The dotted names of the classes from elsewhere that this module's classes extend, or
        that it makes its recipe of."""
        for name in self._classes:
            yield from (base for base in self._bases(name) if base not in self._classes)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield self._imports.get(node.func.id, "")

    def inherits(self, callee: str) -> bool:
        """Whether a call that leads nowhere in this module may lead to a parent's method."""
        head, _, last = callee.rpartition(".")
        return head == "super()" or last in self._classes or head.isidentifier()

    def methods(self) -> Iterator[Function]:
        """The methods of classes that extend one from elsewhere."""
        for name, node in self._classes.items():
            if any(base not in self._classes for base in self._bases(name)):
                yield from (each for each in node.body if isinstance(each, FUNCTIONS))

    def _bases(self, name: str) -> list[str]:
        """The bases of a class: those of this module by their bare names."""
        dotted = (self.name(base) for base in self._classes[name].bases)
        return [
            last if (last := each.rpartition(".")[2]) in self._classes else each for each in dotted
        ]

    def _has(self, name: str, method: str) -> bool:
        return any(isinstance(f, FUNCTIONS) and f.name == method for f in self._classes[name].body)

    def _inherited(self, name: str, method: str, met: set[str]) -> list[Function]:
        """A method of a class, its own or its bases'; none where those are from elsewhere."""
        if name not in self._classes or name in met:
            return []
        body = self._classes[name].body
        own: list[Function] = [f for f in body if isinstance(f, FUNCTIONS) and f.name == method]
        if own:
            return own
        bases = self._bases(name)
        return [f for base in bases for f in self._inherited(base, method, met | {name})]

    def name(self, node: ast.expr) -> str:
        """The dotted name that an expression is, imports resolved; "" for what is no name."""
        match node:
            case ast.Name(id=name):
                return self._imports.get(name, name)
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
                return f"super().{name}"
            case ast.Attribute(value=owner, attr=name):
                return f"{self.name(owner)}.{name}"
        return ""

    def text(self, node: ast.expr | None) -> str | None:
        """The text of a literal, or of a constant that stands for one."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id=name):
                return self._constants.get(name)
        return None


def _imports(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield alias.asname or alias.name, f"{module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    yield alias.asname, alias.name


def _texts(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is_parse(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Attribute(attr="parse") | ast.Name(id="parse"):
            return True
    return False
