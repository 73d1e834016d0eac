"""The laws of the house, held: who imports whom, and who touches what (docs/architecture.md)."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.laws import (
    PACKAGE,
    RANK,
    foreign,
    imports,
    modules,
    name_of,
    package_of,
    starts_processes,
    touches_disk,
)

MODULES = list(modules())

ON_DISK = ("disk", "api", "commands", "cli", "__main__")
"""Who touches the disk. Below them all is a function of texts and of what is handed in."""

FREE = {
    "model.frozen": {"exec"},  # makes the methods of a class, as dataclasses does
    "torchtune.validate": set[str](),
}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_has_a_place(path: Path) -> None:
    assert package_of(name_of(path)) in RANK


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down(path: Path) -> None:
    package = package_of(name_of(path))
    for imported in imports(tree_of(path)):
        other = package_of(imported)
        assert package == other or RANK[other] < RANK[package], f"imports {imported}"


def test_no_import_cycles() -> None:
    graph = {name_of(path): set(imports(tree_of(path))) - {""} for path in MODULES}
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


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_few_touch_the_disk(path: Path) -> None:
    if package_of(name_of(path)) in ON_DISK:
        return
    ways = list(touches_disk(tree_of(path)))
    allowed = FREE.get(name_of(path), set())
    assert [way for way in ways if way.partition(": ")[2] not in allowed] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_is_below_the_api_is_handed_what_was_read(path: Path) -> None:
    """It may know the classes that it is handed, and names of files, but asks no disk itself."""
    package = package_of(name_of(path))
    if package == "disk" or RANK[package] >= RANK["api"]:
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tcwc.disk"):
            assert [a.name for a in node.names if a.name[0].islower()] == [], node.lineno


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_programs_are_started_in_one_place(path: Path) -> None:
    if name_of(path) != "disk.processes":
        assert list(starts_processes(tree_of(path))) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_one_package_knows_the_yaml_library(path: Path) -> None:
    if package_of(name_of(path)) != "yaml":
        tops = {name.partition(".")[0] for name, _ in foreign(tree_of(path))}
        assert not tops & {"strictyaml", "ruamel", "yaml"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_torch_is_never_imported(path: Path) -> None:
    if name_of(path) != "torchtune.validate":  # which runs in a process of its own
        tops = {name.partition(".")[0] for name, _ in foreign(tree_of(path))}
        assert not tops & {"torch", "torchtune", "torchao", "omegaconf", "transformers", "numpy"}


def test_one_class_has_one_name() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    twice = {name for name, count in names.items() if count > 1}
    assert twice <= {"MappingNode", "Reader", "ScalarNode", "SequenceNode"}


def test_nothing_shadows_the_standard_library() -> None:
    """A module that is run as a script has its folder first on the path."""
    ours = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert not ours & set(sys.stdlib_module_names)


# The laws see what they forbid


@pytest.mark.parametrize(
    "text",
    [
        "open('x')",
        "import os\nos.listdir('.')",
        "import os\nos.path.exists('x')",
        "import os\nos.path.realpath('x')",
        "from os.path import isfile",
        "from os import scandir",
        "from pathlib import Path",
        "def f(path):\n    return path.read_text()",
        "import zipfile",
        "from tempfile import mkdtemp",
        "import shutil as s",
        "import io\nio.open('x')",
        "from io import FileIO",
        "__import__('os').remove('x')",
    ],
)
def test_a_way_to_the_disk_is_seen(text: str) -> None:
    assert list(touches_disk(ast.parse(text))) != []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.path.join('a', 'b')",
        "from os.path import basename",
        "from io import StringIO",
        "base.is_file",
        "import os\ndef f(x: os.PathLike[str]): ...",
    ],
)
def test_what_touches_nothing_is_free(text: str) -> None:
    assert list(touches_disk(ast.parse(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess",
        "from subprocess import run",
        "import os\nos.system('x')",
        "import os\nos.execvp('x', [])",
        "from os import fork",
        "import multiprocessing.pool",
        "import importlib\nimportlib.import_module('subprocess')",
    ],
)
def test_a_way_to_a_program_is_seen(text: str) -> None:
    assert list(starts_processes(ast.parse(text))) != []


@pytest.mark.parametrize(
    "text",
    [
        "from tcwc.lint.engine import lint",
        "from tcwc.lint import engine",
        "import tcwc.lint.engine",
        "load('tcwc.lint.engine')",
        "load('tcwc.lint.engine:lint')",
        "load(f'tcwc.lint.{name}')",
        "def f():\n    from tcwc.lint.engine import lint",
    ],
)
def test_an_import_is_seen(text: str) -> None:
    assert {package_of(name) for name in imports(ast.parse(text))} == {"lint"}
