"""What evaluates weights, and the settings that each such tool takes."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.types import Type

WORDS, CONFIG, COMMAND = "words", "config", "command"
"""How a tool is told: by the words of its command line, by a config, by a command of the
author's."""

MAX, MIN = "max", "min"
"""Which value of a metric is the best: the largest, or the smallest."""


@dataclass(frozen=True, slots=True)
class ToolSetting:
    """A setting of a tool, as a value of `type`.

    `option` is what the tool itself calls it: an option of its command line, an argument of its
    model (`model_args.dtype`), or a key of its config; "" where tcwc alone reads it. `example` is a
    value as one writes it.
    """

    name: str
    type: Type
    about: str
    option: str = ""
    required: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationTool:
    """A tool that evaluates weights.

    `told` is how: `WORDS`, `CONFIG` or `COMMAND`. `begins` are the words that its command begins
    with, `results` the option that says where its results go. `weights` are the kinds that it
    takes, the first where nothing says. `splits` are characters at which it takes the arguments of
    the model apart, so that no path of theirs may have one. `others` are words that people have for
    a setting, by the setting; `elsewhere` words of other tools, by what to write instead.
    `named_by` are the keys by which a YAML file of one's own says which of its `tasks` it is;
    it has the first of them, and one of the keys `described_by`.
    """

    name: str
    about: str
    told: str
    begins: tuple[str, ...]
    results: str
    weights: tuple[str, ...]
    splits: str
    settings: Mapping[str, ToolSetting]
    others: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    named_by: tuple[str, ...] = ()
    described_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluators:
    """The tools that evaluate, by their names. `called` are other words for them, `elsewhere` words
    that are a setting of none, by what to write instead; `columns` other words for the columns that
    commands name. `better` says of metrics, by their last names, whether the largest value is best
    (`max`) or the smallest (`min`). `chosen_by` are other words for the key that names the tool."""

    tools: Mapping[str, EvaluationTool] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    better: Mapping[str, str] = field(default_factory=dict)
    chosen_by: tuple[str, ...] = ()
