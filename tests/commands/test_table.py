"""The table of commands (commands/table.py): a row for each module with a `run`, and no other."""

from __future__ import annotations

from importlib import import_module

import pytest

from tcwc import cli
from tests.laws import PACKAGE


def test_a_command_is_a_module_and_an_entry() -> None:
    names = [path.stem for path in (PACKAGE / "commands").glob("[!_]*.py")]
    modules = {name for name in names if hasattr(import_module(f"tcwc.commands.{name}"), "run")}
    assert modules == set(cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_its_help_says_what_it_is_for(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for called in (name, *cli.COMMANDS[name].aliases):
        with pytest.raises(SystemExit):
            cli.main([called, "--help"])
        said = capsys.readouterr().out
        assert f"tcwc {name} " in said
        assert "examples:" in said
        assert "exit codes: " in said.lower()
