"""Random bases with references, read by tcwc and by the real OmegaConf.

`compared` counts values; a difference is a value that tcwc takes for known and that OmegaConf
reads otherwise, or a text that only one of the two can parse. What tcwc calls unknown is counted.
"""

from __future__ import annotations

import json
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path as File
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

import tcwc
from tcwc.config.interpolation.parse import parse
from tcwc.config.interpolation.reading import NotKnown, Why, resolve, value_at
from tcwc.config.interpolation.syntax import BadInterpolation, literally, written
from tcwc.model.ir import Path, Value, format_path
from tests.evidence import EIGHTHS
from tests.experiments import quoted
from tests.interpolation.generate import config

BASES = 2_000
_WORD = re.compile(r"[A-Za-z_]\w*")
REFUSED = (OmegaConfBaseException, ValueError, TypeError, KeyError, IndexError, RecursionError)


class Difference(AssertionError):
    """tcwc and OmegaConf read something differently."""


def proof(eighth: int) -> Mapping[str, int]:
    """An eighth of the bases: what was compared, and what of it tcwc calls unknown."""
    return run(range(eighth, BASES, EIGHTHS))


def run(seeds: Iterator[int] | range) -> dict[str, int]:
    """The bases of these seeds. Raises Difference."""
    counts: Counter[str] = Counter()
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # OmegaConf warns of empty arguments
        for seed in seeds:
            counts["bases"] += 1
            base = readable(config(seed), counts)
            compare_values(seed, base, counts)
            compare_runs(seed, base, File(folder), counts)
    return dict(sorted(counts.items()))


def readable(value: Any, counts: Counter[str]) -> Any:
    """A base without the texts that OmegaConf cannot parse; tcwc must refuse the same ones."""
    if isinstance(value, dict):
        return {key: readable(item, counts) for key, item in value.items()}
    if isinstance(value, list):
        return [readable(item, counts) for item in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    counts["texts"] += 1
    mine = parse(value)
    if isinstance(mine, BadInterpolation):
        counts["refused texts"] += 1
        if _parses(value) and "${:" not in value:  # a call of nothing, which stops every run
            raise Difference(f"{value!r} is refused: {mine.message}")
        return None
    if not _parses(value):
        raise Difference(f"{value!r} is taken, and OmegaConf refuses it")
    if parse(written(mine)) != mine:
        raise Difference(f"{value!r} is written again as {written(mine)!r}")
    return value


def _parses(text: str) -> bool:
    try:
        OmegaConf.create({"x": text})
    except REFUSED:
        return False
    return True


def compare_values(seed: int, base: dict[str, Any], counts: Counter[str]) -> None:
    """Every value of a base, alone and as an expression reads it."""
    theirs = OmegaConf.create(base)
    for path, raw in nodes(base):
        counts["compared"] += 1
        wanted = read(theirs, path)
        try:
            mine = resolve(raw, path, base)
        except NotKnown as problem:
            counts[
                "unknown" if isinstance(wanted, Nothing) else f"unknown: {problem.why.name}"
            ] += 1
            continue
        if not same(mine, wanted):
            raise Difference(f"base {seed}, {path}: {raw!r} is {mine!r}, OmegaConf: {wanted!r}")
        there, looked_up = value_at(base, path)
        if not there or not (isinstance(looked_up, dict) or same(looked_up, mine)):
            raise Difference(f"base {seed}, {path}: an expression reads {looked_up!r}")
        again = OmegaConf.create({"x": literally(mine)})
        if not same(read(again, ("x",)), mine):
            raise Difference(f"base {seed}, {path}: {mine!r} is not written as itself")


class Nothing:
    """What OmegaConf gives for what it cannot read."""


def read(config: Any, path: Path) -> Any:
    try:
        for key in path:
            config = config[key]
        return (
            OmegaConf.to_container(config, resolve=True) if OmegaConf.is_config(config) else config
        )
    except REFUSED:
        return Nothing()


def nodes(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below a container, with its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*at, key), item
        if isinstance(item, (dict, list)):
            yield from nodes(item, (*at, key))


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types throughout."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


# --- whole runs -------------------------------------------------------------------------------

EXPERIMENT = """\
experiment_name: t
base_config_file: base.yaml
isolate_outputs: false
variables:
  seed: [7]
"""
"""Its recipe is one that is nowhere known, so that any key may stand in the base."""


def compare_runs(seed: int, base: dict[str, Any], folder: File, counts: Counter[str]) -> None:
    """What `derived` and templates make of each value, in the config that is written."""
    base = sound({**base, "output_dir": "/tmp/out"})
    theirs = OmegaConf.create(base)
    known = [path for path, raw in nodes(base) if _is_known(raw, path, base)]
    plain = [each for each in known if not isinstance(read(theirs, each), dict)]
    derived = [each for each in plain if _WORD.fullmatch(str(each[0]))]
    filled = [each for each in plain if isinstance(read(theirs, each), str)]
    (folder / "base.yaml").write_text(yaml.safe_dump(base, sort_keys=False), encoding="utf-8")
    lines = [f"  +d{n}: {quoted(_formula(path))}" for n, path in enumerate(derived)]
    texts = [f"  +t{n}: {quoted(f'<{{{format_path(path)}}}>')}" for n, path in enumerate(filled)]
    text = EXPERIMENT + "recipe: nowhere_known\n"
    text += "derived:\n" + "\n".join(lines) + "\n" if lines else ""
    text += "controls:\n" + "\n".join(texts) + "\n" if texts else ""
    (folder / "experiment.yaml").write_text(text, encoding="utf-8")
    compilation = tcwc.compile(folder / "experiment.yaml")
    wrong = [each for each in compilation.diagnostics if each.severity.name == "ERROR"]
    if wrong:
        raise Difference(f"base {seed}: {wrong[0].message}\n{text}\n{yaml.safe_dump(base)}")
    config = OmegaConf.create(compilation.runs[0].text)
    for n, path in enumerate(derived):
        counts["derived"] += 1
        _expect(seed, path, read(config, (f"d{n}",)), read(theirs, path))
    for n, path in enumerate(filled):
        counts["filled"] += 1
        _expect(seed, path, read(config, (f"t{n}",)), f"<{read(theirs, path)}>")


def _expect(seed: int, path: Path, got: Any, wanted: Any) -> None:
    if not same(got, wanted):
        raise Difference(f"base {seed}, {path}: a run has {got!r}, OmegaConf: {wanted!r}")


def _is_known(raw: Value, path: Path, base: dict[str, Any]) -> bool:
    try:
        resolve(raw, path, base)
    except NotKnown:
        return False
    return True


def sound(base: dict[str, Any]) -> dict[str, Any]:
    """A base without what OmegaConf cannot resolve, nor what tcwc says is a mistake."""
    while True:
        theirs = OmegaConf.create(base)
        bad = [
            path
            for path, raw in nodes(base)
            if isinstance(raw, str)
            and (
                isinstance(read(theirs, path), Nothing)
                or _is_mistake(raw, path, base)
                or "{{" in raw  # taken for a Jinja template where YAML needs no quotes
            )
        ]
        if not bad:
            return base
        for path in bad:
            holder: Any = base
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = 0


def _is_mistake(raw: Value, path: Path, base: dict[str, Any]) -> bool:
    try:
        resolve(raw, path, base)
    except NotKnown as problem:
        return problem.why is not Why.LATE
    return False


def _formula(path: Path) -> str:
    """A path as expressions write it."""
    first, *rest = path
    return str(first) + "".join(
        f"[{key}]" if isinstance(key, int) else f".{json.dumps(key, ensure_ascii=False)}"
        for key in rest
    )
