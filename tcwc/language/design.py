"""What an experiment varies: variables, arms, zip, derived, exclude, include, sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcwc.language.conditional import apart, conditions
from tcwc.language.factors import lower_variables
from tcwc.language.lower import Lowering
from tcwc.language.sections import Sections
from tcwc.model.diagnostics import finding, has_errors
from tcwc.model.frozen import replace
from tcwc.model.ir import Design, Path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.rules import BAD_LEVELS
from tcwc.yaml.nodes import Entry, MappingNode, Node, SequenceNode

if TYPE_CHECKING:
    from tcwc.language.zips import ZipMember
    from tcwc.model.design import Formula, Zip

BEYOND_VARIABLES = ("arms", "zip", "derived", "exclude", "include", "sample")
"""The sections that few experiments have; what reads them is imported where there are some."""


def own_words(sections: Sections) -> frozenset[str]:
    """The words that an experiment gives a meaning itself: its arms, and the keys that it adds."""
    words: set[str] = set()
    arms = sections.mappings.get("arms")
    levels = [level.value for arm in _entries(arms) for level in _entries(arm.value)]
    for each in conditions(apart(sections.mappings.get("controls"))[1]):
        levels.append(each.value)
    named = ("variables", "controls", "engineering", "derived")
    for section in (*map(sections.mappings.get, named), *levels):
        for entry in _entries(section):
            key = parse_key(entry.key.text)
            # No base and no recipe knows `+k`; formulas and templates are to find it all the same.
            if not isinstance(key, BadKey) and key.added and key.is_bare:
                words.add(str(key.path[0]))
    words.update(entry.key.text for entry in _entries(arms))
    return frozenset(words)


def _entries(node: Node | None) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, MappingNode) else ()


def lower_design(lowering: Lowering, sections: Sections) -> Design:
    """The design of an experiment; what is wrong with it is among the findings of `lowering`."""
    mappings, lists = sections.mappings, sections.lists
    groups = _groups(lowering, lists.get("zip"))
    zipped = {member.path for group in groups for member in group}
    before = len(lowering.found)
    variables = mappings.get("variables") or MappingNode((), sections.root)
    made = lower_variables(lowering, variables, zipped)
    factors, steps = dict(made.factors), dict(made.steps)
    arms = mappings.get("arms")
    if arms is not None:
        from tcwc.language.arms import lower_arms

        for arm in lower_arms(lowering, arms):
            factors[arm.path] = arm
            steps[arm.path] = tuple(range(len(arm.levels)))
    # Of a section without any entry another finding tells.
    empty = not factors and {"variables", "arms"} & sections.keys.keys()
    sound = not empty and not has_errors(lowering.found[before:])
    design = Design(tuple(factors.values()))
    if not any(name in mappings or name in lists for name in BEYOND_VARIABLES) and not any(
        factor.when or factor.distribution for factor in design.factors
    ):
        return design
    zips = _zips(lowering, groups, design, steps, sound=sound)
    return _beyond(lowering, sections, replace(design, zips=zips))


def _groups(lowering: Lowering, section: SequenceNode | None) -> list[list[ZipMember]]:
    if section is None:
        return []
    from tcwc.language.zips import read_groups

    return read_groups(lowering, section)


def _zips(
    lowering: Lowering,
    groups: list[list[ZipMember]],
    design: Design,
    steps: dict[Path, tuple[int, ...]],
    *,
    sound: bool,
) -> tuple[Zip, ...]:
    """The groups of factors; beside factors that are not sound, what is wrong is their echo."""
    if not groups:
        return ()
    from tcwc.language.zips import lower_zips

    indexed = {factor.path: (at, factor) for at, factor in enumerate(design.factors)}
    zips, found = lower_zips(groups, indexed, steps)
    if sound:
        lowering.found += found
    return zips


def _beyond(lowering: Lowering, sections: Sections, design: Design) -> Design:
    """The design with all that is more than variables, arms and zips."""
    from tcwc.language.derived import lower_derived
    from tcwc.language.include import lower_include
    from tcwc.language.sample import lower_sample

    mappings, lists = sections.mappings, sections.lists
    design = replace(design, exclude=_exclude(lowering, lists.get("exclude")))
    if (derived := mappings.get("derived")) is not None:
        design = replace(design, derived=lower_derived(lowering, derived))
    if (sample := mappings.get("sample")) is not None:
        span = sections.keys["sample"]
        design = replace(design, sample=lower_sample(lowering, sample, span))
    if (include := lists.get("include")) is not None:
        factors, rows = lower_include(lowering, include, design.factors)
        design = replace(design, factors=factors, rows=rows)
    _check_distributions(lowering, design, sampled=sections.draws)
    return design


def _exclude(lowering: Lowering, section: SequenceNode | None) -> tuple[Formula, ...]:
    from tcwc.language.formulas import read_formula

    example = '`exclude: ["lora_rank == 64 and epochs > 1"]`'
    items = section.items if section else ()
    read = [read_formula(lowering, item, example) for item in items]
    return tuple(formula for formula in read if formula is not None)


def _check_distributions(lowering: Lowering, design: Design, *, sampled: bool) -> None:
    for factor in design.factors:
        if factor.distribution is not None and not sampled:
            kind = factor.distribution.kind
            lowering.found.append(
                finding(
                    BAD_LEVELS,
                    factor.span,
                    f"`{kind}` is drawn from, and nothing says how many runs to draw",
                    help="add `sample: {size: 20, seed: 7}` at the top level, or list the levels",
                )
            )
