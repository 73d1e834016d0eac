"""Gives findings an answer of their own where it is known what their words mean elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.language.needs import of_machine
from tcwc.lint.context import Context
from tcwc.model import rules
from tcwc.model.diagnostics import Diagnostic, Fix, Label
from tcwc.model.frozen import replace
from tcwc.model.ir import format_path
from tcwc.model.source import Span
from tcwc.model.target import Target
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.adapted import MODULES
from tcwc.torchtune.knowledge.advice.advice import Advice, hiding
from tcwc.torchtune.knowledge.advice.alone import in_config
from tcwc.torchtune.knowledge.advice.answers import table_answer
from tcwc.torchtune.knowledge.advice.base_spot import find_in_base
from tcwc.torchtune.knowledge.advice.drawing import of_drawing
from tcwc.torchtune.knowledge.advice.files import is_alone, of_file
from tcwc.torchtune.knowledge.advice.in_formulas import of_derived, of_several_names
from tcwc.torchtune.knowledge.advice.keys import of_key, of_place
from tcwc.torchtune.knowledge.advice.misplaced import of_experiment
from tcwc.torchtune.knowledge.advice.model_levels import of_models, of_models_alone
from tcwc.torchtune.knowledge.advice.modules import of_modules
from tcwc.torchtune.knowledge.advice.nested import as_nested
from tcwc.torchtune.knowledge.advice.origins import (
    of_base,
    of_missing_base,
    of_recipe,
    of_several_bases,
)
from tcwc.torchtune.knowledge.advice.parts import DERIVED, of_arguments, of_parts
from tcwc.torchtune.knowledge.advice.question import asked_at
from tcwc.torchtune.knowledge.advice.releases import of_release
from tcwc.torchtune.knowledge.advice.rows import of_arms, of_components, of_rows, of_words
from tcwc.torchtune.knowledge.advice.scene import Scene, scene
from tcwc.torchtune.knowledge.advice.sections import (
    of_default_key,
    of_hub_name,
    of_section,
)
from tcwc.torchtune.knowledge.advice.specified import as_list, respecified
from tcwc.torchtune.knowledge.advice.spot import BASE, Spot, find, shown
from tcwc.torchtune.knowledge.advice.strangers import (
    of_given,
    of_named_model,
    of_own_word,
)
from tcwc.torchtune.knowledge.advice.values import (
    of_choice,
    of_formulas,
    of_list,
    of_numbers,
    of_resolver,
    of_several,
    of_share,
    of_value,
)
from tcwc.torchtune.knowledge.advice.wrapped import (
    of_given_value,
    of_levels,
    of_sibling,
    of_spec,
)
from tcwc.yaml.nodes import MappingNode, ScalarNode

_OF_KEYS = (
    rules.UNKNOWN_KEY,
    rules.UNKNOWN_SECTION,
    rules.DATASET_ARGUMENT,
    rules.DEAD_BASE_KEY,
)
_OF_VALUES = (
    rules.WRONG_TYPE,
    rules.BAD_CHOICE,
    rules.SHAPE_CONFLICT,
    rules.UNKNOWN_COMPONENT,
    rules.UNCHECKED_COMPONENT,
)
_OF_ORIGINS = (
    rules.UNKNOWN_BASE,
    rules.BASE_CHOICE,
    rules.UNCHECKED_RECIPE,
    rules.UNKNOWN_RECIPE,
)
_OTHERS = (
    rules.MISSING_SECTION,
    rules.MISSING_PATH,
    rules.UNKNOWN_RESOLVER,
    rules.SETTING_WITHOUT_EFFECT,
    rules.SUPPLIED_ARGUMENT,
    rules.BAD_LEVELS,
    rules.SHARED_CHECKPOINT,
)

_OF_ARMS = (rules.BAD_ARM, rules.BAD_SECTION)

_MISSING = (rules.MISSING_SECTION, rules.BASE_CHOICE)

_OF_MACHINES = (rules.UNKNOWN_SECTION, rules.UNKNOWN_KEY)
_CONSTANT = ("", "controls", "engineering")

_LISTS = "it takes "
"""How a help begins that has nothing to say but which values there are."""
_COMPUTED = "under `derived:`"
"""What a help has in it that is about a formula."""
_HOMES = ("", "controls", "engineering", "variables", "arms", "include", BASE)
"""The sections in which keys of configs stand, and "" for the top level of the file."""

ASKED = frozenset((*_OF_KEYS, *_OF_VALUES, *_OF_ORIGINS, *_OTHERS, *_OF_ARMS))
"""The rules whose findings may have an answer here."""


def advised(
    found: Sequence[Diagnostic],
    root: MappingNode,
    known: Catalogue,
    context: Context | None,
    target: Target,
) -> list[Diagnostic]:
    """The findings, those with an answer with that for a help and a fix.

    One answer for several of them stands at the first, and the others go.
    """
    advisor = _Advisor(root, known, scene(context) if context else None, target)
    told: dict[int, Diagnostic] = {}
    over: list[Span] = []
    lines: dict[tuple[int, frozenset[str]], str] = {}
    # What is missing may stand there under another name, which has one answer then.
    order = sorted(enumerate(found), key=lambda pair: pair[1].rule not in _MISSING)
    for at, each in order:
        if each.rule not in ASKED or any(_begins(each.span, span) for span in over):
            continue
        if each.rule is rules.UNKNOWN_SECTION and any(fix.safe for fix in each.fixes):
            continue  # it is told what the section is called here
        spot = find(root, each.span) or (
            find_in_base(context.experiment.base, each.span)
            if context and context.experiment.base.is_file
            else None
        )
        advice = advisor.advice(each, spot)
        if advice is not None and not (spot and _repeats(advice, spot)):
            advice = hiding(_once(advice, spot, lines) if spot else advice)
            advice = in_config(advice, spot) if context and context.alone else advice
        if advice is not None and not (spot and _repeats(advice, spot)):
            told[at] = _told(each, advice)
            over += [entry.key.span for entry in advice.along]
            over += [advice.covers] if advice.covers else []
    return [
        told[at] if at in told else as_nested(each, root)
        for at, each in enumerate(found)
        if at in told or each.rule not in ASKED or not any(_begins(each.span, s) for s in over)
    ]


def _told(found: Diagnostic, advice: Advice) -> Diagnostic:
    labels = tuple(Label(entry.key.span, "and this") for entry in advice.along)
    span = advice.at or found.span
    fixes: tuple[Fix, ...] = (advice.fix,) if advice.fix else ()
    if found.rule is rules.DEAD_BASE_KEY and not advice.lines:
        fixes = found.fixes  # which remove it
    return replace(found, span=span, help=advice.help, fixes=fixes, labels=labels)


def _repeats(advice: Advice, spot: Spot) -> bool:
    """Whether an answer is to write what stands there: the finding is about something else."""
    value = spot.entry.value
    own = f"{spot.entry.key.text}: {value.text}" if isinstance(value, ScalarNode) else ""
    return not advice.at and [each.text for each in advice.lines if not each.under] == [own]


def _once(advice: Advice, spot: Spot, lines: dict[tuple[int, frozenset[str]], str]) -> Advice:
    """An answer whose lines another key beside it comes to as well, or is: they stand once."""
    others = (each for each in spot.beside.entries if each.key.span != spot.entry.key.span)
    for each in others:
        if [f"{each.key.text}: {shown(each.value)}"] == [line.text for line in advice.lines]:
            lines[id(spot.beside), frozenset(line.text for line in advice.lines)] = each.key.text
    here = (id(spot.beside), frozenset(each.text for each in advice.lines))
    key = spot.entry.key.text
    first = lines.setdefault(here, key)
    if first == key or not advice.lines or spot.in_list:
        return advice
    return replace(advice, say=f"`{first}` says the same here: remove the line", lines=(), fix=None)


def _begins(inner: Span, outer: Span) -> bool:
    start = (inner.line, inner.column)
    return inner.file == outer.file and (outer.line, outer.column) <= start < (
        outer.end_line,
        outer.end_column,
    )


def _argument(spot: Spot, scene: Scene) -> Spot:
    """The argument of a component that an entry stands in, where the component has none of its
    name: it is that which is not taken, and what the words in it mean elsewhere says nothing."""
    tree, path = scene.tree, spot.path
    sections = [each for each in tree.components if path[: len(each)] == each != path]
    section = max(sections, key=len, default=path)
    argument = path[: len(section) + 1]
    taken = [each.named for each in map(tree.arguments, tree.components.get(section, ())) if each]
    if len(argument) == len(path) or not taken or any(argument[-1] in names for names in taken):
        return spot
    while len(spot.path) > len(argument) <= len(spot.above) and len(spot.entries) > 2:
        above = spot.entries[-3].value
        if not isinstance(above, MappingNode):
            break
        spot = Spot(spot.entries[:-1], above, in_list=spot.in_list)
    return spot


class _Advisor:
    """Answers about one source."""

    def __init__(
        self, root: MappingNode, known: Catalogue, scene: Scene | None, target: Target
    ) -> None:
        self._target = target
        self._root = root
        self._known = known
        self._scene = scene

    def advice(self, found: Diagnostic, spot: Spot | None) -> Advice | None:
        """The answer to a finding; None where there is none."""
        if found.rule is rules.MISSING_SECTION:
            whole = is_alone(self._root)
            own = of_file(self._root, self._known, self._target) if whole else None
            return own or of_given(self._root, self._known, ("experiment_name",))
        if found.rule is rules.BASE_CHOICE:
            given = of_given(self._root, self._known, ("base_config", "base_config_file"))
            return (
                given
                or of_models_alone(self._root, self._known)
                or of_missing_base(self._root)
                or of_named_model(self._root, self._known)
            )
        if spot is None:
            return None
        if found.rule in _OF_KEYS and self._scene:
            spot = _argument(spot, self._scene)
        if models := of_models(found, spot, self._root, self._known):
            return models
        if found.rule is rules.SHARED_CHECKPOINT:
            return None
        return of_release(found, spot, self._known, self._scene) or self._here(found, spot)

    def _here(self, found: Diagnostic, spot: Spot) -> Advice | None:
        """The answer that this release has."""
        if found.rule is rules.UNKNOWN_BASE and spot.entry.key.text == "base_config":
            return of_base(spot.entry.value, self._known)
        if found.rule is rules.UNCHECKED_RECIPE or (
            found.rule is rules.UNKNOWN_RECIPE and not any(fix.safe for fix in found.fixes)
        ):
            return of_recipe(spot.entry.value, self._known, self._root)
        if found.rule in _OF_MACHINES and (help := _of_machine(spot)):
            # Of processes there is more to say: the recipe decides whether there may be several.
            more = table_answer(asked_at(spot), self._scene) if self._scene else None
            return more if more and "--n" in more.say else Advice(help)
        if found.rule in _OF_MACHINES and (drawn := of_drawing(spot, self._root)):
            return drawn
        if found.rule is rules.UNKNOWN_KEY and (bases := of_several_bases(spot.entry)):
            return bases
        if found.rule is rules.UNKNOWN_SECTION and (
            own := of_own_word(asked_at(spot), self._known)
        ):
            return own
        if self._scene is None:
            return None
        here, word = (spot, "") if found.rule is rules.BAD_LEVELS else as_list(spot)
        advice = _of_config(found, here, self._scene)
        return advice and respecified(advice, word)


def _of_machine(spot: Spot) -> str:
    """What to write for what runs need of a machine, which has a section of its own here."""
    if spot.home not in _CONSTANT or len(spot.above) > 1 or spot.item is not None:
        return ""
    return of_machine(spot.entry.key.text, spot.entry.value)


def _of_config(found: Diagnostic, spot: Spot, scene: Scene) -> Advice | None:
    """The answer to a finding about a key of configs, or its value."""
    if found.rule in _OF_ARMS:
        return of_arms(spot, scene) if _is_of_arms(spot) else None
    if found.rule is rules.BAD_LEVELS:
        return of_components(spot, scene) or of_spec(spot, found.help, scene)
    if spot.home not in _HOMES:
        return _in_a_formula(found, spot, scene)
    if found.rule in _OF_KEYS:
        return _of_strange_key(found, spot, scene)
    if found.rule is rules.SUPPLIED_ARGUMENT:
        several = len(spot.above) > 1 and len(spot.entries) > 2
        return of_parts(spot.up, scene) if several else of_arguments(spot, scene)
    if found.rule is rules.SETTING_WITHOUT_EFFECT:
        return table_answer(asked_at(spot), scene)
    if found.rule is rules.UNKNOWN_RESOLVER:
        return of_resolver(asked_at(spot), scene)
    if found.rule is rules.MISSING_PATH:
        return of_hub_name(asked_at(spot), scene)
    if found.rule is rules.WRONG_TYPE and _COMPUTED in found.help and asked_at(spot).each:
        return of_formulas(asked_at(spot))
    advice = _of_value(spot, scene)
    if advice is None and not found.fixes and found.help.startswith(_LISTS):
        path = scene.meant(spot)
        return of_choice(asked_at(spot), path, scene) if path else None
    return advice


def _in_a_formula(found: Diagnostic, spot: Spot, scene: Scene) -> Advice | None:
    """The answer to a name that a formula is for."""
    is_name = found.rule is rules.UNKNOWN_KEY and spot.home == DERIVED
    return of_derived(spot, scene) if is_name else None


def _of_strange_key(found: Diagnostic, spot: Spot, scene: Scene) -> Advice | None:
    """The answer to a key that nothing reads where it stands."""
    levels = of_components(spot, scene) if spot.in_list else None
    if levels or (levels := of_sibling(spot, scene)):
        return levels
    if several := of_several_names(spot, scene):
        return several
    if spot.item is not None:
        return None  # a word in a condition, or in a list of factors
    # What is a slip of another name stands where it should.
    slip = bool(found.fixes) and found.rule is not rules.DEAD_BASE_KEY
    return _of_key(spot, scene, slip=slip)


def _is_of_arms(spot: Spot) -> bool:
    return spot.home == "arms" or (not spot.home and spot.entry.key.text in ("arms", "include"))


def _of_key(spot: Spot, scene: Scene, *, slip: bool) -> Advice | None:
    """The answer to a key that nothing reads; what is a slip of another is looked for nowhere."""
    section = of_experiment(asked_at(spot), scene) if spot.home else None
    if section is not None and section.covers:
        return section
    whole = _strange_section(spot, scene)
    if whole is not spot:
        return of_parts(whole, scene)
    if spot.home and isinstance(spot.entry.value, ScalarNode) and "=" not in spot.entry.value.text:
        return of_key(spot, scene) or (None if slip else of_place(spot, scene))
    if not spot.home and scene.made(spot.path):
        asked = asked_at(spot)
        section = of_section(asked, spot.path, scene) or of_default_key(asked, spot.path, scene)
        if section and section.lines:
            return section
    parts = None if slip else of_rows(spot, scene) or of_parts(spot, scene)
    if parts is not None and parts.lines:
        return parts
    return of_key(spot, scene) or parts or (None if slip else of_place(spot, scene))


def _strange_section(spot: Spot, scene: Scene) -> Spot:
    """The spot of the outermost section in another that nothing reads: `optimizer: {AdamW: ..}`."""
    while len(spot.above) > 1 and not spot.in_list and scene.takes(spot.above) is None:
        if scene.base_has(spot.above):
            break
        spot = spot.up
    return spot


def _of_value(spot: Spot, scene: Scene) -> Advice | None:
    path = scene.meant(spot)
    given = of_given_value(spot, scene) if spot.above else of_words(spot, scene)
    given = given or of_levels(spot, scene)
    if given:
        return given
    if path is None:
        return None
    asked = asked_at(spot)
    if path[-1] == MODULES:
        return of_modules(asked, path, scene)
    named = path[-1] == COMPONENT
    section = path[:-1] if named else path
    several = named and len(asked.nodes) > 1  # each by itself: the others are right
    levels = of_default_key(asked, path, scene) if asked.each and not named else None
    levels = levels or of_numbers(asked, path, scene) or of_several(asked, path, scene)
    if levels and (levels.lines or scene.known.number_of(format_path(path))):
        return levels
    return (
        of_list(asked, path, scene)
        or of_share(asked, path, scene)
        or (None if several else of_section(asked, section, scene))
        or of_value(asked, path, scene)
        or of_default_key(asked, path, scene)
        or (table_answer(asked, scene) if scene.takes((asked.word,)) else None)
    )
