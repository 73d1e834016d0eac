"""Arms whose levels are configs that ship: `size: {from_configs: [...], models: ROOT}`.

A level takes from its config what says which model is trained: some sections as they are there,
and of others the component (`Models`, model/target.py). Which arguments of the base the component
takes no more is told from what is known of it. What a build has recorded of a level stays, until
an upgrade: a config that ships may be corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tcwc.config.interpolation.closure import mentions
from tcwc.config.interpolation.reading import NotKnown, resolve
from tcwc.config.merge import lookup
from tcwc.config.walk import strings
from tcwc.model.arguments import Arguments, arguments
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Assignment, Op, Path, Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.source import Span
from tcwc.model.target import Models, Target
from tcwc.yaml.nodes import FROM_CONFIGS, Entry, MappingNode, Node, ScalarNode, SequenceNode

MODELS = "models"
"""The word behind which an arm of configs says where their weights lie."""

_DEPTH = 2
"""Segments of the paths that a level sets: a section and a key of it."""


@dataclass(frozen=True, slots=True)
class RecordedArm:
    """What a build has recorded of such an arm: its folder of weights, and by level what that
    sets, by path."""

    root: str
    levels: Mapping[str, Mapping[str, Value]]


def names_in(arm: Node) -> tuple[ScalarNode, ...]:
    """The names of the configs of an arm, in their order."""
    named = (entry.value for entry in entries(arm) if entry.key.text == FROM_CONFIGS)
    items = (item for node in named for item in _items(node))
    return tuple(item for item in items if isinstance(item, ScalarNode) and item.text)


def folder_of(arm: Node) -> ScalarNode | None:
    """Where an arm says the folder of weights; None where it does not, or says none."""
    said = (entry.value for entry in entries(arm) if entry.key.text == MODELS)
    return next((each for each in said if isinstance(each, ScalarNode) and each.text), None)


def entries(node: Node) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, MappingNode) else ()


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, SequenceNode) else (node,)


class ModelLevels:
    """Makes the levels of such arms, for a base and the config that constants make of it."""

    def __init__(
        self,
        target: Target,
        known: Knowledge,
        recorded: Mapping[str, RecordedArm],
        base: dict[str, Value],
        values: dict[str, Value],
    ) -> None:
        self._target = target
        self._known = known
        self._names = frozenset(known.config_names())  # to ask for one that is not there is costly
        self._recorded = recorded
        self._base = base
        self._values = values

    def made(self, arm: str, name: ScalarNode, folder: ScalarNode | None) -> tuple[Assignment, ...]:
        """What the config of a name sets as a level of an arm; nothing where there is none."""
        models = self._target.models
        config = self._known.config(name.text) if name.text in self._names else None
        if models is None or config is None:
            return ()
        root = folder.text if folder else models.root
        values = _Rooted(models, self._target.write_keys, root).of(config.values)
        if (before := self._recorded.get(arm)) is not None and name.text in before.levels:
            kept = self._beside(models, values, before.levels[name.text])
            values = _recorded(values, kept, before.levels[name.text], before.root, root)
        made = [*self._sections(models, values), *self._components(models, values)]
        # As the mapping lists them: what is read back from there makes the same config.
        return tuple(
            Assignment(path, value, op, False, name.span, _at(value, name, folder))
            for path, op, value in sorted(made, key=lambda each: format_path(each[0]))
        )

    def _beside(
        self, models: Models, values: dict[str, Value], level: Mapping[str, Value]
    ) -> Iterator[Path]:
        """What counts of a config beside what is recorded of it: what the base of then had said
        itself, which another base need not."""
        for name, section in values.items():
            items = section.items() if isinstance(section, dict) else ()
            # What a corrected component takes is nothing for the recorded one.
            before = level.get(f"{name}.{self._target.component}")
            is_as_then = name in models.components and before == self._component(section)
            for key, value in items:
                if value is None or is_as_then or key in self._target.write_keys:
                    yield name, key

    def _sections(
        self, models: Models, values: dict[str, Value]
    ) -> Iterator[tuple[Path, Op, Value]]:
        """Sections as the config has them, less what the base has besides."""
        for name in models.sections:
            section, base = values.get(name), self._base.get(name)
            if not isinstance(section, dict):
                continue
            taken = self._arguments(section)
            for key, value in section.items():
                if self._is_wanted((name, key), value, taken):
                    yield (name, key), _op(value, lookup(self._base, (name, key))[1]), value
            for key, value in base.items() if isinstance(base, dict) else ():
                if key not in section and not self._stays((name, key), value, taken):
                    yield (name, key), Op.DELETE, None

    def _is_wanted(self, path: Path, value: Value, taken: Arguments | None) -> bool:
        """Whether a level sets a key as its config does.

        Null says nothing of a model, so that a constant of the author's stays; nor does where runs
        write to.
        """
        there, before = lookup(self._values, path)
        if path[-1] in self._target.write_keys:
            return not there
        if value is not None:
            return True
        if there:
            return before is not None and lookup(self._base, path) == (there, before)
        key = taken.named.get(str(path[-1])) if taken else None
        return key is None or key.required

    def _stays(self, path: Path, value: Value, taken: Arguments | None) -> bool:
        """Whether a key of the base that a config lacks stays: where runs write to, what a constant
        sets, and null, which is what there is without it."""
        if path[-1] in self._target.write_keys:
            return True
        if lookup(self._values, path) != (True, value):
            return True
        return value is None and taken is not None and taken.takes(str(path[-1]))

    def _components(
        self, models: Models, values: dict[str, Value]
    ) -> Iterator[tuple[Path, Op, Value]]:
        """Components of sections with what they alone take, less the arguments of the base that
        they do not take."""
        for name in models.components:
            section = values.get(name)
            component = self._component(section)
            if component is None or not isinstance(section, dict):
                continue
            yield (name, str(self._target.component)), Op.SET, component
            for key in self._alone(name, section):
                yield (
                    (name, key),
                    _op(section[key], lookup(self._base, (name, key))[1]),
                    section[key],
                )
            for key in self._not_taken(name, component):
                yield (name, key), Op.DELETE, None

    def _alone(self, name: str, section: dict[str, Value]) -> Iterator[str]:
        """The keys of a section that the base's component does not take: they are of this model
        (its size, its encoder), and the base has nothing to say of them."""
        base = self._base.get(name)
        taken = self._arguments(base) if isinstance(base, dict) else None
        for key, value in section.items() if taken else ():
            is_said = value is not None and key != self._target.component
            if is_said and taken is not None and not taken.takes(key):
                yield key

    def _not_taken(self, name: str, component: str) -> Iterator[str]:
        """The arguments of the base that a component in its section does not take; what a constant
        sets is left to lint."""
        base, taken = self._base.get(name), arguments(self._known, component)
        if taken is None or not isinstance(base, dict):
            return
        for key, value in base.items():
            is_of_base = lookup(self._values, (name, key)) == (True, value)
            if key != self._target.component and is_of_base and not taken.takes(key):
                yield key

    def _component(self, section: Value) -> str | None:
        """What is made of a section; None where that is not said."""
        key = self._target.component
        name = section.get(key) if isinstance(section, dict) and key is not None else None
        return name if isinstance(name, str) else None

    def _arguments(self, section: Value) -> Arguments | None:
        """What takes the keys of a section, where that is known."""
        name = self._component(section)
        return None if name is None else arguments(self._known, name)


def _at(value: Value, name: ScalarNode, folder: ScalarNode | None) -> Span:
    """Where a value is written: what lies in the folder of weights, where that is named."""
    below = f"{folder.text.rstrip('/')}/" if folder else ""
    lies_there = below and any(text.startswith(below) for _, text in strings(value))
    return folder.span if folder and lies_there else name.span


def _op(value: Value, there: Value) -> Op:
    """A mapping, and what takes the place of one, replaces what is there."""
    return Op.REPLACE if isinstance(value, dict) or isinstance(there, dict) else Op.SET


class _Rooted:
    """The sections of configs with their weights in another folder."""

    def __init__(self, models: Models, write_keys: tuple[str, ...], root: str) -> None:
        self._models = models
        self._write_keys = write_keys
        self._root = root

    def of(self, config: dict[str, Value]) -> dict[str, Value]:
        """What a config says of its model."""
        names = (*self._models.sections, *self._models.components)
        return {
            name: {key: self._value((name, key), value, config) for key, value in section.items()}
            for name in names
            if isinstance(section := config.get(name), dict)
        }

    def _value(self, path: Path, value: Value, config: dict[str, Value]) -> Value:
        if path[-1] in self._write_keys:
            return value
        value = self._resolved(value, path, config)
        return _each_text(value, lambda text: moved(text, self._models.root, self._root))

    def _resolved(self, value: Value, path: Path, config: dict[str, Value]) -> Value:
        """A value without `${...}`: the base need not have the keys that its config has."""
        if not any("${" in text for _, text in strings(value)):
            return value
        if any(at[-1:] and at[-1] in self._write_keys for at in mentions(value, path)):
            return value
        try:
            return resolve(value, path, config)
        except NotKnown:
            return value


def moved(text: str, old: str, new: str) -> str:
    """A path below one folder as it is below another; any other text as it is."""
    below = text.removeprefix(old.rstrip("/") + "/")
    return f"{new.rstrip('/')}/{below}" if below != text else text


def _each_text(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    return value


def _recorded(
    values: dict[str, Value],
    beside: Iterable[Path],
    level: Mapping[str, Value],
    old: str,
    new: str,
) -> dict[str, Value]:
    """Sections as a build has recorded them, below today's folder of weights, with what counts
    beside it; keys in the order of the config."""
    wanted = {format_path(path) for path in beside} | set(level)
    kept = {name: _kept(name, section, wanted) for name, section in values.items()}
    for text, value in level.items():
        key = parse_key(text)
        if isinstance(key, BadKey) or key.op is Op.DELETE or len(key.path) != _DEPTH:
            continue
        name, below = map(str, key.path)
        today = lookup(values, (name, below))[1]
        kept.setdefault(name, {})[below] = _below(value, today, old, new)
    return dict(kept)


def _below(value: Value, today: Value, old: str, new: str) -> Value:
    """A recorded value below today's folder of weights: today's, where it is the same but for the
    folder. (A level that was gone for a while has the folder of then.)"""
    if isinstance(value, str) and isinstance(today, str):
        file = moved(today, new, "")
        if file != today and value.endswith(file):
            return today
    return _each_text(value, lambda text: moved(text, old, new))


def _kept(name: str, section: Value, wanted: set[str]) -> dict[str, Value]:
    """Of a section the keys whose paths are wanted."""
    items = section.items() if isinstance(section, dict) else ()
    return {key: value for key, value in items if format_path((name, key)) in wanted}
