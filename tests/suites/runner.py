"""Runs `suites.py` of the labs with builds that are forks of this process, not starts of their own.

    python -m tests.suites.runner SUITES.PY CASES VERDICTS

A start is most of a small build's time. What is timed is a build's own seconds, so that a busy
machine makes no case slow.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import warnings
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from tcwc import cli

_STUCK = 300
"""Seconds after which a build is taken to wait for ever."""


def runner(path: str) -> ModuleType:
    """The labs' module, with builds as forks."""
    spec = spec_from_file_location("suites", path)
    assert spec is not None
    assert spec.loader is not None
    suites = module_from_spec(spec)
    sys.modules[spec.name] = suites
    spec.loader.exec_module(suites)

    def tcwc(_command: str, where: str, env: dict[str, str]) -> Any:
        return suites.Outcome(*_forked(where, env, suites.bounded))

    suites.tcwc = tcwc  # type: ignore[attr-defined]
    return suites


def _forked(where: str, env: dict[str, str], bounded: Any) -> tuple[int, str, float]:
    """The exit code, output and own seconds of a build in a folder."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            _child(where, env, bounded, out.fileno(), err.fileno())
        _, status, used = os.wait4(child, 0)
        out.seek(0)
        err.seek(0)
        said = (out.read() + b"\n" + err.read()).decode("utf-8", "replace")
    return os.waitstatus_to_exitcode(status), said, used.ru_utime + used.ru_stime


def _child(where: str, env: dict[str, str], bounded: Any, out: int, err: int) -> None:
    """Become `tcwc build experiment.yaml`. Never returns."""
    try:
        signal.alarm(_STUCK)
        bounded()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(where)
        os.environ.update(env)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115  until the end
        sys.argv = ["tcwc", "build", "experiment.yaml"]
        cli.program()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(70)


def _warm(suites: ModuleType) -> None:
    """Import what a build needs, once for all forks."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "base.yaml").write_text(suites.BASE, encoding="utf-8")
        Path(folder, "experiment.yaml").write_text(suites.EXPERIMENT, encoding="utf-8")
        os.chdir(folder)
        assert cli.main(["build", "experiment.yaml"]) == 0
        os.chdir(here)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of a fork beside the pool's threads, which hold no lock then
    module = runner(sys.argv[1])
    _warm(module)
    sys.argv[1:] = ["tcwc", sys.argv[2], "--jobs", "1", "--json", sys.argv[3]]
    sys.exit(module.main())
