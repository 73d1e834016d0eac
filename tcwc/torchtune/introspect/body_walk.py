"""The walk over the body of a component, and what is refused on it.

The body is walked with its parameters as unknowns, through the functions and initialisers of the
same package that it calls. Of each statement it is known under which condition it is surely
reached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tcwc.torchtune.introspect.body_calls import Caller, MadeCall
from tcwc.torchtune.introspect.body_messages import message_of
from tcwc.torchtune.introspect.body_tables import constant_of, table_of
from tcwc.torchtune.introspect.body_values import (
    UNKNOWN,
    either,
    is_known,
    is_small,
    negation,
    parameters,
)
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module

Function = ast.FunctionDef | ast.AsyncFunctionDef
Member = dict[str, object]

_DEPTH = 6  # builders of models call builders of layers, which call modules
_MOST = 3_000  # statements of one component: the largest has some hundred
_TRANSPARENT = {"no_grad", "deprecated", "deprecate_parameter", "override", "staticmethod"}
_TRANSPARENT |= {"classmethod", "dataclass"}
_CHANGES = {"append", "extend", "pop", "update", "insert", "remove", "clear", "setdefault", "sort"}
_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


@dataclass(slots=True)
class Frame:
    """One call: its variables, what is under `self`, and what is true where it has got to."""

    module: Module
    owner: Defined | None
    names: dict[str, ast.expr]
    own: dict[str, ast.expr]
    path: list[ast.expr]
    depth: int

    def branch(self, condition: ast.expr) -> Frame:
        return replace(self, names=dict(self.names), own=self.own, path=[*self.path, condition])


@dataclass(slots=True)
class Raised:
    """A `raise`: what is true where it is reached, what it says, and where it stands."""

    path: list[ast.expr]
    message: str
    at: str


@dataclass(slots=True)
class Walk:
    """The walk over the body of one component."""

    library: Library
    found: list[Raised] = field(default_factory=list)
    active: list[ast.AST] = field(default_factory=list)
    seen: int = 0

    # Statements: "" where the next one is reached, else what ends the block

    def block(self, body: Iterable[ast.stmt], frame: Frame) -> str:
        for statement in body:
            self.seen += 1
            end = self.statement(statement, frame) if self.seen < _MOST else "return"
            if end:
                return end
        return ""

    def statement(self, node: ast.stmt, frame: Frame) -> str:
        match node:
            case ast.Raise(exc=exc):
                self.refuse(frame, frame.path, message_of(exc, frame.names), node.lineno)
                return "raise"
            case ast.Return(value=value):
                self.value(value, frame)
                return "return"
            case ast.Assert(test=test, msg=said):
                path = [*frame.path, negation(self.value(test, frame))]
                self.refuse(frame, path, message_of(said, frame.names), node.lineno)
            case ast.If():
                return self._if(node, frame)
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value, frame)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign([target], value, frame)
            case ast.AugAssign(target=target, op=operator, value=value):
                whole = ast.BinOp(target, operator, value)
                self._assign([target], ast.copy_location(whole, node), frame)
            case ast.Expr(value=value):
                self.value(value, frame)
            case ast.With(items=items, body=body):
                for item in items:
                    self.value(item.context_expr, frame)
                    self._forget(item.optional_vars, frame)
                return self.block(body, frame)
            case ast.For():
                self._for(node, frame)
            case _:
                self._skip(node, frame)
        return ""

    def _for(self, node: ast.For, frame: Frame) -> None:
        """A loop over `range(n)` runs once where n is positive; what it sets is open all the same,
        as other rounds may have been there before."""
        self._skip(node, frame)
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=[times]):
                runs = ast.Compare(self.value(times, frame), [ast.Gt()], [ast.Constant(0)])
                self.block(node.body, frame.branch(runs))
                self._skip(node, frame)

    def _skip(self, node: ast.stmt, frame: Frame) -> None:
        """A loop, a `try` and the like: what they set, and whether the rest is reached, is open."""
        self._forget(node, frame)
        inner = list(ast.walk(node))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            frame.names[node.name] = UNKNOWN
        elif any(isinstance(each, ast.Return | ast.Yield | ast.YieldFrom) for each in inner):
            frame.path.append(UNKNOWN)

    def _if(self, node: ast.If, frame: Frame) -> str:
        test = self.value(node.test, frame)
        one, other = frame.branch(test), frame.branch(negation(test))
        # What `self` has is shared: both branches write to one.
        before = dict(frame.own)
        first = self.block(node.body, one)
        after, frame.own = dict(frame.own), frame.own
        _restore(frame.own, before)
        second = self.block(node.orelse, other)
        if first and second:
            return "raise" if first == second == "raise" else "return"
        self._go_on(test, frame, one, first)
        self._go_on(negation(test), frame, other, second)
        if first or second:
            frame.names = other.names if first else one.names
            if second:
                _restore(frame.own, after)
            return ""
        frame.names = _merged(test, one.names, other.names)
        _restore(frame.own, _merged(test, after, frame.own))
        return ""

    def _go_on(self, test: ast.expr, frame: Frame, branch: Frame, end: str) -> None:
        """What is true behind an `if`, as far as one branch decides it."""
        more: list[ast.expr] = [ast.Constant(False)] if end else branch.path[len(frame.path) + 1 :]
        if (end != "raise" and more and branch.path[len(frame.path)] is test) or end == "return":
            frame.path.append(ast.BoolOp(ast.Or(), [negation(test), ast.BoolOp(ast.And(), more)]))

    def _assign(self, targets: list[ast.expr], value: ast.expr, frame: Frame) -> None:
        found = self.value(value, frame)
        for target in targets:
            match target, found:
                case ast.Name(id=name), _:
                    frame.names[name] = found
                case ast.Attribute(value=ast.Name(id="self"), attr=name), _:
                    frame.own[name] = found
                case ast.Tuple(elts=left), ast.Tuple(elts=right) if len(left) == len(right):
                    for each, part in zip(left, right, strict=True):
                        if isinstance(each, ast.Name):
                            frame.names[each.id] = part
                        else:
                            self._forget(each, frame)
                case _:
                    self._forget(target, frame)

    def _forget(self, node: ast.AST | None, frame: Frame) -> None:
        """All that is set in a piece of code, or changed in place, is unknown from there."""
        for each in ast.walk(node) if node else ():
            match each:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    frame.names[name] = UNKNOWN
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                    frame.own[name] = UNKNOWN
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                    frame.names[name] = UNKNOWN
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if (
                    method in _CHANGES and name in frame.names
                ):
                    frame.names[name] = UNKNOWN

    def refuse(self, frame: Frame, path: list[ast.expr], message: str, line: int) -> None:
        self.found.append(Raised(list(path), message, f"{frame.module.file}:{line}"))

    # Expressions

    def value(self, node: ast.expr | None, frame: Frame) -> ast.expr:
        """What an expression comes to, after the calls in it that are surely made."""
        found = self._value(node, frame)
        return found if is_small(found) else UNKNOWN

    def _value(self, node: ast.expr | None, frame: Frame) -> ast.expr:  # noqa: C901  a table
        match node:
            case None:
                return ast.Constant(None)
            case ast.Constant():
                return node
            case ast.Name(id=name):
                return (
                    frame.names[name]
                    if name in frame.names
                    else constant_of(self.library, frame.module, node)
                )
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return frame.own.get(name, UNKNOWN)
            case ast.Attribute():
                return constant_of(self.library, frame.module, node)
            case ast.UnaryOp(op=operator, operand=operand):
                return ast.UnaryOp(operator, self.value(operand, frame))
            case ast.BinOp():
                return self._computed(node, frame)
            case ast.BoolOp(op=operator, values=values):
                return ast.BoolOp(operator, self._in_turn(operator, values, frame))
            case ast.IfExp(test=test, body=body, orelse=other):
                condition = self.value(test, frame)
                one = self.value(body, frame.branch(condition))
                return either(condition, one, self.value(other, frame.branch(negation(condition))))
            case ast.Compare(left=left, ops=operators, comparators=others):
                values = [self.value(each, frame) for each in (left, *others)]
                return ast.Compare(values[0], operators, values[1:])
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return type(node)([self.value(each, frame) for each in parts])
            case ast.Dict(keys=keys, values=values):
                known: list[ast.expr | None] = []
                known += (self.value(each, frame) if each else UNKNOWN for each in keys)
                return ast.Dict(known, [self.value(each, frame) for each in values])
            case ast.Subscript():
                return self._item(node, frame)
            case ast.Call():
                return self._call(node, frame)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp):
            self.value(node.generators[0].iter, frame)
        for each in ast.walk(node):  # what else is in it may not be reached
            if isinstance(each, ast.Call):
                self._forget(each, frame)
        return UNKNOWN

    def _in_turn(
        self, operator: ast.boolop, values: list[ast.expr], frame: Frame
    ) -> list[ast.expr]:
        found: list[ast.expr] = []
        for each in values:
            found.append(self.value(each, frame))
            goes_on = found[-1] if isinstance(operator, ast.And) else negation(found[-1])
            frame = frame.branch(goes_on)
        return found

    def _computed(self, node: ast.BinOp, frame: Frame) -> ast.expr:
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        # Not where it is unknown what is divided: a tensor by 0 is inf, and a text takes `%`.
        if isinstance(node.op, _DIVISIONS) and is_known(left) and is_known(right):
            zero = ast.Compare(right, [ast.Eq()], [ast.Constant(0)])
            self.refuse(frame, [*frame.path, zero], "it divides by it", node.lineno)
        return ast.BinOp(left, node.op, right)

    def _item(self, node: ast.Subscript, frame: Frame) -> ast.expr:
        index = self.value(node.slice, frame)
        table = None
        if not (isinstance(node.value, ast.Name) and node.value.id in frame.names):
            table = table_of(self.library, frame.module, node.value)
        if table is not None and is_known(index) and any(parameters(index)):
            self._among(index, table, frame, node.lineno)
            return UNKNOWN
        whole = self.value(node.value, frame)
        if isinstance(whole, ast.List | ast.Tuple) and isinstance(index, ast.Constant):
            at = index.value
            parts = whole.elts
            return parts[at] if isinstance(at, int) and -len(parts) <= at < len(parts) else UNKNOWN
        if not isinstance(whole, ast.Name) or whole is UNKNOWN:
            return UNKNOWN
        match index:
            case ast.Constant(value=int(at)) if at >= 0:
                self._long_enough(whole, at, frame, node.lineno)
                return ast.Subscript(whole, index)
        return ast.Subscript(whole, index) if isinstance(index, ast.Constant) else UNKNOWN

    def _long_enough(self, whole: ast.Name, at: int, frame: Frame, line: int) -> None:
        length = ast.Call(ast.Name("len"), [whole], [])
        short = ast.Compare(length, [ast.LtE()], [ast.Constant(at)])
        said = f"item {at} is read, and items are counted from 0"
        self.refuse(frame, [*frame.path, short], said, line)

    def _among(self, index: ast.expr, table: ast.expr, frame: Frame, line: int) -> None:
        absent = ast.Compare(index, [ast.NotIn()], [table])
        self.refuse(frame, [*frame.path, absent], "it looks this up in a table", line)

    # Calls

    def _call(self, node: ast.Call, frame: Frame) -> ast.expr:
        positional = [self.value(_plain(each), frame) for each in node.args]
        named = [(each.arg, self.value(each.value, frame)) for each in node.keywords]
        self._forget(node.func, frame)
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if method in _CHANGES:
                if name in frame.names:
                    frame.names[name] = UNKNOWN
                return UNKNOWN
            case ast.Attribute(attr="chunk", value=whole) if positional:
                self.value(whole, frame)
                small = ast.Compare(positional[0], [ast.LtE()], [ast.Constant(0)])
                said = "chunk expects `chunks` to be greater than 0"
                self.refuse(frame, [*frame.path, small], said, node.lineno)
                return UNKNOWN
            case ast.Attribute(attr="keys", value=whole) if not node.args:
                return self.value(whole, frame)
            case ast.Name(id="isinstance") if len(node.args) == 2:
                return ast.Call(node.func, [positional[0], node.args[1]], [])
            case ast.Name(id="len" | "abs" | "min" | "max" | "int" | "float") if not named:
                return ast.Call(node.func, positional, [])
            case ast.Attribute(value=ast.expr() as whole) if not isinstance(whole, ast.Name):
                self.value(whole, frame)
        call = MadeCall(positional, named, any(isinstance(a, ast.Starred) for a in node.args))
        self._enter(node, call, frame)
        return UNKNOWN

    def _enter(self, node: ast.Call, call: MadeCall, frame: Frame) -> None:
        """Walk what is called, where that is a function of this package."""
        caller = Caller(self.library, frame.module, frame.owner)
        first = node.func.id if isinstance(node.func, ast.Name) else ""
        if first in frame.names or frame.depth == 0:
            return
        for found, owner, own in caller.callees(node.func):
            if own is None:
                inner: dict[str, ast.expr] = {}
            else:
                inner = frame.own
            self.enter(found, owner, call, inner, frame)

    def enter(
        self,
        found: Defined,
        owner: Defined | None,
        call: MadeCall,
        own: dict[str, ast.expr],
        frame: Frame,
    ) -> None:
        function = found.node
        assert isinstance(function, Function)
        if function in self.active or not _is_transparent(function):
            return
        names = call.bound(function, method=owner is not None)
        inner = Frame(found.module, owner, names, own, list(frame.path), frame.depth - 1)
        self.active.append(function)
        self.block(function.body, inner)
        self.active.pop()


def _plain(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Starred) else node


def _is_transparent(function: Function) -> bool:
    """Whether a call runs the body: no generator, and under no decorator that is not known."""
    names = (ast.unparse(each).partition("(")[0] for each in function.decorator_list)
    known = all(name.rpartition(".")[2] in _TRANSPARENT for name in names)
    inner = (n for s in function.body for n in ast.walk(s))
    return known and not any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inner)


def _restore(kept: dict[str, ast.expr], values: dict[str, ast.expr]) -> None:
    kept.clear()
    kept.update(values)


def _merged(
    test: ast.expr, one: dict[str, ast.expr], other: dict[str, ast.expr]
) -> dict[str, ast.expr]:
    """Variables behind an `if`: what only one branch sets is unknown."""
    return {
        name: either(test, one.get(name, UNKNOWN), other.get(name, UNKNOWN))
        for name in dict.fromkeys((*one, *other))
    }
