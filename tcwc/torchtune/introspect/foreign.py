"""Signatures of the packages besides torchtune that configs name, from their own wheels.

    python -m tcwc.torchtune.introspect.foreign WHEEL_OR_SITE_PACKAGES OUT_DIR

writes OUT_DIR/<package>-<version>.json. Everything is read as text; nothing is imported.
"""

from __future__ import annotations

import ast
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tcwc.torchtune.catalogue.lines import dump
from tcwc.torchtune.catalogue.types import Type
from tcwc.torchtune.introspect.foreign_modules import Found, Library
from tcwc.torchtune.introspect.foreign_types import annotation_type

# Per package: the modules whose public names are listed, and how those names must end. Torch's
# losses and torchao's quantizers share their modules with much that no config can name.
LISTED: Mapping[str, Mapping[str, str]] = {
    "bitsandbytes": {"bitsandbytes.optim": ""},
    "datasets": {"datasets": "load_dataset"},
    "torch": {"torch.nn": "Loss", "torch.optim": "", "torch.optim.lr_scheduler": ""},
    "torchao": {
        "torchao.optim": "",
        "torchao.quantization": "Quantizer",
        "torchao.quantization.qat": "Quantizer",
    },
}

Member = dict[str, object]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_listed(name: str) -> bool:
    """Tell whether a component of this dotted name is one that some package's file describes."""
    module, _, last = name.rpartition(".")
    ending = LISTED.get(name.partition(".")[0], {}).get(module)
    return ending is not None and last.endswith(ending)


def members(package: str, read: Callable[[str], str | None]) -> dict[str, Member]:
    """Describe every listed class and function of a package, by dotted name, sorted."""
    library = Library(read)
    found = {
        f"{module}.{name}": library.find(library.module(module), name)
        for module, ending in LISTED[package].items()
        for name in library.public(module)
        if name.endswith(ending)
    }
    return {
        name: _member(library, each)
        for name, each in sorted(found.items())
        if each is not None and not isinstance(each.node, ast.expr)
    }


def _member(library: Library, found: Found) -> Member:
    at = f"{found.module.file}:{found.node.lineno}"
    is_class = isinstance(found.node, ast.ClassDef)
    signature = _initialiser(library, found) if is_class else found
    if signature is None or not isinstance(signature.node, _FUNCTIONS):
        return {"at": at, "forwards": "", "parameters": []}
    args = signature.node.args
    parameters = list(_parameters(library, signature, args))[1 if is_class else 0 :]
    return {"at": at, "forwards": "*" if args.kwarg else "", "parameters": parameters}


def _initialiser(library: Library, found: Found) -> Found | None:
    """Find the `__init__` of a class, its own or the first inherited one."""
    if not isinstance(found.node, ast.ClassDef):
        return None
    own = [s for s in found.node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"]
    if own:
        return Found(found.module, own[-1])
    for base in found.node.bases:
        parent = library.find(found.module, ast.unparse(base))
        inherited = _initialiser(library, parent) if parent is not None else None
        if inherited is not None:
            return inherited
    return None


def _parameters(library: Library, signature: Found, args: ast.arguments) -> Iterator[Member]:
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


def type_json(of: Type) -> Member:
    """Write a type as the catalogue's files have it."""
    written: Member = {"kinds": list(of.kinds)}
    if of.choices:
        written["choices"] = list(of.choices)
    if of.item is not None:
        written["item"] = type_json(of.item)
    return written


def _wheel(wheel: Path) -> dict[str, str]:
    """Read the package and version of a wheel from its name; a local version part is no matter."""
    name, version = wheel.name.split("-")[:2]
    return {name: version.partition("+")[0]}


def _installed(folder: Path) -> dict[str, str]:
    found = (path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info"))
    pairs = (name.partition("-") for name in found)
    return {name: version.partition("+")[0] for name, _, version in pairs if name in LISTED}


def _folder_reader(folder: Path) -> Callable[[str], str | None]:
    def read(name: str) -> str | None:
        path = folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    return read


def _wheel_reader(wheel: Path) -> Callable[[str], str | None]:
    def read(name: str) -> str | None:
        with zipfile.ZipFile(wheel) as archive:
            try:
                return archive.read(name).decode("utf-8")
            except KeyError:
                return None

    return read


def generate(source: Path) -> dict[str, str]:
    """Make the text of each file, by file name, from a wheel or a folder of installed packages."""
    packages, read = (
        (_installed(source), _folder_reader(source))
        if source.is_dir()
        else (_wheel(source), _wheel_reader(source))
    )
    return {
        f"{package}-{version}.json": dump(members(package, read))
        for package, version in sorted(packages.items())
    }


def main(arguments: list[str]) -> int:
    """Write the files for one source; the only part of this module that touches the disk."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for name, text in generate(Path(arguments[0])).items():
        (Path(arguments[1]) / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
