"""A script that starts runs, where an experiment is expected."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.patterns import pattern
from tcwc.model.printable import shell_path
from tcwc.model.rules import YAML_SYNTAX
from tcwc.model.source import SourceText
from tcwc.model.target import Target

_ENDS = (".yaml", ".yml")
_STDIN = "<stdin>"
_MULTIRUN = pattern(r"(?m)^[^#\n]*\s(?:--multirun|-m)\s[^#\n]*[\w.]=\S*[,(]")
"""A line of Hydra's that starts many runs."""


def starts_runs(text: str, target: Target) -> bool:
    """Whether a text has a line that starts runs, as a script has."""
    start = target.starter
    lines = (line.partition("#")[0] for line in text.splitlines() if start in line)
    return any(f"{start} " in line for line in lines) or bool(_MULTIRUN.search(text))


def of_script(source: SourceText, target: Target) -> Diagnostic | None:
    """What is said of a script that is taken for an experiment; None for other texts."""
    if source.name.endswith(_ENDS) or not starts_runs(source.text, target):
        return None
    path = "-" if source.name == _STDIN else shell_path(source.name)
    start = len(source.text) - len(source.text.lstrip())
    return finding(
        YAML_SYNTAX,
        source.span(start, start + len(source.text[start:].partition("\n")[0].rstrip())),
        "this is a script that starts runs, and no experiment",
        help=f"`tcwc adopt {path}` makes an experiment of what it runs",
    )
