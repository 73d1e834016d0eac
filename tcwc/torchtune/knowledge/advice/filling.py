"""Texts of elsewhere.json filled with the user's own values, and with what his config says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tcwc.model.frozen import dataclass
from tcwc.torchtune.knowledge.advice.computed import COMPUTED, QUOTES, most_steps, part
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import Entry, Node, SequenceNode

_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_BRACES = (("{{", "\0"), ("}}", "\1"))
VALUE = "{value}"
_SEVERAL = "{count_up}"
"""What makes levels of one value."""
_OF_THE_VALUE = frozenset(
    (
        "value",
        "steps",
        "of_thousand",
        "folder",
        "model_folder",
        "bare",
        "only",
        "percent",
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
        if _SEVERAL in template and not isinstance(node, SequenceNode):
            return self._braced(template, node)
        if not isinstance(node, SequenceNode):
            return shown(node) if template == VALUE and not self.mapped else None
        levels = [self._braced(each, item) for item in node.items for each in self._with(template)]
        return None if None in levels else f"[{', '.join(filter(None, levels))}]"

    def entry(self, template: str) -> str | None:
        """A key with its value, that is a list where the asked value is a list of levels."""
        key, _, value = template.partition(": ")
        text = self.line(value)
        return None if text is None else f"{key}: {text}"

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
            return self.mapped.get(text.strip(QUOTES).lower()) if self.mapped else text
        if name == "alpha":
            alpha = beside(question.spot, "lora_alpha")
            if alpha is None and ("model", "lora_alpha") in scene.varied:
                return None
            return shown(alpha.value) if alpha else str(scene.value(("model", "lora_alpha")))
        if name in ("steps", "all_steps") and (most := most_steps(question.spot, scene)):
            return part(node, most) if name == "steps" else str(most)
        if name in COMPUTED:
            return COMPUTED[name](scene, node)
        other = beside(question.spot, name)
        return shown(other.value) if other else default
