"""What an import of tcwc brings with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchtune", "griffe", "omegaconf", "yaml", "ruamel.yaml", "numpy", "hypothesis")
LAZY = ("strictyaml", "lark", "jsonschema", "importlib.resources", "urllib.request")


def modules_after(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["tcwc", "tcwc.cli", "tcwc.disk.data", "tcwc.compiler"])
def test_no_import_needs_what_is_not_a_dependency(module: str) -> None:
    assert not modules_after(f"import {module}") & set(HEAVY)


def test_the_command_line_starts_without_the_compilers_libraries() -> None:
    """`tcwc --help` and a usage error need none of them."""
    assert not modules_after("import tcwc.cli") & set(LAZY)


def test_module_and_script_are_the_same() -> None:
    """`python -m tcwc --version` gives the version in pyproject.toml."""
    done = subprocess.run(
        [sys.executable, "-m", "tcwc", "--version"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["tcwc", "0.1.0"]
