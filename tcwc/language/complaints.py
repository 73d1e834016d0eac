"""The findings of lowering: each a function of what was found to the words for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tcwc.config.merge import lookup
from tcwc.config.walk import leaves
from tcwc.language.names import Fits, Unbound
from tcwc.language.tree import Receiver, Tree
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.arguments import free, supplied
from tcwc.model.diagnostics import (
    Diagnostic,
    Label,
    Severity,
    finding,
    remove_at,
    replace_by,
    reword,
)
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Level, Op, Path, format_path
from tcwc.model.known import Recipe
from tcwc.model.paths import Key, parse_key
from tcwc.model.rules import (
    AMBIGUOUS_NAME,
    BAD_LEVELS,
    DUPLICATE_KEY,
    EMPTY_OVERRIDE,
    EMPTY_VALUE,
    LOOK_ALIKE,
    NAME_MOVED,
    REPEATED_LEVEL,
    UNKNOWN_KEY,
    UNRESOLVED_REFERENCE,
    WRONG_TYPE,
    YAML_FEATURE,
)
from tcwc.model.secrets import names_one
from tcwc.model.source import Span
from tcwc.model.target import Target
from tcwc.model.types import Type, describe
from tcwc.model.words import either, nearest, same_words
from tcwc.yaml.lookalikes import beyond_spaces, meant, named, place, plainly
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, in_flow

if TYPE_CHECKING:
    from tcwc.language.calls import Meant
    from tcwc.model.loose import Loose


_NO_SECRET = (
    "a secret does not belong in a config, which is copied beside every checkpoint: remove the "
    "line; programs read it from the environment"
)


def look_alike(word: str, span: Span, what: str = "key") -> Diagnostic:
    """A key, or another word, with a character in it that looks like another one."""
    plain, char = plainly(word).strip(), word[place(word)]
    if word.strip() == plain:
        message = f"there is a space at an end of the {what} `{plain}`"
        fix = reword(span, word, plain, safe=True)
        return finding(LOOK_ALIKE, span, message, help=f"write {plain}", fix=fix)
    looks = "cannot be seen" if meant(char) == "nothing" else f"looks like {meant(char)}"
    return finding(
        LOOK_ALIKE,
        span,
        f"there is {named(word)} in the {what} `{plain}`, which {looks}",
        help=f"write {plain}, typed again",
        fix=reword(span, word, plain, safe=True),
    )


def unbound(recipe: Recipe | None, word: str, why: Unbound, span: Span) -> Diagnostic:
    """A bare word that stands for no path, or for several."""
    if why.candidates:
        message = f"`{word}` may stand for {len(why.candidates)} keys of this config"
        return finding(AMBIGUOUS_NAME, span, message, help=why.help)
    who = f"recipe {recipe.name}" if recipe else "the recipe"
    fix, help = None, why.help
    if word == "when":
        help = 'conditions stand under `controls:`, `when: {"lora_rank == 64": {batch_size: 2}}`'
    if names_one(word):
        return finding(UNKNOWN_KEY, span, f"{who} reads no key `{word}`", help=_NO_SECRET)
    # `-lr` may be meant to delete the key, which is `~lr:` here: the help says both.
    if len(why.near) == 1 and (not word.startswith("-") or word.startswith("--")):
        sure = same_words(word, why.near[0].rpartition(".")[2])
        fix = reword(span, word, why.near[0], safe=sure)
    return finding(UNKNOWN_KEY, span, f"{who} reads no key `{word}`", help=help, fix=fix)


def loose(name: str, node: ScalarNode, type_: Type, loose: Loose) -> Diagnostic:
    """A value of another type with which a run does what it says."""
    written = f"the string '{node.text[:40]}'" if node.quoted else f"`{node.text[:40]}`"
    message = f"`{name}`: {describe(type_)} is meant here, and {written} is taken for one"
    help = f"write {loose.text}" if loose.text else f"write {describe(type_)}"
    fix = replace_by(node.span, loose.text, safe=True) if loose.text else None
    found = finding(WRONG_TYPE, node.span, message, help=help, fix=fix)
    return replace(found, severity=Severity.WARNING)


def own_arm(word: str, span: Span) -> Diagnostic:
    """An arm, or a key that is added, where a key of the config is set."""
    message = (
        f"`{word}` is an arm of this experiment, or a key that it adds, and no key to set here"
    )
    help = "remove the line: what it is in each run is said where it is listed"
    return finding(UNKNOWN_KEY, span, message, help=help)


def nameless(word: str, own: Iterable[str], span: Span) -> Diagnostic:
    """A bare word in an expression or a list of factors that is like nothing; arms are `own`."""
    near = nearest(word, own, count=1)
    message = f"`{word}` is no key of the config, no variable and no arm"
    help = (
        f"did you mean `{near[0]}`?"
        if near
        else f'if it is a string, write "{word}" in quotes; else name one of these'
    )
    return finding(UNKNOWN_KEY, span, message, help=help)


def unread(
    tree: Tree, path: Path, receiver: Receiver, span: Span, fits: Fits = lambda _: True
) -> Diagnostic:
    """A path that nothing reads: setting it would pass `tune validate` and change nothing.

    A name is offered for it where what is written `fits` there.
    """
    name, section = format_path(path), format_path(path[:-1])
    by_recipe = receiver.who.startswith(("recipe", "the recipe"))
    message = f"{receiver.who} " + (
        f"reads no key `{name}`" if by_recipe else f"takes no `{path[-1]}`"
    )
    if lookup(tree.base, path)[0]:
        others = [each for each, _ in leaves(tree.base) if each[-1] == path[-1] and each != path]
        instead = f"write `{format_path(others[0])}`" if others else "remove the line"
        help = f"the base has it, but no code reads it: {instead}, or put `+` before the key"
        return finding(UNKNOWN_KEY, span, message, help=help)
    takers = free(supplied(tree.recipe, path[:-1]), receiver.takers)
    alias = tree.catalogue.aliases().get(str(path[-1]), "")
    near = nearest(str(path[-1]), takers, tree.catalogue.vocabulary())
    near = [each for each in near if fits((*path[:-1], each))]
    sure = bool(near) and same_words(str(path[-1]), near[0])
    # `optimizer.learning_rate` looks like no parameter there, but its alias is `optimizer.lr`.
    if alias.rpartition(".")[0] == section and alias.rpartition(".")[2] in takers:
        near, sure = [alias.rpartition(".")[2]], True
    if near:
        below = section + "." if section else ""
        help = f"did you mean {either([f'`{below}{each}`' for each in near])}?"
    elif takers:
        more = ", ..." if len(takers) > 8 else ""
        help = "it takes " + ", ".join(takers[:8]) + more
    else:
        help = "it takes no keys"
    if by_recipe:
        help += (" `+`" if near else "; `+`") + " before the key adds it all the same"
    fix = reword(span, str(path[-1]), near[0], safe=sure) if len(near) == 1 else None
    return finding(UNKNOWN_KEY, span, message, help=help, fix=fix)


def moved(tree: Tree, word: str, before: Path, now: Path, span: Span) -> Diagnostic:
    """A short name that the committed mapping records with another meaning."""
    return finding(
        NAME_MOVED,
        span,
        f"`{word}` was `{format_path(before)}` when these runs were built, "
        f"and would now be `{format_path(now)}`",
        help=f"write the path that is meant, or build with --upgrade to mean `{format_path(now)}`",
        fix=reword(span, word, format_path(before)) if lookup(tree.values, before)[0] else None,
    )


def twice(path: Path, span: Span, first: Span, *, same: bool = False) -> Diagnostic:
    """One path set by two keys, to the `same` value or to two."""
    return finding(
        DUPLICATE_KEY,
        span,
        f"`{format_path(path)}` is set twice in one section",
        help="keep one of the two; nobody can tell which was meant",
        labels=(Label(first, "first set here"),),
        fix=remove_at(span, safe=True) if same else None,
    )


def overlapping(one: Assignment, other: Assignment) -> Diagnostic:
    """An assignment to a part of what `one` sets, deletes or moves as a whole."""
    first, second = sorted((one, other), key=lambda a: (a.key_span.line, a.key_span.column))
    whole, part = f"{_operator(one)}{format_path(one.path)}", format_path(other.path)
    if one.op is Op.DELETE and isinstance(one.path[-1], int) and not _leads_to(one, other):
        name = format_path(one.path[:-1])
        what = f"`{whole}` moves the items of `{name}`, and `{part}` counts them"
        help = f"write the list as it is to be: `{name}: [...]`"
    elif one.op is Op.DELETE:
        what = f"`{whole}` deletes what `{part}` is a part of"
        help = f"write `={format_path(one.path)}: {{...}}` with all that it is to have"
    elif isinstance(one.value, dict):
        what = f"`{part}` is set, and so is `{whole}`, as a whole"
        help = f"write it inside `{whole}: {{...}}`"
    else:
        kind = "null" if one.value is None else "one value"
        kind = "a whole list" if isinstance(one.value, list) else kind
        what = f"`{part}` is set, and `{whole}`, which holds it, is {kind}"
        help = f"write it inside `{whole}`, or keep one of the two"
    return finding(
        DUPLICATE_KEY,
        second.key_span,
        f"{what}: the order of lines does not say which wins",
        help=help,
        labels=(Label(first.key_span, "the other one"),),
    )


def _leads_to(one: Assignment, other: Assignment) -> bool:
    return other.path[: len(one.path)] == one.path


def _operator(assignment: Assignment) -> str:
    return "+" if assignment.added and assignment.op is Op.SET else assignment.op.value


def empty(name: str, span: Span) -> Diagnostic:
    """A key or item without a value."""
    help = 'write null, "" or {}, whichever is meant, or remove the line'
    return finding(EMPTY_VALUE, span, f"`{name}` has no value", help=help)


def glued(entry: Entry) -> Diagnostic | None:
    """A key inside braces that has no value because no blank is behind its colon: `{lr:1e-4}`."""
    found = re.fullmatch(r"([^\s:\"']+):([^\s:/].*)", entry.key.text)
    empty = isinstance(entry.value, ScalarNode) and entry.value.is_empty
    if not found or not empty or entry.key.quoted:
        return None
    spaced = f"{found[1]}: {beyond_spaces(found[2])}"
    one = " " not in found[2]  # `pat:h /x` is no `pat: h /x`
    return finding(
        EMPTY_VALUE,
        entry.key.span,
        f"`{entry.key.text[:40]}` is one word, a key without a value",
        help=f"write a space after the colon: `{spaced}`"
        if one
        else "write `key: value`, with the colon after the whole key and a space after the colon",
        fix=reword(entry.key.span, entry.key.text, spaced, safe=True) if one else None,
    )


def bare_template(node: MappingNode, wanted: Type) -> Diagnostic | None:
    """A mapping that is nothing but `{name}` where a text may stand: a template without quotes."""
    if len(node.entries) != 1 or not {"str", "any"} & set(wanted.kinds):
        return None
    key, value = node.entries[0].key, node.entries[0].value
    place, inner = node.span, key.span
    hugs = (inner.line, inner.column, inner.end_line, inner.end_column) == (
        *(place.line, place.column + 1),
        *(place.end_line, place.end_column - 1),
    )
    empty = isinstance(value, ScalarNode) and value.is_empty
    if not (hugs and empty) or key.quoted or key.text.startswith("~"):
        return None
    return finding(
        EMPTY_VALUE,
        node.span,
        f"`{{{key.text[:40]}}}` without quotes is a mapping with a key that has no value",
        help=f"quote the template: '{{{key.text}}}'",
        fix=replace_by(node.span, f"'{{{key.text}}}'", safe="str" in wanted.kinds),
    )


def uninterpolated(target: Target, text: str, span: Span) -> Diagnostic:
    """A text with `${` in it where the target makes nothing of that."""
    return finding(
        UNRESOLVED_REFERENCE,
        span,
        f"{target.name} resolves no `${{...}}`: the run would get `{text[:40]}` as it stands",
        help="write the value itself, or a template, `{name}`, which is filled in here",
    )


def merges_nothing(name: str, span: Span) -> Diagnostic:
    """An empty mapping over a section: merging nothing into it changes nothing."""
    return finding(
        EMPTY_OVERRIDE,
        span,
        f"`{name}: {{}}` merges nothing into the section, which stays as it is",
        help=f"write `={name}: {{}}` to empty it, or remove the line",
        fix=remove_at(span),
    )


def no_levels(
    name: str, node: Node, wanted: Type, span: Span, *, sampled: bool = False
) -> Diagnostic:
    """A variable without a list of levels; each is `wanted` to be of a type."""
    if not isinstance(node, ScalarNode) or node.is_empty:
        message = f"the variable `{name}` has no levels"
        return finding(BAD_LEVELS, span, message, help=f"give it at least one: `{name}: [a, b]`")
    from tcwc.language.sweeps import levels_in

    message = f"the variable `{name}` has one value, and a variable is a list of levels"
    meant = levels_in(node.text, wanted)
    if meant is not None:
        help = f"write `{name}: {meant.text}`" + other_way(name, meant, sampled=sampled)
        # In quotes, with commas, it may be one string.
        ready = not meant.drawn and not meant.or_else and (meant.surely or not node.quoted)
        fix = replace_by(node.span, meant.text, safe=meant.surely) if ready else None
        return finding(BAD_LEVELS, node.span, message, help=help, fix=fix)
    if "${{" in node.text:
        help = f"nothing fills in `{node.text[:40]}` here: list the levels themselves, [...]"
        return finding(BAD_LEVELS, node.span, message, help=help)
    if isinstance(type_scalar(node.text, node.quoted, wanted), Mistyped):
        help = f"write its levels as a list, `{name}: [...]`: each is {describe(wanted)}"
        return finding(BAD_LEVELS, node.span, message, help=help)
    text = in_flow(node) if len(node.text) <= 40 else "..."
    help = f"write `{name}: [{text}]`, or move it to `controls:` to keep it constant"
    return finding(BAD_LEVELS, node.span, message, help=help)


def other_way(name: str, meant: Meant, *, sampled: bool) -> str:
    """What else there is to say of levels that were written as elsewhere; `sampled` where the
    experiment says how many runs are drawn."""
    other = f", or `{name}: {meant.or_else}` {meant.otherwise}" if meant.or_else else ""
    note = f"; {meant.note}" if meant.note else ""
    needs = "; what is drawn needs `sample: 20` at the top level, the number of runs"
    return f"{other}{note}{needs if meant.drawn and not sampled else ''}"


def one_whole(name: str, span: Span) -> Diagnostic:
    """A variable that replaces a section by one mapping, which is no list of levels."""
    return finding(
        BAD_LEVELS,
        span,
        f"the variable `={name}` is one mapping, and what replaces a section is a list of levels",
        help=f"write `={name}: [{{...}}, {{...}}]`, or move it to `controls:` to keep it constant",
    )


def repeated(name: str, level: Level, first: Level) -> Diagnostic:
    """A level equal to an earlier one; their runs would be the same."""
    return finding(
        REPEATED_LEVEL,
        level.span,
        f"this level of `{name}` is the same as an earlier one, and makes no further runs",
        help="remove it; levels are compared by value, so 1e-4 and 0.0001 are one",
        labels=(Label(first.span, "the same level"),),
    )


def no_text(key: str, span: Span, *, path: bool = True) -> Diagnostic:
    """A key that YAML reads as a boolean, as null or as a number, where keys are strings; `path`
    where one is read as a path."""
    shown = f"`{key}`" if key else "an empty key"
    message = f"{shown} is no string to readers of YAML, and keys are strings"
    named = parse_key(key) if path else Key((key,), Op.SET, False)
    # In single quotes digits are still an index, and a dot still parts two names.
    alone = isinstance(named, Key) and named.path == (key,)
    quoted = f"'{key}'" if alone else f"""'"{key}"'"""
    return finding(YAML_FEATURE, span, message, help=f"write {quoted}, or another name")
