"""Lints a config that no experiment uses, with all that is known of its target.

Which recipe runs it is said by who asks, by a comment in it, or by settings; else it is checked for
each recipe whose keys it has, and what is wrong for all of them is reported.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tcwc.api.compilation import with_what_is_beside
from tcwc.api.session import TARGET, Session
from tcwc.compiler import Asked, Compiled, compile_config
from tcwc.disk.boundary import real_path
from tcwc.disk.files import FileProblem, Place
from tcwc.language.alone import RECIPE, Named, beginning, named_in, sections_of
from tcwc.language.release import near_version
from tcwc.language.runnable_by import runnable_by
from tcwc.language.unsaid import unsaid
from tcwc.lint.agreed import agreed
from tcwc.lint.alone import plainly
from tcwc.model.diagnostics import Diagnostic, Severity, finding, replace_by
from tcwc.model.frozen import dataclass, field, replace
from tcwc.model.known import Knowledge
from tcwc.model.rules import BAD_SECTION, NOT_A_CONFIG, RECIPE_PATH, UNCHECKED_RECIPE
from tcwc.model.source import SourceText, Span
from tcwc.model.target import Document
from tcwc.model.words import either, nearest
from tcwc.yaml.comments import comments

if TYPE_CHECKING:
    from tcwc.api.settings import Settings
    from tcwc.model.outside import Veil

_NONE = "of your own"
"""What a recipe is called that nobody has named and no config tells."""


@dataclass(frozen=True, slots=True)
class ConfigFor:
    """The recipe and the version of the target that who asks for a lint names; "" for none."""

    recipe: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class LintedConfig:
    """What is to be said of a config. `strict`: settings make warnings fail a command."""

    place: Place
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    strict: bool = False

    def shown(self, text: str) -> str:
        """A text of ours as it may be shown."""
        return text


@dataclass(frozen=True, slots=True)
class _Config:
    """A config as it was read, and what was said of it."""

    place: Place
    source: SourceText
    document: Document
    known: Knowledge
    start: Span
    found: list[Diagnostic] = field(default_factory=list)


def lint_config(
    path: str,
    session: Session | None = None,
    *,
    wanted: ConfigFor | None = None,
    text: str | None = None,
) -> LintedConfig:
    """The findings of a config; `text` is read as if it stood in the file.

    Raises FileProblem where the file or the settings cannot be read, or where what is `wanted` is
    not there.
    """
    session = session or Session()
    wanted = wanted or ConfigFor()
    place = session.place(path)
    settings = session.settings(place.folder)
    config, named = _read(place, session, wanted, text)
    recipe = _recipe(config, named, settings, wanted)
    compiled = _compiled(config, recipe, session, settings)
    veil = session.veil(place, compiled[0].sources)
    found = _agreed(compiled, recipe, config, session)
    strict = settings is not None and settings.strict
    return _plain(place, found, compiled[0].sources, veil, strict=strict)


def _plain(
    place: Place,
    found: Sequence[Diagnostic],
    sources: Mapping[str, SourceText],
    veil: Veil | None,
    *,
    strict: bool,
) -> LintedConfig:
    told = tuple(plainly(each, TARGET.name) for each in found)
    if veil is None:
        return LintedConfig(place, told, sources, strict)
    from tcwc.model.outside import veiled

    inside = {name: each for name, each in sources.items() if not each.is_outside}
    return LintedConfig(place, tuple(veiled(each, veil) for each in told), inside, strict)


def _read(
    place: Place, session: Session, wanted: ConfigFor, text: str | None
) -> tuple[_Config, dict[str, Named]]:
    """A config, and what its comments name. Raises FileProblem."""
    is_outside = text is None and place.guard.is_outside(place.path)
    source = SourceText(place.path, place.source() if text is None else text, is_outside=is_outside)
    document = session.target.read_base(source.text, source.name)
    named: dict[str, Named] = {}
    found: list[Diagnostic] = []
    if "tcwc:" in source.text:
        named, found = named_in(source, comments(source.text), session.target)
    version, problems = _version(place, session, wanted, named)
    known = session.catalogue(version, place)
    start = beginning(document, source)
    return _Config(place, source, document, known, start, found + problems), named


def _version(
    place: Place, session: Session, wanted: ConfigFor, named: Mapping[str, Named]
) -> tuple[str, list[Diagnostic]]:
    """The version of the target that a config is for. Raises FileProblem for one that is wanted,
    and nobody knows."""
    target = session.target
    said = Named(wanted.version) if wanted.version else named.get(target.name)
    if said is None:
        return target.default_version, []
    versions = session.versions_at(place)
    version = target.version_of(said.text)
    if version in versions:
        return version, []
    meant, surely = near_version(version, versions, target)
    message = f"tcwc has no catalogue of {target.name} {said.text}"
    help = f"it has {target.listed(versions)}"
    if said.at is None:
        raise FileProblem(message, help + (f"; did you mean {meant}?" if meant else ""))
    fix = replace_by(said.at, meant, safe=surely) if meant else None
    problem = finding(BAD_SECTION, said.at, message, help=help, fix=fix)
    return meant or target.default_version, [problem]


def _recipe(
    config: _Config, named: Mapping[str, Named], settings: Settings | None, wanted: ConfigFor
) -> Named | None:
    """The recipe that is said to run a config; None where nobody says. Raises FileProblem."""
    if wanted.recipe:
        _check(wanted.recipe, config, "--recipe")
        return Named(wanted.recipe)
    if RECIPE in named:
        return named[RECIPE]
    said = settings.recipe_of(config.place.path) if settings else None
    if said is None:
        return None
    _check(said[0], config, said[1])
    return Named(said[0])


def _check(recipe: str, config: _Config, by: str) -> None:
    """Refuse a name that is a misspelt one. Raises FileProblem."""
    known = config.known
    if known.recipe(recipe) is not None or _is_file(recipe, config.place):
        return
    near = nearest(recipe, known.recipe_names(), known.vocabulary())
    # What ships has a name, and is no file: that of one that is not there may be meant.
    stem = os.path.basename(recipe).removesuffix(".py")
    near = near or [stem] * (known.recipe(stem) is not None)
    if near or recipe.endswith(".py"):
        message = f"{by}: there is no recipe `{recipe}`"
        raise FileProblem(message, f"did you mean {either(near)}?" if near else "name a file")


def _is_file(recipe: str, place: Place) -> bool:
    names = (recipe, f"{recipe}.py", f"{recipe.replace('.', '/')}.py")
    return any(each.exists(name) for each in _around(place) for name in names)


def _compiled(
    config: _Config, recipe: Named | None, session: Session, settings: Settings | None
) -> list[Compiled]:
    """The config as each recipe takes it, the likeliest first."""
    if recipe is not None or config.document.diagnostics:
        return [_for(recipe or Named(_NONE), config, config.found, session, settings)]
    fitting = [each.name for each in runnable_by(config.document.values, config.known)]
    values, known = config.document.values, config.known
    choice = unsaid(fitting, values, known, session.target, config.start)
    told = [*config.found, choice]
    return [_for(Named(each), config, told, session, settings) for each in fitting or [_NONE]]


def _agreed(
    compiled: Sequence[Compiled], recipe: Named | None, config: _Config, session: Session
) -> Sequence[Diagnostic]:
    """What is wrong for each recipe that may run a config."""
    found = [_said(each, recipe) for each in compiled]
    if recipe is not None or len(compiled) == 1:
        return agreed(found)
    few = min(map(_errors, found))
    # A recipe that refuses what another takes is not the one that is meant.
    meant = [each for each, one in zip(compiled, found, strict=True) if _errors(one) == few]
    names = [each.experiment.recipe for each in meant if each.experiment]
    values, known = config.document.values, config.known
    choice = unsaid(names, values, known, session.target, config.start)
    return [
        replace(each, message=choice.message, help=choice.help)
        if (each.rule, each.span) == (choice.rule, choice.span)
        else each
        for each in agreed([one for one in found if _errors(one) == few])
    ]


def _named_so(found: Diagnostic) -> Diagnostic:
    """A finding of a file that is no config, in the words of who called it one."""
    if found.rule is not NOT_A_CONFIG:
        return found
    help = "name a config; of a program of your own the recipe: `--recipe my_recipe.py`"
    return replace(found, help=help)


def _errors(found: Sequence[Diagnostic]) -> int:
    return sum(each.severity is Severity.ERROR for each in found)


def _said(compiled: Compiled, recipe: Named | None) -> list[Diagnostic]:
    """The findings for one recipe, without what is no matter of the config."""
    left = []
    for each in map(_named_so, compiled.diagnostics):
        about_name = each.rule in (UNCHECKED_RECIPE, RECIPE_PATH)
        if about_name and recipe is None:
            continue  # nobody has named one
        # What is named outside of the config is not repaired in it.
        elsewhere = about_name and recipe is not None and recipe.at is None
        left.append(replace(each, fixes=()) if elsewhere else each)
    return left


def _for(
    recipe: Named,
    config: _Config,
    found: Sequence[Diagnostic],
    session: Session,
    settings: Settings | None,
) -> Compiled:
    """The config as a recipe takes it. Raises FileProblem."""
    place, around = config.place, _around(config.place)
    rules = session.user_rules(settings, place)
    compiled = compile_config(
        config.source,
        sections_of(place.name, recipe, config.start),
        partial(_read_near, config, around),
        replace(session.target, read_base=lambda *_: config.document),  # once for all recipes
        config.known,
        found,
        Asked(
            judge=settings.judge(place) if settings else None,
            exists=lambda name: any(each.exists(name) for each in around),
            text_of=lambda name: _first(each.text_of(name) for each in around),
            head=lambda name: _first(each.head(name) for each in around),
            matching=lambda name: _first(each.matching(name) for each in around) or [],
            user_rules=rules.rules if rules else None,
            preview=settings.preview if settings else session.preview,
            watch=session.watch,
        ),
    )
    return with_what_is_beside(compiled, place, settings, rules)


def _read_near(config: _Config, around: Sequence[Place], called: str) -> SourceText:
    """The config itself, or a file that it names: a recipe. Raises OSError, UnicodeDecodeError."""
    if called == config.place.name:
        return config.source
    there = (each for each in around if each.exists(called))
    place = next(there, config.place)
    return SourceText(place.shown(called), place.read(called), is_outside=place.is_outside(called))


def _around(place: Place) -> list[Place]:
    """The places from which a config's relative paths may be meant: where tcwc runs, its folder,
    and those above up to the repository's top. `tune run` takes them from where it is started."""
    folders = [os.curdir, place.folder]
    root, above = place.guard.boundary.root, os.path.abspath(place.folder)
    while root and real_path(above) != root and above != os.path.dirname(above):
        above = os.path.dirname(above)
        folders.append(os.path.relpath(above))
    return [
        Place(os.path.normpath(os.path.join(each, place.name)), place.guard)
        for each in dict.fromkeys(map(os.path.normpath, folders))
    ]


_T = TypeVar("_T")


def _first(values: Iterable[_T | None]) -> _T | None:
    """The first that is there."""
    return next(filter(None, values), None)
