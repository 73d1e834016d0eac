"""What a module does that the laws of the house are about, from its text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "tcwc"

ORDER = (
    "_generated",
    "model",
    "disk config",
    "yaml",
    "expressions numerals",
    "torchtune",
    "language design",
    "lint",
    "torchtune.knowledge",
    "torchtune.target",
    "compiler",
    "builds",
    "jobs",
    "outcomes",
    "explain",
    "api",
    "moves",
    "report",
    "commands",
    "__init__",
    "cli",
    "__main__",
)
"""The packages from the bottom up: imports go down it, never up nor to a neighbour in a line.

A part of a package may have a rank of its own: checks of torchtune are rows as `lint` has them, and
the target hands them on with all else that is torchtune's.
"""

RANK = {package: rank for rank, line in enumerate(ORDER) for package in line.split()}

_PURE_OS = {"PathLike", "fspath", "sep", "curdir", "pardir", "linesep", "fsencode", "fsdecode"}
_PURE_PATHS = {
    "abspath": False, "basename": True, "commonpath": True, "curdir": True, "dirname": True,
    "isabs": True, "join": True, "normcase": True, "normpath": True, "pardir": True, "sep": True,
    "split": True, "splitext": True, "relpath": False, "realpath": False,
}  # fmt: skip
"""What `os.path` offers, and whether it says the same wherever it runs."""
_DISK_MODULES = {
    "fcntl", "fileinput", "glob", "linecache", "lzma", "mmap", "pathlib", "pkgutil", "shelve",
    "shutil", "sqlite3", "tarfile", "tempfile", "zipfile", "zipimport",
}  # fmt: skip
_DISK_METHODS = {
    "hardlink_to", "is_symlink", "iterdir", "mkdir", "read_bytes", "read_text", "rglob", "rmdir",
    "symlink_to", "touch", "unlink", "write_bytes", "write_text",
}  # fmt: skip
_PROCESS_MODULES = {"asyncio", "concurrent", "multiprocessing", "pty", "subprocess"}
_PROCESS_CALLS = re.compile(r"(exec|spawn|posix_spawn)[lvpe]+|fork(pty)?|popen|system|startfile")
_STREAMS = {"BytesIO", "StringIO", "TextIOBase"}


def modules() -> Iterator[Path]:
    """The modules of the package that people write."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name != "_generated" or path.name == "__init__.py":
            yield path


def name_of(path: Path) -> str:
    """A module's name without the leading `tcwc.`; empty for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


KNOWN = {name_of(path) for path in PACKAGE.rglob("*.py")}


def package_of(module: str) -> str:
    """The name under which a module has its place in the order: the longest that is there."""
    parts = (module or "__init__").split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in RANK), parts[0])


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All of a tree, which each law goes through."""
    return tuple(ast.walk(tree))


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a module imports, anywhere in it: `tcwc` itself is the empty name.

    A string that names a module counts: what else is it for than to import it?
    """
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.ImportFrom) and node.module == "tcwc":
            # the version stands where a reader looks for it, and importing it costs nothing
            yield from (a.name for a in node.names if a.name != "__version__")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tcwc."):
            module = (node.module or "").removeprefix("tcwc.")
            for alias in node.names:
                below = f"{module}.{alias.name}"
                yield below if below in KNOWN else module
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from (n.removeprefix("tcwc").lstrip(".") for n in names if _is_ours(n))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = re.fullmatch(r"tcwc\.([\w.]*\w)\.?(:\w+)?", node.value)
            if named and (named[1] in KNOWN or package_of(named[1]) in RANK):
                yield named[1]


def said(tree: ast.AST) -> Iterator[str]:
    """The texts in a module's code, f-strings in parts; what is written for readers is none."""
    documents = {id(n.value) for n in nodes(tree) if isinstance(n, ast.Expr)}
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and id(node) not in documents:
            yield from (node.value,) if isinstance(node.value, str) else ()


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "tcwc"


def foreign(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The other packages that a module names in an import or in a string, and the lines."""
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or ""), node.lineno
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and _is_import(node.func):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, node.lineno


def _is_import(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"import_module", "__import__", "find_spec"}


def touches_disk(tree: ast.AST) -> Iterator[str]:
    """Each way to the disk in a module, with its line."""
    for node in nodes(tree):
        for way in _ways(node):
            yield f"line {getattr(node, 'lineno', 0)}: {way}"


def _ways(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (a.name for a in node.names if a.name.partition(".")[0] in _DISK_MODULES)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield from _imported(node.module or "", [alias.name for alias in node.names])
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in {"open", "exec", "eval", "__import__"}:
            yield node.func.id
    elif isinstance(node, ast.Attribute):
        yield from _attribute(node)


def _imported(module: str, names: list[str]) -> Iterator[str]:
    top = module.partition(".")[0]
    if top in _DISK_MODULES:
        yield module
    elif module == "os":
        yield from (n for n in names if n not in _PURE_OS and n != "path")
    elif module == "os.path":
        yield from (n for n in names if not _PURE_PATHS.get(n))
    elif module == "io":
        yield from (n for n in names if n not in _STREAMS)


def _attribute(node: ast.Attribute) -> Iterator[str]:
    of = _name(node.value)
    if (
        node.attr in _DISK_METHODS
        or (of == "os" and node.attr not in _PURE_OS and node.attr != "path")
        or (of == "os.path" and not _PURE_PATHS.get(node.attr))
        or (of == "io" and node.attr not in _STREAMS)
    ):
        yield f"{of}.{node.attr}"


def _name(node: ast.expr) -> str:
    """A name, or names with dots, as they are written; of anything else its kind."""
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else f"({type(node).__name__})"


def starts_processes(tree: ast.AST) -> Iterator[str]:
    """Each way to another program in a module, with its line."""
    for name, line in foreign(tree):
        if name.partition(".")[0] in _PROCESS_MODULES:
            yield f"line {line}: {name}"
    for node in nodes(tree):
        names = [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            names = [alias.name for alias in node.names]
        for name in names:
            if _PROCESS_CALLS.fullmatch(name):
                yield f"line {getattr(node, 'lineno', 0)}: {name}"
