"""What a start does not import: the time of a lint is mostly that of its imports.

How long it takes is measured by `tests.benchmarks.startup`; this is what keeps it so.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

LINT = ("lint", str(ROOT / "examples" / "lora_rank" / "experiment.yaml"))

COSTLY = {
    "lint": (LINT, "dataclasses inspect ast dateutil.tz ipaddress pathlib difflib lark jsonschema"),
    "version": (("--version",), "typing strictyaml tcwc.compiler tcwc.model.diagnostics"),
    "help": (("--help",), "typing strictyaml tcwc.compiler tcwc.model.diagnostics"),
}


@pytest.mark.parametrize(("arguments", "costly"), COSTLY.values(), ids=COSTLY)
def test_what_is_not_imported(arguments: tuple[str, ...], costly: str) -> None:
    program = (
        "import sys; before = set(sys.modules); from tcwc.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*(set(sys.modules) - before))"
    )
    command = [sys.executable, "-S", "-c", program, *arguments]
    paths = {"PYTHONPATH": ":".join([str(ROOT), *filter(None, sys.path)])}
    done = subprocess.run(command, env=paths, capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert "tcwc.cli" in imported
    assert not imported & set(costly.split())
