"""`resources:`, `samples:` and `run_name:` lowered: what runs need, and what people call them.

None of them is in a config: so no short name in them is recorded, and nothing that a build writes
depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.language.conditional import WHEN
from tcwc.language.formulas import read_formula
from tcwc.language.lower import Lowering
from tcwc.language.needs import MEANT, NEEDS, in_units, plain, told
from tcwc.language.templates import filled_later, part
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.design import Formula
from tcwc.model.diagnostics import Diagnostic, Fix, finding, reword
from tcwc.model.ir import Template
from tcwc.model.patterns import pattern
from tcwc.model.resources import Needs, NeedsWhere, Resources, Samples
from tcwc.model.rules import BAD_CONDITION, BAD_NEED, BAD_SECTION, BAD_TEMPLATE, UNKNOWN_NEED
from tcwc.model.source import Span
from tcwc.model.types import Type
from tcwc.model.words import nearest
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, in_flow

_NEEDS_WHEN = '`when: {"model.lora_rank > 64": {time: 24:00:00}}`'
_SAMPLES_WHEN = "`when: {\"dataset.split == 'train'\": 51760}`"
_THOUSANDS = pattern(r"([0-9]{1,6}(?:\.[0-9])?)\s*([kKM])")
_COUNT = "count"
_TEXT = Type(("str",))
_WHOLE = Type(("int",))


def lower_resources(lowering: Lowering, section: MappingNode, span: Span) -> Resources:
    rest = [entry for entry in section.entries if entry.key.text != WHEN]
    needs, spans = _needs(lowering, rest, section)
    cases = []
    for formula, entry in _conditions(lowering, section, _NEEDS_WHEN):
        if isinstance(entry.value, MappingNode) and entry.value.entries:
            own, places = _needs(lowering, entry.value.entries, entry.value)
            cases.append(NeedsWhere(formula, own, places))
        else:
            message = "a condition holds the needs of the runs that meet it, and this one has none"
            help = f"write {_NEEDS_WHEN}"
            lowering.found.append(finding(BAD_CONDITION, entry.key.span, message, help=help))
    return Resources(needs, span, spans, tuple(cases))


def read_needs(lowering: Lowering, section: MappingNode) -> Needs:
    """What the lines of a section say, which has no conditions."""
    return _needs(lowering, section.entries, section)[0]


def _conditions(
    lowering: Lowering, section: MappingNode, example: str
) -> Iterator[tuple[Formula, Entry]]:
    """The conditions of a section, each with what stands behind it."""
    for when in (entry for entry in section.entries if entry.key.text == WHEN):
        if not isinstance(when.value, MappingNode) or not when.value.entries:
            message = "`when` holds conditions, each with what the runs have that meet it"
            help = f"write {example}"
            lowering.found.append(finding(BAD_CONDITION, when.key.span, message, help=help))
            continue
        for entry in when.value.entries:
            formula = read_formula(lowering, entry.key, example)
            if formula is not None:
                yield formula, entry


def _needs(
    lowering: Lowering, entries: list[Entry] | tuple[Entry, ...], section: MappingNode
) -> tuple[Needs, dict[str, Span]]:
    """What some entries say, and where the value of each stands."""
    values: dict[str, int | str] = {}
    spans: dict[str, Span] = {}
    for entry in entries:
        name, node = entry.key.text, entry.value
        need = NEEDS.get(name)
        if need is None:
            _report_unknown(lowering, entry, section)
            continue
        value = _read(name, node)
        if isinstance(value, Mistyped):
            at = entry.key.span if isinstance(node, ScalarNode) and node.is_empty else node.span
            message = f"`{name}`: {value.message}"
            fix = value.fix(node.span)
            lowering.found.append(finding(BAD_NEED, at, message, help=value.help, fix=fix))
        else:
            values[name], spans[name] = value, node.span
    return Needs(**values), spans  # type: ignore[arg-type]


def _read(name: str, node: Node) -> int | str | Mistyped:
    need = NEEDS[name]
    if not isinstance(node, ScalarNode) or node.is_empty:
        what = "nothing stands here" if isinstance(node, ScalarNode) else "one value is needed here"
        return Mistyped(what, f"write `{name}: {need.example}`")
    return need.read(node)


def _report_unknown(lowering: Lowering, entry: Entry, section: MappingNode) -> None:
    """A need that there is not: what it is called here, or where it belongs."""
    word, fix = entry.key.text, None
    if word == WHEN:
        message = "a `when` cannot stand in another: a condition is one expression, joined by `and`"
        help = f"write {_NEEDS_WHEN}, with `and` between the two"
        lowering.found.append(finding(BAD_CONDITION, entry.key.span, message, help=help))
        return
    if isinstance(entry.value, ScalarNode) and (meant := in_units(word, entry.value.text)):
        message = f"there is no need `{word}`"
        help = f"write `{meant[0]}: {meant[1]}`"
        lowering.found.append(finding(UNKNOWN_NEED, entry.key.span, message, help=help))
        return
    name = MEANT.get(plain(word)) or next(iter(nearest(plain(word), NEEDS)), "")
    if name:
        help, fix = _renamed(entry, name, section)
    else:
        help = told(word) or f"there are {', '.join(NEEDS)}, and `when`"
    message = f"there is no need `{word}`"
    lowering.found.append(finding(UNKNOWN_NEED, entry.key.span, message, help=help, fix=fix))


def _renamed(entry: Entry, name: str, section: MappingNode) -> tuple[str, Fix | None]:
    """What to write for a need under another name, and the fix where its value fits."""
    word = entry.key.text
    value = _read(name, entry.value)
    if isinstance(value, Mistyped):
        better = value.instead or NEEDS[name].example
        return f"did you mean `{name}: {better}`?", None
    has_it = any(other.key.text == name for other in section.entries)
    fix = None if has_it else reword(entry.key.span, word, name, safe=True)
    return f"did you mean `{name}: {in_flow(entry.value)}`?", fix


def lower_samples(lowering: Lowering, section: MappingNode, span: Span) -> Samples:
    count = None
    for entry in section.entries:
        if entry.key.text == _COUNT:
            count = _count(lowering, entry.value)
        elif entry.key.text != WHEN:
            lowering.found.append(_no_part(entry, section))
    cases = []
    for formula, entry in _conditions(lowering, section, _SAMPLES_WHEN):
        there = _count(lowering, entry.value)
        if there is not None:
            cases.append((formula, there))
    return Samples(count, span, tuple(cases))


def _no_part(entry: Entry, section: MappingNode) -> Diagnostic:
    """The finding of a part that `samples` does not have."""
    message = f"`samples` is how many samples the data have, and has no `{entry.key.text}`"
    count = entry.value.text if isinstance(entry.value, ScalarNode) else ""
    count = count if count.isdecimal() else "51760"
    help = f"write `samples: {count}`, or {_SAMPLES_WHEN.replace('51760', count)} below it"
    if entry.key.text in ("size", "seed"):
        help = f"for so many runs of the design write `sample: {in_flow(section)}`"
    return finding(BAD_SECTION, entry.key.span, message, help=help)


def _count(lowering: Lowering, node: Node) -> int | None:
    """How many samples; None where that is no number of them, which is reported."""
    typed = type_scalar(node.text, node.quoted, _WHOLE) if isinstance(node, ScalarNode) else None
    if isinstance(typed, int) and typed > 0:
        return typed
    wrong = typed if isinstance(typed, Mistyped) else Mistyped("", "write how many: 51760")
    if isinstance(node, ScalarNode) and (found := _THOUSANDS.fullmatch(node.text.strip())):
        count = str(int(float(found[1]) * (1000 if found[2] in "kK" else 1_000_000)))
        wrong = Mistyped("", f"write {count}, or how many exactly", instead=count, surely=False)
    message = "`samples` is how many samples the data have, a whole number from 1 on"
    fix = wrong.fix(node.span)
    lowering.found.append(finding(BAD_SECTION, node.span, message, help=wrong.help, fix=fix))
    return None


def lower_run_name(lowering: Lowering, node: ScalarNode) -> Template | str | None:
    """What people call a run: a template, or one name for all."""
    if not node.text.strip():
        message = "a `run_name` of nothing names no run"
        help = 'write `run_name: "r{lora_rank}-s{seed}"`, or remove the line: it is the run\'s id'
        lowering.found.append(finding(BAD_SECTION, node.span, message, help=help))
        return None
    references = list(_references(node))
    lowering.found += references
    filled = filled_later(node, _TEXT, lowering.meant)
    if isinstance(filled, list):
        lowering.found += filled
    return None if references or isinstance(filled, list) else filled


def _references(node: ScalarNode) -> Iterator[Diagnostic]:
    """Each `${...}` in a name: it is in no config, where such a reference would be resolved."""
    for found in re.finditer(r"\$\{([^{}]*)\}?", node.text):
        message = f"nothing resolves `{found[0][:40]}` in the name of a run"
        help = f"write `{{{found[1][:40]}}}`, which tcwc fills in"
        yield finding(BAD_TEMPLATE, part(node, *found.span()), message, help=help)
