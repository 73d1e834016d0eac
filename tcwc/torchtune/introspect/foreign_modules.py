"""Python modules read as text: what a dotted name stands for, without importing anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from tcwc.model.frozen import dataclass, field
from tcwc.torchtune.introspect.parsed import parsed

Definition: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.expr
_DEPTH = 12  # re-exports and aliases nest three or four deep; a cycle ends here


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its dotted name, its file within the package, its text and its names."""

    name: str
    file: str
    text: str
    names: dict[str, ast.stmt]
    stars: tuple[str, ...]

    def source(self, node: ast.expr) -> str:
        """Give a node as it is written, on one line."""
        lines = _lines(self.text)[node.lineno - 1 : node.end_lineno]
        # Columns count bytes; the end is cut first, as both may be on one line.
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return " ".join(b"".join(lines).decode().split())


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition and the module in which it stands."""

    module: Module
    node: Definition


@dataclass(frozen=True, slots=True)
class Library:
    """Packages behind a function that gives a file's text, or None where there is no such file."""

    read: Callable[[str], str | None]
    _modules: dict[str, Module] = field(default_factory=dict)

    def module(self, name: str) -> Module | None:
        """Read a module once; None where the library has none of that name.

        Names that lead to no module are not kept: authors write ever new ones.
        """
        known = self._modules.get(name)
        if known is None:
            known = self._load(name)
            if known is not None:
                self._modules[name] = known
        return known

    def _load(self, name: str) -> Module | None:
        stem = name.replace(".", "/")
        # Where there are both, Python too takes the package.
        for file in (f"{stem}/__init__.py", f"{stem}.py"):
            text = self.read(file)
            if text is not None:
                names, stars = _names(parsed(text), name, file.endswith("__init__.py"))
                return Module(name, file, text, names, stars)
        return None

    def public(self, name: str) -> tuple[str, ...]:
        """List what a module offers: its `__all__`, else every name without an underscore."""
        module = self.module(name)
        if module is None:
            return ()
        declared = module.names.get("__all__")
        if isinstance(declared, (ast.Assign, ast.AnnAssign)) and declared.value is not None:
            return tuple(sorted(set(ast.literal_eval(declared.value))))
        own = {each for each in module.names if not each.startswith("_")}
        return tuple(sorted(own.union(*(self.public(star) for star in module.stars))))

    def find(self, module: Module | None, name: str, depth: int = _DEPTH) -> Defined | None:
        """Follow imports and re-exports from a module to the definition of a (dotted) name."""
        if module is None or depth == 0:
            return None
        first, _, rest = name.partition(".")
        statement = module.names.get(first)
        if statement is None:
            tries = (self.find(self.module(star), name, depth - 1) for star in module.stars)
            return next((found for found in tries if found is not None), None)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return self._imported(module, statement, first, rest, depth)
        return None if rest else _definition(module, statement)

    def ancestry(self, found: Defined) -> Iterator[Defined]:
        """A class and its bases within the library, nearest first; one that is its own base, as in
        `class A(A)` over an import of A, is met once."""
        met: set[tuple[str, int]] = set()
        left = [found]
        while left:
            each = left.pop(0)
            place = (each.module.name, each.node.lineno)
            if place in met or not isinstance(each.node, ast.ClassDef):
                continue
            met.add(place)
            yield each
            above = (self.find(each.module, base) for base in bases(each.node))
            left[:0] = [parent for parent in above if parent is not None]

    def _imported(
        self,
        module: Module,
        statement: ast.Import | ast.ImportFrom,
        first: str,
        rest: str,
        depth: int,
    ) -> Defined | None:
        for origin, imported in _imports(statement, module.name, module.file):
            if imported != first:
                continue
            if self.module(origin) is not None:
                return self.find(self.module(origin), rest, depth - 1) if rest else None
            parent, _, last = origin.rpartition(".")
            return self.find(self.module(parent), f"{last}.{rest}" if rest else last, depth - 1)
        return None


def bases(node: ast.ClassDef) -> list[str]:
    """What a class is made from, by the names that its module has for them."""
    plain = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return [ast.unparse(base) for base in plain]


@lru_cache(16)  # texts of whole modules, and few are read at a time
def _lines(text: str) -> list[bytes]:
    return text.encode().splitlines(keepends=True)


def _definition(module: Module, statement: ast.stmt) -> Defined | None:
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return Defined(module, statement)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        return Defined(module, statement.value)
    return None


def _names(
    tree: ast.Module, name: str, package: bool
) -> tuple[dict[str, ast.stmt], tuple[str, ...]]:
    """Map each name of a module's top level to its last statement, overloads thereby left out."""
    file = "__init__.py" if package else ""
    names: dict[str, ast.stmt] = {}
    stars: list[str] = []
    for statement in _statements(tree.body):
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            names[statement.name] = statement
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for origin, imported in _imports(statement, name, file):
                if imported == "*":
                    stars.append(origin)
                elif isinstance(names.get(imported, statement), (ast.Import, ast.ImportFrom)):
                    names[imported] = statement
        elif isinstance(statement, ast.Assign):
            names.update((t.id, statement) for t in statement.targets if isinstance(t, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names[statement.target.id] = statement
    return names, tuple(stars)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Walk a module's top level, both branches of an `if` and the main one of a `try` included."""
    for statement in body:
        if isinstance(statement, ast.If):
            # The last definition of a name counts, so `else` and `except` go first.
            yield from _statements(statement.orelse)
            yield from _statements(statement.body)
        elif isinstance(statement, ast.Try):
            for handler in statement.handlers:
                yield from _statements(handler.body)
            yield from _statements(statement.body)
        else:
            yield statement


def _imports(
    statement: ast.Import | ast.ImportFrom, module: str, file: str
) -> Iterator[tuple[str, str]]:
    """Give (dotted origin, local name) for each name that an import binds."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield (alias.name, alias.asname) if alias.asname else (alias.name.split(".")[0],) * 2
        return
    parts = module.split(".")
    if statement.level:
        # A package's own module is where its relative imports begin, without a level up.
        cut = statement.level - 1 if file.endswith("__init__.py") else statement.level
        base = ".".join(
            parts[: len(parts) - cut] + ([statement.module] if statement.module else [])
        )
    else:
        base = statement.module or ""
    for alias in statement.names:
        if alias.name == "*":
            yield base, "*"
        else:
            yield f"{base}.{alias.name}", alias.asname or alias.name


def origin_of(module: Module, name: str) -> str | None:
    """Give the full dotted name of what a module calls by a (dotted) name that it imports."""
    first, dot, rest = name.partition(".")
    statement = module.names.get(first)
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return None
    imports = _imports(statement, module.name, module.file)
    origins = (origin for origin, imported in imports if imported == first)
    return next((f"{origin}{dot}{rest}" for origin in origins), None)
