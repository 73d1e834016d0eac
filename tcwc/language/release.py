"""Which version of the target counts, and which one is meant by a word that names none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcwc.language.sections import Sections
from tcwc.model.diagnostics import Diagnostic, finding, replace_by
from tcwc.model.patterns import pattern
from tcwc.model.problem import Problem
from tcwc.model.rules import BAD_SECTION
from tcwc.model.target import CATALOGUES, Local, Target

_NUMBERED = pattern(r"(?:[\w-]+\s*==\s*|v)?((\d+\.\d+)(?:\.\d+)?(\S*))", re.IGNORECASE)
"""A version as people write one: `v0.5.0`, `torchtune==0.5.0`, `0.5`; with the release in it."""


def choose_version(
    sections: Sections, recorded: str | None, known: Sequence[str], target: Target
) -> tuple[str | None, list[Diagnostic]]:
    """The target's version that counts: named, else recorded, else the target's default.

    One that is not known counts as what is meant by it; None where nothing seems to be.
    """
    node = sections.texts.get(target.name)
    if node is None:
        # One that is not known is refused by a build (check_version); the source can be linted.
        return (recorded if recorded in known else target.default_version), []
    named = target.version_of(node.text)
    if named in known:
        return named, []
    meant, surely = near_version(named, known, target)
    if meant is not None:
        way = f'write {target.name}: "{meant}"'
    elif target.local is not None and named.startswith(target.local.prefix):
        way = _of_a_fork(named, target.local)
    else:
        way = f"name the one that is installed: `pip show {target.name}` prints it"
    problem = finding(
        BAD_SECTION,
        node.span,
        f"tcwc has no catalogue of {target.name} {node.text}",
        help=f"it has {target.listed(known)}; {way}",
        fix=replace_by(node.span, f'"{meant}"', safe=surely) if meant else None,
    )
    return meant, [problem]


def no_catalogue(wanted: str, known: Sequence[str], target: Target) -> Problem:
    """What is said of a version that a call asks for, and that is none of those that are known."""
    meant, _ = near_version(wanted, known, target)
    help = f"did you mean {meant}?" if meant else f"it has {target.listed(known)}"
    return Problem(f"tcwc has no catalogue of {target.name} {wanted}", help)


def near_version(named: str, known: Sequence[str], target: Target) -> tuple[str | None, bool]:
    """The version that a word means, and whether surely: one of the same release, or a catalogue
    of one's own by its name alone. None where it means none."""
    local = target.local
    if local is not None and f"{local.prefix}{named}" in known:
        return f"{local.prefix}{named}", True
    found = _NUMBERED.fullmatch(named.strip())
    if found is None:
        return None, False
    if found[1] in known:
        return found[1], True
    same = [each for each in known if each.startswith(f"{found[2]}.")]
    return (same[-1] if same else None), found[1] == found[2] and len(same) == 1


def _of_a_fork(named: str, local: Local) -> str:
    """How to come by a catalogue of one's own."""
    if name := local.name(named):
        again = f"make one: `tcwc catalog build --from DIR --name {name}`"
        return f"there is no {CATALOGUES}/{name}: {local.regain(named)}; or {again}"
    return (
        "its name is that of a folder in catalogues/, of letters, digits, . _ and -: such as "
        f"{local.prefix}mine, after `tcwc catalog build --from DIR --name mine`"
    )
