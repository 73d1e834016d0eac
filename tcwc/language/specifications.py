"""Levels that are specified: `{logspace: [1e-5, 1e-3, 5]}`, `{values: [0, 100], when: ...}`."""

from __future__ import annotations

from tcwc.language.formulas import read_formula
from tcwc.language.levels import read_levels
from tcwc.language.lower import Lowering
from tcwc.model.design import Distribution, Formula
from tcwc.model.diagnostics import finding
from tcwc.model.ir import Factor, Level
from tcwc.model.limits import LEVELS
from tcwc.model.paths import Key
from tcwc.model.rules import BAD_LEVELS
from tcwc.model.source import Span
from tcwc.yaml.nodes import KINDS_OF_LEVELS, MappingNode, Node, ScalarNode, SequenceNode

_LISTED = ("values", "choice")
_GENERATED = {
    "range": "range: [8, 64, 8]",
    "linspace": "linspace: [0.0, 0.3, 4]",
    "logspace": "logspace: [1e-5, 1e-3, 5]",
}
_DRAWN = {"uniform": "uniform: [0.0, 0.1]", "loguniform": "loguniform: [1e-5, 1e-3]"}


def specified(
    lowering: Lowering, node: MappingNode, key: Key, name: str, span: Span, *, again: bool = False
) -> tuple[Factor, tuple[int, ...]] | None:
    """The factor of a specification, and which of its levels each item is, as `read_levels` has it.

    None where it is none, which is then reported.
    """
    given = {entry.key.text: entry for entry in node.entries}
    when: Formula | None = None
    condition = given.pop("when", None)
    if condition is not None:
        when = read_formula(lowering, condition.value, '"optimizer.lr > 1e-4"')
        if when is None:
            return None
    if len(given) != 1:
        message = f"the variable `{name}` has " + (
            "several kinds of levels" if given else "a condition and no levels"
        )
        help = f"give it one of {', '.join(KINDS_OF_LEVELS)}"
        lowering.found.append(finding(BAD_LEVELS, span, message, help=help))
        return None
    ((word, entry),) = given.items()
    distribution: Distribution | None = None
    levels: tuple[Level, ...] = ()
    steps: tuple[int, ...] = ()
    if word in _DRAWN:
        receiver = lowering.receiver(key, {}, span)
        if receiver is not None:
            kinds = set(receiver.type.kinds)
            distribution = _distribution(lowering, (name, word), entry.value, kinds, entry.key.span)
        if distribution is None:
            return None
    elif (items := _items(lowering, (name, word), entry.value, entry.key.span)) is not None:
        levels, steps = read_levels(lowering, items, key, name, span, again=again)
        distribution = Distribution(word) if word == "choice" and levels else None
    if not levels and distribution is None:
        return None
    generator = word if word in _GENERATED else ""
    factor = Factor(
        name,
        key.path,
        levels,
        span,
        when=when,
        distribution=distribution,
        generator=generator,
    )
    return factor, steps


def _items(
    lowering: Lowering, called: tuple[str, str], node: Node, span: Span
) -> tuple[Node, ...] | None:
    """The levels of a list or a generator, as nodes. `called` are the variable and the word."""
    name, word = called
    if word in _LISTED:
        if isinstance(node, SequenceNode) and node.items:
            return node.items
        from tcwc.language.own_ends import listed  # for mistakes only

        only = f"[{node.text}, b]" if isinstance(node, ScalarNode) and node.text else "[a, b]"
        help = f"write `{name}: {{{word}: {listed(node) or only}}}`"
        message = f"`{word}` needs a list of levels"
        lowering.found.append(finding(BAD_LEVELS, span, message, help=help))
        return None
    from tcwc.numerals.generators import NoLevels, generate

    arguments = _texts(lowering, called, node, span, _GENERATED[word])
    if arguments is None:
        return None
    made = generate(word, [each.text for each in arguments], LEVELS.at_most)
    if isinstance(made, NoLevels):
        at = node.span if made.argument is None else arguments[made.argument].span
        help = _of_exponents(word, arguments) or made.help
        lowering.found.append(finding(BAD_LEVELS, at, made.message, help=help))
        return None
    # As texts, to be typed like written ones: so 0.3 is the number that an author would write.
    return tuple(ScalarNode(text, False, node.span) for text in made)


def _of_exponents(word: str, ends: list[ScalarNode]) -> str:
    """The help for numpy's logspace, whose ends are exponents of ten."""
    if word != "logspace":
        return ""
    from tcwc.language.calls import powers_of_ten  # for mistakes only

    meant = powers_of_ten([each.text for each in ends])
    return (
        f"the ends are the levels themselves, not exponents: write {meant[1:-1]}" if meant else ""
    )


def _distribution(
    lowering: Lowering, called: tuple[str, str], node: Node, kinds: set[str], span: Span
) -> Distribution | None:
    word = called[1]
    from tcwc.numerals.draws import bad_bounds

    bounds = _texts(lowering, called, node, span, _DRAWN[word])
    if bounds is None:
        return None
    if not kinds & {"int", "float", "any"}:
        message = f"`{word}` draws numbers, and this takes none"
        help = "write `choice: [a, b]` to draw from a list"
        lowering.found.append(finding(BAD_LEVELS, span, message, help=help))
        return None
    whole = "int" in kinds and "float" not in kinds
    texts = tuple(each.text for each in bounds)
    bad = bad_bounds(word, *texts, whole) if len(texts) == 2 else (f"`{word}` takes two ends", "")
    if bad is not None:
        message, help = bad[0], bad[1] or f"write `{_DRAWN[word]}`"
        lowering.found.append(finding(BAD_LEVELS, node.span, message, help=help))
        return None
    return Distribution(word, texts, whole)


def _texts(
    lowering: Lowering, called: tuple[str, str], node: Node, span: Span, example: str
) -> list[ScalarNode] | None:
    """The arguments of a generator or a distribution: a list of plain scalars."""
    items = node.items if isinstance(node, SequenceNode) else ()
    scalars = [item for item in items if isinstance(item, ScalarNode) and not item.quoted]
    if items and len(scalars) == len(items):
        return scalars
    from tcwc.language.own_ends import ends  # for mistakes only

    name, word = called
    own = f"{word}: {made}" if (made := ends(word, node)) else example
    message = f"`{word}` needs a list of numbers"
    lowering.found.append(finding(BAD_LEVELS, span, message, help=f"write `{name}: {{{own}}}`"))
    return None
