"""What every public class and function of a package accepts, read from its source.

Lists each under its shortest public name, and its other paths as references to that name: a
config may name a component by any path that Python can import.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from tcwc.model.frozen import dataclass
from tcwc.model.types import with_null
from tcwc.torchtune.introspect.bodies import refusals
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module, bases, origin_of
from tcwc.torchtune.introspect.foreign_types import annotation_type
from tcwc.torchtune.introspect.listed import is_listed, type_json
from tcwc.torchtune.introspect.model_sizes import sizes_of

Member = dict[str, object]
Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEPTH = 8  # a second name of a second name, a partial of a partial; `x = x` ends here

EVERYTHING = "*"
# Bases outside the package whose initialiser takes no argument of its own.
_TAKES_NOTHING = {"Module", "ABC", "object", "Protocol", "Generic", "ParallelStyle", "Dataset"}
_NOT_COMPONENTS = {"Enum", "IntEnum", "StrEnum", "TypedDict", "NamedTuple", "Exception"}


@dataclass(frozen=True, slots=True)
class _Signature:
    """Parameters as JSON members, and where `**kwargs` lead."""

    parameters: tuple[Member, ...]
    forwards: str = ""
    supplies: Member | None = None


def members(library: Library, modules: Iterable[str]) -> dict[str, object]:
    """Describe the components that these modules define or import, by dotted name, sorted.

    A member that is a text is another path to the component which the text names, be it one
    of another package.
    """
    modules = list(modules)
    paths: dict[tuple[str, int], list[str]] = {}
    found: dict[tuple[str, int], Defined] = {}
    for path, each in _reachable(library, modules):
        place = (each.module.name, each.node.lineno)
        paths.setdefault(place, []).append(path)
        found[place] = each
    names = {place: min(same, key=_preference) for place, same in paths.items()}
    reader = _Reader(library, lambda each: names.get((each.module.name, each.node.lineno)))
    written: dict[str, object] = dict(_foreign(library, modules))
    for place, same in paths.items():
        written.update((path, names[place]) for path in same)
        member = reader.member(found[place])
        written[names[place]] = member
        if not any(segment.startswith("_") for segment in names[place].split(".")):
            _add_refusals(library, found[place], member)
    return dict(sorted(written.items()))


def _add_refusals(library: Library, found: Defined, member: Member) -> None:
    """Note what a component's body refuses."""
    parameters = cast("list[Member]", member["parameters"])
    try:
        refused = [] if isinstance(found.node, ast.expr) else refusals(library, found, parameters)
    except RecursionError:  # a value that is made of itself, again and again
        return
    if refused:
        member["refuses"] = refused


def describe(library: Library, found: Defined, name_of: Callable[[Defined], str | None]) -> Member:
    """Describe one component of a library that other packages' classes may stand behind."""
    return _Reader(library, name_of, outer=True).member(found)


def _reachable(library: Library, modules: Iterable[str]) -> Iterator[tuple[str, Defined]]:
    for name in modules:
        module = library.module(name)
        for local in sorted(module.names) if module else ():
            each = None if local.startswith("_") else find_component(library, module, local)
            if each is not None:
                yield f"{name}.{local}", each


def _foreign(library: Library, modules: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Components of other packages that these modules import, by the path that this opens."""
    for name in modules:
        module = library.module(name)
        for local in module.names if module else ():
            origin = origin_of(module, local) if module else None
            if origin is not None and is_listed(origin):
                yield f"{name}.{local}", origin


def find_component(
    library: Library, module: Module | None, name: str, depth: int = _DEPTH
) -> Defined | None:
    """Find the class, function or partial of a name, through imports and second names."""
    found = library.find(module, name)
    if found is None or _is_partial(library, found):
        return found
    if isinstance(found.node, ast.Name | ast.Attribute):
        dotted = ast.unparse(found.node)
        return find_component(library, found.module, dotted, depth - 1) if depth else None
    if isinstance(found.node, ast.ClassDef) and _NOT_COMPONENTS & set(_outer_bases(library, found)):
        return None
    return None if isinstance(found.node, ast.expr) else found


def _preference(path: str) -> tuple[bool, int, str]:
    """Public paths first, then short ones."""
    segments = path.split(".")
    return any(segment.startswith("_") for segment in segments), len(segments), path


def _is_partial(library: Library, found: Defined) -> bool:
    match found.node:
        case ast.Call(func=function, args=[target, *_]) if ast.unparse(function) in {
            "partial",
            "functools.partial",
        }:
            return library.find(found.module, ast.unparse(target)) is not None
    return False


class _Reader:
    """Reads signatures. `name_of` gives the name under which a component is listed.

    With `outer`, what a class inherits from another package is a reference to that one's.
    """

    def __init__(
        self, library: Library, name_of: Callable[[Defined], str | None], *, outer: bool = False
    ) -> None:
        self._library = library
        self._name_of = name_of
        self._outer = outer

    def member(self, found: Defined) -> Member:
        signature = self._signature(found)
        member: Member = {
            "at": f"{found.module.file}:{found.node.lineno}",
            "forwards": signature.forwards,
        }
        if signature.supplies:
            member["supplies"] = signature.supplies
        if sizes := sizes_of(self._library, found):
            member["sizes"] = dict(sizes)
        return {**member, "parameters": list(signature.parameters)}

    def _signature(self, found: Defined, depth: int = _DEPTH) -> _Signature:
        if isinstance(found.node, ast.ClassDef):
            return self._class(found)
        if isinstance(found.node, ast.Call):
            return self._partial(found, found.node, depth)
        assert isinstance(found.node, Function)
        return self._function(found.module, found.node, None)

    def _partial(self, found: Defined, call: ast.Call, depth: int) -> _Signature:
        """The target's parameters, less what is bound by position; what is bound by name has
        that for its default."""
        target = find_component(self._library, found.module, ast.unparse(call.args[0]))
        if target is None or not depth:
            return _Signature((), EVERYTHING)
        signature = self._signature(target, depth - 1)
        bound = {k.arg: found.module.source(k.value) for k in call.keywords}
        parameters = [
            {**p, "required": False, "default": bound[str(p["name"])]} if p["name"] in bound else p
            for p in signature.parameters[len(call.args) - 1 :]
        ]
        return _Signature(tuple(parameters), signature.forwards, signature.supplies)

    # Classes

    def _class(self, found: Defined) -> _Signature:
        for each in self._library.ancestry(found):
            assert isinstance(each.node, ast.ClassDef)
            initialiser = _method(each.node, "__init__")
            if initialiser is not None:
                return self._function(each.module, initialiser, each)
            if _is_dataclass(each.node):
                return _Signature(tuple(self._fields(found)))
        outer = set(_outer_bases(self._library, found))
        # Python gives a protocol an initialiser that takes everything, and takes it from its
        # subclasses when the first instance is made.
        direct = {base.rpartition(".")[2] for base in _bases(found)}
        if "Protocol" in direct or not outer <= _TAKES_NOTHING:
            return _Signature((), (self._outer and self._inherited(found)) or EVERYTHING)
        return _Signature(())

    def _inherited(self, found: Defined) -> str | None:
        """The class of another package that a class gets its initialiser from."""
        for each in self._library.ancestry(found):
            for base in _bases(each):
                if self._library.find(each.module, base) is None:
                    return origin_of(each.module, base)
        return None

    def _fields(self, found: Defined) -> Iterator[Member]:
        fields: dict[str, Member] = {}
        for each in reversed(list(self._library.ancestry(found))):
            assert isinstance(each.node, ast.ClassDef)
            for statement in each.node.body if _is_dataclass(each.node) else ():
                match statement:
                    case ast.AnnAssign(target=ast.Name(id=name), value=value, annotation=hint):
                        if "ClassVar" in ast.unparse(hint) or _option(value, "init") == "False":
                            continue
                        default = _field_default(each.module, value)
                        fields[name] = self._parameter(each.module, name, hint, default)
        yield from fields.values()

    # Functions

    def _function(self, module: Module, node: Function, owner: Defined | None) -> _Signature:
        args = node.args
        positional = [*args.posonlyargs, *args.args]
        absent: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        pairs = list(zip(positional, [*absent, *args.defaults], strict=True))
        pairs = pairs[0 if owner is None else 1 :]
        pairs += zip(args.kwonlyargs, args.kw_defaults, strict=True)
        parameters = []
        for parameter, default in pairs:
            text = None if default is None else module.source(default)
            member = self._parameter(module, parameter.arg, parameter.annotation, text)
            if parameter in args.posonlyargs:
                member["positional_only"] = True
            parameters.append(member)
        if args.kwarg is None:
            return _Signature(tuple(parameters))
        forwards, supplies = self._forwards(module, node, args.kwarg.arg, owner)
        return _Signature(tuple(parameters), forwards, supplies)

    def _parameter(
        self, module: Module, name: str, annotation: ast.expr | None, default: str | None
    ) -> Member:
        kind = annotation_type(self._library, module, annotation)
        if default == "None":
            kind = with_null(kind)
        return {
            "name": name,
            "type": type_json(kind),
            "annotation": module.source(annotation) if annotation else "",
            "required": default is None,
            "default": default or "",
        }

    # Where **kwargs lead

    def _forwards(
        self, module: Module, node: Function, kwargs: str, owner: Defined | None
    ) -> tuple[str, Member | None]:
        """The component that `**kwargs` are passed on to, if there is just one."""
        calls = [call for call in ast.walk(node) if _passes(call, kwargs)]
        uses = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == kwargs]
        if len(calls) != 1 or len(uses) != 1:
            return EVERYTHING, None
        (call,) = calls
        assert isinstance(call, ast.Call)
        keywords = sorted(k.arg for k in call.keywords if k.arg is not None)
        unpacked = sum(isinstance(each, ast.Starred) for each in call.args) if self._outer else 0
        given: Member = {"positional": len(call.args) - unpacked, "keywords": list(keywords)}
        return self._callee(module, call.func, owner) or EVERYTHING, given

    def _callee(self, module: Module, function: ast.expr, owner: Defined | None) -> str | None:
        if ast.unparse(function) == "super().__init__" and owner is not None:
            parents = list(self._library.ancestry(owner))[1:]
            names = filter(None, map(self._name_of, parents))
            return next(names, self._inherited(owner) if self._outer else None)
        if not isinstance(function, ast.Name | ast.Attribute):
            return None
        name = ast.unparse(function)
        found = find_component(self._library, module, name)
        if found is not None:
            return self._name_of(found)
        return origin_of(module, name)


def _passes(node: ast.AST, kwargs: str) -> bool:
    return isinstance(node, ast.Call) and any(
        keyword.arg is None and isinstance(keyword.value, ast.Name) and keyword.value.id == kwargs
        for keyword in node.keywords
    )


def _outer_bases(library: Library, found: Defined) -> Iterator[str]:
    """The last parts of the names of bases outside the package, inherited ones included."""
    for each in library.ancestry(found):
        for base in _bases(each):
            if library.find(each.module, base) is None:
                yield base.rpartition(".")[2]


def _bases(found: Defined) -> list[str]:
    assert isinstance(found.node, ast.ClassDef)
    return bases(found.node)


def _method(node: ast.ClassDef, name: str) -> Function | None:
    return next((s for s in node.body if isinstance(s, Function) and s.name == name), None)


def _is_dataclass(node: ast.ClassDef) -> bool:
    names = (ast.unparse(each).partition("(")[0] for each in node.decorator_list)
    return any(name.rpartition(".")[2] == "dataclass" for name in names)


def _field_default(module: Module, value: ast.expr | None) -> str | None:
    """The default of a dataclass's field, also through `field(...)`."""
    if value is None:
        return None
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "field":
        factory = _option(value, "default_factory")
        return f"{factory}()" if factory else _option(value, "default")
    return module.source(value)


def _option(call: ast.expr | None, name: str) -> str | None:
    keywords = call.keywords if isinstance(call, ast.Call) else []
    return next((ast.unparse(k.value) for k in keywords if k.arg == name), None)
