"""A config that no experiment uses, read as an experiment of nothing else: what its comments say of
the recipe that runs it, and its sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tcwc.language.sections import DEFAULT_LIMIT, Sections
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import dataclass
from tcwc.model.rules import RECIPE_CHOICE
from tcwc.model.source import SourceText, Span
from tcwc.model.target import Document, Target
from tcwc.yaml.nodes import ScalarNode

RECIPE = "recipe"


@dataclass(frozen=True, slots=True)
class Named:
    """A recipe, or a version of the target, and where it is named; `at` is None where that is
    outside of the config."""

    text: str
    at: Span | None = None


def named_in(
    source: SourceText, comments: Iterable[tuple[int, int]], target: Target
) -> tuple[dict[str, Named], list[Diagnostic]]:
    """What comments such as `# tcwc: recipe NAME` and `# tcwc: torchtune 0.5.0` name, by their
    word, and what is wrong with them."""
    named: dict[str, Named] = {}
    found: list[Diagnostic] = []
    for word, each in _each_named(source, comments, target):
        first = named.setdefault(word, each)
        if not each.text:
            found.append(_wrong(each.at, f"this comment names no {word}", word))
        elif first.text != each.text and first.at is not None:
            said = f"a second {word} is named, and a config is for one"
            found.append(_wrong(each.at, said, word, (Label(first.at, "and this one"),)))
    return {word: each for word, each in named.items() if each.text}, found


def _each_named(
    source: SourceText, comments: Iterable[tuple[int, int]], target: Target
) -> Iterator[tuple[str, Named]]:
    directive = re.compile(
        rf"#\s*tcwc:\s*(?P<word>{RECIPE}|{re.escape(target.name)})(?![\w-])[ \t:=]*"
        r"(?P<quote>[\"']?)(?P<name>[^\s\"'#]*)"
    )
    for start, end in comments:
        for match in directive.finditer(source.text, start, end):
            part = "name" if match["name"] else "word"
            yield match["word"], Named(match["name"], source.span(*match.span(part)))


def _wrong(at: Span | None, message: str, word: str, labels: tuple[Label, ...] = ()) -> Diagnostic:
    assert at is not None
    help = "keep one of the two" if labels else f"write `# tcwc: {word} NAME`, or remove it"
    return finding(RECIPE_CHOICE, at, message, help=help, labels=labels)


def beginning(document: Document, source: SourceText) -> Span:
    """Where findings point that are about a config as a whole: just before its first key."""
    top = [span for path, span in document.key_spans.items() if len(path) == 1]
    if not top:
        return source.span(0, 0)
    first = min(top, key=lambda span: (span.line, span.column))
    # No key has this place, and what is said of the whole is taken for said of none.
    return Span(first.file, first.line, first.column, first.line, first.column)


def sections_of(file: str, recipe: Named, start: Span) -> Sections:
    """The sections of an experiment that is the config in a file and nothing else."""
    at = recipe.at or start
    texts = {
        "experiment_name": ScalarNode("config", False, start),
        "base_config_file": ScalarNode(file, True, start),
        RECIPE: ScalarNode(recipe.text, False, at),
    }
    keys = {"experiment_name": start, "base_config_file": start, RECIPE: at}
    return Sections(start, texts, {}, {}, keys, isolate_outputs=False, limit=DEFAULT_LIMIT)
