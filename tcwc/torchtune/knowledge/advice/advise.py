"""Gives findings an answer of their own where it is known what their words mean elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcwc.lint.context import Context
from tcwc.model import rules
from tcwc.model.diagnostics import Diagnostic, Fix, Label
from tcwc.model.frozen import replace
from tcwc.model.ir import Path
from tcwc.model.source import Span
from tcwc.model.words import listed
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, VARIABLES, Advice
from tcwc.torchtune.knowledge.advice.answers import component_place, table_answer
from tcwc.torchtune.knowledge.advice.base_spot import find_in_base
from tcwc.torchtune.knowledge.advice.misplaced import misplaced, of_experiment
from tcwc.torchtune.knowledge.advice.modules import MODULES, of_modules
from tcwc.torchtune.knowledge.advice.origins import of_base, of_missing_base, of_recipe
from tcwc.torchtune.knowledge.advice.question import Question, asked_at
from tcwc.torchtune.knowledge.advice.renaming import renamed_key
from tcwc.torchtune.knowledge.advice.scene import Scene, path_of, scene
from tcwc.torchtune.knowledge.advice.sections import (
    of_default_key,
    of_hub_name,
    of_section,
    of_word,
)
from tcwc.torchtune.knowledge.advice.spot import BASE, WHEN, Spot, find
from tcwc.torchtune.knowledge.advice.strangers import (
    of_given,
    of_named_model,
    of_own_word,
    of_trainer,
)
from tcwc.torchtune.knowledge.advice.sweep import PARAMETERS, is_alone, of_sweep
from tcwc.torchtune.knowledge.advice.values import (
    of_choice,
    of_list,
    of_resolver,
    of_several,
    of_share,
    of_value,
)
from tcwc.yaml.nodes import MappingNode, ScalarNode, SequenceNode

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
_OF_ORIGINS = (rules.UNKNOWN_BASE, rules.BASE_CHOICE, rules.UNCHECKED_RECIPE)
_OTHERS = (
    rules.MISSING_SECTION,
    rules.MISSING_PATH,
    rules.UNKNOWN_RESOLVER,
    rules.SETTING_WITHOUT_EFFECT,
)

_MISSING = (rules.MISSING_SECTION, rules.BASE_CHOICE)

_LISTS = "it takes "
"""How a help begins that has nothing to say but which values there are."""
_HOMES = ("", "controls", "engineering", "variables", "arms", "include", BASE)
"""The sections in which keys of configs stand, and "" for the top level of the file."""

ASKED = frozenset((*_OF_KEYS, *_OF_VALUES, *_OF_ORIGINS, *_OTHERS))
"""The rules whose findings may have an answer here."""


def advised(
    found: Sequence[Diagnostic], root: MappingNode, known: Catalogue, context: Context | None
) -> list[Diagnostic]:
    """The findings, those with an answer with that for a help and a fix.

    One answer for several of them stands at the first, and the others go.
    """
    advisor = _Advisor(root, known, scene(context) if context else None)
    told: dict[int, Diagnostic] = {}
    over: list[Span] = []
    # What is missing may stand there under another name, which has one answer then.
    order = sorted(enumerate(found), key=lambda pair: pair[1].rule not in _MISSING)
    for at, each in order:
        if each.rule not in ASKED or any(_begins(each.span, span) for span in over):
            continue
        spot = find(root, each.span) or (
            find_in_base(context.experiment.base, each.span)
            if context and context.experiment.base.is_file
            else None
        )
        advice = advisor.advice(each, spot)
        if advice is not None and not (spot and _repeats(advice, spot)):
            told[at] = _told(each, advice)
            over += [entry.key.span for entry in advice.along]
            over += [advice.covers] if advice.covers else []
    return [
        told.get(at, each)
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
    return [each.text for each in advice.lines if not each.under] == [own]


def _begins(inner: Span, outer: Span) -> bool:
    start = (inner.line, inner.column)
    return inner.file == outer.file and (outer.line, outer.column) <= start < (
        outer.end_line,
        outer.end_column,
    )


class _Advisor:
    """Answers about one source."""

    def __init__(self, root: MappingNode, known: Catalogue, scene: Scene | None) -> None:
        self._root = root
        self._known = known
        self._scene = scene

    def advice(self, found: Diagnostic, spot: Spot | None) -> Advice | None:
        """The answer to a finding; None where there is none."""
        if found.rule is rules.MISSING_SECTION:
            whole = is_alone(self._root)
            own = (of_sweep(self._root) or of_trainer(self._root, self._known)) if whole else None
            return own or of_given(self._root, self._known, ("experiment_name",))
        if found.rule is rules.BASE_CHOICE:
            given = of_given(self._root, self._known, ("base_config", "base_config_file"))
            return given or of_missing_base(self._root) or of_named_model(self._root, self._known)
        if spot is None:
            return None
        if found.rule is rules.UNKNOWN_SECTION and spot.entry.key.text == PARAMETERS:
            return of_sweep(self._root)
        if found.rule is rules.UNKNOWN_BASE:
            return of_base(spot.entry.value, self._known)
        if found.rule is rules.UNCHECKED_RECIPE:
            return of_recipe(spot.entry.value, self._known)
        if found.rule is rules.UNKNOWN_SECTION and (
            own := of_own_word(asked_at(spot), self._known)
        ):
            return own
        return _of_config(found, spot, self._scene) if self._scene else None


def _of_config(found: Diagnostic, spot: Spot, scene: Scene) -> Advice | None:
    """The answer to a finding about a key of configs, or its value."""
    if spot.home not in _HOMES:
        return None
    if found.rule in _OF_KEYS:
        if spot.item is not None:
            return None  # a word in a condition, or in a list of factors
        # What is a slip of another name stands where it should.
        slip = bool(found.fixes) and found.rule is not rules.DEAD_BASE_KEY
        return _of_key(spot, scene) or (None if slip else _of_place(spot, scene))
    if found.rule is rules.SETTING_WITHOUT_EFFECT:
        return table_answer(asked_at(spot), scene)
    if found.rule is rules.UNKNOWN_RESOLVER:
        return of_resolver(asked_at(spot), scene)
    if found.rule is rules.MISSING_PATH:
        return of_hub_name(asked_at(spot))
    advice = _of_value(spot, scene)
    if advice is None and not found.fixes and found.help.startswith(_LISTS):
        path = scene.meant(spot)
        return of_choice(asked_at(spot), path, scene) if path else None
    return advice


def _of_key(spot: Spot, scene: Scene) -> Advice | None:
    asked = asked_at(spot)
    if not asked.word:
        return None
    path = _modules_path(asked, scene)
    place = component_place(asked, scene)
    advice = (of_modules(asked, path, scene) if path else None) or table_answer(asked, scene)
    if place and not (advice and advice.lines):
        advice = of_word(asked, place, scene) or advice
    if advice and path and advice.covers:
        advice = replace(advice, fix=_with_key(advice.fix, spot, path))
    return advice


def _of_place(spot: Spot, scene: Scene) -> Advice | None:
    """The answer to a key that would mean something in another place."""
    asked = asked_at(spot)
    section = of_experiment(asked, scene) if asked.word else None
    return section or _of_parts(spot, scene) or (misplaced(asked, scene) if asked.word else None)


def _with_key(fix: Fix | None, spot: Spot, path: Path) -> Fix | None:
    """A fix of a value that gives its key the name that it has here, too."""
    key = renamed_key(spot, path)
    return replace(fix, edits=(key, *fix.edits)) if fix and key else None


def _modules_path(asked: Question, scene: Scene) -> Path | None:
    """The path of the list of modules that a word means; None where it means none."""
    written: Mapping[str, str] = (scene.known.elsewhere(asked.word) or {}).get("write", {})
    path = path_of(next(iter(written))) if written else None
    return path if path and path[-1] == MODULES and scene.takes(path) is not None else None


def _of_parts(spot: Spot, scene: Scene) -> Advice | None:
    """The answers to all keys of a section that nothing reads, where each has one."""
    word = spot.entry.key.text
    if word == WHEN or not word.isidentifier() or scene.known_at(spot.path):
        return None
    if not isinstance(spot.entry.value, MappingNode):
        return None
    below = [spot.below(each) for each in spot.entry.value.entries]
    answers = [(each, _of_key(each, scene) or _of_place(each, scene)) for each in below]
    lines = [
        replace(line, under=line.under if line.under == TOP else _home_of(each, scene))
        for each, answer in answers
        for line in (answer.lines if answer else ())
    ]
    if all(answer is None for _, answer in answers) or not (lines or spot.home):
        return None
    keys = [each.text.partition(":")[0] for each in dict.fromkeys(lines)]
    if len(set(keys)) < len(keys):
        return None  # these are several configurations, and no section
    say = f"nothing reads a section `{spot.entry.key.text}`; its keys have places of their own"
    told = [
        f"`{each.entry.key.text}`: {answer.say}"
        for each, answer in answers
        if answer and not answer.lines
    ]
    strange = [each.entry.key.text for each, answer in answers if answer is None]
    told += [f"nothing is known of {listed(strange)}"] if strange else []
    return Advice("; ".join((say, *told)), tuple(dict.fromkeys(lines)))


def _home_of(spot: Spot, scene: Scene) -> str:
    """The section where a line of a key below a section goes: "" where that stands in one."""
    value = spot.entry.value
    several = isinstance(value, SequenceNode) and len(value.items) > 1
    if len(spot.entries) == 2:
        return VARIABLES if several else CONTROLS
    path = scene.named(spot.entry.key.text)
    type_ = scene.takes(path) if path else None
    one = type_ is not None and not {"list", "any"} & set(type_.kinds)
    if several and one and spot.home == CONTROLS:
        return VARIABLES
    return CONTROLS if spot.home == VARIABLES and one and isinstance(value, ScalarNode) else ""


def _of_value(spot: Spot, scene: Scene) -> Advice | None:
    path = scene.meant(spot)
    if path is None:
        return None
    asked = asked_at(spot)
    if path[-1] == MODULES:
        return of_modules(asked, path, scene)
    named = path[-1] == COMPONENT
    section = path[:-1] if named else path
    several = named and len(asked.nodes) > 1  # each by itself: the others are right
    return (
        of_list(asked, path, scene)
        or of_several(asked, path, scene)
        or of_share(asked, path, scene)
        or (None if several else of_section(asked, section, scene))
        or of_value(asked, path, scene)
        or of_default_key(asked, path, scene)
    )
