"""Statements are found again wherever they went, and not where their conditions changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.versions.statements import at, has

ONE = """
def setup(self, names: List[str]):
    # why
    if self.n > 1:
        raise ValueError(
            "no"
        )
    self.x = cfg.get("x", 1)
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "one.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("then", "is_there"),
    [
        ('class A:\n  def f(self):\n    if self.n > 1:\n      raise ValueError("no")\n', True),
        ('if self.n > 2:\n    raise ValueError("no")\n', False),
        ('raise ValueError("no")\n', False),
        ('if self.n > 1:\n    raise ValueError("yes")\n', False),
    ],
)
def test_a_statement_under_its_condition(tmp_path: Path, then: str, is_there: bool) -> None:
    (tmp_path / "a").mkdir()
    statement = at(file(tmp_path, ONE), 6)
    assert statement is not None
    assert statement.tests == ("self.n > 1",)
    assert has(file(tmp_path / "a", then), statement) is is_there


def test_types_of_typing_are_those_of_python(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    argument = at(file(tmp_path, "def f(\n    names: List[str],\n): ...\n"), 2)
    assert argument is not None
    assert has(file(tmp_path / "a", "def g(names: list[str]): ...\n"), argument)


def test_an_empty_line_is_none(tmp_path: Path) -> None:
    assert at(file(tmp_path, "x = 1\n\n# why\ny = 2\n"), 2) is None
