"""What the body of a component refuses: its `raise` statements, told from its text.

The body is walked (body_walk.py) with its parameters as unknowns, through what it calls; under
which condition a statement is reached is written in the language of conditions.json
(body_conditions.py).
What nobody can tell is left out: what is written surely raises.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression
from tcwc.expressions.trees import to_json
from tcwc.model.ir import FUNCTIONS
from tcwc.torchtune.introspect.body_calls import Caller, MadeCall
from tcwc.torchtune.introspect.body_conditions import ADDED, SECTION, ConditionWriter
from tcwc.torchtune.introspect.body_tables import is_plain
from tcwc.torchtune.introspect.body_walk import Frame, Raised, Walk
from tcwc.torchtune.introspect.foreign_modules import Defined, Library

Function = ast.FunctionDef | ast.AsyncFunctionDef
Member = dict[str, object]
_UNPACKED = "torch.optim."
"""The package whose classes take such tuples apart in each step."""

_DEPTH = 6  # builders of models call builders of layers, which call modules


def refusals(library: Library, found: Defined, names: Iterable[Member]) -> list[Member]:
    """What a component refuses: an expression over its section, also as a tree, what it says then,
    and where.

    `names` are its own parameters, as the catalogue has them.
    """
    caller = Caller(library, found.module, None)
    entry = caller.entry(found)
    if entry is None:
        return []
    function, owner = entry
    own = [str(each["name"]) for each in names]
    walk = Walk(library)
    call = MadeCall([], [(name, ast.Name(name)) for name in own], starred=True)
    top = Frame(found.module, None, {}, {}, [], _DEPTH)
    state: dict[str, ast.expr] = {}
    walk.enter(function, owner, call, state, top)
    for method in caller.later(found):
        walk.enter(method, found, MadeCall([], [], starred=True), state, top)
    defaults = _defaults(function.node)
    unpacked = found.module.name.startswith(_UNPACKED)
    lengths = _lengths(function, set(own)) if unpacked else ()
    return list(_written([*lengths, *walk.found], ConditionWriter(defaults)))


def _lengths(function: Defined, own: set[str]) -> Iterator[Raised]:
    """Parameters that are annotated as tuples of so many items: a list of others does not fit."""
    assert isinstance(function.node, Function)
    args = function.node.args
    for each in (*args.args, *args.kwonlyargs):
        items = _items(each.annotation) if each.arg in own else 0
        if items:
            length = ast.Call(ast.Name("len"), [ast.Name(each.arg)], [])
            other = ast.Compare(length, [ast.NotEq()], [ast.Constant(items)])
            said = f"it is unpacked into {items} values"
            yield Raised([other], said, f"{function.module.file}:{each.lineno}")


def _items(annotation: ast.expr | None) -> int:
    """How many items a tuple has; 0 for what is none, or of any length."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="tuple" | "Tuple"), slice=ast.Tuple(elts=parts)):
            open_ = any(isinstance(p, ast.Constant) and p.value is ... for p in parts)
            return 0 if open_ else len(parts)
    return 0


def _written(found: list[Raised], writer: ConditionWriter) -> Iterator[Member]:
    seen = set()
    for each in found:
        when = writer.all(each.path)
        if isinstance(when, str) and f"{SECTION}." in when and when not in seen:
            seen.add(when)
            # Parsed ahead, as those of conditions.json are. Some are too long to be any.
            expression = parse(when, {**FUNCTIONS, **ADDED})
            if not isinstance(expression, BadExpression):
                tree = to_json(expression.root)
                yield {"when": when, "message": each.message, "at": each.at, "tree": tree}


def _defaults(node: ast.AST) -> dict[str, ast.expr]:
    """The defaults of a function's parameters that YAML can write."""
    assert isinstance(node, Function)
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    pairs = [*zip(positional[::-1], args.defaults[::-1], strict=False)]
    pairs += [(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d]
    return {each.arg: default for each, default in pairs if is_plain(default)}
