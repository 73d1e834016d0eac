"""The answers of elsewhere.json: what torchtune has for a name of another library, in lines to
write with the user's own values, or that it has no such thing and what one does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.types import Type, describe
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.members import covers
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, Advice, Line, line
from tcwc.torchtune.knowledge.advice.computed import QUOTES
from tcwc.torchtune.knowledge.advice.filling import VALUE, Filling, beside
from tcwc.torchtune.knowledge.advice.lines import above_of, lines_of
from tcwc.torchtune.knowledge.advice.misplaced import readers
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.renaming import rename
from tcwc.torchtune.knowledge.advice.scene import Scene, fits, path_of
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Member = Mapping[str, Any]

_PREFIX = "= "
"""Before the values in the table."""
_OTHERS = "other trainers"
REMOVED = r"[:;,]? ((and|or) )?remove (the line|it)(, or write `[^`]*`)?$"
"""The end of what is said of a value that means nothing by itself."""
_LOSS = re.compile(r"(?:(?:torchtune|trl)\.(?:\w+\.)*)?(\w+)Loss")
_MAYBE = "? "
"""Before the text of a line that is left out where something that it names is not there."""
_ASSUMED = "{of_thousand}"
_POINT_ZERO = re.compile(r"(\d+)\.0+")
_FILE = "(file)"
"""What stands in the table for the top level of the experiment's file."""


def table_answer(asked: Question, scene: Scene) -> Advice | None:
    """The first answer of the table that holds for a word, and can be followed in this config."""
    member = scene.known.elsewhere(asked.word)
    if member is None:
        return None
    fitting = _fitting(member, asked, scene)
    if fitting and "as" in fitting[0]:
        return table_answer(replace(asked, word=fitting[0]["as"], section=()), scene)
    return (_over_levels if asked.each else follow)(member, fitting, asked, scene)


def own_word(asked: Question, known: Catalogue) -> Advice | None:
    """What an experiment has for a word at its top level, which no config decides."""
    for answer in _answers(known.elsewhere(asked.word) or {}):
        pattern = answer.get("value")
        if (
            answer.get("at") != [_FILE]
            or "line" not in answer
            or "{" in answer["line"].replace(VALUE, "").replace("{{", "")
        ):
            continue
        if pattern is None or _has_value(pattern, asked):
            text = answer["line"].replace("{{", "{").replace("}}", "}")
            text = text.replace(VALUE, shown(asked.value))
            said = answer["say"].replace(VALUE, shown(asked.value))
            return Advice(said, (Line(text, answer.get("under", TOP)),))
    return None


def component_place(asked: Question, scene: Scene) -> Path | None:
    """The section whose component a word names in another library; None for other words."""
    for answer in _fitting(scene.known.elsewhere(asked.word) or {}, asked, scene):
        if "section" in answer and not isinstance(asked.value, MappingNode):
            return asked.section if answer["section"] == "." else path_of(answer["section"])
    return None


def follow(
    member: Member, fitting: Sequence[Member], asked: Question, scene: Scene
) -> Advice | None:
    """The advice of the first answer that can be followed; else that none of them can."""
    for each in fitting:
        advice = _made(member, each, asked, scene)
        if advice is not None:
            return advice
    return _nowhere(member, fitting, asked, scene)


def _fitting(member: Member, asked: Question, scene: Scene) -> list[Member]:
    return [each for each in _answers(member) if _holds(each, asked, scene)]


def _answers(member: Member) -> Iterator[Member]:
    yield from member.get("answers", (member,))


def _holds(answer: Member, asked: Question, scene: Scene) -> bool:
    """Whether an answer is for this place, this recipe, this base and this value."""
    section = format_path(asked.section) if asked.spot.home else _FILE
    return (
        _is_one(section, answer.get("at"))
        and suits(answer, scene)
        and ("value" not in answer or _has_value(answer["value"], asked, bare="values" in answer))
        and all(_stands(key, each, asked) for key, each in answer.get("beside", {}).items())
        and (not answer.get("several") or bool(asked.each))
    )


def _over_levels(
    member: Member, fitting: Sequence[Member], asked: Question, scene: Scene
) -> Advice | None:
    """The advice on several levels, none of which is lost: constants are said of all of them only
    where they mean the same."""
    whole = follow(member, fitting, asked, scene)
    if whole and any(each.under != CONTROLS for each in whole.lines):
        return replace(whole, covers=asked.value.span)
    meant = [_of_level(member, each, scene) for each in asked.each]
    known = [each for each in meant if each is not None]
    factor = _factor(known, asked, scene) if len(known) == len(meant) else None
    advice = factor or whole
    if factor is None and len(known) == len(meant) and (arm := _arm(known, asked)):
        advice = arm
    elif factor is None and whole is not None and whole.lines:
        advice = Advice(
            f"{whole.say}; levels that mean several keys are `arms:`, each with its own"
        )
    return advice and replace(advice, covers=asked.value.span)


def _of_level(member: Member, asked: Question, scene: Scene) -> tuple[str, dict[str, str]] | None:
    """What is said of one level, and the values that it means by path; None where it has none."""
    for answer in _fitting(member, asked, scene):
        written = answer.get("level") or answer.get("write") or {}
        filling = Filling(asked, scene, answer.get("values", {}))
        texts = {path: filling.line(text) for path, text in written.items()}
        said = filling.words(answer.get("say", member.get("say", _same(member, answer))))
        filled = {path: text for path, text in texts.items() if text is not None}
        if said and filled and len(filled) == len(texts):
            return said, filled
        if not written:
            return None
    return None


def _factor(
    meant: Sequence[tuple[str, dict[str, str]]], asked: Question, scene: Scene
) -> Advice | None:
    """The lines that set what the levels mean; None where they set different keys, or several."""
    (said, first), *_ = meant
    columns = {path: [texts.get(path, "") for _, texts in meant] for path in first}
    differ = [path for path, texts in columns.items() if len(set(texts)) > 1]
    there = all(above_of(path_of(path), asked, scene) == [] for path in columns)
    if len(differ) != 1 or not there or any(texts.keys() != first.keys() for _, texts in meant):
        return None
    lines = []
    for path, texts in columns.items():
        text = f"[{', '.join(texts)}]" if path in differ else texts[0]
        lines.append(line(asked.spot, path_of(path), text, own=path in differ))
    return Advice(re.sub(REMOVED, "", said), tuple(lines))


def _arm(meant: Sequence[tuple[str, dict[str, str]]], asked: Question) -> Advice | None:
    """The arm of levels that set several keys, or others each; None where one has no name."""
    names = [shown(node).strip("'\"") for node in asked.nodes]
    if not all(map(str.isidentifier, names)) or len(set(names)) < len(names):
        return None
    levels = [
        f"{name}: {{{', '.join(f'{path}: {text}' for path, text in texts.items())}}}"
        for name, (_, texts) in zip(names, meant, strict=True)
    ]
    say = "levels that mean several keys are an arm, each with a name"
    return Advice(say, (Line(f"{asked.word}: {{{', '.join(levels)}}}", "arms"),))


def value_answer(node: Node, path: Path, scene: Scene) -> Mapping[str, Any] | None:
    """The answer of the table for a value at a path; None where it has none."""
    if not isinstance(node, ScalarNode):
        return None
    member = scene.known.elsewhere(_PREFIX + node.text) or _of_loss(node.text, scene)
    dotted = format_path(tuple(part for part in path if isinstance(part, str)))
    for answer in member.get("answers", (member,)) if member else ():
        at = answer.get("at", (member or {}).get("at", (dotted,)))
        if any(covers(each, dotted) for each in at) and suits(answer, scene):
            return {**(member or {}), **answer}
    return None


def _of_loss(name: str, scene: Scene) -> Member | None:
    """What is known of the method that a loss has its name of, as torchtune or TRL may have had it:
    `torchtune.rlhf.loss.IPOLoss`."""
    method = _LOSS.fullmatch(name)
    return scene.known.elsewhere(_PREFIX + method[1].lower()) if method else None


def suits(answer: Member, scene: Scene) -> bool:
    """Whether an answer is for this recipe and this base."""
    return (
        _is_one(scene.who, answer.get("recipes"))
        and ("has" not in answer or scene.base_has(path_of(answer["has"])))
        and ("lacks" not in answer or not scene.base_has(path_of(answer["lacks"])))
        and all(_is_one(scene.component(k), [v]) for k, v in answer.get("where", {}).items())
    )


def _is_one(text: str, patterns: Sequence[str] | None) -> bool:
    return patterns is None or any(fnmatchcase(text, each) for each in patterns)


def _has_value(pattern: str, asked: Question, *, bare: bool = False) -> bool:
    """Whether a value, or each of its levels, is one that an answer is for; also without its
    quotes, if it is `bare`."""
    texts = [shown(each) for each in asked.nodes]
    texts = [each.strip(QUOTES) for each in texts] if bare else texts
    return bool(texts) and all(re.fullmatch(pattern, each) for each in texts)


def _stands(key: str, pattern: str, asked: Question) -> bool:
    """Whether a key stands beside the word, with such a value."""
    other = beside(asked.spot, key)
    return other is not None and bool(re.fullmatch(pattern, shown(other.value)))


def _made(member: Member, answer: Member, asked: Question, scene: Scene) -> Advice | None:
    """The advice of an answer; None where it cannot be followed in this config."""
    written = answer.get("write", {})
    values = answer.get("values") or _in_our_words(written, asked, scene)
    filling = Filling(asked, scene, values)
    said = filling.words(answer.get("say", member.get("say", _same(member, answer))))
    for path, text in written.items():
        type_ = scene.takes(path_of(path)) if text == VALUE else None
        if said and type_ and not _fits(asked, type_, values):
            return Advice(f"{said}; `{path}` takes {describe(type_)}")
    written = {p: t.removeprefix(_MAYBE) for p, t in written.items() if _is_wanted(t, filling)}
    chosen = {path.rpartition(".")[0]: t for path, t in written.items() if path.endswith(COMPONENT)}
    made = [lines_of(path_of(path), text, filling, chosen) for path, text in written.items()]
    top = filling.entry(answer["line"]) if "line" in answer else ""
    if said is None or None in made or top is None:
        return None
    if top and asked.spot.home in ("arms", "include"):
        said = "a file has one base, for all its runs: make another experiment with"
        return Advice(f"{said} `{top}`")
    lines = [each for some in made for each in some or ()]
    under = answer.get("under", TOP)
    lines += [Line(top, "" if under == asked.spot.home else under)] if top else []
    along = (beside(asked.spot, name) for name in answer.get("with", ()))
    exact = len(written) == 1 and VALUE in written.values() and not answer.get("loose")
    fix = rename(asked, scene, path_of(next(iter(written))), values) if exact else None
    assumes = answer.get("doubtful", False) or any(_ASSUMED in t for t in written.values())
    along_it = tuple(filter(None, along))
    return Advice(said, tuple(dict.fromkeys(lines)), fix, along_it, assumes=assumes)


def _is_wanted(template: str, filling: Filling) -> bool:
    """Whether a line is to be written: one that is only `? ` wanted, where it can be filled in."""
    return not template.startswith(_MAYBE) or filling.line(template[len(_MAYBE) :]) is not None


def _in_our_words(written: Mapping[str, str], asked: Question, scene: Scene) -> Mapping[str, str]:
    """Values that have another word where a line sets them, with that; {} where none has."""
    if list(written.values()) != [VALUE]:
        return {}
    path = path_of(next(iter(written)))
    if wholes := _whole_numbers(asked, scene.takes(path)):
        return wholes
    found = {n.text.lower(): value_answer(n, path, scene) for n in asked.scalars}
    if not any(answer and "to" in answer for answer in found.values()):
        return {}
    return {text: str((answer or {}).get("to", text)) for text, answer in found.items()}


def _whole_numbers(asked: Question, type_: Type | None) -> Mapping[str, str]:
    """Whole numbers that are written with a point, where such are needed: `3.0` epochs."""
    texts = [each.text for each in asked.scalars]
    if type_ is None or "int" not in type_.kinds or "float" in type_.kinds:
        return {}
    if not any(_POINT_ZERO.fullmatch(text) for text in texts):
        return {}
    return {text.lower(): _POINT_ZERO.sub(r"\1", text) for text in texts}


def _fits(asked: Question, type_: Type, values: Mapping[str, str]) -> bool:
    """Whether a type takes the asked value, or each of its levels, in torchtune's words."""
    if not values:
        return fits(asked.value, type_, levels=asked.levels)
    meant = (ScalarNode(values.get(n.text.lower(), n.text), False, n.span) for n in asked.scalars)
    return all(fits(node, type_, levels=False) for node in meant)


def _same(member: Member, answer: Member) -> str:
    """What is said where a word has another name here and the same meaning."""
    of = member["of"]
    word = f"{of}'{'' if of.endswith('s') else 's'} `{{word}}`" if of else "`{word}`"
    word = f"`{{word}}` of {of}" if of == _OTHERS else word
    return f"{word} is `{next(iter(answer['write']))}` in torchtune" if "write" in answer else ""


def _nowhere(
    member: Member, answers: Sequence[Member], asked: Question, scene: Scene
) -> Advice | None:
    """That what a word stands for is read in no config of this recipe."""
    answer = next((each for each in answers if "write" in each), None)
    if answer is None:
        return None
    if asked.levels and isinstance(asked.value, ScalarNode):
        one = replace(asked, value=SequenceNode((asked.value,), asked.value.span))
        return follow(member, answers, one, scene)
    path = path_of(next(iter(answer["write"])))
    there = readers(scene, path)
    said = _same(member, answer).replace("{word}", asked.word)
    if scene.takes(path) is not None:
        return Advice(f"{said}: set that, in its own words")
    elsewhere = f"; {there} read it" if there else ""
    return Advice(f"{said}, which {scene.who} does not read{elsewhere}: remove the line")
