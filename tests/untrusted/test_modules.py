"""Python's own modules by files of a repository: no form of the program takes them from there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.untrusted.repositories import SOUND

PYTHONS_OWN = frozenset(
    "collections contextlib functools importlib io keyword operator reprlib runpy types warnings"
    " abc codecs genericpath ntpath os pkgutil posixpath site stat".split()
)
"""What Python takes from the current folder itself, before it comes to tcwc (docs/security.md)."""


def _imported() -> set[str]:
    """What a lint imports, by the top of each name, and all else that the library has."""
    code = (
        "import sys; from tcwc.cli import main; main(['lint']); main(['plan', 'experiment.yaml']);"
        "print('MODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    names = done.stdout.rpartition("MODULES")[2].split()
    return {each.partition(".")[0] for each in names}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "experiment.yaml").write_text(SOUND)
    return tmp_path


def _lint(*python: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, "lint"]
    return subprocess.run(command, capture_output=True, text=True)


def test_no_module_is_of_the_repository(repo: Path) -> None:
    names = (_imported() | {*sys.stdlib_module_names}) - PYTHONS_OWN - {"__main__", "tcwc"}
    names |= {"strictyaml", "lark", "jsonschema", "tomllib", "tomli", "__future__", "git"}
    ran = repo.parent / f"{repo.name}-ran"
    for name in names:
        (repo / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write({name!r} + chr(10))\n")
    for python in (["-m", "tcwc"], ["-mtcwc"], ["-W", "ignore", "-m", "tcwc"]):
        done = _lint(*python)
        assert not ran.exists(), ran.read_text()
        assert "No findings in 1 experiment." in done.stdout, (python, done.stderr)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there is no -P")
def test_a_path_that_is_safe_stays_whole(repo: Path) -> None:
    code = "import sys; before = [*sys.path]; import tcwc; sys.exit(sys.path != before)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "No findings in 1 experiment." in _lint("-P", "-m", "tcwc").stdout


def test_who_imports_tcwc_keeps_the_path(repo: Path) -> None:
    (repo / "mine.py").write_text(
        "import sys\nimport tcwc\nimport beside\nprint('lint' in sys.argv)"
    )
    (repo / "beside.py").write_text("")
    for python in (["-m", "mine"], ["mine.py"]):
        assert _lint(*python).stdout == "True\n"
