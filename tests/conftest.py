"""What all tests share: where the real parts are, and how hypothesis behaves.

`pytest tests/golden --update-golden` writes what tcwc says now as what is expected.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

os.environ.pop("TCWC_CLUSTER", None)
os.environ.pop("COLUMNS", None)  # workers of pytest-xdist have one, and excerpts would fit it
# A shell has what it starts in the background ignore them, and all that tests start would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

ROOT = Path(__file__).resolve().parent.parent

# Hundreds of tests start tcwc, which takes six times as long where nothing keeps its bytecode;
# whoever wants none in the tree has it in one folder.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".pytest_cache" / "bytecode"))
    sys.pycache_prefix, sys.dont_write_bytecode = os.environ["PYTHONPYCACHEPREFIX"], False

DEEP = os.environ.get("TCWC_DEEP")
"""The eighth of the tests with many examples that is to try all of them (tests/evidence)."""

EIGHTHS = 8


def share(count: int) -> int:
    """How many of so many examples a test tries: all of them in a deep run, else an eighth."""
    return count if DEEP else max(count // EIGHTHS, min(count, 10))


for name, more in (("here", {}), ("ci", {"derandomize": True, "print_blob": True})):
    settings.register_profile(name, deadline=None, max_examples=share(240), **more)
settings.load_profile("ci" if os.environ.get("CI") else "here")

os.environ.pop("COLUMNS", None)  # what is shown of a line is cut to it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the expected outputs under golden/"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files that hold none of the tests that are asked for are not even imported: of marks, where
    these alone are asked for; of examples, in a deep run."""
    wanted = _EXAMPLES if DEEP else _marks(config.option.markexpr)
    if not wanted or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text(encoding="utf-8")
    return True if not any(each in text for each in wanted) else None


_MARK = "pytest.mark."
_EXAMPLES = ("hypothesis", f"{_MARK}deep")


def _marks(asked: str) -> list[str]:
    """How the marks of `-m "this or that"` stand in a file; none where something else is asked."""
    names, between = asked.split()[::2], asked.split()[1::2]
    only = all(each.isidentifier() for each in names) and {*between} <= {"or"}
    return [_MARK + each for each in names] if only else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A deep run has nothing but an eighth of the tests whose examples it multiplies."""
    if DEEP:
        chosen = [each for each in items if _has_examples(each) and _eighth_of(each) == int(DEEP)]
        config.hook.pytest_deselected(items=[each for each in items if each not in chosen])
        items[:] = chosen


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collecting garbage never again goes over the ten thousand tests themselves; as in `program`,
    it comes seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


def _has_examples(item: pytest.Item) -> bool:
    test = getattr(item, "obj", None)
    return getattr(test, "is_hypothesis_test", False) or item.get_closest_marker("deep") is not None


def _eighth_of(item: pytest.Item) -> int:
    return zlib.crc32(item.nodeid.encode()) % EIGHTHS


def missing(what: str) -> NoReturn:
    """Skip a test whose real part is absent; where TCWC_LABS says it must be there, fail."""
    if os.environ.get("TCWC_LABS"):
        pytest.fail(f"{what} is required here and missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.fixture
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what is written, kept or read, of which findings are no part: the checks, which
    are most of a compile, find nothing."""
    monkeypatch.setattr("tcwc.compiler.lint", lambda *_: [])


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The top of the checkout (or of the unpacked sdist)."""
    return ROOT


@pytest.fixture(scope="session")
def torchtune_python() -> Path:
    """The interpreter of an environment with a working torchtune 0.6.1."""
    return _python("torchtune", "TCWC_TORCHTUNE_PYTHON")


def _python(what: str, variable: str) -> Path:
    """The interpreter that a variable of the environment names."""
    python = os.environ.get(variable)
    if not python:
        missing(f"{what} ({variable})")
    if not os.access(python, os.X_OK):
        pytest.fail(f"{variable} is set, and {python} cannot be run")
    return Path(python)


@pytest.fixture(scope="session")
def site_packages(torchtune_python: Path) -> Path:
    """The folder in which torchtune, torch and torchdata are installed."""
    show = [str(torchtune_python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    done = subprocess.run(show, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def evaluators_python() -> Path:
    """The interpreter of an environment with transformers, peft and lm_eval, beside torchtune's
    torch (tests/after/setup_beside.sh)."""
    return _python("evaluators", "TCWC_EVALUATORS_PYTHON")


@pytest.fixture(scope="session")
def eleuther_python() -> Path:
    """The interpreter of an environment in which torchtune runs its recipe eleuther_eval
    (tests/after/setup_beside.sh)."""
    return _python("torchtune with lm_eval", "TCWC_ELEUTHER_PYTHON")


@pytest.fixture(scope="session")
def labs() -> Path:
    """The folder that sets up torchtune, a tiny training and Slurm."""
    folder = os.environ.get("TCWC_LABS")
    if not folder:
        missing("the labs (TCWC_LABS)")
    return Path(folder)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by the first worker which asks for it, and is there for all of them;
    `make` is given a folder that is not there yet."""
    own = factory.getbasetemp()
    top = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    folder, made = top / name, top / f"{name}.made"
    with (top / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def torchtune_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """torchtune's wheel, from TCWC_TORCHTUNE_WHEEL or from the package index."""
    given = os.environ.get("TCWC_TORCHTUNE_WHEEL")
    if given:
        return Path(given)
    folder = once(tmp_path_factory, "wheel", lambda folder: wheel_of("0.6.1", folder))
    return next(folder.glob("*.whl"))


def wheel_of(version: str, folder: Path) -> Path:
    """The wheel of a release of torchtune, from the package index, in a folder."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
    done = subprocess.run([*command, f"torchtune=={version}"], capture_output=True, text=True)
    if done.returncode:
        missing(f"torchtune's wheel ({done.stderr.strip().splitlines()[-1:]})")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def torchtune_source(torchtune_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel: folders `recipes` and `torchtune`."""

    def unpack(folder: Path) -> None:
        with zipfile.ZipFile(torchtune_wheel) as wheel:
            wheel.extractall(folder)

    return once(tmp_path_factory, "torchtune", unpack)
