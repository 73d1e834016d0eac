"""By which paths the listed components of other packages can be imported.

A dotted name of such a component that is none of these paths names nothing, whatever is installed
besides: `torch.AdamW`, `bitsandbytes.PagedAdamW`. Read as text, as all else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tcwc.disk.packages import Packages
from tcwc.torchtune.catalogue.lines import dump
from tcwc.torchtune.introspect.foreign import members
from tcwc.torchtune.introspect.foreign_modules import Library, Module, origin_of
from tcwc.torchtune.introspect.listed import LISTED, is_listed

_SHORT = 2
"""Segments of modules whose own imports of modules open further paths (`bitsandbytes.adam`)."""


def generate(packages: Packages) -> dict[str, str]:
    """Make the text of each file, by file name, from packages of which some are listed."""
    return {
        f"paths/{package}-{version}.json": dump(_paths(package, packages))
        for package, version in sorted(packages.versions.items())
        if package in LISTED
    }


def _paths(package: str, packages: Packages) -> dict[str, object]:
    """By the last part of a component's name: the modules that have it, sorted."""
    library = Library(packages.read)
    described = members(package, packages.read)
    names = {name.rpartition(".")[2] for name in described if is_listed(name)}
    modules = list(_modules(package, packages, names))
    found: dict[str, set[str]] = {name: set() for name in names}
    for name in modules:
        try:
            module = library.module(name)
        except SyntaxError:  # a template, or of another Python: nobody imports it
            continue
        for local in names if module else ():
            assert module is not None
            if local in module.names or library.find(module, local) is not None:
                found[local].add(name)
    for second, first in _second_names(library, package, packages):
        for there in found.values():
            if first in there:
                there.add(second)
    return {name: sorted(found[name]) for name in sorted(names)}


def _modules(package: str, packages: Packages, names: set[str]) -> Iterator[str]:
    """The modules of a package that may have one of some names."""
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b|import \*")
    for file in packages.files(f"{package}/"):
        if file.endswith(".py") and word.search(packages.read(file) or ""):
            yield _module(file)


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _second_names(library: Library, package: str, packages: Packages) -> Iterator[tuple[str, str]]:
    """Modules by the paths that an import in another one opens."""
    for file in packages.files(f"{package}/"):
        name = _module(file)
        if file.endswith("/__init__.py") and name.count(".") < _SHORT:
            module = library.module(name)
            for local in module.names if module else ():
                assert module is not None
                origin = _imported(module, local)
                if origin and origin != f"{name}.{local}" and library.module(origin):
                    yield f"{name}.{local}", origin


def _imported(module: Module, local: str) -> str | None:
    statement = module.names[local]
    return origin_of(module, local) if isinstance(statement, ast.Import | ast.ImportFrom) else None
