"""Constants of a module that a body looks at: plain values, and tables by their keys."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tcwc.torchtune.introspect.body_values import UNKNOWN
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module


def constant_of(library: Library, module: Module, node: ast.expr) -> ast.expr:
    """What a name of a module stands for, if that is written there as a plain value."""
    found = library.find(module, node.id) if isinstance(node, ast.Name) else None
    match found:
        case Defined(node=ast.Constant() as plain):
            return plain
        case Defined(node=ast.List() | ast.Tuple() | ast.Set() | ast.Dict() as several):
            return several if is_plain(several) else UNKNOWN
    return UNKNOWN


def table_of(library: Library, module: Module, node: ast.expr) -> ast.expr | None:
    """The keys of a dictionary, or the names of an enumeration; None for all else."""
    if not isinstance(node, ast.Name | ast.Attribute):
        return None
    match library.find(module, ast.unparse(node)):
        case Defined(node=ast.Dict(keys=keys)) if all(isinstance(k, ast.Constant) for k in keys):
            return ast.List([key for key in keys if key is not None])
        case Defined(node=ast.ClassDef(body=body) as listing) if _is_enumeration(listing):
            names: list[ast.expr] = [ast.Constant(name) for s in body for name in _names(s)]
            return ast.List(names) if names else None
    return None


def _names(node: ast.stmt) -> Iterator[str]:
    """What a statement of a class's body names, with or without a type."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def is_plain(node: ast.expr) -> bool:
    """Whether nothing but what is written is in a value."""
    allowed = ast.List | ast.Tuple | ast.Set | ast.Dict | ast.Constant | ast.Load | ast.UnaryOp
    return all(isinstance(each, allowed | ast.unaryop) for each in ast.walk(node))


def _is_enumeration(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2].endswith("Enum") for base in node.bases)
