"""Options of the commands that read experiments, and what is built of them."""

from __future__ import annotations

from argparse import ArgumentParser

from tcwc.commands.options import experiment, form, version
from tcwc.report.formats import FINDINGS, PLAN


def build(command: ArgumentParser) -> None:
    """Those of `tcwc build`."""
    command.add_argument(
        "experiments", metavar="EXPERIMENT", nargs="+", help="experiment.yaml, or several"
    )
    command.add_argument("-o", "--output", metavar="DIR", help="write there instead, not to keep")
    command.add_argument(
        "--force", action="store_true", help="overwrite configs that were edited by hand"
    )
    command.add_argument(
        "--renumber", action="store_true", help="forget the run ids there are and start over"
    )
    command.add_argument(
        "--upgrade",
        action="store_true",
        help="accept what a newer catalogue, or a short name that moved, changes in existing runs",
    )
    command.add_argument(
        "--adopt-mapping",
        action="store_true",
        help="take over a run_mapping.yaml of another source (after a rename)",
    )
    command.add_argument(
        "--validate", action="store_true", help="run the real `tune validate` on the result"
    )
    _strictness(command)


def lint(command: ArgumentParser) -> None:
    """Those of `tcwc lint`."""
    command.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="experiments (all, if none), or configs that none uses; - is stdin",
    )
    command.add_argument(
        "--recipe", metavar="RECIPE", help="what runs the configs named: lint them by themselves"
    )
    command.add_argument(
        "--torchtune", metavar="VERSION", help="the version that configs are for which none uses"
    )
    command.add_argument(
        "--configs",
        action="store_true",
        help="look at configs only (all, if no file is named), and pass other files over",
    )
    command.add_argument(
        "--format",
        choices=tuple(FINDINGS),
        default=next(iter(FINDINGS)),
        help="how findings are shown",
    )
    command.add_argument(
        "--stdin-filename", metavar="NAME", help="the file that the text on stdin (-) belongs to"
    )
    command.add_argument("--fix", action="store_true", help="repair what has a safe fix")
    command.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="repair what has any fix, also where it may change what runs do",
    )
    command.add_argument(
        "--diff", action="store_true", help="show what the fixes would change, and change nothing"
    )
    command.add_argument("--exit-zero", action="store_true", help="exit 0 in spite of findings")
    command.add_argument("--statistics", action="store_true", help="show time and findings by rule")
    _strictness(command)


def check(command: ArgumentParser) -> None:
    """Those of `tcwc check`."""
    command.add_argument("files", metavar="FILE", nargs="*", help="experiments (all, if none)")
    _preview(command)


def plan(command: ArgumentParser) -> None:
    """Those of `tcwc plan`."""
    command.add_argument(
        "experiments",
        metavar="EXPERIMENT",
        nargs="*",
        help="experiment.yaml; with --against several, or folders of them (all, if none)",
    )
    form(command, PLAN)
    command.add_argument(
        "--against",
        metavar="REF",
        help="say which runs are new, changed in meaning or retired since a commit of git (main, "
        "HEAD^; main... is where this branch left it), and what that costs",
    )


def show(command: ArgumentParser) -> None:
    """Those of `tcwc show`."""
    experiment(command)
    _run(command, "a run id (run_017), its number (17), or base: what all runs begin with")


def _run(command: ArgumentParser, help: str) -> None:
    command.add_argument("run", metavar="RUN", help=help)


def explain(command: ArgumentParser) -> None:
    """Those of `tcwc explain`."""
    experiment(command)
    _run(command, "a run id (run_017) or its number (17)")
    command.add_argument(
        "path", metavar="PATH", nargs="?", help="a key, a section, an arm, or a short name"
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="lines to read, or a document"
    )


def diff(command: ArgumentParser) -> None:
    """Those of `tcwc diff`."""
    command.add_argument("a", metavar="A", help="EXPERIMENT:RUN, EXPERIMENT:base, a file, a folder")
    command.add_argument("b", metavar="B", help="the same; or RUN or base, of the EXPERIMENT of A")


def validate(command: ArgumentParser) -> None:
    """Those of `tcwc validate`."""
    experiment(command)


def migrate(command: ArgumentParser) -> None:
    """Those of `tcwc migrate`."""
    command.add_argument(
        "experiments", metavar="EXPERIMENT", nargs="+", help="one, or all that share a base file"
    )
    command.add_argument("--to", metavar="VERSION", required=True, help="such as 0.7.0.dev")
    command.add_argument("--write", action="store_true", help="write it; else it is only shown")


def adopt(command: ArgumentParser) -> None:
    """Those of `tcwc adopt`."""
    command.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="configs, a folder of them, a script, a search; - is stdin",
    )
    command.add_argument("-o", "--output", metavar="FILE", help="write there (stdout)")
    command.add_argument(
        "--base", metavar="BASE", help="what they start from: a name, or a file (the nearest one)"
    )
    command.add_argument("--recipe", metavar="RECIPE", help="what runs them (that of the base)")
    command.add_argument("--name", metavar="NAME", help="what to call the experiment")
    version(command)


def _strictness(command: ArgumentParser) -> None:
    command.add_argument("--strict", action="store_true", help="treat warnings as errors")
    _preview(command)


def _preview(command: ArgumentParser) -> None:
    command.add_argument("--preview", action="store_true", help="report preview rules too")
