"""Lines of a help as they stand in the mapping that a finding points into."""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import replace
from tcwc.model.ir import format_path
from tcwc.torchtune.knowledge.advice.spot import WHEN, find
from tcwc.yaml.nodes import MappingNode

_HOMES = ("controls", "engineering", "variables", "arms", "include")


def as_nested(found: Diagnostic, root: MappingNode) -> Diagnostic:
    """A finding whose help has lines by whole paths, with what the mapping around its place says
    already left out: `dataset: {source: x}` is mended by `source: json` there."""
    if "write `" not in found.help or "under `" in found.help:
        return found
    spot = find(root, found.span)
    within = spot.above if spot is not None and spot.home in _HOMES else ()
    if not within or any(each.key.text == WHEN for each in (spot.entries if spot else ())):
        return found  # conditions are no paths
    above = format_path(within)
    line = re.compile(rf"`([+~=]?){re.escape(above)}\.([\w.\[\]]+:(?: [^`]*)?)`")
    help = line.sub(r"`\1\2`", found.help)
    return replace(found, help=help) if help != found.help else found
