"""One direction of knowledge, held: who imports whom, and who touches the disk."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tcwc"
GENERATED = {f"_generated/{n}.py" for n in ("path_parser", "expression_parser", "lark_runtime")}

ORDER = (
    "_generated",
    "model",
    "disk config",
    "yaml",
    "expressions numerals",
    "torchtune",
    "language design",
    "lint",
    "compiler",
    "builds",
    "explain",
    "api",
    "report",
    "commands",
    "__init__",
    "cli",
    "__main__",
)
"""The packages from the bottom up: imports go down it, never up nor to a neighbour in a line."""

RANK = {package: rank for rank, line in enumerate(ORDER) for package in line.split()}

ON_DISK = {
    "builds/moved.py",
    "builds/check.py",
    "builds/build.py",
    "torchtune/validate.py",
    "torchtune/introspect/__main__.py",
    "torchtune/introspect/foreign.py",
    "torchtune/introspect/foreign_modules.py",
    "torchtune/introspect/generate.py",
}
"""The modules that know the disk; the commands and the terminal do too."""


def modules() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).as_posix() not in GENERATED:
            yield path


def package_of(module: str) -> str:
    return module.split(".", maxsplit=1)[0] or "__init__"


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> Iterator[str]:
    """The modules of tcwc that a file imports, anywhere in it, without the leading `tcwc.`.

    A string that names a module counts: what else is it for than to import it?
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tcwc":
            module = (node.module or "").removeprefix("tcwc").lstrip(".")
            for alias in node.names:
                below = f"{module}.{alias.name}".lstrip(".")
                if below == "__version__":
                    continue  # which stands where a reader looks for it, and needs no import
                yield below if below in KNOWN else module
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = re.fullmatch(r"tcwc\.([\w.]*\w)\.?", node.value)
            if named and (named[1] in KNOWN or named[1] in RANK):
                yield named[1]


KNOWN = {name_of(path) for path in PACKAGE.rglob("*.py")}


@pytest.mark.parametrize("path", list(modules()), ids=name_of)
def test_imports_go_down(path: Path) -> None:
    package = package_of(name_of(path))
    for imported in imports(path):
        other = package_of(imported)
        if package != other and package in RANK and other in RANK:
            assert RANK[other] < RANK[package], f"{name_of(path)} imports {imported}"


def test_no_import_cycles() -> None:
    graph = {name_of(path): set(imports(path)) - {""} for path in modules()}
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join((*above, module))
        if module in done:
            return
        for imported in sorted(graph.get(module, ())):
            visit(imported, (*above, module))
        done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("path", list(modules()), ids=name_of)
def test_only_yaml_knows_strictyaml(path: Path) -> None:
    """Neither by an import nor by a string that could be one; words about it are free."""
    if package_of(name_of(path)) == "yaml":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named: list[str] = []
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [node.module or ""]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = [node.value]
        for name in named:
            assert not re.fullmatch(r"(?:strictyaml|ruamel)(?:\.[\w.]+)?", name), name_of(path)


@pytest.mark.parametrize("path", list(modules()), ids=name_of)
def test_the_rest_is_pure(path: Path) -> None:
    relative = path.relative_to(PACKAGE).as_posix()
    if relative in ON_DISK or relative.startswith(
        ("api/", "commands/", "disk/", "cli", "__main__")
    ):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "open", f"{relative}:{node.lineno} opens a file"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id not in {"os", "shutil"} or node.attr == "path", relative


def test_nothing_shadows_the_standard_library() -> None:
    """`validate.py` may be run as a script, and then its folder comes first on the path."""
    ours = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert not ours & set(sys.stdlib_module_names)
