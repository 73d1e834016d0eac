"""Every code that tcwc can report, in one table.

Each has a file `lint_rules/CODE-name.yaml` that says why, with cases that are its tests; a test
holds table and files equal. The table is Python so that a clean run reads no rule file. A new
rule enters as `preview`, so that an upgrade moves nobody's gate.
"""

from __future__ import annotations

from tcwc.model.diagnostics import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO


def by_code() -> dict[str, Rule]:
    """The table: every rule by its code."""
    return {rule.code: rule for rule in globals().values() if isinstance(rule, Rule)}


# 0xx: the file
UNREADABLE_FILE = Rule("TCW001", "unreadable-file", _E)
UNREADABLE_TEXT = Rule("TCW002", "unreadable-text", _E)
YAML_SYNTAX = Rule("TCW003", "yaml-syntax", _E)
YAML_FEATURE = Rule("TCW004", "yaml-feature", _E)
INTERNAL_FAILURE = Rule("TCW005", "internal-failure", _E)
DAMAGED_MAPPING = Rule("TCW006", "damaged-mapping", _E)
SHARED_FOLDER = Rule("TCW007", "shared-folder", _E)
SECRET = Rule("TCW008", "secret", _W)

OF_THE_FOLDER = frozenset((DAMAGED_MAPPING, SHARED_FOLDER))
"""Rules about what lies in the output folder, which are no mistakes in the source."""

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
REPEATED_LEVEL = Rule("TCW114", "repeated-level", _W)
PREFIX_FACTORS = Rule("TCW115", "prefix-factors", _E)
BAD_EXPRESSION = Rule("TCW116", "bad-expression", _E)
NO_VALUE = Rule("TCW117", "no-value", _E)
BAD_TEMPLATE = Rule("TCW118", "bad-template", _E)
BAD_ZIP = Rule("TCW119", "bad-zip", _E)
BAD_SUPPRESSION = Rule("TCW120", "bad-suppression", _E)
UNKNOWN_CODE = Rule("TCW121", "unknown-code", _W)
UNUSED_SUPPRESSION = Rule("TCW122", "unused-suppression", _W)
BAD_SAMPLE = Rule("TCW123", "bad-sample", _E)
BAD_INCLUDE = Rule("TCW124", "bad-include", _E)
BAD_ARM = Rule("TCW125", "bad-arm", _E)
BAD_DERIVED = Rule("TCW126", "bad-derived", _E)
EVERYTHING_EXCLUDED = Rule("TCW127", "everything-excluded", _E)
BAD_RULE_FILE = Rule("TCW130", "bad-rule-file", _E)
UNDECIDABLE_RULE = Rule("TCW131", "undecidable-rule", _E)
LOOK_ALIKE = Rule("TCW132", "look-alike", _E)
DECIMAL_COMMA = Rule("TCW133", "decimal-comma", _W)
UNSEEN_CHARACTER = Rule("TCW134", "unseen-character", _W)
LAST_FORM = Rule("TCW135", "last-form", _W)
BAD_CONDITION = Rule("TCW136", "bad-condition", _E)

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

MISSING_ARGUMENT = Rule("TCW220", "missing-argument", _E)
SUPPLIED_ARGUMENT = Rule("TCW221", "supplied-argument", _E)
OVERWRITTEN_ARGUMENT = Rule("TCW222", "overwritten-argument", _W)
UNFIT_COMPONENT = Rule("TCW223", "unfit-component", _E)

RENAMED_COMPONENT = Rule("TCW230", "renamed-component", _E)
OTHER_RELEASE = Rule("TCW231", "other-release", _E)
MISSING_OWN_COMPONENT = Rule("TCW232", "missing-own-component", _E)
RECIPE_PATH = Rule("TCW233", "recipe-path", _W)
UNKNOWN_RESOLVER = Rule("TCW234", "unknown-resolver", _E)

# 3xx: across keys; the conditions are in schemas/torchtune/VERSION/conditions.json
DTYPE_REFUSED = Rule("TCW301", "dtype-refused", _E)
DTYPE_NULL = Rule("TCW302", "dtype-null", _W)
OFFLOADING_REFUSED = Rule("TCW303", "offloading-refused", _E)
IN_BACKWARD_REFUSED = Rule("TCW304", "in-backward-refused", _E)
IN_BACKWARD_DIFFERS = Rule("TCW305", "in-backward-differs", _W)
PACKING_REFUSED = Rule("TCW306", "packing-refused", _E)
ADAPTER_REFUSED = Rule("TCW307", "adapter-refused", _E)
ADAPTER_WITHOUT_SENSE = Rule("TCW308", "adapter-without-sense", _W)
SCHEDULER_REFUSED = Rule("TCW309", "scheduler-refused", _E)
SCHEDULER_WITHOUT_SENSE = Rule("TCW310", "scheduler-without-sense", _W)
TRAINS_OTHERWISE = Rule("TCW311", "trains-otherwise", _E)
OUT_OF_RANGE = Rule("TCW312", "out-of-range", _E)
QUANTIZER_REFUSED = Rule("TCW313", "quantizer-refused", _E)
QUANTIZATION_WITHOUT_EFFECT = Rule("TCW314", "quantization-without-effect", _W)
PPO_SIZES = Rule("TCW315", "ppo-sizes", _E)
PARALLEL_REFUSED = Rule("TCW316", "parallel-refused", _E)
PARALLEL_WITHOUT_EFFECT = Rule("TCW317", "parallel-without-effect", _W)
CHECKPOINT_REFUSED = Rule("TCW318", "checkpoint-refused", _E)
RESUME_WITHOUT_SENSE = Rule("TCW319", "resume-without-sense", _W)
LOSS_REFUSED = Rule("TCW320", "loss-refused", _E)
LOSS_WITHOUT_SENSE = Rule("TCW321", "loss-without-sense", _W)
DISTILLATION_BATCHES = Rule("TCW322", "distillation-batches", _I)
DATA_REFUSED = Rule("TCW323", "data-refused", _E)
SETTING_WITHOUT_EFFECT = Rule("TCW324", "setting-without-effect", _W)
DATASET_ARGUMENT = Rule("TCW325", "dataset-argument", _W)
HUB_AND_FILES = Rule("TCW326", "hub-and-files", _I)
UNEXPANDED_PATH = Rule("TCW327", "unexpanded-path", _W)
TEXT_OF_NULL = Rule("TCW328", "text-of-null", _W)
NULL_COMPONENT = Rule("TCW329", "null-component", _E)
MISSING_PATH = Rule("TCW330", "missing-path", _W)
LONG_SAMPLES = Rule("TCW331", "long-samples", _W)
CHECKPOINT_DOUBTFUL = Rule("TCW333", "checkpoint-doubtful", _W)
RESUME_REFUSED = Rule("TCW334", "resume-refused", _E)
OPTIMIZER_AND_SHARDING = Rule("TCW335", "optimizer-and-sharding", _W)
TEACHER_VOCABULARY = Rule("TCW337", "teacher-vocabulary", _E)

ARGUMENT_REFUSED = Rule("TCW340", "argument-refused", _E)
TEMPLATE_SHAPE = Rule("TCW341", "template-shape", _E)
ODD_SOURCE = Rule("TCW342", "odd-source", _W)
PICTURES_DROPPED = Rule("TCW343", "pictures-dropped", _W)

# 4xx: across runs
CONTROL_OVERRIDDEN = Rule("TCW401", "control-overridden", _W)
SHARED_OUTPUT = Rule("TCW402", "shared-output", _E)
SAME_CONFIG = Rule("TCW403", "same-config", _W)
EQUIVALENT_LEVELS = Rule("TCW404", "equivalent-levels", _W)
SINGLE_LEVEL = Rule("TCW405", "single-level", _I)
INEFFECTIVE_VARIABLE = Rule("TCW406", "ineffective-variable", _W)
ENGINEERING_VARIABLE = Rule("TCW407", "engineering-variable", _W)
SCIENCE_AS_ENGINEERING = Rule("TCW408", "science-as-engineering", _W)
OUTPUT_VARIABLE = Rule("TCW409", "output-variable", _W)
DROPPED_CONTROL = Rule("TCW410", "dropped-control", _W)
SEED_UNSET = Rule("TCW411", "seed-unset", _W)
WITHIN_SEED_NOISE = Rule("TCW412", "within-seed-noise", _I)
RANK_WITHOUT_ALPHA = Rule("TCW413", "rank-without-alpha", _I)
EFFECTIVE_BATCH = Rule("TCW414", "effective-batch", _I)
SCHEDULE_LENGTH = Rule("TCW415", "schedule-length", _I)
NESTED_EPOCHS = Rule("TCW416", "nested-epochs", _I)
NUMBER_OF_STEPS = Rule("TCW417", "number-of-steps", _I)
OPTIMIZER_ONE_RATE = Rule("TCW418", "optimizer-one-rate", _W)
MOVES_TOGETHER = Rule("TCW419", "moves-together", _I)
SHARED_CHECKPOINT = Rule("TCW420", "shared-checkpoint", _W)
OTHER_TOKENIZER = Rule("TCW421", "other-tokenizer", _W)
OTHER_MODEL_TYPE = Rule("TCW422", "other-model-type", _W)
IDLE_CONDITION = Rule("TCW423", "idle-condition", _W)
IDLE_SAMPLE = Rule("TCW424", "idle-sample", _W)
SAMPLED_SEEDS = Rule("TCW426", "sampled-seeds", _I)
NO_STEPS = Rule("TCW427", "no-steps", _W)
EVEN_RATES = Rule("TCW425", "even-rates", _I, preview=True)
