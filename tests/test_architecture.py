"""The laws of the house, held: who imports whom, and who touches what (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.laws import (
    PACKAGE,
    RANK,
    foreign,
    imports,
    modules,
    name_of,
    nodes,
    package_of,
    said,
    starts_processes,
    touches_disk,
)

MODULES = list(modules())

ON_DISK = ("disk", "api", "commands", "cli", "__main__")
"""Who touches the disk. Below them all is a function of texts and of what is handed in."""

FREE = {
    "model.frozen": {"exec"},  # makes the methods of a class, as dataclasses does
}


OF_TORCHTUNE = {"torchtune", "_generated", "__init__", "cli", "__main__"}
"""The target itself, and what tells people what tcwc is for."""

WORDS_OF_TORCHTUNE = (
    "torchtune",
    "_component_",
    "tune run",
    "tune ls",
    "tune validate",
    "OmegaConf",
    "output_dir",
)

HAVE_WORDS: dict[str, set[str]] = {
    # What `--help` says: to people tcwc is for torchtune, and options are named after it.
    "commands.table": {"torchtune", "tune validate", "tune run"},
    "commands.options": {"torchtune", "tune validate"},
    # The reading of `${...}` is OmegaConf's; a target says whether it interpolates so.
    "config.interpolation": {"OmegaConf", "output_dir"},
    # This reader of YAML reads as OmegaConf does; a target says what reads its configs.
    "yaml.config": {"OmegaConf", "torchtune"},
    "yaml.stream": {"OmegaConf"},
    "yaml.tags": {"OmegaConf"},
    # A field of formats that are out there: the version of the target, whatever its name.
    "builds.compare": {"torchtune"},
    "builds.mapping": {"torchtune"},
    "builds.mapping_reader": {"torchtune"},
    "report.plan_json": {"torchtune"},
}
"""The words of torchtune that a module, or the modules of a package, may have all the same."""

KNOW_TORCHTUNE: dict[str, set[str]] = {
    "api.session": {"torchtune.target"},  # which chooses it
}
"""The modules of torchtune's that a module, or those of a package, may import all the same."""


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def packages_of(path: Path) -> set[str]:
    """The top-level packages besides our own that a module names in an import."""
    return {name.partition(".")[0] for name, _ in foreign(tree_of(path))}


def test_every_module_has_a_place() -> None:
    assert {name_of(path) for path in MODULES if package_of(name_of(path)) not in RANK} == set()


def test_imports_go_down() -> None:
    wrong = []
    for path in MODULES:
        package = package_of(name_of(path))
        for imported in imports(tree_of(path)):
            other = package_of(imported)
            if package != other and RANK[other] >= RANK[package]:
                wrong.append(f"{name_of(path)} imports {imported}")
    assert wrong == []


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


def test_few_touch_the_disk() -> None:
    wrong = []
    for path in MODULES:
        if package_of(name_of(path)) not in ON_DISK:
            allowed = FREE.get(name_of(path), set())
            ways = (
                way for way in touches_disk(tree_of(path)) if way.partition(": ")[2] not in allowed
            )
            wrong += [f"{name_of(path)}, {way}" for way in ways]
    assert wrong == []


def test_what_is_below_the_api_is_handed_what_was_read() -> None:
    """It may know the classes that it is handed, and names of files, but asks no disk itself."""
    wrong = []
    for path in MODULES:
        package = package_of(name_of(path))
        if package == "disk" or RANK[package] >= RANK["api"]:
            continue
        for node in nodes(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tcwc.disk"):
                wrong += [f"{name_of(path)}: {a.name}" for a in node.names if a.name[0].islower()]
    assert wrong == []


def test_programs_are_started_in_one_place() -> None:
    started = {name_of(path) for path in MODULES if list(starts_processes(tree_of(path)))}
    assert started == {"disk.processes"}


def test_one_package_knows_the_yaml_library() -> None:
    """Neither by an import nor by a string that could be one; words about it are free."""
    library = re.compile(r"(?:strictyaml|ruamel)(?:\.[\w.]+)?|yaml")
    knowing = {
        package_of(name_of(path))
        for path in MODULES
        for named in (*packages_of(path), *said(tree_of(path)))
        if library.fullmatch(named) and (named != "yaml" or named in packages_of(path))
    }
    assert knowing == {"yaml"}


def test_torch_is_never_imported() -> None:
    never = {"torch", "torchtune", "torchao", "omegaconf", "transformers", "numpy"}
    importing = {name_of(path) for path in MODULES if packages_of(path) & never}
    assert importing == {"torchtune.validate"}  # which runs in a process of its own


def test_general_code_has_no_words_of_torchtune() -> None:
    """What a target is called, reads and runs stands in its `Target` (model/target.py)."""
    wrong = []
    for path in general():
        texts = list(said(tree_of(path)))
        words = {word for word in WORDS_OF_TORCHTUNE if any(word in text for text in texts)}
        odd = words - in_table(HAVE_WORDS, name_of(path))
        wrong += [f"{name_of(path)} says {word}" for word in odd]
    assert wrong == []


def test_general_code_is_handed_its_target() -> None:
    wrong = []
    for path in general():
        known = {each for each in imports(tree_of(path)) if each.partition(".")[0] == "torchtune"}
        odd = known - in_table(KNOW_TORCHTUNE, name_of(path))
        wrong += [f"{name_of(path)} imports {each}" for each in odd]
    assert wrong == []


@pytest.mark.parametrize("name", [*HAVE_WORDS, *KNOW_TORCHTUNE])
def test_no_exception_is_idle(name: str) -> None:
    trees = [tree_of(path) for path in MODULES if in_table({name: {"x"}}, name_of(path))]
    texts = [text for tree in trees for text in said(tree)]
    for word in HAVE_WORDS.get(name, set()):
        assert any(word in text for text in texts), word
    imported = {each for tree in trees for each in imports(tree)}
    assert KNOW_TORCHTUNE.get(name, set()) <= imported


def general() -> list[Path]:
    """The modules that are the same for any target."""
    tops = {path: name_of(path).partition(".")[0] or "__init__" for path in MODULES}
    return [path for path, top in tops.items() if top not in OF_TORCHTUNE]


def in_table(table: Mapping[str, set[str]], name: str) -> set[str]:
    """What a table of exceptions has for a module, by its name or by its package's."""
    return set().union(*(v for k, v in table.items() if name == k or name.startswith(f"{k}.")))


def test_one_class_has_one_name() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in names.items() if count > 1} == set()


def test_marks_stand_in_the_files_of_their_tests() -> None:
    """Where marked tests are asked for, other files are not read (`pytest_ignore_collect`)."""
    helpers = (each for each in ROOT.glob("tests/**/*.py") if not each.name.startswith("test_"))
    marked = [each for each in helpers if re.search(r"pytest\.mark\.\w", each.read_text("utf-8"))]
    assert marked == []


def test_nothing_shadows_the_standard_library() -> None:
    """A module that is run as a script has its folder first on the path."""
    folders = (PACKAGE, PACKAGE / "torchtune")  # that of __main__.py, that of validate.py
    ours = {path.stem for folder in folders for path in folder.glob("[!_]*")}
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


def test_what_a_module_says_is_seen() -> None:
    text = '"""a"""\ndef f(x):\n    """b"""\n    return "c", f"d{x}e"\nX = 1\n"""f"""\n'
    assert sorted(said(ast.parse(text))) == ["c", "d", "e"]
