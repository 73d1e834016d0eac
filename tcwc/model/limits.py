"""How much of each text tcwc reads. What is more is refused with a message, never cut in silence.

The limits are in bytes, values and characters, and never in seconds: so that two machines say the
same of a file. They are far above what people write, and each keeps one lint of what is at it
below a few seconds and 300 MB.
"""

from __future__ import annotations

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many `units` of `what`; docs/security.md lists them."""

    what: str
    at_most: int
    units: str

    def __str__(self) -> str:
        return f"{self.at_most:,} {self.units}".strip()


SOURCE = Limit(
    "an experiment, its base config, `engineering_file`, settings, a file of own rules",
    1_000_000,
    "bytes",
)
CODE = Limit("a module of your own code (read as text, never run)", 2_000_000, "bytes")
MAPPING_FILE = Limit("`run_mapping.yaml`", 1_000_000_000, "bytes")
CONFIG = Limit("a config in the output folder", 1_000_000, "bytes")
SCRIPT = Limit("a script of jobs that is written anew", 100_000_000, "bytes")
CATALOGUE = Limit("a file of a catalogue of your own", 4_000_000, "bytes")
FIGURE = Limit("a figure that `tcwc results --plot` draws anew", 100_000_000, "bytes")
DATA = Limit("a file of data that a config names, for its columns and rows", 2_000_000, "bytes")
HEAD = Limit("the beginning of a larger file of data", 250_000, "bytes")
PROBE = Limit("what another Python says of its packages (`tcwc doctor`)", 1_000_000, "bytes")
VALUES = Limit("an experiment or an `engineering_file`", 20_000, "keys and values")
BASE_VALUES = Limit("a base config (its own reader takes no more)", 10_000, "keys and values")
DEPTH = Limit("an experiment, or a base config", 100, "levels of nesting")
KEY = Limit("a key", 160, "characters")  # YAML readers look no further than 1,024 for its `:`
EXPRESSION = Limit("an expression", 2_000, "characters")
FORMULAS = Limit("`derived`, the conditions under `when`, those under `exclude`", 200, "each")
GUESSED = Limit("a text whose mistake a help explains from its words", 400, "characters")
LEVELS = Limit("levels that `range`, `linspace` or `logspace` makes", 20_000, "levels")
RUNS = Limit("runs of an experiment, whatever its `limit`", 1_000_000, "runs")
WALKED = Limit(
    "combinations of levels that are gone through, each times the conditions that it has to meet",
    5_000_000,
    "",
)
WORKED_OUT = Limit(
    "names that conditions and formulas read, each time one is worked out", 300_000, ""
)
DRAWN = Limit("runs that a sample draws from distributions", 20_000, "runs")
DRAWS = Limit("levels that these draw, each run one of each variable", 100_000, "")
PAIRS = Limit("pairs of factors whose levels `tcwc plan` counts", 5_000, "pairs")
PAIRED_RUNS = Limit(
    "runs in which it counts them where these are no whole grid, each times the pairs",
    10_000_000,
    "",
)
DIRECTORIES = Limit(
    "runs whose directories are compared, where these have no run's id in them", 10_000, "runs"
)
REFERRED = Limit(
    "a section or a list with all that `${...}` put into it", 20_000, "keys and values"
)
# Ten lines, each of ten references to the one before, would come to gigabytes.
REFERRED_TEXT = Limit("a string with all that `${...}` put into it", 100_000, "characters")
FINDINGS = Limit("the findings of one experiment that are shown; the rest is counted", 200, "")
SAID = Limit(
    "what these say, with what their fixes write; the rest is counted", 100_000, "characters"
)
MESSAGE = Limit(
    "a message, or a value in `tcwc explain`; what is left out of its middle is counted",
    1_000,
    "characters",
)
HELP = Limit("the help of one, also", 2_000, "characters")

TABLE = (
    SOURCE, CODE, MAPPING_FILE, CONFIG, SCRIPT, CATALOGUE, FIGURE, DATA, HEAD, PROBE, VALUES,
    BASE_VALUES, DEPTH, KEY, EXPRESSION, FORMULAS, LEVELS, RUNS, WALKED, WORKED_OUT, DRAWN, DRAWS,
    PAIRS, PAIRED_RUNS, DIRECTORIES, REFERRED, REFERRED_TEXT, GUESSED, FINDINGS, SAID, MESSAGE,
    HELP,
)  # fmt: skip
