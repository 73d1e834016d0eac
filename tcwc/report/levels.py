"""Levels in words that tell them apart, shortly: a section is its component, with the keys in which
it differs from others (`DPOLoss(beta=0.1)`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tcwc.config.canonical import canonical_json
from tcwc.config.walk import leaves
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Factor, Path, Value, format_path
from tcwc.model.secrets import masked_value
from tcwc.report.runs import WIDTH, level_text

_FEW = 3
"""Keys that are named of those in which sections differ."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What levels are called beside others: by the author's name of what varies, and the canonical
    text of a level that more than its value tells apart."""

    component: str | None
    told: Mapping[str, Mapping[str, str]]

    def of(self, parameters: Mapping[str, Value]) -> str:
        """`lora_rank=8, loss=DPOLoss(beta=0.1)`."""
        return ", ".join(f"{name}={self.text(name, v)}" for name, v in parameters.items())

    def text(self, name: str, value: Value) -> str:
        """What a level is called."""
        told = self.told.get(name)
        if told and (text := told.get(canonical_json(value))):
            return text
        return level_text(masked_value(name, value), self.component)


def labels(levels: Iterable[tuple[str, Value]], component: str | None) -> Labels:
    """The labels of levels that there are, by the names of what varies; single values are left to
    themselves."""
    there: dict[str, dict[str, Value]] = {}
    for name, value in levels:
        if isinstance(value, (dict, list)) or (isinstance(value, str) and len(value) > WIDTH):
            there.setdefault(name, {})[canonical_json(value)] = masked_value(name, value)
    told = {
        name: dict(zip(values, apart(list(values.values()), component), strict=True))
        for name, values in there.items()
    }
    return Labels(component, told)


def levels_of(factors: Iterable[Factor]) -> Iterator[tuple[str, Value]]:
    """All levels of what varies, by the author's names."""
    return ((factor.name, level.value) for factor in factors for level in factor.levels)


def apart(values: Sequence[Value], component: str | None, width: int = WIDTH) -> list[str]:
    """Values in short, as long as that keeps them apart."""
    texts = [level_text(value, component, width) for value in values]
    alike: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        alike.setdefault(text, []).append(at)
    for same in alike.values():
        if len(same) > 1:
            for at, text in zip(same, _told([values[at] for at in same], component), strict=True):
                texts[at] = text
    return texts


def _told(values: Sequence[Value], component: str | None) -> list[str]:
    """Values that are one in short: by the keys in which they differ, or else as a whole."""
    sections = [dict(leaves(each)) if isinstance(each, dict) else {} for each in values]
    if all(sections):
        differing = [key for key in _keys(sections) if len(_texts(key, sections)) > 1]
        texts = [_section(each, differing[:_FEW], component) for each in sections]
        if len(set(texts)) == len(texts):
            return texts
    return [level_text(each, component, None) for each in values]


def _keys(sections: Sequence[Mapping[Path, Value]]) -> Iterable[Path]:
    return dict.fromkeys(key for each in sections for key in each)


def _texts(key: Path, sections: Sequence[Mapping[Path, Value]]) -> set[str]:
    return {canonical_json(each[key]) if key in each else "" for each in sections}


def _section(
    section: Mapping[Path, Value], differing: Sequence[Path], component: str | None
) -> str:
    """`DPOLoss(beta=0.1)`, or without a component `{lora_rank: 8, ...}`."""
    own = [key for key in differing if key in section and key != (component,)]
    texts = [(format_path(key), cut(level_text(section[key], None), WIDTH)) for key in own]
    name = section.get((component,)) if component else None
    if not isinstance(name, str):
        more = ["..."] if len(section) > len(own) else []
        return f"{{{', '.join([*(f'{key}: {text}' for key, text in texts), *more])}}}"
    name = level_text(name if (component,) in differing else name.rpartition(".")[2], None)
    return f"{name}({', '.join(f'{key}={text}' for key, text in texts)})" if texts else name
