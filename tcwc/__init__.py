"""tcwc: a compiler and linter for fine-tuning experiments with torchtune.

    experiment.yaml
      |  yaml/, language/       text, positioned nodes, sections; names, types, factors
      v
    model/ir.py                 an Experiment: names resolved, values typed, all positioned
      |  design/                which runs there are
      |  lint/                  findings over factors and over whole configs
      v
    builds/, disk/              lazily expanded runs, their bytes, hashes and ids, the mapping

Where to look: `compiler.py` is the pipeline from text to IR in a page, `builds/build.py` the way
from IR to files, `api/compilation.py` the Python API, `cli.py` and `commands/` the command line,
`torchtune/` all that is true of torchtune alone, `model/target.py` what the compiler takes from
it, `lint/table.py` and `torchtune/knowledge/table.py` which checks run, `model/rules.py` and
`lint_rules/` what they report, `expressions/` the language of formulas and of a lab's own rules,
`explain/` where each value of a run comes from.

The packages have an order, in which imports go down (tests/test_architecture.py has it, and
docs/architecture.md says why).

    import tcwc
    compilation = tcwc.compile("experiment.yaml")
    for run in compilation.runs:
        print(run.id, run.parameters, run.config["output_dir"])

and, when they were started, what became of them:

    for row in tcwc.status("experiment.yaml"):
        print(row.run, row.state, row.reason, row.log)

and what came out of them:

    for row in tcwc.results("experiment.yaml"):
        print(row.run, row.parameters, row.metric, row.statistic, row.value)
"""

import sys  # and nothing else before the path is ours, `__future__` neither: that is a file too

if sys.argv[:1] == ["-m"] and not getattr(sys.flags, "safe_path", False):  # as of Python 3.11
    # `python -m tcwc`: Python has put the current folder before all others on the path of modules,
    # and would run a `json.py` of the repository that is looked at.
    called = sys.orig_argv[-len(sys.argv)]
    if called == "tcwc" or (called[:1] == "-" and called.endswith("mtcwc")):
        del sys.path[0]
    del called

TYPE_CHECKING = False  # as in `typing`, which `tcwc --help` does without

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation, compile
    from tcwc.api.results import Results, results
    from tcwc.api.runs import Run, Runs
    from tcwc.api.session import Session
    from tcwc.api.status import Status, status
    from tcwc.builds.errors import BuildError, LockError
    from tcwc.disk.errors import WriteError
    from tcwc.disk.files import FileProblem
    from tcwc.jobs.states.rows import RunStatus
    from tcwc.model.diagnostics import Diagnostic, Severity
    from tcwc.model.problem import Problem
    from tcwc.outcomes.rows import ResultRow

__all__ = [
    "BuildError",
    "Compilation",
    "Diagnostic",
    "FileProblem",
    "LockError",
    "Problem",
    "ResultRow",
    "Results",
    "Run",
    "RunStatus",
    "Runs",
    "Session",
    "Severity",
    "Status",
    "WriteError",
    "compile",
    "results",
    "status",
]
__version__ = "0.1.0"

_HOME = {
    "BuildError": "builds.errors",
    "Diagnostic": "model.diagnostics",
    "FileProblem": "disk.files",
    "LockError": "builds.errors",
    "Problem": "model.problem",
    "ResultRow": "outcomes.rows",
    "Results": "api.results",
    "Run": "api.runs",
    "RunStatus": "jobs.states.rows",
    "Runs": "api.runs",
    "Session": "api.session",
    "Severity": "model.diagnostics",
    "Status": "api.status",
    "WriteError": "disk.errors",
    "results": "api.results",
    "status": "api.status",
}
"""Where what is public is defined, where that is not api/compilation.py."""


def __getattr__(name: str) -> object:
    """The API on first use, so that `import tcwc` stays cheap for the command line."""
    if name in __all__:
        from importlib import import_module

        module = _HOME.get(name, "api.compilation")
        found: object = getattr(import_module(f"tcwc.{module}"), name)
        return found
    instead = _INSTEAD.get(name, "")
    raise AttributeError(f"module 'tcwc' has no attribute {name!r}{instead and f': {instead}'}")


_COMPILE = "tcwc.compile(path) has runs and diagnostics"
_INSTEAD = {
    **dict.fromkeys(
        ("lint", "check", "validate"), "tcwc.compile(path).diagnostics has what is found"
    ),
    **dict.fromkeys(("load", "read", "parse", "Experiment", "expand", "plan", "runs"), _COMPILE),
    **dict.fromkeys(("build", "generate", "render"), "tcwc.compile(path).write() builds"),
}
"""What has the words that programs try."""


def __dir__() -> list[str]:
    """What is public; the rest of the module only makes it so."""
    return [*__all__, "__doc__", "__version__"]
