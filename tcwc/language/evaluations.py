"""`evaluate:` lowered: which weights of the runs are measured, by what, and how.

As `resources:` it is about the runs, and in no config of theirs: nothing that a build writes of a
run depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from posixpath import normpath

from tcwc.language.conditional import WHEN
from tcwc.language.evaluation_names import (
    BASELINE,
    CHECKPOINTS,
    COMMON,
    EPOCHS,
    RESOURCES,
    WEIGHTS,
    WITH,
    bad_names,
    nameless,
)  # fmt: skip
from tcwc.language.evaluation_settings import misplaced, value_of
from tcwc.language.evaluation_words import Fillable, check_words
from tcwc.language.lower import Lowering
from tcwc.language.resources import read_needs
from tcwc.language.values import Mistyped
from tcwc.model.diagnostics import Diagnostic, finding, reword
from tcwc.model.epochs import ALL, LAST, Epochs, meant
from tcwc.model.evaluations import FILES, Evaluation
from tcwc.model.evaluators import EvaluationTool, Evaluators
from tcwc.model.frozen import replace
from tcwc.model.resources import Needs
from tcwc.model.rules import BAD_EVALUATION, BAD_EVALUATION_EPOCHS, BAD_EVALUATION_SETTING
from tcwc.model.source import Span
from tcwc.model.types import Type
from tcwc.model.values import Value
from tcwc.model.words import nearest
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, in_flow

_BOOL, _TEXT = Type(("bool",)), Type(("str",))
_EXAMPLE = "`sums: {with: lm_eval, tasks: [truthfulqa_mc2]}`"


def lower_evaluations(
    lowering: Lowering, section: MappingNode, factors: Collection[str]
) -> tuple[Evaluation, ...]:
    """The evaluations of a section, by name; `factors` are the names of what varies.

    What is wrong in them joins the findings of `lowering`.
    """
    known = lowering.tree.catalogue.evaluators()
    if not section.entries:
        message = "`evaluate` has no evaluation"
        help = f"write {_EXAMPLE} below it, or remove the line"
        lowering.found.append(finding(BAD_EVALUATION, section.span, message, help=help))
    entries = section.entries
    if (at := nameless(section, known)) is not None:
        message = f"`evaluate` has evaluations, each by a name, and `{at.key.text}` is a key of one"
        help = f"write a name above it, and it further in: {_EXAMPLE}"
        lowering.found.append(finding(BAD_EVALUATION, at.key.span, message, help=help))
        entries = ()
    lowering.found += bad_names(entries, "an evaluation", "sums")
    made = []
    for entry in entries:
        evaluation = _Entry(lowering, entry, known, factors).lowered()
        made += [evaluation] if evaluation is not None else []
    return tuple(sorted(made, key=lambda each: each.name))


class _Entry:
    """One entry of `evaluate:` on its way."""

    def __init__(
        self, lowering: Lowering, entry: Entry, known: Evaluators, factors: Collection[str]
    ) -> None:
        self._lowering, self._entry, self._known = lowering, entry, known
        self._name = entry.key.text
        self._names = Fillable(factors, known.columns)

    def lowered(self) -> Evaluation | None:
        """The evaluation; None where it says too little."""
        node = self._entry.value
        if not isinstance(node, MappingNode):
            self._say(
                BAD_EVALUATION, _at(self._entry), f"`{self._name}` is no evaluation", _whole(node)
            )
            return None
        given = {entry.key.text: entry for entry in node.entries}
        tool = self._tool(given.get(WITH), given)
        if tool is None:
            return None
        settings = self._settings(tool, node)
        return Evaluation(
            self._name,
            tool.name,
            settings,
            self._epochs(given.get(EPOCHS)),
            self._baseline(given.get(BASELINE)),
            self._checkpoints(given.get(CHECKPOINTS)),
            self._needs(given.get(RESOURCES)),
            self._entry.key.span,
            {name: _at(entry) for name, entry in given.items()},
        )

    def _say(self, *args: object, fix: object = None) -> None:
        rule, span, message, help = args
        self._lowering.found.append(
            finding(rule, span, message, help=help, fix=fix)  # type: ignore[arg-type]
        )

    def _tool(self, entry: Entry | None, given: Mapping[str, Entry]) -> EvaluationTool | None:
        tools = self._known.tools
        listed = ", ".join(tools)
        if entry is None and (other := self._chosen_by(given)) is not None:
            key, meant = other.key, self._meant(other.value)
            message = f"`{key.text}` is here called `{WITH}`"
            help = f"write `{WITH}: {meant}`"
            self._say(BAD_EVALUATION, key.span, message, help, fix=reword(key.span, key.text, WITH))
            return None
        if entry is None or not isinstance(entry.value, ScalarNode) or entry.value.is_empty:
            at = _at(entry) if entry else self._entry.key.span
            if not tools:
                listed = "no evaluator is known here"
            likely = "command" if "command" in given else next(iter(tools), "")
            message = f"`{self._name}` does not say what evaluates"
            self._say(BAD_EVALUATION, at, message, f"write `with: {likely}`: there is {listed}")
            return None
        word, span = entry.value.text, entry.value.span
        if word in tools:
            return tools[word]
        meant = self._meant(entry.value)
        fix = reword(span, word, meant) if meant and meant != "command" else None
        help = f"write `with: {meant}`" if meant else f"there is {listed}"
        if meant == "command":
            example = tools[meant].settings[meant].example
            help += f", and the command that starts it: `{meant}: {example}`"
        self._say(BAD_EVALUATION, span, f"there is no evaluator `{word[:40]}`", help, fix=fix)
        return None

    def _chosen_by(self, given: Mapping[str, Entry]) -> Entry | None:
        """A key of another name that says what evaluates."""
        found = (given[each] for each in self._known.chosen_by if each in given)
        return next((each for each in found if self._meant(each.value)), None)

    def _meant(self, node: Node) -> str:
        """The tool that is meant by what stands somewhere; "" where none is."""
        word = node.text.lower() if isinstance(node, ScalarNode) else ""
        parts = (word, *word.split("."))
        called = {**self._known.called, **{each: each for each in self._known.tools}}
        found = next((called[each] for each in parts if each in called), "")
        return found or next(iter(nearest(word, self._known.tools)), "")

    def _settings(self, tool: EvaluationTool, node: MappingNode) -> dict[str, Value]:
        """The settings of the tool; that of another one, and one of none, are reported."""
        made: dict[str, Value] = {}
        own = (WEIGHTS,) if len(tool.weights) > 1 else ()
        takes = {**tool.settings, **dict.fromkeys((*own, *COMMON))}
        for entry in node.entries:
            name = entry.key.text
            if name == WEIGHTS and len(tool.weights) > 1:
                made |= self._weights(tool, entry)
            elif name in tool.settings:
                made |= self._setting(tool, entry)
            elif name not in COMMON:
                given = {each.key.text for each in node.entries}
                self._lowering.found.append(misplaced(entry, tool, self._known, takes, given))
        there = {entry.key.text for entry in node.entries}
        self._lowering.found += _lacking(self._entry, tool, there)
        return dict(sorted(made.items()))

    def _weights(self, tool: EvaluationTool, entry: Entry) -> dict[str, Value]:
        value = value_of(entry, Type(("str",), tool.weights), tool.weights[0])
        return self._kept(entry, value)

    def _setting(self, tool: EvaluationTool, entry: Entry) -> dict[str, Value]:
        setting = tool.settings[entry.key.text]
        value = value_of(entry, setting.type, setting.example)
        if setting.name == FILES and isinstance(value, str) and _is_above(value):
            value = Mistyped(
                "this is a folder in which builds and runs write: no result would be current",
                f"put what is read into a folder of its own, `{setting.name}: {setting.example}`",
            )
        made = self._kept(entry, value)
        if made:
            self._lowering.found += check_words(entry, setting, tool, self._names)
        return made

    def _kept(self, entry: Entry, value: Value | Mistyped) -> dict[str, Value]:
        """The value under its key; nothing where it is none, which is reported."""
        if not isinstance(value, Mistyped):
            return {entry.key.text: value}
        self._lowering.found.append(_mistyped(entry, value))
        return {}

    def _epochs(self, entry: Entry | None) -> Epochs:
        if entry is None:
            return LAST
        epochs = _epochs_of(entry.value)
        if isinstance(epochs, Mistyped):
            fix = epochs.fix(entry.value.span)
            self._say(BAD_EVALUATION_EPOCHS, _at(entry), epochs.message, epochs.help, fix=fix)
            return LAST
        return epochs

    def _baseline(self, entry: Entry | None) -> bool:
        if entry is None:
            return False
        value = value_of(entry, _BOOL, "true")
        if isinstance(value, Mistyped) and not value.instead:
            help = "write true, for the base of the runs; other weights stand under `checkpoints:`"
            value = replace(value, help=help)
        return self._kept(entry, value).get(BASELINE) is True

    def _checkpoints(self, entry: Entry | None) -> dict[str, str]:
        if entry is None:
            return {}
        if not isinstance(entry.value, MappingNode) or not entry.value.entries:
            message = "`checkpoints` are folders with weights, by a name each"
            node = entry.value
            node = node.items[0] if isinstance(node, SequenceNode) and node.items else node
            named = isinstance(node, ScalarNode) and not node.is_empty
            folder = in_flow(node)[:200] if named else "/scratch/pilot/epoch_1"
            help = f"write `checkpoints: {{pilot: {folder}}}`"
            self._say(BAD_EVALUATION, _at(entry), message, help)
            return {}
        self._lowering.found += bad_names(entry.value.entries, "a checkpoint", "pilot")
        made: dict[str, Value] = {}
        for each in entry.value.entries:
            made |= self._kept(each, value_of(each, _TEXT, "/scratch/pilot/epoch_1"))
        return {name: str(folder) for name, folder in sorted(made.items())}

    def _needs(self, entry: Entry | None) -> Needs:
        if entry is None:
            return Needs()
        if not isinstance(entry.value, MappingNode):
            message = "`resources` are what an evaluation needs, `need: value` lines"
            self._say(BAD_EVALUATION, _at(entry), message, "write `resources: {time: 00:30:00}`")
            return Needs()
        return read_needs(self._lowering, self._unconditional(entry.value))

    def _unconditional(self, section: MappingNode) -> MappingNode:
        """Needs without conditions, which are reported: an evaluation is of all runs alike."""
        rest = tuple(each for each in section.entries if each.key.text != WHEN)
        for each in section.entries:
            if each not in rest:
                message = "an evaluation needs the same of every run, and takes no `when`"
                help = "write what the largest needs: `resources: {time: 00:30:00, gpus: 1}`"
                self._say(BAD_EVALUATION, each.key.span, message, help)
        return replace(section, entries=rest)


def _is_above(path: str) -> bool:
    """Whether a path is the folder of the experiment, or one above it."""
    return path != "" and set(normpath(path).split("/")) <= {".", ".."}


def _at(entry: Entry) -> Span:
    """Where the value of an entry stands, or its key where there is none."""
    node = entry.value
    return entry.key.span if isinstance(node, ScalarNode) and node.is_empty else node.span


def _whole(node: Node) -> str:
    """What to write for an entry of another shape."""
    if isinstance(node, ScalarNode) and not node.is_empty:
        return f"write a mapping: {_EXAMPLE}"
    return f"write `with:` and what it takes below it: {_EXAMPLE}"


def _mistyped(entry: Entry, value: Mistyped) -> Diagnostic:
    message = f"`{entry.key.text}`: {value.message}"
    fix = value.fix(entry.value.span)
    return finding(BAD_EVALUATION_SETTING, _at(entry), message, help=value.help, fix=fix)


def _lacking(entry: Entry, tool: EvaluationTool, given: Collection[str]) -> Iterator[Diagnostic]:
    """The settings that the tool needs and that are not there, under no other name either."""
    meant = {tool.others.get(word, word) for word in given}
    meant |= {near for word in given for near in nearest(word, tool.settings)}
    for setting in tool.settings.values():
        if setting.required and setting.name not in meant:
            message = f"`{entry.key.text}` has no `{setting.name}`, which {tool.name} needs"
            help = f"write `{setting.name}: {setting.example}`: {setting.about}"
            yield finding(BAD_EVALUATION, entry.key.span, message, help=help)


def _epochs_of(node: Node) -> Epochs | Mistyped:
    """The epochs that are meant: `last`, `all`, or a list of numbers from 0."""
    forms = "write last (which it is where nothing says), all, or a list, [0, 2]"
    if isinstance(node, ScalarNode):
        word = node.text
        if word in (LAST, ALL):
            return word
        if word.isdecimal():
            help = f"write [{word}] for the one epoch: they count from 0, as the folders epoch_0"
            return Mistyped("which epochs is a list, and not how many", help, instead=f"[{word}]")
        near = meant(word)
        help = f"write {near}" if near else forms
        return Mistyped(f"`{word[:40]}` is no choice of epochs", help, instead=near)
    if not isinstance(node, SequenceNode) or not node.items:
        return Mistyped("these are no epochs", forms)
    texts = [item.text if isinstance(item, ScalarNode) else in_flow(item) for item in node.items]
    wrong = next((text for text in texts if not (text.isdecimal() and len(text) < 7)), None)
    if wrong is not None:
        help = "write last" if wrong == "-1" else "they count from 0, as the folders epoch_0"
        return Mistyped(f"`{wrong[:40]}` is the number of no epoch", help)
    numbers = [int(text) for text in texts]
    if len(set(numbers)) < len(numbers):
        return Mistyped("an epoch stands here twice", "each is evaluated once: remove one")
    return tuple(sorted(numbers))
