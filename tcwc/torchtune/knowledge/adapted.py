"""Lists of adapted modules under the names that other libraries have for them."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.merge import lookup
from tcwc.lint.assigned import assignments, stated
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Assignment, format_path
from tcwc.model.rules import ADAPTER_WITHOUT_SENSE
from tcwc.torchtune.knowledge.known import catalogue

MODULES = "lora_attn_modules"
MLP = "apply_lora_to_mlp"


def check_foreign_lists(context: Context) -> Iterator[Diagnostic]:
    """PEFT's list is of all modules that are adapted, torchtune's only of those of attention."""
    columns = [each for each in context.experiment.columns if not each.is_arm]
    varied = {
        a.key_span for c in columns if not c.is_constant for v in c.levels for a in v.assignments
    }
    seen = set()
    for each in assignments(context.experiment):
        mlp = (*each.path[:-1], MLP)
        if each.key_span in seen or not _is_foreign(each, context):
            continue
        base = context.experiment.base.values
        if stated(context.experiment, mlp) or lookup(base, mlp)[1] is not True:
            continue
        seen.add(each.key_span)
        key, where = (
            format_path(mlp),
            "under `controls:`" if each.key_span in varied else "beside it",
        )
        yield finding(
            ADAPTER_WITHOUT_SENSE,
            each.key_span,
            "this list names modules of attention alone, and the base adapts the MLP too: other "
            "libraries adapt only what the list names",
            help=f"write `{key}: false` {where} to adapt only these, or `{key}: true` to say "
            "that the MLP is meant too",
        )


def _is_foreign(assignment: Assignment, context: Context) -> bool:
    """Whether a list stands under an alias, which is told by the length of its name."""
    if assignment.path[-1] != MODULES:
        return False
    target = format_path(assignment.path)
    aliases = catalogue(context).aliases().items()
    span = assignment.key_span
    return span.end_column - span.column in {len(a) for a, path in aliases if path == target}
