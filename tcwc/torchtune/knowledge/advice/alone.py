"""Answers about a config that no experiment uses: their lines stand in the config itself."""

from __future__ import annotations

import re

from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.words import listed
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.spot import Spot

_DELETES, _OPERATORS = "~", "=+"


_WORDS = (
    (r"`base_config: ([\w./-]+)`", r"the config `\1` that ships"),
    (
        r"`evaluate:` at the top level of the experiment",
        "the config `eleuther_evaluation` that ships",
    ),
    (r" \(`sums: [^`]*`\)", ""),
    (r"by `base_config`", "by `model._component_`"),
    (r"write `gpus: [^`]*` under `resources:`, not here, or start runs", "start it"),
    (r"(?<=and )write `gpus: [^`]*` under `resources:`, which is `(tune run [^`]*)`", r"`\1`"),
    (r"take the base of", "take a config of"),
    (r"take a base with", "take a config with"),
)
"""What is said of experiments, and what that is without one."""
_OF_EXPERIMENTS = re.compile(
    r"`(?:experiment_name|base_config|base_config_file|variables|arms|zip|derived|sample|controls"
    r"|engineering|resources|run_name|meta|exclude|limit)\b|experiment|chosen by the base"
)


def in_config(advice: Advice, spot: Spot | None) -> Advice | None:
    """The same with lines as a config has them: nested, without operators, none that deletes. None
    for an answer that is about experiments."""
    say = advice.say
    for before, after in _WORDS:
        say = re.sub(before, after, say)
    told = _in_lines(replace(advice, say=say), spot)
    return None if _OF_EXPERIMENTS.search(f"{told.say} {told.help}") else told


def _in_lines(advice: Advice, spot: Spot | None) -> Advice:
    gone = [each.text[1:].partition(":")[0] for each in advice.lines if _deletes(each)]
    lines = [_nested(each) for each in advice.lines if not _deletes(each)]
    here = spot.above if spot is not None else ()
    kept = tuple(replace(e, under="") if _is_in(e, here) and gone else e for e in lines)
    # What takes the place of the line that is removed stands where that stood.
    say = f"{advice.say}; remove {listed(gone)}" if gone else advice.say
    return replace(advice, say=say, lines=kept)


def _deletes(line: Line) -> bool:
    return line.text.startswith(_DELETES)


def _is_in(line: Line, above: Path) -> bool:
    return bool(above) and line.under == format_path(above)


def _nested(line: Line) -> Line:
    """A line below the section that its path begins with."""
    written, colon, value = line.text.lstrip(_OPERATORS).partition(":")
    key = parse_key(written)
    if line.under not in (CONTROLS, "") or isinstance(key, BadKey) or not colon:
        return replace(line, text=line.text.lstrip(_OPERATORS))
    if not line.under and len(key.path) == 1:
        return Line(f"{written}:{value}")
    section = format_path(key.path[:-1])
    return Line(f"{key.path[-1]}:{value}", section or TOP)
