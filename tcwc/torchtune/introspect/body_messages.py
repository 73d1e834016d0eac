"""What a `raise` says, as far as it is written: parameters in it are named as paths."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from tcwc.torchtune.introspect.body_values import UNKNOWN

_SHOWN = 160


def message_of(raised: ast.expr | None, names: Mapping[str, ast.expr]) -> str:
    """The text of what is raised, `{section.x}` where it shows a parameter, `...` where it shows
    something else; "" where it has none."""
    text = raised
    if isinstance(raised, ast.Call):
        if isinstance(raised.func, ast.Attribute) and raised.func.attr == "format":
            return _formatted(raised, names)
        text = raised.args[0] if raised.args else None
    said = " ".join(_text(text, names).split()) if text is not None else ""
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN].rpartition(' ')[0]} ..."


def _text(node: ast.expr, names: Mapping[str, ast.expr]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text.replace("{", "(").replace("}", ")")
        case ast.JoinedStr(values=parts):
            return "".join(_text(each, names) for each in parts)
        case ast.FormattedValue(value=value):
            return _shown(value, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, names) + _text(right, names)
        case ast.Call(func=ast.Attribute(attr="format")):
            return _formatted(node, names)
    return "..."


def _formatted(call: ast.Call, names: Mapping[str, ast.expr]) -> str:
    assert isinstance(call.func, ast.Attribute)
    match call.func.value:
        case ast.Constant(value=str(text)):
            pieces = text.split("{}")
            values = [_shown(each, names) for each in call.args]
            return "".join(_woven(pieces, values))
    return "..."


def _woven(pieces: list[str], values: list[str]) -> Iterable[str]:
    yield pieces[0]
    for piece, value in zip(pieces[1:], [*values, *["..."] * len(pieces)], strict=False):
        yield value
        yield piece


def _shown(value: ast.expr, names: Mapping[str, ast.expr]) -> str:
    known = names.get(value.id) if isinstance(value, ast.Name) else None
    if isinstance(known, ast.Name) and known is not UNKNOWN:
        return f"{{section.{known.id}}}"
    return "..."
