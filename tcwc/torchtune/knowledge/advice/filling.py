"""Texts of elsewhere.json filled with the user's own values, and with what his config says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tcwc.config.merge import lookup
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.torchtune.knowledge.advice.bases import (
    config_of_kind,
    config_of_model,
    same_model,
    with_word,
)
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_BRACES = (("{{", "\0"), ("}}", "\1"))
_QUOTES = "'\""
VALUE = "{value}"
_OF_THE_VALUE = frozenset(
    (
        "value",
        "steps",
        "of_thousand",
        "folder",
        "model_folder",
        "bare",
        "only",
        "count_up",
        "rest_of_batch",
        "steps_of_batches",
    )
)
"""What follows from the user's own value, and so from each level."""


def beside(spot: Spot, name: str) -> Entry | None:
    """The entry of a name beside a spot, in the same section of the config."""
    before = spot.entry.key.text.rpartition(".")
    whole = f"{''.join(before[:2])}{name}"
    return next((each for each in spot.beside.entries if each.key.text == whole), None)


@dataclass(frozen=True, slots=True)
class Filling:
    """What fills templates for a question; `mapped` has other words for values."""

    question: Question
    scene: Scene
    mapped: Mapping[str, str]

    def is_own(self, template: str) -> bool:
        """Whether a text has the user's own value in it."""
        own = {*_OF_THE_VALUE, self.question.word}
        return any(name in own for name, _ in _PLACE.findall(template))

    def line(self, template: str) -> str | None:
        """A line, a list of it where the value is a list of levels; None where something that it
        names is not there. `{{` is a brace in it."""
        node = self.question.value
        if not self.question.levels or not self.is_own(template):
            return self._braced(template, node)
        if not isinstance(node, SequenceNode):
            return shown(node) if template == VALUE and not self.mapped else None
        levels = [self._braced(each, item) for item in node.items for each in self._with(template)]
        return None if None in levels else f"[{', '.join(filter(None, levels))}]"

    def _with(self, template: str) -> list[str]:
        """A text with each level of another variable that it names: both cross."""
        for name, default in _PLACE.findall(template):
            other = beside(self.question.spot, name)
            if default and name != self.question.word and other is not None:
                nodes = (
                    other.value.items if isinstance(other.value, SequenceNode) else (other.value,)
                )
                place = f"{{{name}:{default}}}"
                return [template.replace(place, shown(node)) for node in nodes]
        return [template]

    def words(self, template: str) -> str | None:
        """A sentence; None where something that it names is not there. `{{` is a brace in it."""
        return self._braced(template, self.question.value)

    def _braced(self, template: str, node: Node) -> str | None:
        for brace, stand_in in _BRACES:
            template = template.replace(brace, stand_in)
        text = self._filled(template, node)
        for brace, stand_in in _BRACES:
            text = text and text.replace(stand_in, brace[0])
        return text

    def _filled(self, template: str, node: Node) -> str | None:
        missing = False

        def fill(found: re.Match[str]) -> str:
            nonlocal missing
            text = self._value(found[1], found[2], node)
            missing = missing or text is None
            return text or ""

        text = _PLACE.sub(fill, template)
        return None if missing else text

    def _value(self, name: str, default: str | None, node: Node) -> str | None:
        scene, question = self.scene, self.question
        known = {"word": question.word, "recipe": scene.who, "version": scene.known.version}
        if name in known:
            return known[name]
        if name in ("value", question.word):
            text = shown(node)
            return self.mapped.get(text.strip(_QUOTES).lower()) if self.mapped else text
        if name == "alpha":
            alpha = beside(question.spot, "lora_alpha")
            return shown(alpha.value) if alpha else str(scene.value(("model", "lora_alpha")))
        if name in _COMPUTED:
            return _COMPUTED[name](scene, node)
        other = beside(question.spot, name)
        return shown(other.value) if other else default


# --- what follows from the config -------------------------------------------------------------


def _qlora(scene: Scene, _: Node) -> str | None:
    """The model's builder with 4-bit weights; None if there is none, or it is there already."""
    now = scene.component("model")
    module, _dot, last = now.rpartition(".")
    name = f"{module}.qlora_{re.sub(r'^q?[ld]ora_', '', last)}"
    return name if name != now and scene.known.component(name) is not None else None


def _plain(scene: Scene, _: Node) -> str | None:
    """The model's builder for LoRA with weights that are not quantized; None if there is none."""
    module, _dot, last = scene.component("model").rpartition(".")
    name = f"{module}.lora_{re.sub(r'^q?[ld]ora_', '', last)}"
    return name if scene.known.component(name) is not None else None


def _4bit(scene: Scene, node: Node) -> str | None:
    """The model's builder with 4-bit weights, whether the base has it or not."""
    now = scene.component("model")
    return now if now.rpartition(".")[2].startswith("qlora_") else _qlora(scene, node)


def _count_up(_: Scene, node: Node) -> str | None:
    """As many seeds as a number says."""
    text = node.text if isinstance(node, ScalarNode) else ""
    most = int(text) if text.isdecimal() and len(text) < 3 else 0
    return f"[{', '.join(map(str, range(1, most + 1)))}]" if most > 1 else None


def _steps_of_batches(scene: Scene, node: Node) -> str | None:
    """The steps of the optimizer that a number of batches makes; None where that is no number."""
    text, each = shown(node), scene.value(("gradient_accumulation_steps",))
    if not text.isdecimal() or not isinstance(each, int) or each < 1 or int(text) % each:
        return None
    return str(int(text) // each)


def _steps_of_batch(scene: Scene, node: Node) -> str | None:
    """The accumulated steps by which a batch over all of them is that of the config."""
    text, size = shown(node), scene.value(("batch_size",))
    if not text.isdecimal() or not isinstance(size, int) or size < 1 or int(text) % size:
        return None
    return str(int(text) // size)


def _model_folder(scene: Scene, node: Node) -> str | None:
    """The folder of a name of the Hub that is the base's model; None if it is another one."""
    mine = same_model(shown(node).strip(_QUOTES), scene.base, scene.known)
    return _folder(scene, node) if mine else None


def _model_tokenizer(scene: Scene, node: Node) -> str | None:
    """The tokenizer's file in the folder of a name of the Hub, where the base has it in its own."""
    folder = lookup(scene.tree.base, ("checkpointer", "checkpoint_dir"))[1]
    path = lookup(scene.tree.base, ("tokenizer", "path"))[1]
    if not isinstance(folder, str) or not isinstance(path, str):
        return None
    below = path.removeprefix(folder.rstrip("/") + "/")
    new = _model_folder(scene, node)
    return f"{new}/{below}" if below != path and new and new != folder.rstrip("/") else None


def _base_of(scene: Scene, node: Node) -> str | None:
    """The config for the model that a name of the Hub, or of a config, is of."""
    return config_of_model(shown(node).strip(_QUOTES), scene.base, scene.known) or None


def _base_of_kind(scene: Scene, node: Node) -> str | None:
    """The config of the base's model for a way to train."""
    return config_of_kind(shown(node).strip(_QUOTES).lower(), scene.base, scene.known) or None


def _each(way: Callable[[Scene, Node], str | None]) -> Callable[[Scene, Node], str | None]:
    """The same of each level, as lines for as many experiments."""

    def found(scene: Scene, node: Node) -> str | None:
        nodes = node.items if isinstance(node, SequenceNode) else (node,)
        bases = dict.fromkeys(way(scene, each) for each in nodes)
        if None in bases or len(bases) == 1:
            return None
        return " and ".join(f"`base_config: {each}`" for each in bases)

    return found


def _count(scene: Scene) -> int | None:
    """The steps of a run; None where the config does not say how many there are at most."""
    epochs, most = scene.value(("epochs",)), scene.value(("max_steps_per_epoch",))
    if isinstance(epochs, int) and isinstance(most, int) and most > 0:
        return epochs * most
    return None


def _steps(scene: Scene, node: Node) -> str | None:
    return _part(node, _count(scene))


def _of_thousand(_: Scene, node: Node) -> str | None:
    return _part(node, 1000)


def _part(node: Node, count: int | None) -> str | None:
    """A share of a number of steps."""
    try:
        share = float(node.text) if isinstance(node, ScalarNode) else -1.0
    except ValueError:
        return None
    return str(round(share * count)) if count is not None and 0 <= share <= 1 else None


def _all_steps(scene: Scene, _: Node) -> str | None:
    count = _count(scene)
    return None if count is None else str(count)


def _only(_: Scene, node: Node) -> str | None:
    """The value of a mapping that has but one."""
    if not isinstance(node, MappingNode) or len(node.entries) != 1:
        return None
    return shown(node.entries[0].value)


def _folder(_: Scene, node: Node) -> str | None:
    """Where `tune download` puts a model unless it is told otherwise."""
    return f"/tmp/{shown(node).strip(_QUOTES).rpartition('/')[2]}"


def _kept(path: Path) -> Callable[[Scene, Node], str | None]:
    def found(scene: Scene, _: Node) -> str | None:
        value = lookup(scene.tree.base, path)[1]
        return str(value) if isinstance(value, (str, int, float)) else None

    return found


def _base_with(word: str) -> Callable[[Scene, Node], str | None]:
    return lambda scene, _: with_word(word, scene.base, scene.known)


_COMPUTED: Mapping[str, Callable[[Scene, Node], str | None]] = {
    "qlora": _qlora,
    "steps": _steps,
    "of_thousand": _of_thousand,
    "all_steps": _all_steps,
    "batch_size": _kept(("batch_size",)),
    "base_type": _kept(("checkpointer", "model_type")),
    "folder": _folder,
    "model_folder": _model_folder,
    "model_tokenizer": _model_tokenizer,
    "steps_of_batches": _steps_of_batches,
    "base_of": _base_of,
    "bases_of_models": _each(_base_of),
    "bases_of_kinds": _each(_base_of_kind),
    "bare": lambda _, node: shown(node).strip(_QUOTES),
    "plain": _plain,
    "4bit": _4bit,
    "count_up": _count_up,
    "rest_of_batch": _steps_of_batch,
    "only": _only,
    "qlora_base": _base_with("qlora"),
    "dpo_base": _base_with("dpo"),
}
"""What a template may name beside the user's own values."""
