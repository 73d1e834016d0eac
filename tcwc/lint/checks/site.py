"""What an experiment asks of the cluster that is chosen for it."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.walk import strings
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.patterns import pattern
from tcwc.model.rules import UNSET_VARIABLE
from tcwc.model.secrets import names_one
from tcwc.model.source import Span

_VARIABLE = pattern(r"\$\{\s*oc\.env\s*:\s*([A-Za-z_]\w*)\s*\}")
_ALWAYS = pattern(
    r"(?:HOME|USER|LOGNAME|SHELL|PATH|PWD|TMPDIR|HOSTNAME|LANG|CUDA_VISIBLE_DEVICES|SLURM_\w+)"
)
"""What a job has whatever a profile says."""


def check_variables(context: Context) -> Iterator[Diagnostic]:
    """Variables of the environment, without a default, that the chosen profile does not set.

    A secret is set by who submits: a profile is no place for it.
    """
    site = context.site
    assert site is not None
    seen: set[str] = set()
    for span, text in _texts(context):
        for name in _VARIABLE.findall(text):
            if name in site.variables or name in seen or _ALWAYS.fullmatch(name):
                continue
            seen.add(name)
            if not names_one(name):
                yield finding(
                    UNSET_VARIABLE,
                    span,
                    f"{site.file} does not set {name}: a job has it only where the shell that "
                    "submits it does",
                    help=f"write `{name}: ...` under `environment:` there",
                )


def _texts(context: Context) -> Iterator[tuple[Span, str]]:
    """The texts of the author's that may refer to variables, and where they stand."""
    experiment = context.experiment
    for each in assignments(experiment):
        for path, text in strings(each.value, each.path):
            yield each.span_of(path), text
    if experiment.base.is_file:
        for path, text in strings(experiment.base.values):
            yield context.place(path, None), text
