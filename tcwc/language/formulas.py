"""Expressions of the author's: parsed, and their names given what they stand for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tcwc.language.lower import Lowering
from tcwc.language.templates import part, text_start
from tcwc.model.design import Formula
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Path
from tcwc.model.limits import FORMULAS
from tcwc.model.rules import BAD_EXPRESSION
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode, in_flow

if TYPE_CHECKING:
    from tcwc.expressions.syntax import Expression, Literal, Place


def read_formula(
    lowering: Lowering, node: Node, example: str, computed: str = ""
) -> Formula | None:
    """A node as a formula; None where it is none, which is then reported with an `example`. The
    key `computed` is what it computes, where it does."""
    from tcwc.expressions.parse import parse
    from tcwc.expressions.syntax import BadExpression

    lowering.formulas += 1
    if lowering.formulas > FORMULAS.at_most:
        if lowering.formulas == FORMULAS.at_most + 1:
            lowering.found.append(_too_many(node))
        return None
    if isinstance(node, MappingNode):
        lowering.found.append(_row(node, example))
        return None
    if not isinstance(node, ScalarNode) or node.is_empty:
        help = f"write one as a string: {example}"
        if isinstance(node, SequenceNode) and node.items:
            help = f"levels to compare stand under `variables:`, as {in_flow(node)}; here " + help
        what = "an expression is needed here"
        lowering.found.append(finding(BAD_EXPRESSION, node.span, what, help=help))
        return None
    if "${" in node.text:
        lowering.found.append(_reference(node, computed))
        return None
    parsed = parse(node.text)
    if isinstance(parsed, BadExpression):
        at = part(node, *parsed.place)
        message = f"this is no expression: {parsed.message}"
        lowering.found.append(
            finding(BAD_EXPRESSION, at, message, help=_help(node, computed, parsed.help))
        )
        return None
    if (constant := _constant(parsed)) is not None:
        lowering.found.append(_quoted_name(node, *constant))
        return None
    names: dict[Path, Path] = {}
    for name, place in parsed.names.items():
        path = lowering.name(name, part(node, *place))
        if path is None:
            return None
        names[name] = path
    return Formula(node.text, names, node.span, text_start(node))


def _constant(parsed: Expression) -> tuple[Literal, Place] | None:
    """A text that is compared with what is no key either, and the place of both."""
    from tcwc.expressions.syntax import Comparison, Literal, Name, walk

    for each in walk(parsed.root):
        for pair in pairwise(each.operands) if isinstance(each, Comparison) else ():
            texts = [one for one in pair if isinstance(one, Literal) and isinstance(one.value, str)]
            if texts and not any(isinstance(one, Name) for side in pair for one in walk(side)):
                return texts[0], (pair[0].place[0], pair[1].place[1])
    return None


def _quoted_name(node: ScalarNode, text: Literal, place: Place) -> Diagnostic:
    """The finding of a comparison that comes to the same in every run."""
    shown = node.text[place[0] : place[1]]
    return finding(
        BAD_EXPRESSION,
        part(node, *place),
        f"`{shown}` compares a text with what is no key either: it is the same in every run",
        help=f"a name stands without quotes: `{text.value}`",
    )


def _too_many(node: Node) -> Diagnostic:
    message = f"more than {FORMULAS.at_most} formulas and conditions; those from here on are left"
    help = "say it in fewer: `lora_rank in [8, 16, 32]` is one condition, a range another"
    return finding(BAD_EXPRESSION, node.span, message, help=help)


def _help(node: ScalarNode, name: str, otherwise: str) -> str:
    """What to write for a text that is no expression."""
    from tcwc.expressions.meant import meant  # for mistakes only
    from tcwc.language.choices import as_lines, in_text

    chosen = in_text(node.text) if name else None
    if chosen is not None:
        return as_lines(name, chosen)
    whole = meant(node.text)
    if name and whole:
        return f"write `{name}: {whole}`"
    return f"write `{whole}`" if whole else otherwise


def _row(node: MappingNode, example: str) -> Diagnostic:
    """The finding of a mapping where a condition is needed."""
    from tcwc.language.rows import as_condition, in_quotes  # for mistakes only

    what = "an expression is needed here, and this is a mapping"
    condition = as_condition(node)
    if not condition:
        return finding(BAD_EXPRESSION, node.span, what, help=f"write one as a string: {example}")
    quoted, fix = in_quotes(condition, node)
    return finding(BAD_EXPRESSION, node.span, what, help=f"write {quoted}", fix=fix)


def _reference(node: ScalarNode, computed: str) -> Diagnostic:
    """The finding of a `${` in an expression: names in it are read without."""
    start = node.text.index("${")
    end = node.text.find("}", start) + 1 or len(node.text)
    shown = node.text[start:end]
    name = shown[2:].rstrip("}").strip()
    help = f"write `{name}` alone" if name else "name the key itself, as in `2 * lora_rank`"
    if ":" in shown or "${" in shown[2:]:
        from tcwc.expressions.parse import parse
        from tcwc.expressions.syntax import BadExpression
        from tcwc.language.misplaced import as_formula  # for mistakes only

        formula = as_formula(node.text)
        if not isinstance(parse(formula), BadExpression):
            help = f"write `{formula}`"
    help = _help(node, computed, help)
    message = f"`{shown}` is not read in an expression, in which a name stands for its value"
    return finding(BAD_EXPRESSION, part(node, start, end), message, help=help)
