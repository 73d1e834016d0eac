"""Classes that no recipe can make of `dataset`: the recipe gives them the tokenizer and no more."""

from __future__ import annotations

from typing import Any

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import UNFIT_COMPONENT
from tcwc.model.source import Span
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.told import whole
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]


def unmade(
    known: Catalogue, where: Path, section: Section, name: str, span: Span
) -> Diagnostic | None:
    """What is said of such a class; None for all that can be made."""
    entry = _entry(known, name) if where[0] == "dataset" else None
    if entry is None:
        return None
    return finding(
        UNFIT_COMPONENT,
        span,
        f"`{format_path(where)}` cannot be made of the class {name.rpartition('.')[2]}: "
        f"{entry['why']}",
        help=_lines(known, where, section, entry),
    )


def is_class(reader: CaseReader, name: str) -> bool:
    """Whether a component is such a class: nothing else of it is worth saying."""
    return _entry(catalogue(reader.context), name) is not None


def _entry(known: Catalogue, name: str) -> dict[str, Any] | None:
    component = known.component(name)
    if component is None:
        return None
    entries = known.data("classes").items()
    return next((entry for each, entry in entries if _is(known, each, component.at)), None)


def _is(known: Catalogue, name: str, at: str) -> bool:
    component = known.component(name)
    return component is not None and component.at == at


def _lines(known: Catalogue, where: Path, section: Section, entry: dict[str, Any]) -> str:
    """What one writes instead, with the author's own values."""
    if "list" in entry:
        inner = section.get(entry["list"])
        items: list[Value] = inner if isinstance(inner, list) else [{COMPONENT: "..."}]
        if len(where) > 1:
            return f"write its data sets here: {', '.join(whole(where, each) for each in items)}"
        return f"write the list itself: {whole(where, items)}"
    if "packs" in entry:
        inner = section.get(entry["packs"])
        packed: Value = {**inner, "packed": True} if isinstance(inner, dict) else {"packed": True}
        length = section.get("max_seq_len")
        tail = f" and `tokenizer.max_seq_len: {length}`" if isinstance(length, int) else ""
        return f"write {whole(where, packed)}{tail}"
    return f"name a builder: {whole(where, _by_builder(known, section, entry))}"


def _by_builder(known: Catalogue, section: Section, entry: dict[str, Any]) -> Section:
    """A section for the builder that makes what a class with these transforms would be."""
    transform = section.get("message_transform")
    inner = transform if isinstance(transform, dict) else {}
    name = transform if isinstance(transform, str) else inner.get(COMPONENT)
    how = known.data("transforms")["builders"].get(name, {})
    builder = how.get("builder", entry["builder"])
    made: Section = {COMPONENT: builder}
    rest = (k for k in section if k not in (COMPONENT, *_OBJECTS))
    made |= {key: section[key] for key in sorted(rest, key=lambda key: key != "source")}
    made |= how.get("sets", {})
    made |= {key: inner[key] for key in how.get("takes", ()) if key in inner}
    columns = inner.get("column_map")
    if builder.endswith(".chat_dataset"):
        made["conversation_column"] = _column(columns)
    return made


_OBJECTS = ("message_transform", "model_transform", "tokenizer")


def _column(columns: Value) -> Value:
    """The one column of conversations that a mapping of columns names."""
    named = list(columns.values()) if isinstance(columns, dict) else []
    return named[0] if named else "messages"
