"""Checks of values that come from the base: the author's own are typed where they are read.

A value is judged as Python would take it, as far as it survives the merge: a whole number is
fine where any number is, and null where it is the default.
"""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.interpolation.closure import mentions
from tcwc.config.interpolation.parse import parse
from tcwc.config.interpolation.reading import followed
from tcwc.config.interpolation.syntax import Reference, Resolver
from tcwc.config.merge import lookup
from tcwc.lint.context import Context
from tcwc.lint.formulas import misplaced_at
from tcwc.lint.variants import Variant
from tcwc.model.arguments import Arguments, arguments, key_type, reads, supplied
from tcwc.model.diagnostics import Diagnostic, Severity, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, Template, Value, format_path
from tcwc.model.loose import loosely
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_CHOICE, WRONG_TYPE
from tcwc.model.types import ANY, Type, describe, misfit
from tcwc.model.words import nearest
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue

_SHOWN = 40
_NUMBER = pattern(r"[-+0-9.eE]+")
"""The texts of numbers that a config may hold as they are."""
_TYPED = Type(("mapping",))


def check_values(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """The findings of all values that the base gives one config.

    What torchtune ships is right where it stands; of that, only sections are looked at where the
    author chose a component or refers to a value.
    """
    checker = _Values(context, variant)
    for key, value in variant.config.items():
        if context.experiment.base.is_file or checker.is_moved((key,), value):
            yield from checker.check(value, (key,), checker.top(key))


class _Values:
    """Checks the values of one config."""

    def __init__(self, context: Context, variant: Variant) -> None:
        self.context = context
        self.variant = variant
        self.recipe = context.recipe
        self.catalogue = context.catalogue

    def is_moved(self, path: Path, value: Value) -> bool:
        """Whether the author chose the component at a place or below it, or refers there to what
        the base says elsewhere."""
        if isinstance(value, dict):
            chosen = COMPONENT in value and self.variant.origin((*path, COMPONENT)) is not None
            return chosen or any(self.is_moved((*path, k), v) for k, v in value.items())
        if isinstance(value, list):
            return any(self.is_moved((*path, i), item) for i, item in enumerate(value))
        return isinstance(value, str) and "${" in value and self.variant.origin(path) is not None

    def top(self, key: str) -> Type:
        """The type of a top-level key: what the recipe reads as it, or makes a component of."""
        recipe = self.recipe
        if recipe is None:
            return ANY
        known = key_type(self.catalogue, recipe, (key,))
        if supplied(recipe, (key,)) is not None:
            return known or _TYPED
        return known if known is not None and reads(recipe, key) else ANY

    def check(self, value: Value, path: Path, type_: Type) -> Iterator[Diagnostic]:
        """What is wrong with the value at a path that something of type `type_` reads."""
        if isinstance(value, str) and "${" in value:
            yield from self._referred(value, path, type_)
            return
        own = self.variant.origin(path) is not None
        if value == "???" or (own and not isinstance(value, (dict, list))):
            return
        why = misfit(value, type_)
        if why is not None and not self._made_a_number(value, path):
            yield self._finding(path, value, type_, why, path)
        elif isinstance(value, dict):
            yield from self._section(value, path)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                inner = type_.item or (_TYPED if isinstance(item, dict) else ANY)
                yield from self.check(item, (*path, index), inner)

    def _made_a_number(self, value: Value, path: Path) -> bool:
        """Whether a value is a text of which the recipe itself makes a number, such as `inf`."""
        return (
            isinstance(value, str)
            and _number(value) is not None
            and catalogue(self.context).is_made_a_number(format_path(path))
        )

    def _section(self, section: dict[str, Value], path: Path) -> Iterator[Diagnostic]:
        name, _ = followed(section.get(COMPONENT), (*path, COMPONENT), self.variant.config)
        taken = arguments(self.catalogue, name) if isinstance(name, str) else None
        for key, value in section.items():
            if key != COMPONENT:
                yield from self.check(value, (*path, key), self._inner((*path, key), taken))

    def _inner(self, path: Path, taken: Arguments | None) -> Type:
        """The type of a key of a section: a parameter's, or a key that the recipe reads."""
        parameter = taken.named.get(str(path[-1])) if taken else None
        if parameter is None or parameter.type == ANY:
            if self.recipe is None or (taken is not None and parameter is None):
                return ANY
            return key_type(self.catalogue, self.recipe, path) or ANY
        return parameter.type

    def _referred(self, text: str, path: Path, type_: Type) -> Iterator[Diagnostic]:
        """A value that is `${...}`: what it stands for has to fit."""
        value, where = followed(text, path, self.variant.config)
        if isinstance(value, Template) or value == "???":
            return  # known in each run
        if isinstance(value, str) and "${" in value:
            yield from self._of_environment(*self._end(value, where), path, type_)
            return
        elsewhere = where != path and len(where) == 1
        if elsewhere and misfit(value, self.top(str(where[0]))) is not None:
            return  # it is judged where it stands
        why = misfit(value, type_)
        if why is None:
            if where != path and self.top(str(where[0])) == ANY:  # else it is judged there
                yield from self._parts(value, path, type_, where)
            return
        own = self.variant.origin(path)
        formula = misplaced_at(self.context, path, text) if own else None
        if formula is not None:
            span = self.context.place(path, own)
            yield finding(WRONG_TYPE, span, formula.message, help=formula.help)
        else:
            yield self._finding(path, value, type_, why, where)

    def _end(self, text: str, at: Path, steps: int = 20) -> tuple[str, Path]:
        """The text that the references of another lead to in the end, and where it stands."""
        pieces = parse(text)
        if steps and isinstance(pieces, tuple) and len(pieces) == 1:
            for named in mentions(text, at) if isinstance(pieces[0], Reference) else ():
                value = lookup(self.variant.config, named)[1]
                if isinstance(value, str) and "${" in value:
                    return self._end(value, named, steps - 1)
        return text, at

    def _of_environment(
        self, text: str, where: Path, path: Path, type_: Type
    ) -> Iterator[Diagnostic]:
        """A variable of the environment, which is a string whatever it holds (OmegaConf 2.3, 2.4:
        resolvers/oc/__init__.py), where none is taken."""
        pieces, key = parse(text), format_path(path)
        first = pieces[0] if isinstance(pieces, tuple) else ""
        if not isinstance(first, Resolver) or first.name != "oc.env":
            return
        maybe_null = "null" in text and "null" in type_.kinds
        fits = misfit("", replace(type_, choices=())) is None
        if fits or maybe_null or catalogue(self.context).is_made_a_number(key):
            return
        true = "bool" in type_.kinds
        quote = "'" if '"' in text else '"'
        found = finding(
            WRONG_TYPE,
            self.context.place(where, self.variant.origin(where)),
            f"`{key}`: {describe(type_)} is needed here, and `{text}` gives a string, whatever the "
            "variable holds" + (": any but an empty one counts as true" * true),
            help=f"write `{format_path(where)}: {quote}${{oc.decode:{text}}}{quote}`, which reads "
            "the string as a value",
        )
        # One that shall be true, as its default may be, is.
        yield replace(found, severity=Severity.WARNING) if true else found

    def _parts(self, value: Value, path: Path, type_: Type, where: Path) -> Iterator[Diagnostic]:
        """What is wrong in a section or a list that a `${...}` at a path leads to."""
        inner: list[tuple[str | int, Value, Type]] = []
        if isinstance(value, dict):
            name, _ = followed(value.get(COMPONENT), (*where, COMPONENT), self.variant.config)
            taken = arguments(self.catalogue, name) if isinstance(name, str) else None
            inner = [(key, each, self._inner((*path, key), taken)) for key, each in value.items()]
        elif isinstance(value, list):
            inner = [(index, each, type_.item or ANY) for index, each in enumerate(value)]
        for key, each, wanted in inner:
            at, there = (*path, key), (*where, key)
            if key == COMPONENT or each == "???" or isinstance(each, Template):
                continue
            if isinstance(each, str) and "${" in each:
                yield from self._referred(each, there, wanted)
            elif (why := misfit(each, wanted)) is not None:
                yield self._finding(at, each, wanted, why, there)
            else:
                yield from self._parts(each, at, wanted, there)

    def _finding(self, path: Path, value: Value, type_: Type, why: str, where: Path) -> Diagnostic:
        from tcwc.lint.repairs import base_value  # rarely needed

        name = format_path(where) + (f"` for `{format_path(path)}" if where != path else "")
        span = self.context.place(where, self.variant.origin(where))
        if why == "choice":
            near = nearest(str(value), map(str, type_.choices), count=1)
            message = f"`{name}`: `{str(value)[:_SHOWN]}` is not among the values this takes"
            help = f"did you mean {near[0]}? It takes " if near else "it takes "
            help += ", ".join(map(str, type_.choices))
            fix = base_value(self.context, where, near[0], safe=False) if near else None
            return finding(BAD_CHOICE, span, message, help=help, fix=fix)
        message = f"`{name}`: {describe(type_)} is needed here, not {shown(value)}"
        help, text = _instead(value, type_)
        fix = base_value(self.context, where, text, safe=True) if text else None
        found = finding(WRONG_TYPE, span, message, help=help, fix=fix)
        runs = self._is_shipped(value, where) or self._is_loose(value, type_, path)
        return replace(found, severity=Severity.WARNING) if runs else found

    def _is_loose(self, value: Value, type_: Type, path: Path) -> bool:
        """Whether a run does what a value of another type says."""
        if isinstance(value, (dict, list)) or value is None:
            return False
        text = str(value).lower() if isinstance(value, bool) else str(value)
        takes = self.catalogue.takes_loosely(format_path(path))
        return loosely(text, isinstance(value, str), type_, takes) is not None

    def _is_shipped(self, value: Value, path: Path) -> bool:
        """Whether torchtune itself ships a config with null there, so that people have it too."""
        shipped = map(self.catalogue.config, self.catalogue.config_names())
        return value is None and any(
            config is not None and lookup(config.values, path) == (True, None) for config in shipped
        )


def shown(value: Value) -> str:
    """A value in words."""
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return f"the string '{value[:_SHOWN]}'"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _instead(value: Value, type_: Type) -> tuple[str, str]:
    """What to write, in words; and the text itself, where it is known ("" where not)."""
    kinds = set(type_.kinds)
    if isinstance(value, list):
        return "write one value; several to try stand under `variables:` of the experiment", ""
    if isinstance(value, float) and "int" in kinds and value.is_integer() and abs(value) < 1e15:
        return f"write {int(value)}", str(int(value))
    if isinstance(value, str):
        number = _number(value)
        if number is not None and ("float" in kinds or ("int" in kinds and number.is_integer())):
            text = value.strip()
            return f"write {text} without quotes", text if _NUMBER.fullmatch(text) else ""
        if value.lower() in ("none", "null") and "null" in kinds:
            return "write null", "null"
    if isinstance(value, (int, float)) and "str" in kinds:
        return f"quote it: '{str(value).lower() if isinstance(value, bool) else value}'", ""
    if "list" in kinds and not isinstance(value, (dict, list)) and value is not None:
        return f"a list is written [{value}]", ""
    return f"write {describe(type_)}", "null" if kinds == {"null"} else ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
