"""`controls: {when: {"lora_rank == 64": {...}}}`: constants of some runs, by a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.language.choices import OTHERWISE, as_when
from tcwc.language.formulas import read_formula
from tcwc.language.lower import Lowering
from tcwc.language.rows import quoted
from tcwc.language.templates import part
from tcwc.model.diagnostics import Diagnostic, Edit, Fix, Label, finding
from tcwc.model.ir import Assignment, Factor, Level, format_path
from tcwc.model.rules import BAD_CONDITION, DUPLICATE_KEY
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, in_flow

WHEN = "when"
_EXAMPLE = '`when: {"lora_rank == 64": {batch_size: 2}}`'


def apart(section: MappingNode | None) -> tuple[MappingNode | None, Entry | None]:
    """A section of constants without its `when`, and that entry."""
    found = next((e for e in section.entries if _is_when(e)), None) if section else None
    if section is None or found is None:
        return section, None
    rest = tuple(entry for entry in section.entries if entry is not found)
    return MappingNode(rest, section.span), found


def _is_when(entry: Entry) -> bool:
    return entry.key.text == WHEN


def conditions(entry: Entry | None) -> tuple[Entry, ...]:
    """The conditions of a `when`, each with the constants of its runs."""
    return entry.value.entries if entry and isinstance(entry.value, MappingNode) else ()


def lower_conditional(lowering: Lowering, entry: Entry | None) -> tuple[Factor, ...]:
    """The constants of some runs, as columns of one level each; what is none is reported."""
    if entry is None:
        return ()
    span = entry.key.span
    if WHEN in lowering.tree.base:
        message = "`when` under controls holds conditions, and this base has a key `when` too"
        help = f'write {_EXAMPLE}; for the key of the base write `"{WHEN}": value` in quotes'
        if not isinstance(entry.value, MappingNode) or not entry.value.entries:
            lowering.found.append(finding(BAD_CONDITION, span, message, help=help))
            return ()
    whole = as_when(entry.value)
    if whole or not isinstance(entry.value, MappingNode) or not entry.value.entries:
        message = "`when` holds conditions, each with the constants of the runs that meet it"
        help = f"write `{whole}`" if whole else f"write {_EXAMPLE}"
        lowering.found.append(finding(BAD_CONDITION, span, message, help=help))
        return ()
    made = (_conditional(lowering, below) for below in entry.value.entries)
    return tuple(each for each in made if each is not None)


def also_engineering(
    conditional: tuple[Factor, ...], engineering: tuple[Assignment, ...]
) -> Iterator[Diagnostic]:
    """A path set for some runs whose other value is engineering: it would count in no hash."""
    for factor in conditional:
        for each in factor.levels[0].assignments:
            for other in engineering:
                if each.path[: len(other.path)] == other.path:
                    yield finding(
                        DUPLICATE_KEY,
                        each.key_span,
                        f"`{format_path(each.path)}` is set here for some runs, and under "
                        "`engineering:` for all, where it does not count when runs are compared",
                        help="write the other one under `controls:` too, or keep one of the two",
                        labels=(Label(other.key_span, "set for all runs here"),),
                    )


def _misread(entry: Entry) -> Diagnostic | None:
    """What to say of a default where conditions stand; None for a condition."""
    word, node = entry.key.text, entry.value
    if word in OTHERWISE and isinstance(node, MappingNode):
        lines = " and ".join(f"`{e.key.text}: {in_flow(e.value)}`" for e in node.entries)
        message = f"`{word}` is no condition: what all other runs have are the constants themselves"
        help = f"write {lines} under `controls:`, not here"
        return finding(BAD_CONDITION, entry.key.span, message, help=help)
    return None


def _nested(word: str, node: MappingNode, inner: Entry) -> Diagnostic:
    """What to say of a condition below another one."""
    told = [f"{quoted(word)}: {in_flow(node)}"] if node.entries else []
    for each in conditions(inner):
        both = f"({word}) and ({each.key.text})"
        told.append(f"{quoted(both)}: {in_flow(each.value)}")
    message = "a `when` cannot stand in another: a condition is one expression, joined by `and`"
    help = "write below one `when`: " + ", and ".join(f"`{line}`" for line in told)
    return finding(BAD_CONDITION, inner.key.span, message, help=help)


def _assigned(node: Node) -> str:
    """The constants of a text, `batch_size = 2`; "" where it has none."""
    text = node.text if isinstance(node, ScalarNode) else ""
    found = re.fullmatch(r"([A-Za-z][\w.]*)\s*[:=]\s*(\S.*)", text)
    return f"{{{found[1]}: {found[2]}}}" if found else ""


def _conditional(lowering: Lowering, entry: Entry) -> Factor | None:
    node, span = entry.value, entry.key.span
    if (said := _glued(entry) or _misread(entry)) is not None:
        lowering.found.append(said)
        return None
    rest, inner = apart(node if isinstance(node, MappingNode) else None)
    if rest is not None and inner is not None and conditions(inner):
        lowering.found.append(_nested(entry.key.text, rest, inner))
        node = rest
    formula = read_formula(lowering, entry.key, _EXAMPLE)
    if not isinstance(node, MappingNode) or not node.entries:
        message = "a condition holds the constants of the runs that meet it, and this one has none"
        inside = _assigned(node) or "{key: value}"
        help = f"write `{quoted(entry.key.text)}: {inside}` below `when`"
        lowering.found.append(finding(BAD_CONDITION, span, message, help=help))
        return None
    made = lowering.apart(lowering.constants(node), lowering.tree.values)
    if formula is None or not made:
        return None
    name = " ".join(formula.text.split())
    return Factor(name, (), (Level(name, made, span),), span, when=formula, is_constant=True)


def _glued(entry: Entry) -> Diagnostic | None:
    """A condition whose colon has no space behind it: `lora_rank == 8:{epochs: 2}`, which YAML
    takes for a key that goes on to the next colon."""
    found = re.match(r"[^:\"'{]+(:)\{", entry.key.text)
    if found is None or entry.key.quoted:
        return None
    colon = part(entry.key, *found.span(1))
    help = "write a space after the colon"
    fix = Fix(help, (Edit(colon, ": "),), True)
    message = "a colon without a space after it separates nothing"
    return finding(BAD_CONDITION, colon, message, help=help, fix=fix)
