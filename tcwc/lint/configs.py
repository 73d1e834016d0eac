"""Checks of whole configs: one of each shape that the runs of an experiment have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tcwc.catalogue.arguments import arguments, reads
from tcwc.catalogue.load import Catalogue
from tcwc.catalogue.model import Recipe
from tcwc.diagnostics import Diagnostic, Label, finding, has_errors
from tcwc.interpolation import reference_paths, references
from tcwc.ir import Assignment, Experiment, Op, Path, Value, format_path
from tcwc.isolation import written
from tcwc.lint.variants import Variant, describe_runs, variants
from tcwc.merge import Conflict, lookup
from tcwc.nearest import nearest
from tcwc.rules import (
    BAD_OPERATOR,
    DEAD_BASE_KEY,
    MISSING_KEY,
    MISSING_VALUE,
    NO_OUTPUT_DIR,
    NO_SUCH_INDEX,
    SHAPE_CONFLICT,
    STALE_ARGUMENT,
    UNCHECKED_COMPONENT,
    UNKNOWN_COMPONENT,
    UNKNOWN_KEY,
    UNRESOLVED_REFERENCE,
)
from tcwc.source import Span
from tcwc.walk import COMPONENT, component_sections, texts


@dataclass(frozen=True, slots=True)
class Checker:
    """What the checks of a config need to know. `start` is where the base is named."""

    experiment: Experiment
    recipe: Recipe | None
    catalogue: Catalogue
    start: Span

    def check(self, *, complete: bool) -> list[Diagnostic]:
        """The findings over all variants, each with the runs that it concerns.

        What is missing is reported only of a `complete` experiment: where other mistakes kept
        keys out of it, it would be their echo.
        """
        met: dict[Diagnostic, list[tuple[tuple[int, ...], ...]]] = {}
        for variant in variants(self.experiment):
            for each in self._one(variant, complete):
                met.setdefault(each, []).append(variant.levels)
        if not complete:  # levels are missing, so places in the design would be wrong
            return list(met)
        return [
            replace(each, runs=describe_runs(self.experiment, levels))
            for each, levels in met.items()
        ]

    def _one(self, variant: Variant, complete: bool) -> Iterator[Diagnostic]:
        if variant.conflicts:
            yield from (_conflict(*each) for each in variant.conflicts)
        found = list(self._components(variant))
        yield from found
        if complete and not variant.conflicts and not has_errors(found):
            yield from self._references(variant)
            yield from self._dead(variant)
            yield from self._missing(variant)

    # --- components -----------------------------------------------------------------------

    def _components(self, variant: Variant) -> Iterator[Diagnostic]:
        for path, name in component_sections(variant.config):
            taken = arguments(self.catalogue, name)
            if taken is None:
                yield self._absent(variant, path, name)
                continue
            section = lookup(variant.config, path)[1]
            assert isinstance(section, dict)
            for key in section:
                if key == COMPONENT or taken.takes(key) or self._added(variant, path, key):
                    continue
                yield self._refused(variant, path, key, name, list(taken.named))

    def _added(self, variant: Variant, path: Path, key: str) -> bool:
        origin = variant.origin((*path, key))
        return origin is not None and origin.added

    def _absent(self, variant: Variant, path: Path, name: str) -> Diagnostic:
        span = self._value_span(variant, (*path, COMPONENT))
        if "." in name and not self.catalogue.is_closed(name):
            return finding(
                UNCHECKED_COMPONENT,
                span,
                f"`{name}` is not known to tcwc, so its arguments were not checked",
                help="check them by hand, or with `tcwc validate` where it can be imported",
            )
        known = [each for each in self.catalogue.component_names() if _last(each) == _last(name)]
        known.sort(key=lambda each: not each.startswith("torch"))  # rather than a third party's
        near = known or nearest(name, self.catalogue.component_names(), cutoff=0.8)
        return finding(
            UNKNOWN_COMPONENT,
            span,
            f"there is no `{name}`"
            + (", as a component has a module before its name" if "." not in name else "")
            + (f" in torchtune {self.catalogue.version}" if name.startswith("torchtune.") else ""),
            help=f"did you mean {near[0]}?" if near else "compare with the base config",
        )

    def _refused(
        self, variant: Variant, path: Path, key: str, name: str, taken: list[str]
    ) -> Diagnostic:
        """An argument that a component does not take: the author's own, or left by another one."""
        where = format_path((*path, key))
        swap, own = variant.origin((*path, COMPONENT)), variant.origin((*path, key))
        if swap is None:
            near = nearest(key, taken)
            help = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(taken[:8])}"
            there = self.experiment.base.key_spans.get((*path, key), self.start)
            span = own.key_span if own else there
            return finding(UNKNOWN_KEY, span, f"{name} takes no `{key}`", help=help)
        labels = (Label(own.key_span, f"`{key}` is set here"),) if own else ()
        origin = "set for another component" if own else "left from the base"
        return finding(
            STALE_ARGUMENT,
            swap.value_span,
            f"{name} takes no `{key}`, and `{where}` is {origin}",
            help=f"delete it where this component is chosen: `~{where}:`, "
            f"or give whole levels: `={format_path(path)}: [{{...}}, {{...}}]`",
            labels=labels,
        )

    # --- references and keys --------------------------------------------------------------

    def _references(self, variant: Variant) -> Iterator[Diagnostic]:
        for path, text in texts(variant.config):
            if text == "???":
                yield finding(
                    MISSING_VALUE,
                    self._value_span(variant, path),
                    f"`{format_path(path)}` is still `???`, a value that must be given",
                    help="write the value here"
                    if variant.origin(path)
                    else f"set `{format_path(path)}` under `controls:`",
                )
            if len(re.findall(r"(?<!\\)\$\{", text)) > text.count("}"):
                yield finding(
                    UNRESOLVED_REFERENCE,
                    self._value_span(variant, path),
                    f"`{format_path(path)}` has a `${{` that is never closed",
                    help="close it: `${output_dir}/logs`",
                )
            for reference in reference_paths(text):
                target = _target(reference, path)
                if target == ("output_dir",) and self._needs_output_dir():
                    continue  # where it is missing, that is said once
                if not lookup(variant.config, target)[0]:
                    yield self._unresolved(variant, path, reference, target)

    def _unresolved(self, variant: Variant, path: Path, reference: str, target: Path) -> Diagnostic:
        """A `${...}` that names nothing, or what the author deleted."""
        who = f"`{format_path(path)}` refers to `${{{reference}}}`"
        deleted = variant.origin(target)
        if deleted is not None and deleted.op is Op.DELETE:
            help = f"set `{format_path(path)}` to something else, or keep `{format_path(target)}`"
            return finding(
                UNRESOLVED_REFERENCE, deleted.key_span, f"{who}, which is deleted here", help=help
            )
        names = [name for name in _names(variant.config) if name != format_path(path)]
        near = nearest(reference, names)
        return finding(
            UNRESOLVED_REFERENCE,
            self._value_span(variant, path),
            f"{who}, and the config has no such key",
            help=f"did you mean `${{{near[0]}}}`?" if near else "name a key that is there",
        )

    def _dead(self, variant: Variant) -> Iterator[Diagnostic]:
        """Top-level keys of a base file that nobody reads; those of the author are reported."""
        if self.recipe is None:
            return
        referred = {name for _, text in texts(variant.config) for name in references(text)}
        for key in variant.config:
            span = self.experiment.base.key_spans.get((key,))
            if span and key not in referred and not reads(self.recipe, key):
                read = {path.rpartition(".")[2]: path for path in self.recipe.keys}
                near = nearest(key, read, cutoff=0.8)
                yield finding(
                    DEAD_BASE_KEY,
                    span,
                    f"recipe {self.recipe.name} reads no key `{key}`, so it changes nothing",
                    help=(f"did you mean `{read[near[0]]}`? " if near else "")
                    + "remove it, or set what is meant by its path under `controls:`",
                )

    def _missing(self, variant: Variant) -> Iterator[Diagnostic]:
        if self.recipe is None:
            return
        config = variant.config
        for key in self.recipe.keys.values():
            path = tuple(key.path.split("."))
            parent_there, parent = lookup(config, path[:-1])
            if not key.required or lookup(config, path)[0] or not parent_there:
                continue
            if not isinstance(parent, dict) or key.path == "output_dir":
                continue
            origin = variant.origin(path)
            gone = origin is not None and origin.op is Op.DELETE
            yield finding(
                MISSING_KEY,
                origin.key_span if origin else self.start,
                f"recipe {self.recipe.name} needs `{key.path}`, and this config has none",
                help=("remove this line" if gone else f"set `{key.path}` under `controls:`")
                + f" ({key.at[0]} reads it)",
            )
        if self._needs_output_dir() and "output_dir" not in config:
            yield self._no_output_dir(variant)
        for section in self.recipe.instantiates:
            there, value = lookup(config, tuple(section.split(".")))
            supplied = self.recipe.instantiates[section].component
            if there and isinstance(value, dict) and COMPONENT not in value and not supplied:
                origin = variant.origin((section, COMPONENT))
                yield finding(
                    MISSING_KEY,
                    origin.key_span if origin else self._value_span(variant, (section,)),
                    f"`{section}` has no `_component_`, and the recipe makes one of it",
                    help=f"say what is made: `{section}._component_: ...`",
                )

    def _needs_output_dir(self) -> bool:
        return self.recipe is not None and "output_dir" in self.recipe.keys

    def _no_output_dir(self, variant: Variant) -> Diagnostic:
        assert self.recipe is not None
        config, deleted = variant.config, variant.origin(("output_dir",))
        others = [text for key, value in config.items() for _, text in written(key, value)]
        place = next((text for text in others if "${" not in text), "/tmp/torchtune/runs")
        return finding(
            NO_OUTPUT_DIR,
            deleted.key_span if deleted else self.start,
            f"recipe {self.recipe.name} writes to `output_dir`, and this config has none",
            help=f"add under `controls:` the line `output_dir: {place}`",
        )

    def _value_span(self, variant: Variant, path: Path) -> Span:
        """Where a path got its value: in the experiment, the base file, or where that is named."""
        origin = variant.origin(path)
        if origin is not None:
            return origin.value_span
        spans = self.experiment.base.spans
        return spans.get(path) or spans.get(path[:-1]) or self.start


def _conflict(assignment: Assignment, conflict: Conflict) -> Diagnostic:
    rule = BAD_OPERATOR if conflict.absent else SHAPE_CONFLICT
    return finding(
        NO_SUCH_INDEX if conflict.index else rule,
        assignment.key_span,
        conflict.message,
        help=conflict.help,
    )


def _target(reference: str, path: Path) -> Path:
    """The path that `${reference}` at `path` names; leading dots count up from its section."""
    bare = reference.lstrip(".")
    up = len(reference) - len(bare)
    segments = re.findall(r"[^.\[\]]+", bare)
    named = tuple(int(each) if each.isdigit() else each for each in segments)
    return (path[: len(path) - up] if up else ()) + named


def _names(config: dict[str, Value]) -> list[str]:
    return list(config) + [
        f"{key}.{name}"
        for key, value in config.items()
        if isinstance(value, dict)
        for name in value
    ]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
