"""Whether data, tokenizer and collator fit each other: pictures with what takes pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import DATA_REFUSED, PICTURES_DROPPED
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.records import file_of
from tcwc.torchtune.knowledge.data.told import Told
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]

_PICTURE = "image"
_COLLATOR: Path = ("collate_fn",)
_TOKENIZER: Path = ("tokenizer", COMPONENT)
_TEXTS = "torchtune.data.padded_collate_sft"


def pictures(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """Pictures without a collator for them, and a collator for pictures without any."""
    recipe = reader.context.recipe
    if recipe is None or "collate_fn" not in recipe.keys:
        return
    known = catalogue(reader.context).data("pictures")
    collator, tokenizer = reader.known(_COLLATOR), reader.known(_TOKENIZER)
    takes = isinstance(collator, str) and collator.endswith(_last(known["collator"]))
    about = ((*where, COMPONENT), _COLLATOR, _TOKENIZER)
    has = name.startswith(known["with"])
    if not takes and not has:
        return
    needs = takes and known["needed"]  # else the collator does with none what the usual one does
    if needs and not has and _all_of_texts(reader, known["without"]):
        yield Told(
            DATA_REFUSED,
            about[0],
            f"{name} has no pictures, and `collate_fn` {_last(str(collator))} needs one in each "
            "batch: the run crashes at the first",
            f"write `collate_fn: {_TEXTS}`, with the tokenizer and the model of texts, or choose "
            f"data with pictures, such as `{known['with']}the_cauldron_dataset`",
            about[1:2],
        )
    elif needs and not has and _is_of_texts(section, known["without"]):
        yield Told(
            DATA_REFUSED,
            about[0],
            f"{name} has no pictures, and `collate_fn` {_last(str(collator))} needs one in each "
            "sample: the run crashes at the first batch with a sample of this one",
            "remove it from the list: data of texts and data with pictures are runs of their own",
            about[1:2],
        )
    elif needs and _names_no_pictures(section, name, known):
        yield Told(
            DATA_REFUSED,
            (*where, "column_map"),
            f"`{format_path((*where, 'column_map'))}` names no column of pictures, and "
            f"`collate_fn` {_last(str(collator))} needs one in each batch: the run crashes at the "
            "first",
            f"add the column that has them, such as `{format_path((*where, 'column_map'))}.image: "
            "image`",
            about,
        )
    elif takes and _is_for_texts(tokenizer, known):
        yield Told(
            DATA_REFUSED,
            _COLLATOR,
            f"`collate_fn` {_last(str(collator))} needs pictures, and {tokenizer} gives none: the "
            "run crashes at the first batch",
            f"write `collate_fn: {_TEXTS}`, or choose a tokenizer for pictures, such as "
            "`tokenizer._component_: torchtune.models.llama3_2_vision.llama3_2_vision_transform`",
            about[2:],
        )
    elif has and _are_dropped(takes, tokenizer, known) and _is_known(collator):
        refused = _refused(reader, section, known) if _is_for_texts(tokenizer, known) else ""
        what = refused or "the collator drops them: the model gets the texts alone"
        yield Told(
            DATA_REFUSED if refused and _last(name) in known["in_each"] else PICTURES_DROPPED,
            about[0],
            f"{name} has pictures, and {what}",
            f"write `collate_fn: {known['collator']}`, with a tokenizer and a model for pictures",
            about[1:],
        )


def unasked(
    reader: CaseReader, where: Path, section: Section, asked: dict[str, Any], there: list[str]
) -> Iterator[Told]:
    """A column of a file that torchtune takes for pictures, in a run of texts: it looks for it by
    itself where messages may have some (torchtune/data/_messages.py:215)."""
    how = asked.get("image")
    if how is None or section.get("conversation_style") == "openai" or section.get("filter_fn"):
        return
    mapping = section.get("column_map") if how != "never" else {}
    usual = _PICTURE if how == "mapped" else None
    named = mapping.get(_PICTURE) if isinstance(mapping, dict) else usual
    column = next((each for each in (_PICTURE, named) if each in there), None)
    known = catalogue(reader.context).data("pictures")
    if column is None or (named in there and not _is_for_texts(reader.known(_TOKENIZER), known)):
        return
    tokenizer, file = reader.known(_TOKENIZER), file_of(reader, where)
    refused = named not in there
    yield Told(
        DATA_REFUSED if refused else PICTURES_DROPPED,
        (*where, "data_files"),
        f"`{file}` has a column `{column}`, which torchtune takes for pictures: "
        + (
            f"it looks for a column of that name in `{format_path((*where, 'column_map'))}`, and "
            "the run crashes"
            if refused
            else f"it loads each, and {tokenizer} makes nothing of them"
        ),
        "take the column out of the file, or give it another name",
        ((*where, "column_map"), (*where, COMPONENT)),
    )


def _refused(reader: CaseReader, section: Section, known: dict[str, Any]) -> str:
    """What becomes of pictures that a tokenizer of texts is given; "" where the run goes on."""
    tokenizer, token = str(reader.known(_TOKENIZER)), known["token"]
    if section.get("data_files") is not None:
        return ""  # of one's own samples some may have none
    if not re.search(token["of"], tokenizer):
        return f"{tokenizer} refuses them: the run stops at the first"
    model: Path = ("model", COMPONENT)
    rows = reader.size(model[:1], "vocab_size") if reader.levels(model) < 2 else None
    if rows is None or rows > token["is"]:
        return ""
    return (
        f"{tokenizer} makes token {token['is']} of each, which is past the {rows} tokens of the "
        "model: the run stops at the first"
    )


def _are_dropped(takes: bool, tokenizer: Value, known: dict[str, Any]) -> bool:
    """Whether pictures get lost: by a tokenizer of texts, or by the collator where only one for
    pictures keeps them."""
    return _is_for_texts(tokenizer, known) or (not takes and known["needed"])


def _names_no_pictures(section: Section, name: str, known: dict[str, str]) -> bool:
    columns = section.get("column_map")
    mapped = isinstance(columns, dict) and bool(columns) and "image" not in columns
    return mapped and name.startswith(known["with"]) and _last(name) in known["mapped"]


def _is_known(collator: Value) -> bool:
    return collator is None or (isinstance(collator, str) and collator.startswith("torchtune."))


def _all_of_texts(reader: CaseReader, without: object) -> bool:
    """Whether there are surely no pictures: a batch of a list may have some of another set."""
    data = reader.case.value(("dataset",))
    sections = data if isinstance(data, list) else [data]
    return all(isinstance(each, dict) and _is_of_texts(each, without) for each in sections)


def _is_of_texts(section: Section, without: object) -> bool:
    """Whether a data set surely has no pictures."""
    name = str(section.get(COMPONENT))
    if not name.startswith("torchtune.datasets."):
        return False
    if _last(name) == "instruct_dataset":
        columns = section.get("column_map")
        return not isinstance(columns, dict) or "image" not in columns
    return isinstance(without, list) and _last(name) in without


def _is_for_texts(tokenizer: Value, known: dict[str, str]) -> bool:
    return isinstance(tokenizer, str) and bool(re.match(known["text_tokenizers"], tokenizer))


def _last(name: str) -> str:
    return name.rpartition(".")[2]
