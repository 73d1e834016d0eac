"""Annotations of other packages, as the kinds of values that YAML can give."""

from __future__ import annotations

import ast

from tcwc.model.types import ANY, Type, union
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module
from tcwc.torchtune.introspect.parsed import expression

_SCALARS = {"bool": "bool", "int": "int", "float": "float", "str": "str", "None": "null"}
_PATHS = {"Path", "PathLike"}
_LISTS = {"list", "List", "Sequence", "Iterable", "tuple", "Tuple", "set", "Set"}
_MAPPINGS = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict"}
# Aliases lead to aliases, and one that leads to itself ends here.
_DEPTH = 8
# What no YAML value can be. Beside a type that one can, it is dropped from a union.
_NOTHING = Type(())


def annotation_type(library: Library, module: Module, node: ast.expr | None) -> Type:
    """Give the type of a parameter from its annotation; `any` where that tells nothing."""
    if node is None:
        return ANY
    found = _type(library, module, node, _DEPTH)
    # Of Optional[Tensor] null alone would be left, as if nothing else could be given.
    return found if set(found.kinds) - {"null"} else ANY


def _type(library: Library, module: Module, node: ast.expr, depth: int) -> Type:
    if depth == 0:
        return ANY
    if isinstance(node, ast.Constant):
        return _constant(library, module, node, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return union([_type(library, module, side, depth) for side in (node.left, node.right)])
    if isinstance(node, ast.Subscript):
        return _subscript(library, module, node, depth)
    if isinstance(node, (ast.Name, ast.Attribute)):
        return _name(library, module, node, depth)
    return ANY


def _constant(library: Library, module: Module, node: ast.Constant, depth: int) -> Type:
    if node.value is None:
        return Type(("null",))
    if isinstance(node.value, str):
        quoted = expression(node.value)
        return ANY if quoted is None else _type(library, module, quoted, depth - 1)
    return ANY


def _name(library: Library, module: Module, node: ast.Name | ast.Attribute, depth: int) -> Type:
    dotted = ast.unparse(node)
    last = dotted.rpartition(".")[2]
    if last in _SCALARS:
        return Type((_SCALARS[last],))
    if last in _PATHS:
        return Type(("str",))
    if last in _LISTS:
        return Type(("list",))
    if last in _MAPPINGS:
        return Type(("mapping",))
    if last in ("Tensor", "Callable"):
        return _NOTHING
    return _defined(library, library.find(module, dotted), depth)


def _defined(library: Library, found: Defined | None, depth: int) -> Type:
    if found is None:
        return ANY
    if isinstance(found.node, ast.expr):
        return _type(library, found.module, found.node, depth - 1)
    return _NOTHING


def _subscript(library: Library, module: Module, node: ast.Subscript, depth: int) -> Type:
    head = ast.unparse(node.value).rpartition(".")[2]
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if head == "Literal":
        return _literal(inner)
    if head in ("Callable", "type", "Type"):
        return _NOTHING
    parts = [_type(library, module, each, depth - 1) for each in inner if not _is_ellipsis(each)]
    if head == "Optional":
        return union([*parts, Type(("null",))])
    if head == "Union":
        return union(parts)
    if head in _LISTS:
        return Type(("list",), item=_item(parts))
    if head in _MAPPINGS:
        return Type(("mapping",))
    if head in ("Annotated", "Final") and parts:
        return parts[0]
    return ANY


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _literal(nodes: list[ast.expr]) -> Type:
    values = [each.value for each in nodes if isinstance(each, ast.Constant)]
    named = ("None" if value is None else type(value).__name__ for value in values)
    kinds = {_SCALARS[name] for name in named if name in _SCALARS}
    choices = [v for v in values if v is not None and isinstance(v, (bool, int, str))]
    return Type(tuple(sorted(kinds)), choices=tuple(choices))


def _item(parts: list[Type]) -> Type | None:
    """Give the type of a list's items, where all places of a tuple have the same."""
    first = parts[0] if parts else ANY
    known = bool(first.kinds) and first.kinds != ANY.kinds
    return first if known and all(part == first for part in parts) else None
