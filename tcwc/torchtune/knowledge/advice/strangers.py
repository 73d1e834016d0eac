"""Words of other trainers at the top of a file.

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

USUAL = "llama3_2/1B_lora_single_device"
"""The config whose kind of training is meant where none is named."""
_MODEL = "model_name_or_path"


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
    entry = model_of(root, known)
    base = config_of_model(text_of(entry), USUAL, known) if entry else ""
    if not entry or not base:
        return None
    say = f"the model is chosen by its base, and `{entry.key.text}` names one"
    return Advice(
        say, (Line(f"base_config: {base}", TOP),), at=entry.key.span, covers=entry.key.span
    )


def model_of(root: MappingNode, known: Catalogue) -> Entry | None:
    """The entry that names a model as other libraries do."""
    meant: Mapping[str, Any] | None = known.elsewhere(_MODEL)
    return next((each for each in root.entries if known.elsewhere(each.key.text) is meant), None)


def text_of(entry: Entry) -> str:
    """The value of an entry, in one line."""
    return entry.value.text if isinstance(entry.value, ScalarNode) else shown(entry.value)
