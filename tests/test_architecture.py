"""One direction of knowledge, held: who imports whom, and who touches the disk."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tcwc"
GENERATED = {f"frontend/{n}.py" for n in ("path_parser", "expression_parser", "lark_runtime")}

FORBIDDEN = {
    "frozen": ("tcwc",),
    "source": ("tcwc",),
    "diagnostics": ("tcwc",),
    "ir": ("tcwc",),
    "ir_design": ("tcwc",),
    "expressions": ("frontend", "lint", "backend", "design", "catalogue", "commands", "compiler"),
    "frontend": ("lint", "backend", "design", "build", "commands", "report", "compiler", "files"),
    "lint": ("frontend", "backend", "build", "commands", "report", "compiler", "files"),
    "backend": ("frontend", "lint", "catalogue", "build", "commands", "report", "compiler"),
    "design": ("frontend", "lint", "backend", "catalogue", "build", "commands", "compiler"),
    "explain": ("frontend", "lint", "backend", "build", "commands", "report", "compiler", "files"),
    "report": ("frontend", "lint", "backend", "build", "commands", "compiler"),
    "catalogue": ("lint", "backend", "design", "build", "commands", "report", "compiler"),
    "compiler": ("backend", "build", "commands", "report", "files", "data"),
}
"""What the modules of a package may not import. `tcwc` stands for all but the free ones."""

ON_DISK = {
    "files.py",
    "data.py",
    "moved.py",
    "check.py",
    "build.py",
    "tune_validate.py",
    "compilation.py",
    "rule_cases.py",
    "backend/writer.py",
    "backend/disk.py",
    "backend/locking.py",
    "backend/mapping_stream.py",
    "backend/run_files.py",
    "catalogue/__main__.py",
    "catalogue/foreign.py",
    "catalogue/foreign_modules.py",
    "catalogue/generate.py",
}
"""The modules that know the disk; the commands and the terminal do too."""


def modules() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).as_posix() not in GENERATED:
            yield path


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path) -> Iterator[str]:
    """The modules of tcwc that a file imports, anywhere in it, without the leading `tcwc.`."""
    known = {name_of(each) for each in modules()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tcwc":
            module = (node.module or "").removeprefix("tcwc").lstrip(".")
            for alias in node.names:
                below = f"{module}.{alias.name}".lstrip(".")
                yield below if below in known else module


@pytest.mark.parametrize("path", list(modules()), ids=name_of)
def test_knowledge_runs_in_one_direction(path: Path) -> None:
    package = name_of(path).split(".")[0]
    free = {"source", "diagnostics", "ir", "ir_design", "rules", "frozen"}
    for imported in imports(path):
        top = imported.split(".")[0]
        if "tcwc" in FORBIDDEN.get(package, ()):
            assert top in free, f"{name_of(path)} imports {imported}"
        assert top not in FORBIDDEN.get(package, ()), f"{name_of(path)} imports {imported}"


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
def test_the_rest_is_pure(path: Path) -> None:
    relative = path.relative_to(PACKAGE).as_posix()
    if relative in ON_DISK or relative.startswith(("commands/", "terminal", "cli", "__main__")):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "open", f"{relative}:{node.lineno} opens a file"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id not in {"os", "shutil"} or node.attr == "path", relative


def test_nothing_shadows_the_standard_library() -> None:
    """`tune_validate.py` is run as a script, so that its folder comes first on the path there."""
    ours = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert not ours & set(sys.stdlib_module_names)
