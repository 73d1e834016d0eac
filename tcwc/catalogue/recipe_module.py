"""A recipe's module as names: what it imports, defines, and calls its constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class RecipeModule:
    """The names of one module. `constants` gives texts of imported ones, by dotted name."""

    def __init__(self, tree: ast.Module, constants: Mapping[str, str]) -> None:
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
        functions = [function for same in self._functions.values() for function in same]
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
        if name in self._classes:
            body = self._classes[name].body
            return [f for f in body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
        if name.startswith("super()."):
            return []
        return self._functions.get(name.rpartition(".")[2], [])

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
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
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
