"""Files in the words of other trainers: the words at their top, and whole files of theirs.

Nothing of it needs the config of an experiment, which may have no base yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tcwc.model.frozen import replace
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.answers import own_word
from tcwc.torchtune.knowledge.advice.bases import config_of_model
from tcwc.torchtune.knowledge.advice.question import Question, asked_at
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import Entry, MappingNode, ScalarNode

_USUAL = "llama3_2/1B_lora_single_device"
"""The config whose kind of training is meant where none is named."""
_MODEL = "model_name_or_path"
_TELLING = 3
"""Words of other trainers from which on a file is one of theirs."""


def of_own_word(asked: Question, known: Catalogue) -> Advice | None:
    """What a word at the top level of the file is called in an experiment."""
    return own_word(asked, known) if not asked.spot.home and not asked.section else None


def of_given(root: MappingNode, known: Catalogue, sections: tuple[str, ...]) -> Advice | None:
    """Where a section that is missing stands under another name."""
    for entry in root.entries:
        found = own_word(asked_at(Spot((entry,), root)), known)
        if found and any(found.lines[0].text.startswith(f"{each}: ") for each in sections):
            return replace(found, at=entry.key.span, covers=entry.key.span)
    return None


def of_named_model(root: MappingNode, known: Catalogue) -> Advice | None:
    """The base of the model that a file names in the words of another library."""
    entry = _model(root, known)
    base = config_of_model(_text(entry), _USUAL, known) if entry else ""
    if not entry or not base:
        return None
    say = f"the model is chosen by its base, and `{entry.key.text}` names one"
    return Advice(
        say, (Line(f"base_config: {base}", TOP),), at=entry.key.span, covers=entry.key.span
    )


def of_trainer(root: MappingNode, known: Catalogue) -> Advice | None:
    """What a whole config of another trainer is as an experiment; None where it is none."""
    words = [each.key.text for each in root.entries if known.elsewhere(each.key.text)]
    ours = any(each.key.text in ("variables", "controls", "arms") for each in root.entries)
    if ours or len(words) < _TELLING:
        return None
    entry = _model(root, known)
    base = config_of_model(_text(entry), _USUAL, known) if entry else ""
    say = (
        "this is a config of another trainer; an experiment has a name and a base (`tcwc bases`), "
        "and keys like these go under `controls:`, where each gets its name in torchtune"
    )
    lines = (Line("experiment_name: my_study", TOP), Line(f"base_config: {base or _USUAL}", TOP))
    return Advice(say, lines, stays=True)


def _model(root: MappingNode, known: Catalogue) -> Entry | None:
    """The entry that names a model as other libraries do."""
    meant: Mapping[str, Any] | None = known.elsewhere(_MODEL)
    return next((each for each in root.entries if known.elsewhere(each.key.text) is meant), None)


def _text(entry: Entry) -> str:
    return entry.value.text if isinstance(entry.value, ScalarNode) else shown(entry.value)
