"""Answers about a config that no experiment uses: their lines stand in the config itself."""

from __future__ import annotations

from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.words import listed
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.spot import Spot

_DELETES, _OPERATORS = "~", "=+"


def in_config(advice: Advice, spot: Spot | None) -> Advice:
    """The same with lines as a config has them: nested, without operators, none that deletes."""
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
