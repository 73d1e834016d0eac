"""Every code that tcwc can report, in one table.

Each has a file `lint_rules/CODE-name.yaml` that says why, with cases that are its tests; a test
holds table and files equal. The table is Python so that a clean run reads no rule file.
"""

from __future__ import annotations

from tcwc.diagnostics import Rule, Severity

_E, _W = Severity.ERROR, Severity.WARNING

# 0xx: the file
UNREADABLE_FILE = Rule("TCW001", "unreadable-file", _E)
UNREADABLE_TEXT = Rule("TCW002", "unreadable-text", _E)
YAML_SYNTAX = Rule("TCW003", "yaml-syntax", _E)
YAML_FEATURE = Rule("TCW004", "yaml-feature", _E)

# 1xx: the source language
UNKNOWN_SECTION = Rule("TCW101", "unknown-section", _E)
MISSING_SECTION = Rule("TCW102", "missing-section", _E)
BAD_SECTION = Rule("TCW103", "bad-section", _E)
BASE_CHOICE = Rule("TCW104", "base-choice", _E)
UNKNOWN_BASE = Rule("TCW105", "unknown-base", _E)
BAD_BASE_FILE = Rule("TCW106", "bad-base-file", _E)
BAD_PATH = Rule("TCW107", "bad-path", _E)
DUPLICATE_KEY = Rule("TCW108", "duplicate-key", _E)
BAD_LEVELS = Rule("TCW109", "bad-levels", _E)
BAD_OPERATOR = Rule("TCW110", "bad-operator", _E)
EMPTY_VALUE = Rule("TCW111", "empty-value", _E)
TOO_MANY_RUNS = Rule("TCW112", "too-many-runs", _E)
NOT_SUPPORTED = Rule("TCW113", "not-supported", _E)
REPEATED_LEVEL = Rule("TCW114", "repeated-level", _W)
PREFIX_FACTORS = Rule("TCW115", "prefix-factors", _E)

# 2xx: keys and values against recipe, base and components
UNKNOWN_KEY = Rule("TCW201", "unknown-key", _E)
AMBIGUOUS_NAME = Rule("TCW202", "ambiguous-name", _E)
WRONG_TYPE = Rule("TCW203", "wrong-type", _E)
BAD_CHOICE = Rule("TCW204", "bad-choice", _E)
UNKNOWN_COMPONENT = Rule("TCW205", "unknown-component", _E)
STALE_ARGUMENT = Rule("TCW206", "stale-argument", _E)
SHAPE_CONFLICT = Rule("TCW207", "shape-conflict", _E)
NO_SUCH_INDEX = Rule("TCW208", "no-such-index", _E)
RECIPE_CHOICE = Rule("TCW209", "recipe-choice", _E)
WRONG_RECIPE = Rule("TCW210", "wrong-recipe", _W)
UNRESOLVED_REFERENCE = Rule("TCW211", "unresolved-reference", _E)
MISSING_VALUE = Rule("TCW212", "missing-value", _E)
NAME_MOVED = Rule("TCW213", "name-moved", _E)
UNCHECKED_COMPONENT = Rule("TCW214", "unchecked-component", _W)
UNCHECKED_RECIPE = Rule("TCW215", "unchecked-recipe", _W)
NO_OUTPUT_DIR = Rule("TCW216", "no-output-dir", _E)
EMPTY_OVERRIDE = Rule("TCW217", "empty-override", _W)
MISSING_KEY = Rule("TCW218", "missing-key", _E)
DEAD_BASE_KEY = Rule("TCW219", "dead-base-key", _W)

# 4xx: across runs
CONTROL_OVERRIDDEN = Rule("TCW401", "control-overridden", _W)
SHARED_OUTPUT = Rule("TCW402", "shared-output", _E)
