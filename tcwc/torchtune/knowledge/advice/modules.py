"""Lists of the modules that LoRA adapts, in the names of other libraries.

Of attention torchtune adapts those that a list names; of the MLP and of the output it adapts all
or nothing, by two other keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcwc.model.diagnostics import Edit, Fix
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.model.words import listed
from tcwc.torchtune.knowledge.adapted import MLP, MODULES
from tcwc.torchtune.knowledge.advice.advice import Advice, Line, line
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.yaml.nodes import Node, ScalarNode, SequenceNode

_LEFT_OUT = "the base adapts the MLP too, which such a list leaves out"


@dataclass(frozen=True, slots=True)
class Adapted:
    """What a list of modules comes to: those of attention, and which of the flags it asks for."""

    modules: tuple[str, ...]
    flags: frozenset[str]

    @property
    def text(self) -> str:
        return f"[{', '.join(self.modules)}]"


def of_modules(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write for a list of modules at a path; None where some word is not known."""
    node = asked.value
    lists = list(node.items) if asked.levels and isinstance(node, SequenceNode) else [node]
    read = [_adapted(each, scene) for each in lists]
    adapted = [each for each in read if each is not None]
    if len(adapted) < len(read):
        return None
    flat = all(isinstance(each, ScalarNode) for each in lists)
    if asked.levels and flat and all(each.flags == adapted[0].flags for each in adapted):
        return _as_levels(adapted, asked, path, scene)
    if not all(each.modules for each in adapted):
        return _without_attention(lists, scene)
    flags = sorted(frozenset().union(*(each.flags for each in adapted)))
    more = _left_out(asked, path, flags, scene)
    said = "" if more and not _strange(lists, scene) else _said(lists, scene)
    say = "; ".join(filter(None, (said, _beside(lists), _LEFT_OUT if more else "")))
    if not flags:
        value = _listed([each.text for each in adapted], asked, lists)
        ours = (line(asked.spot, path, value, own=True), *more)
        fix = None if more else _fix(lists, scene)  # one that trains the MLP is no repair
        return Advice(say, ours, fix, covers=node.span, assumes=bool(more))
    section = path[:-1]
    if all(each.flags == adapted[0].flags for each in adapted):
        value = _listed([each.text for each in adapted], asked, lists)
        lines = [line(asked.spot, path, value, own=True)]
        lines += [
            line(asked.spot, (*section, flag), "true", own=False)
            for flag in flags
            if scene.value((*section, flag)) is not True
        ]
        return Advice(say, tuple(lines), covers=node.span)
    levels = ", ".join(_level(each, flags) for each in adapted)
    return Advice(say, (line(asked.spot, section, f"[{levels}]", own=True),), covers=node.span)


def _without_attention(lists: list[Node], scene: Scene) -> Advice:
    """That there is no LoRA of torchtune's without a module of the attention."""
    return Advice(
        f"{_said(lists, scene)}, and its LoRA always adapts the attention as well: name some of "
        "q_proj, k_proj, v_proj and output_proj for it",
        covers=lists[0].span if len(lists) == 1 else None,
    )


_MLP_MODULES = ("gate_proj", "up_proj", "down_proj")


def _beside(lists: list[Node]) -> str:
    """What of the MLP is adapted too, where a list names a part of it."""
    words = {word for node in lists for word in _words(node)}
    rest = [each for each in _MLP_MODULES if each not in words]
    some = len(rest) < len(_MLP_MODULES)
    return f"that adapts {listed(rest).replace('`', '')} too" if some and rest else ""


def _left_out(asked: Question, path: Path, flags: Sequence[str], scene: Scene) -> tuple[Line, ...]:
    """The line that leaves out what the base adapts and a list of another library's does not."""
    mlp = (*path[:-1], MLP)
    if asked.word == MODULES or flags or mlp in scene.said or scene.value(mlp) is not True:
        return ()
    return (line(asked.spot, mlp, "false", own=False),)


def _as_levels(adapted: list[Adapted], asked: Question, path: Path, scene: Scene) -> Advice:
    """What to write for words as levels, where each level is a list."""
    modules = dict.fromkeys(module for each in adapted for module in each.modules)
    one = f"[[{', '.join(modules)}]]"
    levels = f"[{', '.join(each.text for each in adapted)}]"
    lists = list(asked.nodes)
    strange = f"{_said(lists, scene)}; " if _strange(lists, scene) else ""
    more = _left_out(asked, path, sorted(adapted[0].flags), scene)
    strange += f"{_LEFT_OUT}; " if more else ""
    say = f"{strange}a level is a list itself (one with all of them is `{one}`)"
    lines = (line(asked.spot, path, levels, own=True), *more)
    return Advice(say, lines, covers=asked.value.span)


def _level(adapted: Adapted, flags: Sequence[str]) -> str:
    """A level of the model's section that says of each flag whether it is set."""
    set_ = (f", {flag}: {'true' if flag in adapted.flags else 'false'}" for flag in flags)
    return f"{{{MODULES}: {adapted.text}{''.join(set_)}}}"


def _listed(texts: list[str], asked: Question, lists: list[Node]) -> str:
    return f"[{', '.join(texts)}]" if asked.levels and lists != [asked.value] else texts[0]


def _adapted(node: Node, scene: Scene) -> Adapted | None:
    """What a node names; None where a word of it is no module that is known of."""
    words = _words(node)
    modules: list[str] = []
    flags: set[str] = set()
    for word in words:
        if not word or (meant := _meant(word, scene)) is None:
            return None
        modules += [each for each in meant[0] if each not in modules]
        flags |= set(meant[1])
    return Adapted(tuple(modules), frozenset(flags)) if words else None


def _words(node: Node) -> list[str]:
    if isinstance(node, ScalarNode):
        return re.split(r"[\s,]+", node.text.strip(" ,[]"))
    items = node.items if isinstance(node, SequenceNode) else ()
    return [each.text if isinstance(each, ScalarNode) else "" for each in items]


def _meant(word: str, scene: Scene) -> tuple[Sequence[str], Sequence[str]] | None:
    """The modules and the flags that a word stands for."""
    names = scene.known.adapted()
    if word in names.get("", {}).get("modules", ()):
        return (word,), ()
    found = names.get(word) or names.get(word.lower())
    return None if found is None else (found.get("modules", ()), found.get("flags", ()))


def _strange(lists: list[Node], scene: Scene) -> dict[str, None]:
    """The words that torchtune itself does not have, each once."""
    ours = scene.known.adapted().get("", {}).get("modules", ())
    return dict.fromkeys(w for node in lists for w in _words(node) if w not in ours)


def _said(lists: list[Node], scene: Scene) -> str:
    """What is said of the words that are strange here, those of one meaning together."""
    words = _strange(lists, scene)
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(_shown(word, scene), []).append(word)
    told = [f"{listed(w)} {'is' if len(w) == 1 else 'are'} {text}" for text, w in groups.items()]
    return ", ".join(told) + " in torchtune" if told else "a list stands in brackets"


def _shown(word: str, scene: Scene) -> str:
    """What a word stands for, in words."""
    modules, flags = _meant(word, scene) or ((), ())
    parts = [", ".join(modules)] if modules else []
    parts += [
        f"`{flag}: true`" + (" (as the base has it)" if _has(flag, scene) else "") for flag in flags
    ]
    return " with ".join(parts)


def _has(flag: str, scene: Scene) -> bool:
    return scene.value(("model", flag)) is True


def _fix(lists: list[Node], scene: Scene) -> Fix | None:
    """The fix where each strange word has one name here."""
    edits = []
    for node in lists:
        if not isinstance(node, SequenceNode):
            found = _adapted(node, scene)
            return Fix("write a list", (Edit(node.span, found.text),), safe=True) if found else None
        for item in node.items:
            meant = _meant(item.text, scene) if isinstance(item, ScalarNode) else None
            if meant is None or len(meant[0]) != 1 or meant[1]:
                return None
            if isinstance(item, ScalarNode) and meant[0][0] != item.text:
                edits.append(Edit(item.span, meant[0][0]))
    return Fix("write torchtune's names of these modules", tuple(edits), safe=True)
