"""A whole file of another program as an experiment: a trainer's config, a sweep, a search space."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.model.frozen import replace
from tcwc.model.printable import shell_path
from tcwc.model.target import Target
from tcwc.model.words import listed
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, VARIABLES, Advice, Line
from tcwc.torchtune.knowledge.advice.answers import own_word, table_answer
from tcwc.torchtune.knowledge.advice.bases import config_of_kind, config_of_model, fetched_as
from tcwc.torchtune.knowledge.advice.computed import QUOTES
from tcwc.torchtune.knowledge.advice.lines import once
from tcwc.torchtune.knowledge.advice.parts import SAMPLE, Part, part_of
from tcwc.torchtune.knowledge.advice.question import asked_at
from tcwc.torchtune.knowledge.advice.scene import Scene, scene_of
from tcwc.torchtune.knowledge.advice.spot import Spot
from tcwc.torchtune.knowledge.advice.strangers import USUAL, model_of, text_of
from tcwc.torchtune.knowledge.advice.unwrap import is_unset
from tcwc.yaml.nodes import MappingNode, ScalarNode

_SECTIONS = (VARIABLES, CONTROLS)
_TELLING = 3
"""Words of other programs from which on a file is one of theirs."""
_NAME, _BASE = "experiment_name", "base_config"
_FOLDER = "checkpointer.checkpoint_dir"
_ADOPTED = ("W&B", "Hydra")
"""Programs whose files can be adopted."""
_KINDS = ("adapter", "stage")
"""Words that say what is trained, the last one the most."""


def is_alone(root: MappingNode) -> bool:
    """Whether nothing in a file says that it is an experiment."""
    ours = (_NAME, _BASE, VARIABLES, CONTROLS, "arms")
    return all(entry.key.text not in ours for entry in root.entries)


def of_file(root: MappingNode, known: Catalogue, target: Target) -> Advice | None:
    """What a whole file of another program is as an experiment; None where it is none."""
    words = [each.key.text for each in root.entries]
    what = next(filter(None, map(known.file_of, words)), "")
    told = [word for word in words if known.elsewhere(word) or known.container(word) in _SECTIONS]
    if not what and len(told) < _TELLING:
        return None
    base, unmet = _base(root, known, sweeps=bool(what))
    named = _named_base(root, known)
    base, unmet = (named, []) if named else (base, unmet)
    scene = scene_of(base, known, target)
    if scene is None:
        return None
    found = list(_parts(root, scene))
    lines = list(once((e for part in found if part.advice for e in part.advice.lines), scene))
    if not what and not any(line.under != TOP for line in lines):
        return None
    left = [each.name for each in found if not (each.advice and each.advice.lines)]
    left = [each for each in dict.fromkeys(left) if known.elsewhere(each) not in _kinds(known)]
    say = f"this is {what or 'a config of another trainer'}; as an experiment it has these lines"
    say += _adopted(root, what)
    say += "".join(f"; torchtune has no config for `{each}`" for each in unmet)
    if unmet or not (named or model_of(root, known)):
        say += "; `base_config` is the model and how it is trained, a name of `tcwc bases`"
    say += f"; no line here stands for {listed(left, len(left))}" if left else ""
    say += "".join(f"; {each.advice.say}" for each in found if each.advice and each.advice.assumes)
    say += _of_other_weights(root, base, lines, known)
    head = [] if any(_key(each) == _NAME for each in lines) else [Line(f"{_NAME}: my_study", TOP)]
    head += [] if unmet else [Line(f"{_BASE}: {base}", TOP)]
    lines = [*head, *(each for each in lines if _key(each) != _BASE)]
    return Advice(say, tuple(_sampled(lines)), covers=root.span)


def _adopted(root: MappingNode, what: str) -> str:
    """What writes the lines, where it reads such a file."""
    is_read = any(each in what for each in _ADOPTED)
    return f" (`tcwc adopt {shell_path(root.span.file)}` writes them)" if is_read else ""


def _key(line: Line) -> str:
    return line.text.partition(":")[0]


def _sampled(lines: list[Line]) -> Iterator[Line]:
    """The lines with one that draws runs, the one that says how many, if any does."""
    draws = [each for each in lines if _key(each) == SAMPLE]
    yield from (each for each in dict.fromkeys(lines) if each not in draws)
    if draws:
        sizes, seeds = (_said(draws, word, usual) for word, usual in _USUAL_DRAWS.items())
        yield Line(f"{SAMPLE}: {{size: {sizes}, seed: {seeds}}}", TOP)


_USUAL_DRAWS = {"size": "20", "seed": "7"}


def _said(draws: list[Line], word: str, usual: str) -> str:
    """What lines that draw runs say by a word: other than usual, if one does."""
    found = [each[1] for line in draws if (each := re.search(rf"\b{word}: (\d+)", line.text))]
    return next((each for each in found if each != usual), usual)


def _kinds(known: Catalogue) -> list[object]:
    return [known.elsewhere(word) for word in _KINDS]


def _base(root: MappingNode, known: Catalogue, *, sweeps: bool) -> tuple[str, list[str]]:
    """The config of the model and of the way to train that a file is about, and what of that no
    config is for."""
    entry, unmet = model_of(root, known), []
    base = config_of_model(text_of(entry), USUAL, known) if entry else ""
    if entry and not base:
        unmet.append(f"{entry.key.text}: {text_of(entry)}")
    base, kinds = base or USUAL, _kinds(known)
    named = [each for each in root.entries if known.elsewhere(each.key.text) in kinds]
    named = [each for each in named if text_of(each).lower() not in ("true", "false", "")]
    named.sort(key=lambda each: kinds.index(known.elsewhere(each.key.text)))
    for each in named:
        found = config_of_kind(text_of(each).lower(), base, known)
        unmet += [] if found else [f"{each.key.text}: {text_of(each)}"]
        base = found or base
    adapted = any("lora" in each.key.text for each in root.entries)
    if sweeps or named or adapted:
        return base, unmet
    return config_of_kind("full", base, known) or base, unmet


def _named_base(root: MappingNode, known: Catalogue) -> str:
    """The config that a file names itself, by another word; "" where it names none."""
    words = (own_word(asked_at(Spot((each,), root)), known) for each in root.entries)
    lines = [each for own in words if own for each in own.lines if _key(each) == _BASE]
    name = lines[0].text.partition(": ")[2].strip(QUOTES) if lines else ""
    return name if known.config(name) is not None else ""


def _of_other_weights(root: MappingNode, base: str, lines: list[Line], known: Catalogue) -> str:
    """That the base's list of files is one of another model's, if the weights are another's."""
    entry, fetched = model_of(root, known), fetched_as(base, known)
    typed = text_of(entry).rstrip("/").rpartition("/")[2] if entry else ""
    kept = not typed or typed == fetched.rpartition("/")[2] or not fetched
    if kept or all(_key(each) != _FOLDER for each in lines):
        return ""
    return (
        f"; `checkpointer.checkpoint_files` stay those of {fetched}: compare them with what is in "
        "the folder"
    )


def _parts(root: MappingNode, scene: Scene) -> Iterator[Part]:
    for entry in root.entries:
        if is_unset(entry.value):
            continue
        asked = asked_at(Spot((entry,), root))
        own = own_word(asked, scene.known)
        if own is None and isinstance(entry.value, ScalarNode):
            own = _of_file_alone(scene, Spot((entry,), root))
        if own is not None:
            yield Part(entry.key.text, own)
        else:
            yield from part_of("", entry, root, scene, varies=False)


def _of_file_alone(scene: Scene, spot: Spot) -> Advice | None:
    """What is said of a word that means something at the top of a file alone."""
    member = scene.known.elsewhere(spot.entry.key.text) or {}
    places = [each.get("at") for each in member.get("answers", ())]
    if not places or any(each != ["(file)"] for each in places):
        return None
    advice = table_answer(asked_at(spot), scene)
    return advice and replace(advice, lines=())
