"""Signatures of the packages besides torchtune that configs name, from their own wheels.

Everything is read as text; nothing is imported. `python -m tools.regenerate_catalogue foreign`
writes them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tcwc.disk.packages import Packages
from tcwc.torchtune.catalogue.lines import dump
from tcwc.torchtune.introspect.bodies import refusals
from tcwc.torchtune.introspect.components import describe
from tcwc.torchtune.introspect.foreign_modules import Defined, Library, Module
from tcwc.torchtune.introspect.foreign_types import annotation_type
from tcwc.torchtune.introspect.listed import LISTED, type_json
from tcwc.torchtune.introspect.parsed import parsed

_PACKED = "datasets.packaged_modules"

Member = dict[str, object]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def members(package: str, read: Callable[[str], str | None]) -> dict[str, Member]:
    """Describe every listed class and function of a package, by dotted name, sorted."""
    own = f"{package}/"
    # Not what lies beside it in a folder of installed packages: a wheel would give other files.
    library = Library(lambda name: read(name) if name.startswith(own) else None)
    found = {
        f"{module}.{name}": library.find(library.module(module), name)
        for module, ending in LISTED[package].items()
        for name in library.public(module)
        if name.endswith(ending)
    }
    written = {
        name: _member(library, each)
        for name, each in found.items()
        if each is not None and not isinstance(each.node, ast.expr)
    }
    return dict(sorted({**written, **_builders(library)}.items()))


def _builders(library: Library) -> dict[str, Member]:
    """What the builders take that `datasets` packs, each by the module that it is in: the fields of
    its config, which `load_dataset` makes of the keys that it does not know itself."""
    found: dict[str, Member] = {}
    for name in _packed(library):
        module = library.module(f"{_PACKED}.{name}.{name}")
        config = _config_of(library, module) if module else None
        if config is not None:
            found[f"{_PACKED}.{name}"] = describe(library, config, lambda _: None)
    return found


def _packed(library: Library) -> list[str]:
    """The names of builders that may stand where a repository of the hub does."""
    listing = library.find(library.module(_PACKED), "_PACKAGED_DATASETS_MODULES")
    match listing:
        case Defined(node=ast.Dict(keys=keys)):
            return sorted(str(key.value) for key in keys if isinstance(key, ast.Constant))
    return []


def _config_of(library: Library, module: Module) -> Defined | None:
    """The class that a builder's module names as that of its config."""
    for statement in ast.walk(parsed(module.text)):
        match statement:
            case ast.Assign(targets=[ast.Name(id="BUILDER_CONFIG_CLASS")], value=value):
                return library.find(module, ast.unparse(value))
    return library.find(library.module("datasets"), "BuilderConfig")


def _member(library: Library, found: Defined) -> Member:
    at = f"{found.module.file}:{found.node.lineno}"
    is_class = isinstance(found.node, ast.ClassDef)
    signature = _initialiser(library, found) if is_class else found
    if signature is None or not isinstance(signature.node, _FUNCTIONS):
        return {"at": at, "forwards": "", "parameters": []}
    args = signature.node.args
    parameters = list(_parameters(library, signature, args))[1 if is_class else 0 :]
    member: Member = {"at": at, "forwards": "*" if args.kwarg else "", "parameters": parameters}
    refused = refusals(library, found, parameters)
    return {**member, "refuses": refused} if refused else member


def _initialiser(library: Library, found: Defined) -> Defined | None:
    """Find the `__init__` of a class, its own or the first inherited one."""
    if not isinstance(found.node, ast.ClassDef):
        return None
    own = [s for s in found.node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"]
    if own:
        # The last one: those before it are overloads.
        return Defined(found.module, own[-1])
    for base in found.node.bases:
        parent = library.find(found.module, ast.unparse(base))
        inherited = _initialiser(library, parent) if parent is not None else None
        if inherited is not None:
            return inherited
    return None


def _parameters(library: Library, signature: Defined, args: ast.arguments) -> Iterator[Member]:
    positional = [*args.posonlyargs, *args.args]
    absent = [None] * (len(positional) - len(args.defaults))
    parameters = [*positional, *args.kwonlyargs]
    defaults = [*absent, *args.defaults, *args.kw_defaults]
    for parameter, default in zip(parameters, defaults, strict=True):
        module = signature.module
        annotation = parameter.annotation
        member: Member = {
            "name": parameter.arg,
            "type": type_json(annotation_type(library, module, annotation)),
            "annotation": module.source(annotation) if annotation else "",
            "required": default is None,
            "default": module.source(default) if default else "",
        }
        if parameter in args.posonlyargs:
            member["positional_only"] = True
        yield member


def generate(packages: Packages) -> dict[str, str]:
    """Make the text of each file, by file name, from packages of which some are listed."""
    return {
        f"{package}-{version}.json": dump(members(package, packages.read))
        for package, version in sorted(packages.versions.items())
        if package in LISTED
    }
