"""Names that no config which ships has."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, Fix, finding, replace_by
from tcwc.model.known import Knowledge
from tcwc.model.rules import UNKNOWN_BASE
from tcwc.model.target import Target
from tcwc.model.words import either, is_slip, nearest
from tcwc.yaml.nodes import ScalarNode


def unknown_config(
    node: ScalarNode, target: Target, known: Knowledge, *, guess: bool = True
) -> Diagnostic:
    """The finding for a name that no config which ships has, with the one that it may be; without
    a `guess` names like it are not looked for."""
    bare = node.text.removesuffix(".yaml")
    if bare != node.text and known.config(bare) is not None:
        help = f"write {bare}, without .yaml"
        fix: Fix | None = replace_by(node.span, bare, safe=True)
    else:
        names = known.config_names() if guess else ()
        near = nearest(node.text, names, known.vocabulary())
        all_of_them = f"`{target.lister_of(known.version)}` lists the names"
        help = f"did you mean {either(near)}?" if near else all_of_them
        surely = len(near) == 1 and is_slip(node.text, near[0])
        fix = replace_by(node.span, near[0]) if surely else None
    message = f"{target.name} {known.version} ships no config `{node.text}`"
    return finding(UNKNOWN_BASE, node.span, message, help=help, fix=fix)
