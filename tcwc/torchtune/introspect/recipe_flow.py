"""Follows the sections of a config through the source of a recipe (see recipe_reader.py).

Every expression has the set of sections that it may stand for. Variables, parameters,
attributes and return values collect theirs over passes until nothing more is learnt, without
regard to the order of statements, to branches, or to which object a method belongs to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from tcwc.torchtune.introspect.recipe_ledger import NOTHING, ROOT, Ledger, Sections
from tcwc.torchtune.introspect.recipe_module import Function, RecipeModule

# Calls that give back what they are given, or its items, by the last part of their name.
_PASSES_ON = {
    *("deepcopy", "copy", "dict", "list", "tuple", "to_container", "to_object", "create"),
    *("enumerate", "zip", "reversed", "sorted", "iter"),
}
# Calls that read no key of their own accord.
_ONLY_LOOKS = {
    *("isinstance", "len", "str", "repr", "print", "type", "id", "bool", "int", "float", "any"),
    *("all", "range", "log_config", "resolve", "is_dict", "is_list", "is_config", "to_yaml"),
    *("is_missing", "set_struct", "set_readonly", "info", "debug", "warning", "log_rank_zero"),
}
_READS = {"get", "pop", "setdefault"}
_READS_ALL = {"items", "keys", "values"}
_ROUNDS = 8  # recipes need two or three


@dataclass(slots=True)
class _Scope:
    """The variables of a function, and of those around it."""

    names: dict[str, Sections] = field(default_factory=dict)
    outer: _Scope | None = None
    returns: Sections = NOTHING

    def get(self, name: str) -> Sections:
        if name in self.names:
            return self.names[name]
        return self.outer.get(name) if self.outer else NOTHING


class Flow:
    """The walk over one module; `follow` gives all that it found."""

    def __init__(self, module: RecipeModule, *, inheriting: bool = False) -> None:
        """With `inheriting`, methods may be called by those of a class that is not here."""
        self._module = module
        self._inheriting = inheriting
        self._scopes: dict[ast.AST, _Scope] = {}
        self._attributes: dict[str, Sections] = {}
        self._changed = False
        self._ledger = Ledger()

    def follow(self) -> Ledger:
        """Walks until no variable stands for more than it did before."""
        for function, parameter in self._module.entries():
            self._learn(self._scope(function).names, parameter, frozenset([ROOT]))
        if self._inheriting:
            self._expect_of_parents()
        for _ in range(_ROUNDS):
            self._changed = False
            # Each round notes all reads anew, as the one before knew less of what stands for what.
            defaults = self._ledger.default_components
            self._ledger = Ledger(default_components=defaults)
            self._walk_all(self._module.tree.body, self._scope(self._module.tree))
            if not self._changed:
                break
        return self._ledger

    def _expect_of_parents(self) -> None:
        """What a torchtune recipe gives its methods: `cfg` is the config, `cfg_model` a section."""
        for method in self._module.methods():
            for each in (*method.args.args, *method.args.kwonlyargs):
                section = each.arg.removeprefix("cfg_")
                if each.arg == "cfg" or section != each.arg:
                    path = ROOT if each.arg == "cfg" else (section,)
                    self._learn(self._scope(method).names, each.arg, frozenset([path]))
        for name in ("cfg", "_cfg"):
            self._learn(self._attributes, name, frozenset([ROOT]))

    # What stands for what

    def _scope(self, node: ast.AST, outer: _Scope | None = None) -> _Scope:
        scope = self._scopes.setdefault(node, _Scope())
        scope.outer = outer or scope.outer
        return scope

    def _learn(self, known: dict[str, Sections], name: str, sections: Sections) -> None:
        old = known.get(name, NOTHING)
        if not sections <= old:
            known[name] = old | sections
            self._changed = True

    def _bind(self, target: ast.expr, sections: Sections, scope: _Scope) -> None:
        match target:
            case ast.Name(id=name):
                self._learn(scope.names, name, sections)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                self._learn(self._attributes, name, sections)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._bind(part, sections, scope)
            case ast.Subscript(value=owner) | ast.Attribute(value=owner):
                self._evaluate(owner, scope)  # a write to a section, but a read of what holds it

    # Statements

    def _walk(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._walk_all([*node.decorator_list, node.args], scope)
                self._walk_all(node.body, self._scope(node, scope))
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign([target], value, scope)
            case ast.For(target=target, iter=items) | ast.AsyncFor(target=target, iter=items):
                self._bind(target, self._evaluate(items, scope), scope)
                self._walk_all([*node.body, *node.orelse], scope)
            case ast.If(test=test) | ast.While(test=test):
                self._evaluate(test, scope)
                with self._ledger.guard(self._asked_for(test, scope)):
                    self._walk_all(node.body, scope)
                self._walk_all(node.orelse, scope)
            case ast.Return(value=ast.expr() as value):
                self._return(self._evaluate(value, scope), scope)
            case ast.expr():
                self._evaluate(node, scope)
            case _:
                self._walk_all(ast.iter_child_nodes(node), scope)

    def _walk_all(self, nodes: Iterable[ast.AST], scope: _Scope) -> None:
        for node in nodes:
            self._walk(node, scope)

    def _assign(self, targets: list[ast.expr], value: ast.expr, scope: _Scope) -> None:
        sections = self._evaluate(value, scope)
        for target in targets:
            self._note_default_component(target, value, scope)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                for part, item in zip(target.elts, value.elts, strict=False):
                    self._bind(part, self._evaluate(item, scope), scope)
            else:
                self._bind(target, sections, scope)

    def _note_default_component(self, target: ast.expr, value: ast.expr, scope: _Scope) -> None:
        # torchtune's recipes write the profiler's component where a config names none.
        match target, value:
            case (
                ast.Subscript(value=owner, slice=ast.Constant(value="_component_")),
                ast.Constant(value=str(name)),
            ):
                sections = self._evaluate(owner, scope)
                self._ledger.default_components.update(dict.fromkeys(sections, name))

    def _return(self, sections: Sections, scope: _Scope) -> None:
        if not sections <= scope.returns:
            scope.returns |= sections
            self._changed = True

    def _asked_for(self, test: ast.expr, scope: _Scope) -> Sections:
        """The keys that a condition asks about (`"x" in cfg`, `cfg.get("x")`, `hasattr`)."""
        # Into a ledger of its own: the test is walked for its reads elsewhere.
        known, self._ledger = self._ledger, Ledger()
        self._evaluate(test, scope)
        asked, self._ledger = self._ledger, known
        return frozenset(r.section for r in asked.reads | asked.asked if not r.required)

    # Expressions

    def _evaluate(self, node: ast.AST, scope: _Scope) -> Sections:
        match node:
            case ast.Name(id=name):
                return scope.get(name)
            case ast.Attribute() if _is_own(node):
                return self._attributes.get(node.attr, NOTHING)
            case ast.Attribute(value=owner, attr=name):
                return self._ledger.key(self._evaluate(owner, scope), name, node.lineno)
            case ast.Subscript(value=owner, slice=index):
                return self._subscript(owner, index, scope)
            case ast.BoolOp() | ast.IfExp() | ast.Compare():
                return self._condition(node, scope)
            case ast.Call():
                return self._call(node, scope)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, self._evaluate(value, scope), scope)
                return scope.get(target.id)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, scope)
            case ast.Starred(value=value) | ast.Await(value=value):
                return self._evaluate(value, scope)
        self._walk_all(ast.iter_child_nodes(node), scope)
        return NOTHING

    def _condition(self, node: ast.BoolOp | ast.IfExp | ast.Compare, scope: _Scope) -> Sections:
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._guarded([test, body], scope) | self._evaluate(orelse, scope)
            case ast.BoolOp(values=values):
                return self._guarded(values, scope)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]):
                self._evaluate(left, scope)
                owners, key = self._evaluate(right, scope), self._module.text(left)
                if key is not None:
                    self._ledger.ask(owners, key, node.lineno)
            case _:
                self._walk_all(ast.iter_child_nodes(node), scope)
        return NOTHING

    def _guarded(self, values: list[ast.expr], scope: _Scope) -> Sections:
        """`a and b` or `b if a`: what comes later is reached only if the first allows it."""
        first, *rest = values
        sections = self._evaluate(first, scope)
        with self._ledger.guard(self._asked_for(first, scope)):
            return sections.union(*(self._evaluate(value, scope) for value in rest))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: _Scope
    ) -> Sections:
        inner = self._scope(node, scope)
        for part in node.generators:
            self._bind(part.target, self._evaluate(part.iter, scope), inner)
            self._walk_all(part.ifs, inner)
        if isinstance(node, ast.DictComp):
            self._walk_all([node.key, node.value], inner)
            return NOTHING
        return self._evaluate(node.elt, inner)

    def _subscript(self, owner: ast.expr, index: ast.expr, scope: _Scope) -> Sections:
        owners, name = self._evaluate(owner, scope), self._module.text(index)
        if name is not None:
            return self._ledger.key(owners, name, owner.lineno)
        self._evaluate(index, scope)
        if not isinstance(index, ast.Constant | ast.Slice | ast.UnaryOp):
            self._ledger.escape("[...]", owners, owner.lineno)
        return owners

    # Calls

    def _call(self, node: ast.Call, scope: _Scope) -> Sections:
        if isinstance(node.func, ast.Attribute) and not _is_own(node.func):
            owners = self._evaluate(node.func.value, scope)
            if owners:
                return self._method(node, node.func.attr, owners, scope)
        name = self._module.name(node.func)
        positional = [self._evaluate(argument, scope) for argument in node.args]
        keywords = [(k.arg, self._evaluate(k.value, scope)) for k in node.keywords]
        match name.rpartition(".")[2]:
            case "instantiate":
                return self._instantiate(positional, keywords)
            case "getattr" | "hasattr" as function if len(positional) > 1:
                return self._getattr(node, function, positional[0])
            case "select" if len(positional) > 1:
                return self._select(node, positional[0])
        return self._pass_on(node, name, positional, keywords)

    def _pass_on(
        self,
        node: ast.Call,
        name: str,
        positional: list[Sections],
        keywords: list[tuple[str | None, Sections]],
    ) -> Sections:
        callees, short = self._module.callees(name), name.rpartition(".")[2]
        for callee in callees:
            self._give(callee, positional, keywords)
        if callees:
            return NOTHING.union(*(self._scope(callee).returns for callee in callees))
        given = NOTHING.union(*positional, *(sections for _, sections in keywords))
        if short in _PASSES_ON:
            return given
        if short not in _ONLY_LOOKS:
            self._ledger.escape(name, given, node.lineno)
        return NOTHING

    def _give(
        self,
        callee: Function,
        positional: list[Sections],
        keywords: list[tuple[str | None, Sections]],
    ) -> None:
        names = [a.arg for a in (*callee.args.posonlyargs, *callee.args.args)]
        known = self._scope(callee).names
        own = names[1:] if names[:1] in (["self"], ["cls"]) else names
        for name, sections in zip(own, positional, strict=False):
            self._learn(known, name, sections)
        for keyword, sections in keywords:
            if keyword is not None:
                self._learn(known, keyword, sections)
            else:
                self._ledger.escape(callee.name, sections, callee.lineno)

    def _method(self, node: ast.Call, method: str, owners: Sections, scope: _Scope) -> Sections:
        """A call of a method of a section (`cfg.get(...)`), or of a value (`cfg.name.lower()`)."""
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        self._walk_all(arguments, scope)
        if method in _READS_ALL:
            self._ledger.escape(f".{method}", owners, node.lineno)
        if method not in _READS or not arguments:
            return owners if method in {"copy", "values"} else NOTHING
        name = self._module.text(arguments[0])
        if name is None:
            self._ledger.escape(f".{method}", owners, node.lineno)
            return NOTHING
        default = ast.unparse(arguments[1]) if len(arguments) > 1 else None
        # Unlike pop(), which raises where there is neither key nor default.
        if method == "get":
            default = default or "None"
        return self._ledger.key(owners, name, node.lineno, default)

    def _instantiate(
        self, positional: list[Sections], keywords: list[tuple[str | None, Sections]]
    ) -> Sections:
        named = dict(keywords)
        sections = positional[0] if positional else named.get("config", NOTHING)
        names = {name for name in named if name not in (None, "config")}
        self._ledger.instantiate(
            sections, max(0, len(positional) - 1), {name for name in names if name is not None}
        )
        return NOTHING

    def _getattr(self, node: ast.Call, function: str, owners: Sections) -> Sections:
        name = self._module.text(node.args[1])
        if name is None:
            self._ledger.escape(function, owners, node.lineno)
            return NOTHING
        default = ast.unparse(node.args[2]) if len(node.args) > 2 else None
        if function == "hasattr":
            self._ledger.key(owners, name, node.lineno, "")
            return NOTHING
        return self._ledger.key(owners, name, node.lineno, default)

    def _select(self, node: ast.Call, sections: Sections) -> Sections:
        """`OmegaConf.select(cfg, "a.b", default=d)`: gives None where a part is absent."""
        path = self._module.text(node.args[1])
        defaults = [k.value for k in node.keywords if k.arg == "default"]
        default = ast.unparse(defaults[0]) if defaults else "None"
        if path is None:
            self._ledger.escape("OmegaConf.select", sections, node.lineno)
            return NOTHING
        for name in path.split("."):
            sections = self._ledger.key(sections, name, node.lineno, default)
        return sections


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
