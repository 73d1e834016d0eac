"""tcwc in a program of another: what it leaves as it found it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

STATE = """
import decimal, gc, json, locale, logging, os, random, signal, sys, threading, types, warnings

def state():
    loggers = logging.Logger.manager.loggerDict
    umask = os.umask(0)
    os.umask(umask)
    return {
        "stand-ins": [
            name
            for name, module in sys.modules.items()
            if isinstance(module, types.ModuleType) and name != "__main__" and not module.__spec__
        ],
        "warnings": list(map(str, warnings.filters)),
        "loggers": {
            name: (each.level, len(each.handlers), each.propagate, each.disabled)
            for name, each in [("root", logging.root), *loggers.items()]
            if not name.startswith("tcwc") and isinstance(each, logging.Logger)
        },
        "locale": locale.setlocale(locale.LC_ALL),
        "recursion": sys.getrecursionlimit(),
        "digits": sys.get_int_max_str_digits() if sys.version_info >= (3, 11) else 0,
        "signals": {n: repr(signal.getsignal(n)) for n in signal.valid_signals()},
        "folder": os.getcwd(),
        "umask": umask,
        "environment": dict(os.environ),
        "streams": [id(each) for each in (sys.stdin, sys.stdout, sys.stderr)],
        "hooks": list(map(repr, (sys.excepthook, sys.displayhook, sys.meta_path, sys.path_hooks))),
        "path": sys.path,
        "threads": threading.active_count(),
        "decimal": str(decimal.getcontext()),
        "random": hash(random.getstate()),
        "garbage": (gc.isenabled(), gc.get_threshold()),
        "builtins": sorted(vars(__builtins__)),
    }

before = state()
"""

USE = """
import tcwc
for source in sys.argv[1:]:
    made = tcwc.compile(source)
    made.diagnostics, made.write()
    run = made.runs[0]
    run.config, run.text, run.science_hash, made.explain(run).origins
bad = tcwc.compile(sys.argv[1], text="variables: {optimizer.lr: [1e-4, 1e-4], when: ]")
assert not bad.ok
"""

COMPARE = """
after = state()
changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
assert not changed, changed
"""


@pytest.fixture
def sources(tmp_path: Path) -> list[str]:
    """Examples that between them have formulas, a base file, draws, and rules of a user's own."""
    names = ("custom_base", "arms_and_names", "random_search", "lab_rules")
    for name in names:
        shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    return [str(next((tmp_path / name).rglob("*experiment.yaml"))) for name in names]


def run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_what_a_process_has_one_of_stays_as_it_was(sources: list[str]) -> None:
    run(STATE + USE + COMPARE, *sources)


def test_modules_that_strictyaml_was_spared_are_there_for_others(sources: list[str]) -> None:
    program = """
import sys
spared = {"urllib.parse", "dateutil.parser"} - set(sys.modules)
assert "dateutil.parser" in spared
import tcwc
assert tcwc.compile(sys.argv[1]).ok
assert "strictyaml" in sys.modules
assert not spared & set(sys.modules)
from importlib.util import find_spec
for name in ("urllib.parse", "dateutil.parser", "dateutil.tz", "dateutil.parser.isoparser"):
    assert find_spec(name).name == name
import pickle, urllib, urllib.parse
split = urllib.parse.urlsplit("a://b/c")
assert pickle.loads(pickle.dumps(split)) == split
import dateutil.parser, dateutil.parser.isoparser
assert dateutil.parser.parse("2026-11-28").year == 2026
"""
    run(program, sources[0])


def test_strictyaml_is_whole_for_others(sources: list[str]) -> None:
    program = """
import sys
import tcwc
assert tcwc.compile(sys.argv[1]).ok
import strictyaml
assert strictyaml.load("2026-11-28", strictyaml.Datetime()).data.year == 2026
assert strictyaml.load("a://b/c", strictyaml.Url()).data == "a://b/c"
assert strictyaml.as_document({"a": 1}).as_yaml() == "a: 1\\n"
"""
    run(program, sources[0])


def test_strictyaml_that_is_there_is_left_alone(sources: list[str]) -> None:
    program = """
import sys, warnings
import strictyaml, dateutil.parser
before = list(warnings.filters)
import tcwc
assert tcwc.compile(sys.argv[1]).ok
assert strictyaml.scalar.dateutil is dateutil
assert warnings.filters == before
"""
    run(program, sources[0])
