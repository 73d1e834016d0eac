"""An answer as a value: what is said, the lines to write, and where each goes."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.model.diagnostics import Fix
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, format_path
from tcwc.model.secrets import names_one, secrets_in
from tcwc.model.source import Span
from tcwc.torchtune.knowledge.advice.spot import BASE, Spot
from tcwc.yaml.nodes import Entry, SequenceNode

TOP = "the top level"
CONTROLS = "controls"
VARIABLES = "variables"
_WHOLE = (CONTROLS, "engineering", "arms", "include")
"""Sections where a constant can stand beside what is there: a level of an arm has lines of its own,
and the same under `controls:` would be of all levels."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to write. `under` is the section of the experiment where it goes, "" where it takes
    the place of the line that a finding is about."""

    text: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a finding. `along` are entries beside it whose place the lines take too."""

    say: str
    lines: tuple[Line, ...] = ()
    fix: Fix | None = None
    along: tuple[Entry, ...] = ()
    at: Span | None = None
    """Where to point, if not to where the finding does."""
    stays: bool = False
    """Whether lines that go elsewhere leave what the finding points to where it is."""
    assumes: bool = False
    """Whether a line has a number that follows from what is said alone, not from what is there."""
    covers: Span | None = None
    """What it is about as a whole: other findings in that are its echoes."""

    @property
    def help(self) -> str:
        """The advice in a sentence, each line ready to be copied."""
        if not self.lines:
            return self.say
        here = [each.text for each in self.lines if not each.under]
        parts = [f"write {_quoted(here)}" + _instead(self.along)] if here else []
        for section in dict.fromkeys(each.under for each in self.lines if each.under):
            texts = _quoted(each.text for each in self.lines if each.under == section)
            where = f"at {section}" if section == TOP else f"under `{section}:`"
            parts.append(f"{'' if parts else 'write '}{texts} {where}")
        return f"{self.say}: {', and '.join(parts)}" + ("" if here or self.stays else ", not here")


def hiding(advice: Advice) -> Advice:
    """An answer without lines that would write a secret again, which no config is to have."""
    told = [each for each in advice.lines if _is_secret(each)]
    if not told:
        return advice
    kept = tuple(each for each in advice.lines if each not in told)
    keys = " and ".join(f"`{each.text.partition(':')[0]}`" for each in told)
    say = f"{keys}: a secret does not belong in a config, programs read it from the environment"
    return replace(advice, say="; ".join(filter(None, (advice.say, say))), lines=kept, fix=None)


def _is_secret(line: Line) -> bool:
    key, _, value = line.text.partition(": ")
    if any(True for _ in secrets_in(line.text)):
        return True
    return names_one(key.rpartition(".")[2]) and not value.strip("'\"").startswith(
        ("$", "<", "null")
    )


def _instead(along: tuple[Entry, ...]) -> str:
    return f" in place of {'both' if len(along) == 1 else f'all {len(along) + 1}'}" if along else ""


def _quoted(texts: Iterable[str]) -> str:
    each = [f"`{text}`" for text in texts]
    return " and ".join(filter(None, (", ".join(each[:-1]), each[-1])))


def line(spot: Spot, path: Path, text: str, *, own: bool) -> Line:
    """The line that sets a path, in place of the spot's entry where the mapping around that can
    hold it. One that has no value of the user's `own` is a constant."""
    above, home = spot.above, spot.home
    if home == BASE:
        # There are no paths with dots in a config.
        others = (entry for entry in spot.beside.entries if entry.key.span != spot.entry.key.span)
        taken = any(entry.key.text == path[-1] for entry in others)
        inside = path[: len(above)] == above and len(path) == len(above) + 1 and not taken
        return Line(f"{path[-1]}: {text}") if inside else Line(_full(path, text), CONTROLS)
    if not home:
        return Line(_full(path, text), _section_of(spot) if own else CONTROLS)
    if own or home in _WHOLE:
        if path[: len(above)] == above:
            return Line(f"{format_path(path[len(above) :])}: {text}")
        return Line(_full(path, text), home)
    return Line(_full(path, text), CONTROLS)


def _full(path: Path, text: str) -> str:
    return f"{format_path(path)}: {text}"


def _section_of(spot: Spot) -> str:
    """The section in which a key of the top level belongs: a list is most likely of levels."""
    value = spot.entry.value
    several = isinstance(value, SequenceNode) and len(value.items) > 1
    return VARIABLES if several else CONTROLS
