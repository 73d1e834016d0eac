"""The sizes that a model's builder gives its model, read from the builder's body."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tcwc.torchtune.introspect.foreign_modules import Defined, Library

_TELLS = "vocab_size"
"""What every model of texts has: a call that is given it makes the model."""

_DEPTH = 3  # a builder by another builder, by a partial of it

_PARTIAL = {"partial", "functools.partial"}


def sizes_of(library: Library, found: Defined, depth: int = _DEPTH) -> Mapping[str, int]:
    """The whole numbers that a builder writes where it makes its model, by argument.

    Empty where it makes none, leaves the sizes to its caller, or makes several.
    """
    node = found.node
    if isinstance(node, ast.FunctionDef):
        made = [each for each in map(_numbers, _calls(node)) if _TELLS in each]
        if made:
            return made[0] if len(made) == 1 else {}
        returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
        call = returned[0] if len(returned) == 1 else None
    else:
        call = node if isinstance(node, ast.expr) else None
    name = _builder(call)
    other = library.find(found.module, name) if name and depth else None
    return sizes_of(library, other, depth - 1) if other is not None else {}


def _builder(node: ast.expr | None) -> str:
    """The name of the builder that an expression calls, binds or stands for; "" for others."""
    if isinstance(node, ast.Name | ast.Attribute):
        return ast.unparse(node)
    if not isinstance(node, ast.Call):
        return ""
    function = ast.unparse(node.func)
    return ast.unparse(node.args[0]) if function in _PARTIAL and node.args else function


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _numbers(call: ast.Call) -> dict[str, int]:
    return {
        keyword.arg: keyword.value.value
        for keyword in call.keywords
        if keyword.arg is not None
        and isinstance(keyword.value, ast.Constant)
        and type(keyword.value.value) is int
    }
