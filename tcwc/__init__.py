"""tcwc: a compiler and linter for fine-tuning experiments with torchtune.

    experiment.yaml
      |  frontend/    strictyaml, grammar/path.lark, the catalogue
      v
    ir.py             an Experiment: names resolved, values typed, everything positioned
      |  lint/        findings over factors and over whole configs
      v
    design/, backend/ lazily expanded runs, their bytes and hashes, the mapping, the writer

Where to look: `compiler.py` is the pipeline from text to IR in a page, `build.py` the way from IR
to files, `compilation.py` the Python API, `cli.py` and `commands/` the command line, `catalogue/`
what is known about torchtune, `lint/engine.py` which checks run, `rules.py` and `lint_rules/` what
they report, `expressions/` the language of formulas and of a lab's own rules, `explain/` where each
value of a run comes from.

`source`, `diagnostics` and `ir` know nobody; the front end makes the IR, lint and the back end
read it; only `files`, `data`, `settings`, the writer and the commands touch the disk.

    import tcwc
    compilation = tcwc.compile("experiment.yaml")
    for run in compilation.runs:
        print(run.id, run.parameters, run.config["output_dir"])
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, which `tcwc --help` does without

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation, compile
    from tcwc.api.runs import Run, Runs

__all__ = ["Compilation", "Run", "Runs", "compile"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """The API on first use, so that `import tcwc` stays cheap for the command line."""
    if name in __all__:
        from importlib import import_module

        module = "api.runs" if name in ("Run", "Runs") else "api.compilation"
        found: object = getattr(import_module(f"tcwc.{module}"), name)
        return found
    raise AttributeError(f"module 'tcwc' has no attribute {name!r}")
