"""Checks of `${...}` and of `???` in a whole config."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.interpolation.parse import parse
from tcwc.config.interpolation.reading import NotKnown, Why, reading_of, texts
from tcwc.config.interpolation.size import too_large
from tcwc.config.interpolation.syntax import (
    RESOLVERS,
    BadInterpolation,
    Interpolation,
    Reference,
    Resolver,
    inside,
)
from tcwc.config.merge import lookup
from tcwc.config.walk import strings
from tcwc.lint.context import Context
from tcwc.lint.formulas import misplaced_at
from tcwc.lint.variants import Variant
from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic, Severity, finding, replace_by, reword
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import RUN_NAMES, Op, Path, Value, format_path
from tcwc.model.limits import REFERRED
from tcwc.model.patterns import pattern
from tcwc.model.rules import (
    MISSING_VALUE,
    REFERRED_TOO_MUCH,
    UNKNOWN_RESOLVER,
    UNRESOLVED_REFERENCE,
    WRONG_TYPE,
)
from tcwc.model.source import Span
from tcwc.model.words import either, nearest

_SHOWN = 60
_ENVIRONMENT = pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_ARITHMETIC = pattern(r"[*/+%()]|\B-|-\B")
"""What stands in formulas, and not in keys."""


def check_size(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """References that put more into a config than anybody reads: beside them nothing is checked."""
    at = too_large(variant.config)
    if at is not None:
        yield finding(
            REFERRED_TOO_MUCH,
            context.place(at, variant.origin(at)),
            f"`{format_path(at)}` comes to more than {REFERRED} with all that `${{...}}` put into "
            "it, and tcwc reads no more",
            help="write what it needs, or refer to a smaller section",
        )


def check_given(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """What is still to be given."""
    for path, text in strings(variant.config):
        if text == "???":
            yield _missing(context, variant, path)


def check_references(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """What OmegaConf refuses when the run starts."""
    checker = _Checker(context, variant, set())
    for path, text in texts(variant.config, ()):
        yield from checker.findings(path, text)


def _missing(context: Context, variant: Variant, path: Path) -> Diagnostic:
    origin = variant.origin(path)
    return finding(
        MISSING_VALUE,
        context.place(path, origin),
        f"`{format_path(path)}` is still `???`, a value that must be given",
        help="write the value here"
        if origin or context.alone
        else f"set `{format_path(path)}` under `controls:`",
    )


@dataclass(frozen=True, slots=True)
class _Checker:
    """Checks the texts of one config. `circles` are the paths of those that were reported, and of
    texts that come to too much."""

    context: Context
    variant: Variant
    circles: set[Path]

    def findings(self, path: Path, text: str) -> Iterator[Diagnostic]:
        """What is wrong with the references in a text at a path, the first of each kind."""
        pieces = parse(text)
        span = self.context.place(path, self.variant.origin(path))
        if isinstance(pieces, BadInterpolation):
            message = f"`{format_path(path)}`: {pieces.message}"
            yield finding(UNRESOLVED_REFERENCE, span, message, help=pieces.help)
            return
        formula = misplaced_at(self.context, path, text) if self.variant.origin(path) else None
        if formula is not None and ":" not in text:
            yield finding(WRONG_TYPE, span, formula.message, help=formula.help)
            return
        for piece in pieces:
            if not isinstance(piece, str):
                help = formula.help if formula is not None else ""
                yield from self._of_resolvers(path, piece, span, help)
                yield from self._of(path, piece, span)

    def _of_resolvers(
        self, path: Path, piece: Interpolation, span: Span, help: str
    ) -> Iterator[Diagnostic]:
        """Functions that the resolver does not have. An own recipe may register some.

        So may whoever starts the runs of a base file that is not made for one recipe.
        """
        if self.context.recipe is None or not self.context.recipe.configs:
            return
        severity = Severity.ERROR if self.variant.origin(path) else Severity.WARNING
        for each in inside(piece):
            if isinstance(each, Resolver) and each.name and not self._is_there(each.name):
                near = nearest(each.name, RESOLVERS, count=1)
                resolver = self.context.experiment.target.resolver
                said = finding(
                    UNKNOWN_RESOLVER,
                    span,
                    f"`{format_path(path)}` calls `{each.name}` in `{cut(each.text, _SHOWN)}`, and "
                    f"{resolver} has no such function: the run stops there at its start",
                    help=help or f"did you mean `{near[0]}`?"
                    if help or near
                    else f"it has {', '.join(sorted(RESOLVERS))}; a key is named without a colon",
                )
                yield replace(said, severity=severity)

    def _is_there(self, resolver: str) -> bool:
        own = self.context.catalogue.resolvers
        return resolver in RESOLVERS or resolver in own(self.context.experiment.recipe)

    def _of(self, path: Path, piece: Interpolation, span: Span) -> Iterator[Diagnostic]:
        for each in inside(piece):
            if not isinstance(each, Reference):
                continue
            reading = reading_of(self.variant.config)
            problem = reading.check(each, path)
            if problem is not None and problem.why is Why.LONG:
                resolver = self.context.experiment.target.resolver
                message = f"`{format_path(path)}`: {problem.message}; {resolver} follows no more"
                yield finding(UNRESOLVED_REFERENCE, span, message, help=problem.help)
            if problem is not None and problem.why is Why.LARGE:
                yield from self._large(problem)
                continue
            if problem is None or problem.why is Why.LATE or problem.place != path:
                continue  # what leads on from another place is said there
            if problem.why is Why.CIRCLE:
                if path not in self.circles:
                    yield self._circle(path, each, problem, span)
                self.circles.update((path, *reading.visited))
            elif problem.piece == each.text and problem.why is Why.UNREADABLE:
                message = f"`{format_path(path)}`: {problem.message}"
                yield finding(UNRESOLVED_REFERENCE, span, message, help=problem.help)
            elif problem.piece == each.text:
                yield from self._absent(path, each, span)

    def _large(self, problem: NotKnown) -> Iterator[Diagnostic]:
        """What comes to more than is read, said once, where it does first."""
        at = problem.place
        if at in self.circles:
            return
        self.circles.add(at)
        span = self.context.place(at, self.variant.origin(at))
        message = f"`{format_path(at)}`: {problem.message}, and tcwc reads no more"
        yield finding(UNRESOLVED_REFERENCE, span, message, help=problem.help)

    def _circle(self, path: Path, piece: Reference, problem: NotKnown, span: Span) -> Diagnostic:
        message = f"`{format_path(path)}` refers to itself through `{cut(piece.text, _SHOWN)}`"
        return finding(UNRESOLVED_REFERENCE, span, message, help=problem.help)

    def _absent(self, path: Path, piece: Reference, span: Span) -> Iterator[Diagnostic]:
        who = f"`{format_path(path)}` refers to `{cut(piece.text, _SHOWN)}`"
        if piece.keys == (self.context.directory_key,) and not piece.up:
            return  # where it is missing, that is said once
        named = _path_of(piece, path)
        deleted = self.variant.origin(named) if named else None
        if deleted is not None and deleted.op is Op.DELETE:
            help = f"set `{format_path(path)}` to something else, or keep `{format_path(named)}`"
            message = f"{who}, which is deleted here"
            yield finding(UNRESOLVED_REFERENCE, deleted.key_span, message, help=help)
            return
        yield self._nothing(path, piece, who, span)

    def _nothing(self, path: Path, piece: Reference, who: str, span: Span) -> Diagnostic:
        """A reference to what is not there; most often to a short name, or misspelt."""
        word = piece.keys[0] if len(piece.keys) == 1 and not piece.up else None
        stands_for = self.context.resolve(word) if isinstance(word, str) else ""
        if isinstance(stands_for, tuple) and stands_for != (word,):
            full = f"${{{format_path(stands_for)}}}"
            # A template gives a string, which a key of numbers does not take.
            filled = f", or `{{{word}}}`, which is filled in when the configs are built"
            takes_text = {"str", "any"} & set(self.context.wanted(path).kinds)
            return finding(
                UNRESOLVED_REFERENCE,
                span,
                f"{who}, and the config has no such key: `{word}` is short for "
                f"`{format_path(stands_for)}` in an experiment only",
                help=f"write `{full}`, which the run reads" + (filled if takes_text else ""),
                fix=None if takes_text else reword(span, piece.text, full),
            )
        if isinstance(word, str) and self._is_filled_in(word):
            whole = lookup(self.variant.config, path)[1] == piece.text
            # Without quotes YAML takes what begins with a brace for a mapping.
            template = f"'{{{word}}}'" if whole else f"{{{word}}}"
            return finding(
                UNRESOLVED_REFERENCE,
                span,
                f"{who}, and the config has no such key: it is known when the configs are built",
                help=f"write `{template}`, which is filled in then",
                fix=replace_by(span, template) if whole else reword(span, piece.text, template),
            )
        names = [name for name in _names(self.variant.config) if name != format_path(path)]
        known = self.context.catalogue.vocabulary()
        # `${2*lora_rank}` is like `${lora_rank}`: that fix would drop the factor in silence.
        near = [] if _ARITHMETIC.search(piece.shown) else nearest(piece.shown, names, known)
        help = "name a key that is there"
        if _ENVIRONMENT.fullmatch(piece.shown):
            help = f"for a variable of the environment, write `${{oc.env:{piece.shown}}}`"
        if _ARITHMETIC.search(piece.shown):
            help = "a reference computes nothing: write a formula under `derived:`, without `${}`"
        return finding(
            UNRESOLVED_REFERENCE,
            span,
            f"{who}, and the config has no such key",
            help=f"did you mean {either([f'`${{{each}}}`' for each in near])}?" if near else help,
            fix=reword(span, piece.shown, near[0]) if len(near) == 1 else None,
        )

    def _is_filled_in(self, word: str) -> bool:
        """Whether a word is what templates name and no key is: an arm, a part of the name."""
        factors = self.context.experiment.factors
        return word in RUN_NAMES or any(each.is_arm and each.name == word for each in factors)


def _path_of(reference: Reference, at: Path) -> Path:
    """The path that a reference names; () where other references decide it."""
    from tcwc.config.interpolation.closure import mentions

    return next(mentions(reference.text, at), ())


def _names(config: dict[str, Value]) -> list[str]:
    return list(config) + [
        f"{key}.{name}"
        for key, value in config.items()
        if isinstance(value, dict)
        for name in value
    ]
