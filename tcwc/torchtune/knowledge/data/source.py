"""Where data come from: what is handed on to `datasets.load_dataset`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tcwc.model.arguments import arguments
from tcwc.model.cut import cut
from tcwc.model.digits import number_of
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.limits import GUESSED
from tcwc.model.rules import (
    ARGUMENT_REFUSED,
    DATA_REFUSED,
    ODD_SOURCE,
)
from tcwc.model.words import listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.records import loads
from tcwc.torchtune.knowledge.data.told import Told, whole, written
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]


def functions(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """Strings and sections where a component calls what it is given."""
    component = reader.context.catalogue.component(name)
    parameters = component.parameters.values() if component else ()
    for parameter in parameters:
        value = reader.known((*where, parameter.name))
        if "Callable" in parameter.annotation and isinstance(value, str | dict):
            yield Told(
                ARGUMENT_REFUSED,
                (*where, parameter.name),
                f"{name} calls its `{parameter.name}`, and gets {_uncalled(value)}",
                _own_builder(where, section, name, parameter.name, _named(reader, value)),
            )


def _uncalled(value: str | dict[str, Value]) -> str:
    """What is called instead of a function, and why it is none."""
    if isinstance(value, str):
        return f"the string `{value}`: torchtune looks no function up by its name here"
    return "the section as it is: torchtune makes nothing of a section within another"


def _named(reader: CaseReader, value: str | dict[str, Value]) -> str:
    """The author's function that is meant, if it is one."""
    name = value.get(COMPONENT) if isinstance(value, dict) else value
    if not isinstance(name, str) or reader.context.catalogue.component(name) is not None:
        return "my_function"
    return name


def _own_builder(where: Path, section: Section, name: str, key: str, value: str) -> str:
    """How one gives a function: in a builder of one's own."""
    module, _, function = value.rpartition(".")
    module = module or "my_data"
    last = name.rpartition(".")[2]
    rest = {k: v for k, v in section.items() if k not in (COMPONENT, key)}
    line = whole(where, {COMPONENT: f"{module}.my_dataset", **rest})
    return (
        f"write a builder in {module.replace('.', '/')}.py beside the experiment: `def my_dataset"
        f"(tokenizer, **kwargs): return {last}(tokenizer, {key}={function}, **kwargs)`, and "
        f"{line}"
    )


# --- `source` -------------------------------------------------------------------------------


def source_of(reader: CaseReader, where: Path) -> str | None:
    value = reader.known((*where, "source"))
    return value if isinstance(value, str) and "${" not in value else None


def file_as_source(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """A file where a builder, a folder or a repository of the hub is named."""
    source = source_of(reader, where)
    if source is None or not name.startswith("torchtune.datasets."):
        return
    ending = source.rpartition(".")[2].lower() if "." in source else ""
    builder = catalogue(reader.context).data("extensions")["builders"].get(ending)
    if builder is None or "://" in source:
        return
    # `name/name` may be a repository, whatever its ending; all else is none.
    certain = source.count("/") != 1 or source.startswith((".", "/", "~"))
    here = reader.context.exists
    certain = certain or (here is not None and here(source))
    lines = [written(where, "source", builder)]
    if reader.case.value((*where, "data_files")) is None:
        lines.append(written(where, "data_files", source))
    if "split" not in section and _has_other_split(reader, name):
        lines.append(written(where, "split", "train"))
    yield Told(
        DATA_REFUSED if certain else ODD_SOURCE,
        (*where, "source"),
        f"`{format_path((*where, 'source'))}` is the file `{source}`, and `load_dataset` takes a "
        "builder, a folder or a repository of the hub there",
        f"write {' and '.join(lines)}",
    )


def _has_other_split(reader: CaseReader, name: str) -> bool:
    taken = arguments(reader.context.catalogue, name)
    default = taken.named["split"].default if taken and "split" in taken.named else ""
    return default.strip("'\"") != "train"


def unknown_builder(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """The name of a format where the name of a builder is needed."""
    source = source_of(reader, where)
    if source is None or "/" in source or not name.startswith("torchtune.datasets."):
        return
    known = catalogue(reader.context)
    builders = known.builders()
    lower = source.lower().removeprefix(".")
    meant = known.data("builders_meant")["names"].get(lower, lower)
    if source in builders or meant not in builders:
        return
    yield Told(
        DATA_REFUSED,
        (*where, "source"),
        f"`datasets` has no builder `{source}`, and looks for a repository of that name on the hub",
        f"write {written(where, 'source', meant)}",
    )


# --- `split` --------------------------------------------------------------------------------


def bad_split(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """A split that `datasets` cannot read."""
    split = reader.known((*where, "split"))
    if not isinstance(split, str) or "${" in split or not loads(reader, name):
        return
    grammar = catalogue(reader.context).data("split")
    why = _split_trouble(split, grammar)
    if why:
        tries = (re.sub(r"\s", "", split), _meant_split(split))
        near = next((each for each in tries if each and not _split_trouble(each, grammar)), "")
        yield Told(
            DATA_REFUSED,
            (*where, "split"),
            f"`datasets` cannot read the split `{split}`: {why}",
            f"write {written(where, 'split', near)}"
            if near
            else "write for instance `train`, `train[:80%]`, `train[100:200]`, or two with `+`",
        )


def _split_trouble(split: str, grammar: Mapping[str, object]) -> str:
    """What is wrong with a split; "" where it can be read."""
    roundings = set()
    for part in split.split("+"):
        if len(part) > GUESSED.at_most:
            return f"`{cut(part)}` is no name of a split"
        if part != part.strip():
            return "no space stands around `+`"
        if not re.fullmatch(str(grammar["form"]), part):
            return f"`{part}` is no name of a split with a slice `[from:to]`"
        inner = part.partition("[")[2].partition("]")[0]
        bounds = [number_of(each.rstrip("%").replace("_", "")) for each in inner.split(":") if each]
        if "%" in inner and any(abs(each) > 100 for each in bounds):
            return "there are no more than 100%"
        rounding = part.partition("(")[2].rstrip(")")
        if rounding and rounding not in grammar["rounding"]:  # type: ignore[operator]
            return f"`{rounding}` is no way of rounding"
        if rounding and "%" not in inner:
            return "only percentages are rounded"
        if "%" in inner:
            roundings.add(rounding or "closest")
    return "its parts are rounded in different ways" if len(roundings) > 1 else ""


def _meant_split(split: str) -> str:
    """What a split may have meant, its slice in the form that `datasets` has."""
    found = re.fullmatch(r"(\w+)\s*[\[(]\s*([^\])]*?)\s*[\])]\s*(%?)", split)
    if found is None:
        return ""
    name, inner, percent = found.groups()
    inner = re.sub(r"\s*(?:-|\.\.|,| to )\s*(?=\d)", ":", inner) if ":" not in inner else inner
    first, colon, last = (each.strip() for each in inner.partition(":"))
    if not colon:
        first, last = "", first
    bounds = [_bound(each, bool(percent) or "%" in inner) for each in (first, last)]
    bounds[0] = "" if bounds[0] in ("0", "0%") else bounds[0]
    return f"{name}[{bounds[0]}:{bounds[1]}]" if any(bounds) else ""


def _bound(text: str, percent: bool) -> str:
    plain = text.replace("%", "").strip()
    if re.fullmatch(r"0?\.\d+|1\.0+", plain):
        return f"{round(float(plain) * 100)}%"
    return f"{plain}%" if plain and percent else plain


def other_split(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """A split that the files of a mapping do not have."""
    files, split = reader.known((*where, "data_files")), reader.known((*where, "split"))
    builder = catalogue(reader.context).builder(source_of(reader, where) or "")
    if not isinstance(files, dict) or not isinstance(split, str) or builder is None:
        return
    names = [part.partition("[")[0] for part in split.split("+")]
    strange = [each for each in names if each not in (*files, "all")]
    if strange and files and "${" not in split and loads(reader, name):
        near = split.replace(strange[0], str(next(iter(files))))
        yield Told(
            DATA_REFUSED,
            (*where, "split"),
            f"`data_files` has the splits {listed(list(files))}, and no `{strange[0]}`",
            f"write {written(where, 'split', near)}",
            ((*where, "data_files"),),
        )
