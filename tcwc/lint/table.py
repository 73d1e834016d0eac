"""The checks that hold for any target, in a table.

A new rule is a function, a row here (or in the target's own table, torchtune/knowledge/table.py), a
line in model/rules.py and a file in lint_rules/. The engine (engine.py) does the rest: it imports
the function where something calls for it, takes its time, and drops what nobody asked for.
"""

from __future__ import annotations

from tcwc.lint import calls
from tcwc.lint.check import Check
from tcwc.lint.context import OF_COMPONENTS
from tcwc.model import rules

CHECKS: tuple[Check, ...] = (
    Check((rules.DUPLICATE_KEY,), "tcwc.lint.checks.design:check_constants", "design"),
    Check((rules.PREFIX_FACTORS,), "tcwc.lint.checks.design:check_columns", "design"),
    Check((rules.CONTROL_OVERRIDDEN,), "tcwc.lint.checks.overridden:check_overridden", "design"),
    # The first of those about configs: where it finds something the others are not asked.
    Check((rules.REFERRED_TOO_MUCH,), "tcwc.lint.checks.references:check_size", "variant"),
    Check(
        (rules.BAD_OPERATOR, rules.SHAPE_CONFLICT, rules.NO_SUCH_INDEX),
        "tcwc.lint.checks.design:check_merges",
        "variant",
    ),
    # What is said of a component may be ignored, and then a reference still has to hold.
    Check(
        (rules.MISSING_VALUE,),
        "tcwc.lint.checks.references:check_given",
        "whole",
        despite=OF_COMPONENTS,
    ),
    Check(
        (rules.UNRESOLVED_REFERENCE, rules.UNKNOWN_RESOLVER),
        "tcwc.lint.checks.references:check_references",
        "whole",
        despite=OF_COMPONENTS,
    ),
    Check(
        (rules.BAD_TEMPLATE,),
        "tcwc.lint.checks.unfilled:check_templates",
        "complete",
        when=calls.has_templates,
    ),
    Check(
        (rules.SHARED_OUTPUT,),
        "tcwc.lint.checks.collisions:check_collisions",
        "complete",
        when=calls.may_share_outputs,
    ),
    Check((rules.SINGLE_LEVEL,), "tcwc.lint.checks.comparison:check_single_levels", "compared"),
    Check(
        (rules.SCIENCE_AS_ENGINEERING,), "tcwc.lint.checks.comparison:check_engineering", "compared"
    ),
    Check((rules.DROPPED_CONTROL,), "tcwc.lint.checks.comparison:check_dropped", "compared"),
    Check((rules.OUTPUT_VARIABLE,), "tcwc.lint.checks.comparison:check_outputs", "variable"),
    Check((rules.ENGINEERING_VARIABLE,), "tcwc.lint.checks.comparison:check_idle", "variable"),
    Check(
        (rules.SAME_CONFIG,),
        "tcwc.lint.checks.same_configs:check_same_levels",
        "variable",
        when=calls.in_grid,
    ),
    Check(
        (rules.SAME_CONFIG,),
        "tcwc.lint.checks.same_configs:check_same_runs",
        "compared",
        when=calls.in_no_grid,
    ),
    Check(
        (rules.TWICE_NEEDED, rules.NO_VALUE, rules.IDLE_CONDITION),
        "tcwc.lint.checks.resources:check_needs",
        "complete",
        when=calls.says_needs,
    ),
    Check(
        (rules.IDLE_GPUS, rules.DIFFERENT_WORLDS),
        "tcwc.lint.checks.resources:check_processes",
        "complete",
        when=calls.says_processes,
    ),
    Check(
        (rules.SAMPLES_NOT_RUNS, rules.TWICE_NEEDED, rules.NO_VALUE, rules.IDLE_CONDITION),
        "tcwc.lint.checks.resources:check_samples",
        "complete",
        when=calls.says_samples,
    ),
    Check(
        (rules.SAME_RUN_NAME, rules.BAD_TEMPLATE),
        "tcwc.lint.checks.run_names:check_run_names",
        "complete",
        when=calls.names_runs,
    ),
    Check(
        (rules.MISSING_EVALUATION_FILES,),
        "tcwc.lint.checks.evaluations:check_files",
        "design",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.ASTRAY_EVALUATION_FILES,),
        "tcwc.lint.checks.evaluation_tasks:check_tasks",
        "design",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.ASTRAY_EVALUATION_FILES,),
        "tcwc.lint.checks.evaluation_scripts:check_scripts",
        "design",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.ARGUMENT_LEFT_OUT,),
        "tcwc.lint.checks.models:check_left_out",
        "compared",
        when=calls.has_models,
    ),
    Check(
        (rules.UNSET_VARIABLE,),
        "tcwc.lint.checks.site:check_variables",
        "design",
        when=calls.has_site,
    ),
)
"""All checks, in their order within what they need."""
