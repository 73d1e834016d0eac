"""What follows from the user's own value and his config, for texts of elsewhere.json."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tcwc.config.merge import lookup
from tcwc.model.digits import number_of
from tcwc.model.ir import Path, Value
from tcwc.torchtune.knowledge.advice.bases import (
    config_of_kind,
    config_of_model,
    same_model,
    with_word,
)
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

QUOTES = "'\""
_LOCAL = ("/", ".", "~")
_META = "original"
"""The folder in those of the Hub in which the weights lie as Meta has them."""


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
    if not text.isdecimal() or not isinstance(each, int) or each < 1 or number_of(text) % each:
        return None
    return str(number_of(text) // each)


def _steps_of_batch(scene: Scene, node: Node) -> str | None:
    """The accumulated steps by which a batch over all of them is that of the config."""
    text, size = shown(node), scene.value(("batch_size",))
    if ("batch_size",) in scene.varied:
        return None
    if not text.isdecimal() or not isinstance(size, int) or size < 1 or number_of(text) % size:
        return None
    return str(number_of(text) // size)


def _model_folder(scene: Scene, node: Node) -> str | None:
    """The folder of a name of the Hub that is the base's model, as the base writes it where it has
    that one; None if it is another model."""
    if not same_model(shown(node).strip(QUOTES), scene.base, scene.known):
        return None
    own = lookup(scene.tree.base, ("checkpointer", "checkpoint_dir"))[1]
    folder = download_folder(shown(node).strip(QUOTES), own)
    return own if isinstance(own, str) and own.rstrip("/") == folder else folder


def _in_model_folder(key: str) -> Callable[[Scene, Node], str | None]:
    """A file of the tokenizer in the folder of a name of the Hub, where the base has it in its
    own."""

    def found(scene: Scene, node: Node) -> str | None:
        folder = lookup(scene.tree.base, ("checkpointer", "checkpoint_dir"))[1]
        path = lookup(scene.tree.base, ("tokenizer", key))[1]
        if not isinstance(folder, str) or not isinstance(path, str):
            return None
        below = path.removeprefix(folder.rstrip("/") + "/")
        new = _model_folder(scene, node)
        return (
            f"{new.rstrip('/')}/{below}"
            if below != path and new and new.rstrip("/") != folder.rstrip("/")
            else None
        )

    return found


def _base_of(scene: Scene, node: Node) -> str | None:
    """The config for the model that a name of the Hub, or of a config, is of."""
    return config_of_model(shown(node).strip(QUOTES), scene.base, scene.known) or None


def _base_of_kind(scene: Scene, node: Node) -> str | None:
    """The config of the base's model for a way to train."""
    return config_of_kind(shown(node).strip(QUOTES).lower(), scene.base, scene.known) or None


def _each(way: Callable[[Scene, Node], str | None]) -> Callable[[Scene, Node], str | None]:
    """The same of each level, as lines for as many experiments."""

    def found(scene: Scene, node: Node) -> str | None:
        nodes = node.items if isinstance(node, SequenceNode) else (node,)
        bases = dict.fromkeys(way(scene, each) for each in nodes)
        if None in bases or len(bases) == 1:
            return None
        return " and ".join(f"`base_config: {each}`" for each in bases)

    return found


def most_steps(spot: Spot, scene: Scene) -> int:
    """How many steps a run has in the words of another library beside a spot; 0 if not said."""
    meant = scene.known.elsewhere("max_steps")
    for entry in spot.beside.entries:
        word = entry.key.text.rpartition(".")[2]
        text = shown(entry.value)
        if meant and scene.known.elsewhere(word) is meant and text.isdecimal():
            return number_of(text)
    return 0


def _count(scene: Scene) -> int | None:
    """The steps of a run; None where the config does not say how many there are at most."""
    epochs, most = scene.value(("epochs",)), scene.value(("max_steps_per_epoch",))
    if isinstance(epochs, int) and isinstance(most, int) and most > 0:
        return epochs * most
    return None


def _steps(scene: Scene, node: Node) -> str | None:
    return part(node, _count(scene))


def _of_thousand(_: Scene, node: Node) -> str | None:
    return part(node, 1000)


def part(node: Node, count: int | None) -> str | None:
    """A share of a number of steps."""
    try:
        share = float(node.text) if isinstance(node, ScalarNode) else -1.0
    except ValueError:
        return None
    return str(round(share * count)) if count is not None and 0 <= share <= 1 else None


def _percent(_: Scene, node: Node) -> str | None:
    """A share in percent."""
    text = part(node, 10000)
    return None if text is None else f"{int(text) / 100:g}"


def _all_steps(scene: Scene, _: Node) -> str | None:
    count = _count(scene)
    return None if count is None else str(count)


def _only(_: Scene, node: Node) -> str | None:
    """The value of a mapping that has but one."""
    if not isinstance(node, MappingNode) or len(node.entries) != 1:
        return None
    return shown(node.entries[0].value)


def download_folder(name: str, own: Value) -> str:
    """Where `tune download` puts a model unless it is told otherwise, or the local folder that is
    named, down to the folder in it that a config's own is."""
    name = name.rstrip("/")
    folder = name if name.startswith(_LOCAL) else f"/tmp/{name.rpartition('/')[2]}"
    last = own.rstrip("/").rpartition("/")[2] if isinstance(own, str) else ""
    return f"{folder}/{last}" if last == _META != folder.rpartition("/")[2] else folder


def _kept_rows(_: Scene, node: Node) -> str | None:
    """The conditions for what is left out, of those for what is kept."""
    items = node.items if isinstance(node, SequenceNode) else (node,)
    texts = [each.text for each in items if isinstance(each, ScalarNode)]
    if not texts or len(texts) < len(items) or any("'" in each for each in texts):
        return None
    return "[" + ", ".join(f"'not ({text})'" for text in texts) + "]"


def _folder(_: Scene, node: Node) -> str:
    return download_folder(shown(node).strip(QUOTES), None)


def _kept(path: Path) -> Callable[[Scene, Node], str | None]:
    def found(scene: Scene, _: Node) -> str | None:
        value = lookup(scene.tree.base, path)[1]
        return str(value) if isinstance(value, (str, int, float)) else None

    return found


def _unless_said(path: Path) -> Callable[[Scene, Node], str | None]:
    """What the base has at a path; None where the author sets that himself."""
    kept = _kept(path)
    return lambda scene, node: None if path in scene.said else kept(scene, node)


def _base_with(word: str) -> Callable[[Scene, Node], str | None]:
    return lambda scene, _: with_word(word, scene.base, scene.known)


COMPUTED: Mapping[str, Callable[[Scene, Node], str | None]] = {
    "qlora": _qlora,
    "steps": _steps,
    "of_thousand": _of_thousand,
    "all_steps": _all_steps,
    "percent": _percent,
    "batch_size": _unless_said(("batch_size",)),
    "base_type": _kept(("checkpointer", "model_type")),
    "folder": _folder,
    "kept": _kept_rows,
    "model_folder": _model_folder,
    "model_tokenizer": _in_model_folder("path"),
    "model_merges": _in_model_folder("merges_file"),
    "steps_of_batches": _steps_of_batches,
    "base_of": _base_of,
    "bases_of_models": _each(_base_of),
    "bases_of_kinds": _each(_base_of_kind),
    "bare": lambda _, node: shown(node).strip(QUOTES),
    "plain": _plain,
    "4bit": _4bit,
    "count_up": _count_up,
    "rest_of_batch": _steps_of_batch,
    "only": _only,
    "qlora_base": _base_with("qlora"),
    "dpo_base": _base_with("dpo"),
}
"""What a template may name beside the user's own values."""
