"""From sections to the IR: keys bound to paths, values typed by what reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.config.canonical import canonical_json
from tcwc.config.merge import Conflict, lookup, merge
from tcwc.language import complaints
from tcwc.language.fitting import takes
from tcwc.language.names import Fits, Names, Unbound
from tcwc.language.overlaps import idle, overlaps
from tcwc.language.tree import Components, Receiver, Tree
from tcwc.language.values import Mistyped, is_text, type_scalar
from tcwc.model.diagnostics import Diagnostic, finding, has_errors
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Assignment, Op, Path, Template, Value, format_path
from tcwc.model.paths import BadKey, Key, parse_key
from tcwc.model.rules import (
    BAD_CHOICE,
    BAD_CONDITION,
    BAD_OPERATOR,
    BAD_PATH,
    SHAPE_CONFLICT,
    WRONG_TYPE,
)
from tcwc.model.source import Span
from tcwc.model.types import ANY, Type, describe
from tcwc.yaml.lookalikes import plainly
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from tcwc.yaml.parts import parts

if TYPE_CHECKING:
    from tcwc.language.from_configs import RecordedArm


@dataclass(frozen=True, slots=True)
class Bound:
    """An entry of a section with its path resolved; `short` is the word, where it was one."""

    key: Key
    short: str
    entry: Entry

    @property
    def span(self) -> Span:
        return self.entry.key.span


@dataclass(frozen=True, slots=True)
class Good:
    value: Value


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that could not be made; why is among the findings."""


class Lowering:
    """Lowers the sections of one experiment against one tree, and collects the findings.

    `own` are the words that the experiment itself gives a meaning: its arms, and keys it adds.
    `sampled` where it says how many runs are drawn. `arms` is what a build has recorded of arms
    whose levels are configs.
    """

    def __init__(
        self,
        tree: Tree,
        recorded: Mapping[str, Path],
        own: frozenset[str] = frozenset(),
        *,
        sampled: bool = False,
        arms: Mapping[str, RecordedArm] | None = None,
    ) -> None:
        self.own = own
        self.arms = arms or {}
        self.sampled = sampled
        self.tree = tree
        self.names = Names(tree)
        self.recorded = recorded
        self.short: dict[str, Path] = {}
        self.found: list[Diagnostic] = []
        self.formulas = 0
        """How many formulas and conditions were read."""

    # --- keys ---------------------------------------------------------------------------

    def bind(self, section: MappingNode, *, formulas: bool = False) -> Iterator[Bound]:
        """The entries of a section with their paths, those that have none left out.

        What stands behind them are values, or `formulas`, of which no type is known yet.
        """
        for entry in section.entries:
            bound = self.bound(entry, formulas=formulas)
            if bound is not None:
                yield bound

    def bound(self, entry: Entry, *, formulas: bool = False) -> Bound | None:
        """An entry with its path; None where it has none, which is then reported."""
        key = self.key(entry, top=True)
        if key is None:
            return None
        word = key.path[0]
        if not key.is_bare or key.added or not isinstance(word, str):
            return Bound(key, "", entry)
        if key.op is Op.DELETE and word in self.tree.base:
            return Bound(key, "", entry)  # the tree has it no more, and nothing may read it
        path = self.resolved(word, entry.key.span, None if formulas else entry.value)
        if path is None:
            return None
        return Bound(replace(key, path=path), "" if path == key.path else word, entry)

    def resolved(self, word: str, span: Span, node: Node | None = None) -> Path | None:
        """The path that a bare word stands for; None where it stands for none, which is reported.

        A short name, and what it became, goes into `short`. `node` is what it is to take.
        """
        path = self.names.resolve(word, self._fits(node, {}))
        if isinstance(path, Unbound):
            if word in self.own:
                self.found.append(complaints.own_arm(word, span))
            elif not word.isascii() and not isinstance(self.names.resolve(plainly(word)), Unbound):
                self.found.append(complaints.look_alike(word, span))
            else:
                path = self._respelled(word, path)
                self.found.append(complaints.unbound(self.tree.recipe, word, path, span))
            return None
        return self._kept(word, path, span)

    def _respelled(self, word: str, why: Unbound) -> Unbound:
        """Why a word stands for nothing; with the name that it is in another spelling."""
        if why.candidates or (word.isidentifier() and "__" not in word):
            return why
        from tcwc.language.keys import spelled  # for mistakes only

        name = spelled(word, self.names_something)
        return Unbound(near=(name,), help=f"did you mean `{name}`?") if name else why

    def _fits(self, node: Node | None, local: Components) -> Fits:
        """Whether a path takes a node."""
        return lambda path: takes(self.tree.receiver(path, local).type, node)

    def _kept(self, word: str, path: Path, span: Span) -> Path:
        """The path of a short name, which a build remembers; that it moved is reported."""
        if path != (word,):
            before = self.recorded.get(word, path)
            if before != path:
                self.found.append(complaints.moved(self.tree, word, before, path, span))
            self.short[word] = path
        return path

    def name(self, path: Path, span: Span) -> Path | None:
        """What a name in an expression or a list of factors stands for; None where for nothing,
        which is reported."""
        meant = self.meant(path, span)
        if isinstance(meant, Diagnostic):
            self.found.append(meant)
            return None
        return meant

    def meant(self, path: Path, span: Span) -> Path | Diagnostic:
        """What a name stands for, or why it stands for nothing."""
        word = path[0]
        if len(path) > 1 or not isinstance(word, str) or word in self.own:
            return path
        stands_for = self.names.resolve(word)
        if not isinstance(stands_for, Unbound):
            return self._kept(word, stands_for, span)
        if not stands_for.candidates and not stands_for.near:
            return complaints.nameless(word, self.own, span)
        return complaints.unbound(self.tree.recipe, word, stands_for, span)

    def key(self, entry: Entry, *, top: bool) -> Key | None:
        if (glued := complaints.glued(entry)) is not None:
            self.found.append(glued)
            return None
        span = entry.key.span
        if not (top or not entry.key.text or entry.key.quoted or is_text(entry.key.text)):
            self.found.append(complaints.no_text(entry.key.text, span))
            return None
        key = parse_key(entry.key.text)
        if isinstance(key, BadKey):
            plain = plainly(entry.key.text).strip()
            if plain != entry.key.text and not isinstance(parse_key(plain), BadKey):
                self.found.append(complaints.look_alike(entry.key.text, span))
                return None
            if not entry.key.quoted and span.line == span.end_line:
                at = span.column + key.offset
                span = replace(span, column=at, end_column=max(at, span.end_column))
            shown = f"`{entry.key.text[:60]}`" if entry.key.text else "this"
            message = f"{shown} is no path: {key.message}"
            from tcwc.language.keys import meant_by  # for mistakes only

            help = meant_by(entry, self.names_something) or key.help
            self.found.append(finding(BAD_PATH, span, message, help=help))
            return None
        if top and isinstance(key.path[0], int):
            self.found.append(
                finding(
                    BAD_PATH,
                    span,
                    "a path begins with a name, not with an index",
                    help="name the list first: dataset[0].split",
                )
            )
            return None
        return key

    # --- assignments ---------------------------------------------------------------------

    def constants(self, section: MappingNode) -> tuple[Assignment, ...]:
        """The assignments of `controls` or `engineering`; a path twice is reported once."""
        made = [a for bound in self.bind(section) for a in self.assign(bound.entry, bound.key, {})]
        return tuple(self.once(made))

    def apart(self, made: Sequence[Assignment], there: Value) -> tuple[Assignment, ...]:
        """The assignments less those that merge nothing into a section `there`; these are reported,
        and those that overlap, of which what is set as a whole then comes first."""
        nothing = {id(each) for each in idle(made, there)}
        kept = [each for each in made if id(each) not in nothing]
        self.found += [
            complaints.merges_nothing(format_path(each.path), each.key_span)
            for each in made
            if id(each) in nothing
        ]
        pairs = list(overlaps(kept))
        self.found += [complaints.overlapping(one, other) for one, other in pairs]
        # What is a part of no section could not be merged, which would tell the same once more.
        lost = {id(other) for one, other in pairs if isinstance(one.value, (list, str, int, float))}
        kept = [each for each in kept if id(each) not in lost]
        return tuple(sorted(kept, key=lambda each: len(each.path)) if pairs else kept)

    def assign(self, entry: Entry, key: Key, local: Components) -> list[Assignment]:
        """What one entry assigns; `key` holds its whole path. A nested mapping is many leaves."""
        node, span = entry.value, entry.key.span
        if key.op is Op.DELETE:
            return self._delete(node, key, span)
        if isinstance(node, ScalarNode) and node.is_empty:
            self.found.append(complaints.empty(format_path(key.path), span))
            return []
        if isinstance(node, MappingNode) and key.op is Op.SET and node.entries:
            if self._is_chosen(node, key, local):
                return []
            return self.nested(node, key, local)
        if isinstance(node, MappingNode) and not node.entries and self._is_section(key):
            return [self.made(key, {}, span, node)]
        receiver = self.receiver(key, local, span, node)
        if receiver is None:
            return []
        value = self.value(node, receiver.type, key, local)
        if isinstance(value, Bad):
            return []
        return [self.made(key, value.value, span, node)]

    def _is_chosen(self, node: MappingNode, key: Key, local: Components) -> bool:
        """Whether a mapping chooses a single value by a condition, which is then reported."""
        receiver = self.tree.receiver(key.path, local)
        if not receiver.known or {"mapping", "any"} & set(receiver.type.kinds):
            return False
        from tcwc.language.choices import as_lines, in_mapping  # for mistakes only

        chosen = in_mapping(node)
        if chosen is None:
            return False
        name = self.word_for(key.path)
        message = f"`{name}` takes one value, and this chooses between values"
        span = node.entries[0].key.span
        found = finding(BAD_CONDITION, span, message, help=as_lines(name, chosen))
        self.found.append(found)
        return True

    def nested(self, node: MappingNode, key: Key, local: Components) -> list[Assignment]:
        """The assignments of a mapping, each at its full path."""
        template = complaints.bare_template(node, self.tree.receiver(key.path, local).type)
        if template is not None:
            self.found.append(template)
            return []
        inner = self._local(node, key.path, local)
        made: list[Assignment] = []
        for entry in node.entries:
            below = self.key(entry, top=False)
            if below is not None:
                path = (*key.path, *below.path)
                added = below.added or key.added
                made += self.assign(entry, replace(below, path=path, added=added), inner)
        return self.once(made)

    def _is_section(self, key: Key) -> bool:
        """Whether the base has a section at this key, which an empty mapping fits."""
        return key.op is Op.SET and isinstance(lookup(self.tree.base, key.path)[1], dict)

    def _delete(self, node: Node, key: Key, span: Span) -> list[Assignment]:
        empty = isinstance(node, ScalarNode) and (node.is_empty or node.text in ("null", "~"))
        if not empty:
            self.found.append(
                finding(
                    BAD_OPERATOR,
                    node.span,
                    f"`~{format_path(key.path)}` deletes a key and takes no value",
                    help=f"write `~{format_path(key.path)}:` alone, or drop the `~` to set it",
                )
            )
            return []
        return [Assignment(key.path, None, Op.DELETE, False, span, span)]

    def receiver(
        self, key: Key, local: Components, span: Span, node: Node | None = None
    ) -> Receiver | None:
        """What reads a key; None where nothing does, which is reported. `node` is its value."""
        if key.added:
            return Receiver(ANY, True, "nothing known")
        receiver = self.tree.receiver(key.path, local)
        if receiver.known:
            return receiver
        path = key.path
        fits = self._fits(node, local)
        while len(path) > 1 and not (above := self.tree.receiver(path[:-1], local)).known:
            path, receiver = path[:-1], above  # say which part of a path goes wrong
            fits = self._holds(key.path[len(path) :])
        plain = tuple(plainly(part) if isinstance(part, str) else part for part in key.path)
        if plain != key.path and self.tree.receiver(plain, local).known:
            odd = next(
                str(part) for part, other in zip(key.path, plain, strict=True) if part != other
            )
            self.found.append(complaints.look_alike(odd, span))
            return None
        self.found.append(complaints.unread(self.tree, path, receiver, span, fits))
        return None

    def _holds(self, rest: Path) -> Fits:
        """Whether something reads the rest of a path below another."""
        return lambda path: self.tree.receiver((*path, *rest), {}).known

    def once(self, made: list[Assignment]) -> list[Assignment]:
        """The assignments with the second one to each path reported and left out."""
        first: dict[Path, Assignment] = {}
        for each in made:
            known = first.setdefault(each.path, each)
            if known is not each:
                same = (each.op, canonical_json(each.value)) == (
                    known.op,
                    canonical_json(known.value),
                )
                self.found.append(
                    complaints.twice(each.path, each.key_span, known.key_span, same=same)
                )
        return list(first.values())

    def _local(self, node: MappingNode, path: Path, local: Components) -> Components:
        """`local` with the components that a mapping sets itself."""
        for entry in node.entries:
            value = entry.value
            if (
                entry.key.text == self.tree.target.component
                and isinstance(value, ScalarNode)
                and value.text
            ):
                return {**local, path: (value.text,)}
        return local

    # --- values ---------------------------------------------------------------------------

    def value(
        self, node: Node, type_: Type, key: Key, local: Components, *, item: bool = False
    ) -> Good | Bad:
        """A node as a typed value, for something of type `type_` at a key.

        `item`: it stands in a list.
        """
        if isinstance(node, ScalarNode):
            return self._scalar(node, type_, key.path, item=item)
        if isinstance(node, SequenceNode):
            return self._list(node, type_, key, local)
        return self._mapping(node, type_, key, local)

    def _scalar(self, node: ScalarNode, type_: Type, path: Path, *, item: bool) -> Good | Bad:
        name = format_path(path)
        if node.is_empty:
            self.found.append(complaints.empty(name, node.span))
            return Bad()
        if "${" in node.text and self.tree.target.resolver is None:
            self.found.append(complaints.uninterpolated(self.tree.target, node.text, node.span))
            return Bad()
        section, there = lookup(self.tree.base, path)
        # A `${...}` may name a section, and then it is one.
        if section and isinstance(there, dict) and "${" not in node.text:
            if type_scalar(node.text, node.quoted, ANY) is None and self._may_be_null(type_):
                return Good(None)
            if not {"str", "int", "float", "bool"} & set(type_.kinds):
                keys = [f"{name}.{key}" for key in there][:3]
                help = f"set a key of it: {', '.join(keys)}" if keys else ""
                message = f"`{name}` is a section with keys, and `{node.text[:40]}` is one value"
                self.found.append(finding(SHAPE_CONFLICT, node.span, message, help=help))
                return Bad()
        text = node.text
        # `}}` is one brace in any text, also where there is no field in it.
        if "{" in node.text or "}}" in node.text:
            filled = self._filled(node, type_, path)
            if isinstance(filled, (Good, Bad)):
                return filled
            text = filled
        value = type_scalar(text, node.quoted, type_)
        if isinstance(value, Mistyped) and node.quoted:
            number = self._made_a_number(text, type_, path)
            value = value if number is None else number
        if isinstance(value, Mistyped):
            if (made := self._loosely(node, type_, path)) is not None:
                return made
            return self._mistyped(node, type_, path, value, item=item)
        if not (node.quoted or text.isascii()):
            self._unseen(text, node.span)
        return Good(value)

    def _made_a_number(self, text: str, type_: Type, path: Path) -> float | None:
        """The number that is made of a string where it is read; None where that is not so."""
        value = type_scalar(text, False, type_)
        made = isinstance(value, float) and self.tree.catalogue.is_made_a_number(format_path(path))
        return value if made and isinstance(value, float) else None

    def _loosely(self, node: ScalarNode, type_: Type, path: Path) -> Good | None:
        """What a scalar of another type is taken for; None where that is an error."""
        from tcwc.model.loose import loosely  # few values are of another type

        name = format_path(path)
        loose = loosely(node.text, node.quoted, type_, self.tree.catalogue.takes_loosely(name))
        if loose is None:
            return None
        self.found.append(complaints.loose(name, node, type_, loose))
        return Good(loose.value)

    def _filled(self, node: ScalarNode, type_: Type, path: Path) -> str | Good | Bad:
        """A text with braces: a template, or the text that it is without doubled ones."""
        if self.is_formula(node, type_, path):
            return Bad()
        from tcwc.language.templates import filled_later  # rarely needed

        filled = filled_later(node, type_, self.meant)
        if isinstance(filled, list):
            self.found += filled
            return Bad()
        return Good(filled) if isinstance(filled, Template) else filled

    def _mistyped(
        self, node: ScalarNode, type_: Type, path: Path, wrong: Mistyped, *, item: bool
    ) -> Bad:
        """Report a text that is no such value, with what it may have been meant as."""
        if self.is_formula(node, type_, path):
            return Bad()
        if " if " in f" {node.text}" or "?" in node.text:
            from tcwc.language.choices import as_lines, in_text  # for mistakes only

            if (chosen := in_text(node.text)) is not None:
                wrong = Mistyped(wrong.message, as_lines(self.word_for(path), chosen))
        elif not node.quoted:
            from tcwc.language.slips import slip, unaligned  # for mistakes only

            said = unaligned(node) or slip(node.text, type_, wrong, item=item)
            if said is wrong and not item:
                said = self._sweep(node.text, type_, path, wrong)
            wrong = said
        rule = BAD_CHOICE if wrong.choice else WRONG_TYPE
        message = f"`{format_path(path)}`: {wrong.message}"
        fix = wrong.fix(node.span)
        self.found.append(finding(rule, node.span, message, help=wrong.help, fix=fix))
        return Bad()

    def _sweep(self, text: str, type_: Type, path: Path, wrong: Mistyped) -> Mistyped:
        """What to say of levels where one value is needed; what is `wrong` of any other text."""
        from tcwc.language.sweeps import levels_in  # for mistakes only

        meant = levels_in(text, type_)
        if meant is None or not meant.text:
            return wrong
        line = f"`{self.word_for(path)}: {meant.text}`"
        drawn = ", and `sample: 20` at the top level" if meant.drawn else ""
        help = f"what is compared is a variable: write {line} under `variables:`{drawn}, not here"
        return Mistyped(wrong.message, help)

    def _unseen(self, text: str, span: Span) -> None:
        from tcwc.language.slips import unseen  # few texts have such characters

        if (odd := unseen(text, span)) is not None:
            self.found.append(odd)

    def decimals(self, items: Sequence[Node], type_: Type) -> bool:
        """Whether there are decimal commas in a list of numbers, which are then reported."""
        if len(items) < 4 or "float" not in type_.kinds:
            return False
        from tcwc.language.slips import decimals  # of few numbers there are so many

        said = decimals(items, type_)
        self.found += [said] if said is not None else []
        return said is not None

    def is_formula(
        self, node: ScalarNode, type_: Type, path: Path, *, several: bool = False
    ) -> bool:
        """Whether a scalar is a formula where a number is needed, or `several`, which is then
        reported."""
        # What `${...}` comes to is said of whole configs, which have it.
        resolved = re.search(r"\$\{[^{}]*[:{]" if several else r"\$\{", node.text)
        if resolved or not re.search(r"[^\W\d]|\*", node.text):
            return False
        from tcwc.language.misplaced import misplaced  # for mistakes only

        name = self.word_for(path)
        said = misplaced(node.text, type_, name, self.names_something)
        if said is not None:
            self.found.append(finding(WRONG_TYPE, node.span, said.message, help=said.help))
        return said is not None

    def word_for(self, path: Path) -> str:
        """What the author calls a path."""
        words = (word for word, meant in self.short.items() if meant == path)
        return next(words, format_path(path))

    def names_something(self, name: Path) -> bool:
        """Whether a name stands for a key or an arm."""
        word = name[0]
        if len(name) > 1 or not isinstance(word, str) or word in self.own:
            return len(name) == 1 or lookup(self.tree.values, name)[0]
        return not isinstance(self.names.resolve(word), Unbound)

    def _may_be_null(self, type_: Type) -> bool:
        return bool({"null", "any", "mapping"} & set(type_.kinds))

    def _list(self, node: SequenceNode, type_: Type, key: Key, local: Components) -> Good | Bad:
        # Where one section is read, recipes take a list of them too: several data sets, say.
        items = self._all_mappings(node)
        if not {"list", "any"} & set(type_.kinds) and not (items and "mapping" in type_.kinds):
            message = f"`{format_path(key.path)}`: {describe(type_)} is needed here, not a list"
            help = "write one value; several values to try stand under `variables`"
            self.found.append(finding(WRONG_TYPE, node.span, message, help=help))
            return Bad()
        item_type = type_.item or ANY
        self.decimals(node.items, item_type)
        values = [
            self.value(item, item_type, replace(key, path=(*key.path, index)), local, item=True)
            for index, item in enumerate(node.items)
        ]
        good = [value.value for value in values if isinstance(value, Good)]
        return Good(good) if len(good) == len(values) else Bad()

    def _all_mappings(self, node: SequenceNode) -> bool:
        return bool(node.items) and all(isinstance(item, MappingNode) for item in node.items)

    def _mapping(self, node: MappingNode, type_: Type, key: Key, local: Components) -> Good | Bad:
        path = key.path
        if not {"mapping", "any"} & set(type_.kinds):
            message = f"`{format_path(path)}`: {describe(type_)} is needed here, not a mapping"
            help = "write the value alone, without keys"
            self.found.append(finding(WRONG_TYPE, node.span, message, help=help))
            return Bad()
        before = len(self.found)
        # What is written as a whole hides what the tree has there.
        fresh = {known: names for known, names in local.items() if known[: len(path)] != path}
        made = self.apart(self.nested(node, replace(key, op=Op.SET), {**fresh, path: ()}), {})
        if has_errors(self.found[before:]):
            return Bad()
        value: dict[str, Value] = {}
        for each in sorted(made, key=self._by_name):  # however its lines are ordered
            try:
                value = merge(value, [replace(each, path=each.path[len(path) :])])
            except Conflict as conflict:
                self.found.append(
                    finding(SHAPE_CONFLICT, each.key_span, conflict.message, help=conflict.help)
                )
                return Bad()
        return Good(value)

    def made(self, key: Key, value: Value, span: Span, node: Node) -> Assignment:
        """The assignment of a value to a key; `span` is where the key stands, `node` the value."""
        whole = self.tree.target.are_components(value)
        return Assignment(key.path, value, key.op, key.added, span, node.span, parts(node), whole)

    def _by_name(self, assignment: Assignment) -> list[tuple[bool, str]]:
        """The order of keys in what is written as a whole: the component's, then others sorted."""
        first = self.tree.target.component
        return [(segment != first, str(segment)) for segment in assignment.path]
