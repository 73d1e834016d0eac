"""Settings of what evaluates: their values, and what to say of keys that are none."""

from __future__ import annotations

from collections.abc import Collection

from tcwc.language.values import NULLS, Mistyped, type_scalar
from tcwc.model.diagnostics import Diagnostic, finding, reword
from tcwc.model.evaluators import EvaluationTool, Evaluators
from tcwc.model.frozen import replace
from tcwc.model.patterns import pattern
from tcwc.model.rules import UNKNOWN_EVALUATION_KEY
from tcwc.model.types import ANY, Type, describe
from tcwc.model.values import Value
from tcwc.model.words import nearest
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, in_flow

_SPLIT = pattern(r"\s*,\s*|\s+")
_AROUND = " ()[]\"'"
_PLAIN = pattern(r"[A-Za-z0-9_][\w.+*/-]*")
"""A name of which a list is made unasked: what else stands there may be meant otherwise."""
_BOOLS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_INFINITE = float("inf")
_VARIABLE = pattern(r"\$\{oc\.env:[A-Za-z_][A-Za-z0-9_]*(?:,[^${}]*)?\}")


def value_of(entry: Entry, type_: Type, example: str) -> Value | Mistyped:
    """The value of an entry, for a setting of some type; why it is none, where it is none."""
    node = entry.value
    if isinstance(node, ScalarNode) and node.is_empty:
        return Mistyped("nothing stands here", f"write `{entry.key.text}: {example}`")
    return _value(node, type_, example)


def _value(node: Node, type_: Type, example: str) -> Value | Mistyped:
    if isinstance(node, ScalarNode):
        return _scalar(node, type_, example)
    kind = "list" if isinstance(node, SequenceNode) else "mapping"
    if kind not in type_.kinds:
        return Mistyped(
            f"{describe(type_)} is needed here, not a {kind}", _one(node, type_, example)
        )
    return _list(node, type_) if isinstance(node, SequenceNode) else _mapping(node, example)


def _one(node: Node, type_: Type, example: str) -> str:
    """What to write for a list or a mapping where one value is needed."""
    if not isinstance(node, SequenceNode):
        return f"write {example} alone: what is otherwise of one is an evaluation of its own"
    if type_.kinds == ("str",) and not type_.choices and " " in example:
        words = [
            each.text if isinstance(each, ScalarNode) else in_flow(each) for each in node.items
        ]
        return f'write it as one text: "{" ".join(words)[:200]}"'
    return f"write {example}: each evaluation has one, and there may be a second evaluation"


def _scalar(node: ScalarNode, type_: Type, example: str) -> Value | Mistyped:
    text = node.text
    if not node.quoted and text in NULLS and type_ != ANY and "null" not in type_.kinds:
        return Mistyped("null says nothing here", f"write {example}, or remove it")
    if "list" in type_.kinds:
        items = [each for each in _SPLIT.split(text.strip(_AROUND)) if each]
        if not items or not all(map(_PLAIN.fullmatch, items)):
            return Mistyped("a list is needed here", f"write {example}")
        instead = f"[{', '.join(items)}]"
        return Mistyped("a list is needed here", f"write {instead}", instead=instead)
    if "mapping" in type_.kinds:
        return Mistyped("a mapping is needed here, `key: value`", f"write {_as_mapping(text)}")
    if "${" in _VARIABLE.sub("", text) or ("${" in text and "str" not in type_.kinds):
        help = (
            "write the value; in a path `${oc.env:NAME}` is filled in when it runs, in a command "
            "a column in braces alone, `{folder}`"
        )
        return Mistyped("nothing resolves a `${...}` here", help)
    if not text.strip():
        return Mistyped("this is an empty text", f"write {example}")
    if "bool" in type_.kinds and "str" in type_.kinds and (meant := _BOOLS.get(text.lower(), "")):
        return Mistyped(f"`{text}` is a text here", f"write {meant}", instead=meant)
    if "\n" in text:
        help = "write it on one line, or after `>-`; several commands go into a script"
        return Mistyped("this stands on several lines", help)
    value = type_scalar(text, node.quoted, type_)
    if isinstance(value, Mistyped) and text.lower() in ("auto", "default"):
        return replace(value, help=f"write {example}, or remove the line")
    if isinstance(value, str) and any(not each.isprintable() for each in value):
        return Mistyped("this has a character that cannot be printed", f"write {example}")
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and not (0 <= value < _INFINITE)
    ):
        return Mistyped(f"a number from 0 on is needed here, not `{text}`", f"write {example}")
    return value


def _as_mapping(text: str) -> str:
    """`a=1,b=2` as a mapping."""
    pairs = [each.partition("=") for each in text.split(",")]
    if not all(equals and key for key, equals, _ in pairs):
        return "`{key: value}`"
    return f"`{{{', '.join(f'{key.strip()}: {value.strip()}' for key, _, value in pairs)}}}`"


def _list(node: SequenceNode, type_: Type) -> Value | Mistyped:
    if not node.items:
        return Mistyped("this list is empty", "write at least one")
    made: list[Value] = []
    for item in node.items:
        value = _value(item, type_.item or ANY, "a name")
        if isinstance(value, Mistyped):
            return value
        if value in made:
            return Mistyped(f"`{in_flow(item)[:40]}` stands here twice", "remove one of them")
        if isinstance(value, str) and "," in value:
            return Mistyped(f"`{value[:40]}` has a comma in it", "write each name by itself")
        made.append(value)
    return made


def _mapping(node: MappingNode, example: str) -> Value | Mistyped:
    if not node.entries:
        return Mistyped("this mapping is empty", f"write {example}, or remove the line")
    made: dict[str, Value] = {}
    for entry in node.entries:
        if not entry.key.text or set(entry.key.text) & set("=, ${}"):
            return Mistyped(f"`{entry.key.text[:40]}` is the name of no argument", example)
        value = value_of(entry, ANY if isinstance(entry.value, ScalarNode) else _LISTS, "a value")
        if isinstance(value, Mistyped):
            return Mistyped(f"`{entry.key.text}`: {value.message}", value.help)
        made[entry.key.text] = value
    return made


_LISTS = Type(("list",), item=ANY)


def misplaced(
    entry: Entry,
    tool: EvaluationTool,
    known: Evaluators,
    takes: Collection[str],
    given: Collection[str],
) -> Diagnostic:
    """The finding of a key that the tool of an evaluation does not take."""
    word, fix = entry.key.text, None
    plain = word.strip().lstrip("-").replace("-", "_").lower()
    near = plain if plain in takes else tool.others.get(plain, "")
    said = "" if near else tool.elsewhere.get(plain) or known.elsewhere.get(plain)
    near = near or next(iter(nearest(word, takes)), "")
    other = next((each for each in known.tools.values() if plain in each.settings), None)
    if plain == "weights":
        help = f"{tool.name} takes {' and '.join(tool.weights)} weights alone: remove the line"
    elif said:
        help = said
    elif near:
        help = f"did you mean `{near}: {in_flow(entry.value)[:60]}`?"
        if near not in given:
            fix = reword(entry.key.span, word, near, safe=tool.others.get(plain) == near)
    elif other is not None:
        help = f"{other.name} takes it; {tool.name} takes {', '.join(tool.settings)}"
    else:
        help = f"{tool.name} takes {', '.join(takes)}"
    message = f"{tool.name} takes no `{word[:60]}`, and nothing would read it"
    return finding(UNKNOWN_EVALUATION_KEY, entry.key.span, message, help=help, fix=fix)
