"""`zip` lowered: groups of factors that advance together."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.language.lower import Lowering
from tcwc.model.design import Zip
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Factor, Path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.rules import BAD_ZIP
from tcwc.model.source import Span
from tcwc.model.words import listed, nearest
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_EXAMPLE = "write `zip: [[batch_size, gradient_accumulation_steps]]`: a list of groups"


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A factor in a group: its name as written, what it stands for, and where it is named."""

    name: str
    path: Path
    span: Span


def read_groups(lowering: Lowering, section: SequenceNode) -> list[list[ZipMember]]:
    """The groups, with the paths of their members; what is none is reported."""
    if len(section.items) > 1 and all(isinstance(node, ScalarNode) for node in section.items):
        names = ", ".join(node.text for node in section.items if isinstance(node, ScalarNode))
        message = "`zip` is a list of groups, and this is one group"
        help = f"write `zip: [[{names}]]`"
        lowering.found.append(finding(BAD_ZIP, section.span, message, help=help))
        return []
    groups = []
    for node in section.items:
        if not isinstance(node, SequenceNode) or len(node.items) < 2:
            message = "a group of `zip` is a list of two variables or more"
            help = _with_own(node) or _EXAMPLE
            lowering.found.append(finding(BAD_ZIP, node.span, message, help=help))
            continue
        members = [_member(lowering, item) for item in node.items]
        groups.append([member for member in members if member is not None])
    return groups


def _with_own(node: Node) -> str:
    """The group that a mapping of names stands for; "" for others."""
    entries = node.entries if isinstance(node, MappingNode) else ()
    names = [w for e in entries for w in (e.key, e.value) if isinstance(w, ScalarNode) and w.text]
    return f"write `[{', '.join(each.text for each in names)}]`" if len(names) > 1 else ""


def _member(lowering: Lowering, node: Node) -> ZipMember | None:
    key = parse_key(node.text) if isinstance(node, ScalarNode) else None
    if key is None or isinstance(key, BadKey) or not isinstance(node, ScalarNode):
        message = "a member of a group is the name of a variable or an arm"
        lowering.found.append(finding(BAD_ZIP, node.span, message, help=_EXAMPLE))
        return None
    path = lowering.name(key.path, node.span)
    return None if path is None else ZipMember(node.text, path, node.span)


def lower_zips(
    groups: list[list[ZipMember]],
    factors: Mapping[Path, tuple[int, Factor]],
    steps: Mapping[Path, tuple[int, ...]],
) -> tuple[tuple[Zip, ...], list[Diagnostic]]:
    """The groups over the factors, which have an index each, and what is wrong with them.

    `steps` are the factors' lists of levels.
    """
    used: dict[Path, Span] = {}
    zips: list[Zip] = []
    found: list[Diagnostic] = []
    for group in groups:
        known, problems = _known(group, factors, used)
        found += problems
        lengths = {len(steps[member.path]) for member in known}
        if len(known) == len(group) >= 2 and len(lengths) == 1:
            made = _zipped(known, factors, steps)
            rows = tuple(dict.fromkeys(made.steps))
            zips.append(Zip(made.factors, rows))
            if len(rows) < len(made.steps):
                found.append(_repeated(known, made))
        elif len(lengths) > 1:
            found.append(_uneven(known, factors, steps))
    return tuple(zips), found


def _known(
    group: list[ZipMember],
    factors: Mapping[Path, tuple[int, Factor]],
    used: dict[Path, Span],
) -> tuple[list[ZipMember], list[Diagnostic]]:
    """The members that may be in a group, which are `used` then, and why others may not."""
    before = dict(used)
    known: list[ZipMember] = []
    found: list[Diagnostic] = []
    for member in group:
        problem = _unusable(member, factors, used, before)
        if problem is None:
            used[member.path] = member.span
            known.append(member)
        else:
            found.append(problem)
    return known, found


def _zipped(
    members: list[ZipMember],
    factors: Mapping[Path, tuple[int, Factor]],
    steps: Mapping[Path, tuple[int, ...]],
) -> Zip:
    at = {member.path: factors[member.path][0] for member in members}
    order = sorted(at, key=at.__getitem__)
    rows = zip(*(steps[path] for path in order), strict=True)
    return Zip(tuple(at[path] for path in order), tuple(rows))


def _uneven(
    members: list[ZipMember],
    factors: Mapping[Path, tuple[int, Factor]],
    steps: Mapping[Path, tuple[int, ...]],
) -> Diagnostic:
    """Members of different lengths."""
    listed = ", ".join(f"`{m.name}` has {len(steps[m.path])}" for m in members)
    labels = tuple(Label(factors[m.path][1].span, "its levels") for m in members)
    message = f"these advance together, and {listed} levels"
    help = "give them as many levels each, or take one out of the group"
    return finding(BAD_ZIP, members[0].span, message, help=help, labels=labels)


def _repeated(members: list[ZipMember], made: Zip) -> Diagnostic:
    """The first step that comes again."""
    first = next(at for at, row in enumerate(made.steps) if row in made.steps[:at])
    return finding(
        BAD_ZIP,
        members[0].span,
        f"step {first + 1} of this group has the levels of an earlier step",
        help="remove the level from each of its variables: the run would be done twice",
    )


def _unusable(
    member: ZipMember,
    factors: Mapping[Path, tuple[int, Factor]],
    used: Mapping[Path, Span],
    before: Mapping[Path, Span],
) -> Diagnostic | None:
    """Why a factor may not be in a group; those `before` are in another group."""
    found = factors.get(member.path)
    first = used.get(member.path)
    labels: tuple[Label, ...] = ()
    if found is None:
        names = {factor.name for _, factor in factors.values()}
        near = nearest(member.name, names, count=1)
        message = f"`{member.name}` is no variable and no arm"
        help = f"give it levels under `variables:`: `{member.name}: [a, b]`"
        if names:
            help = f"did you mean `{near[0]}`?" if near else f"there are {listed(sorted(names))}"
    elif first is not None:
        message, help = f"`{member.name}` is twice in this group", "remove it once"
        if member.path in before:
            message, help = f"`{member.name}` is in two groups", "put all of them into one group"
        labels = (Label(first, "first named here"),)
    elif found[1].when is not None or found[1].distribution is not None:
        what = "a condition (`when`)" if found[1].when is not None else "a distribution"
        message = f"`{member.name}` has {what}, and cannot advance together with others"
        help = "list its levels, and exclude what is not wanted with `exclude:`"
    else:
        return None
    return finding(BAD_ZIP, member.span, message, help=help, labels=labels)
