"""The table of what works with which torchtune, `schemas/knowledge/environments.json`, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tcwc.model.environment import Copy, Environment, Use
from tcwc.model.frozen import dataclass
from tcwc.torchtune.environment.releases import Release, is_in, is_of, parse_release

ABOUT = "about"
PYTHON = "python"

NONE, ANY = "none", "any"
"""Ranges of a package that is not installed, and of one that is, whatever its version."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Where a fact holds; what is empty is no condition. The schema says what each means."""

    range: str
    others: Mapping[str, str]
    labels: Mapping[str, Sequence[str]]
    torch_builds: Sequence[str]
    platforms: Sequence[str]
    builds: Sequence[str]
    recipes: Sequence[str]
    devices: Sequence[str]
    components: Sequence[str]
    distributed: bool | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a package: it `works`, it `fails`, or a `note`."""

    package: str
    kind: Literal["works", "fails", "note"]
    tried: Sequence[str]
    why: str
    source: str
    install: Sequence[str]
    conditions: Conditions


def facts_of(entries: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The facts among the entries of the table."""
    return tuple(_fact(entry) for name, entry in entries.items() if name != ABOUT)


def _fact(entry: Mapping[str, Any]) -> Fact:
    conditions = Conditions(
        range=entry.get("range", ""),
        others=entry.get("with", {}),
        labels=entry.get("labels", {}),
        torch_builds=entry.get("torch_builds", ()),
        platforms=entry.get("platforms", ()),
        builds=entry.get("builds", ()),
        recipes=entry.get("recipes", ()),
        devices=entry.get("devices", ()),
        components=entry.get("components", ()),
        distributed=entry.get("distributed"),
    )
    return Fact(
        package=entry["package"],
        kind=entry["is"],
        tried=entry.get("tried", ()),
        why=entry.get("why", ""),
        source=entry["source"],
        install=entry.get("install", ()),
        conditions=conditions,
    )


@dataclass(frozen=True, slots=True)
class View:
    """An environment as facts ask of it, and what it is for: `use` is None where nobody says."""

    environment: Environment
    use: Use | None
    builds: frozenset[str]

    def copy(self, name: str) -> Copy | None:
        """The copy of a package that imports come to; None where there is none."""
        if name == PYTHON:
            return Copy(self.environment.version)
        copies = self.environment.packages.get(name, ())
        return copies[0] if copies else None

    def release(self, name: str) -> Release | None:
        """The version of a package; None where it is not there, or what it is cannot be told."""
        copy = self.copy(name)
        release = parse_release(copy.version) if copy and not self.trouble(name) else None
        return None if release is None or release.is_own_build else release

    def trouble(self, name: str) -> str:
        """Why it cannot be told which version of a package is imported; "" where it can."""
        copies = self.environment.packages.get(name, ())
        if not copies:
            return ""
        if copies[0].trouble:
            return f"{copies[0].trouble} (in {copies[0].folder})"
        there = {each.version for each in copies if each.folder == copies[0].folder}
        if len(there) > 1:
            return f"it is installed twice in {copies[0].folder}: {' and '.join(sorted(there))}"
        if copies[0].version:
            return ""
        return f"its metadata name no version (in {copies[0].folder})"

    @property
    def torch_build(self) -> str:
        """What torch is built for: "cpu", "cuda", "rocm", ...; "" where that cannot be told."""
        copy, release = self.copy("torch"), self.release("torch")
        if copy is None or release is None:
            return ""
        for name, beginning in {"cpu": "cpu", "cuda": "cu1", "rocm": "rocm", "xpu": "xpu"}.items():
            if release.label.startswith(beginning):
                return name
        on_linux = self.environment.platform.startswith("linux")
        return "cuda" if not release.label and copy.has_cuda_parts and on_linux else ""


def holds(fact: Fact, view: View) -> bool:
    """Whether a fact is one of this environment, used so; False where that cannot be told."""
    return holds_but_for_range(fact, view) and (
        not fact.conditions.range or _is_in(fact.package, fact.conditions.range, view)
    )


def holds_but_for_range(fact: Fact, view: View) -> bool:
    """Whether a fact would be one if the package were in its range."""
    asked = fact.conditions
    return (
        all(_is_in(name, spec, view) for name, spec in asked.others.items())
        and all(_has_label(name, labels, view) for name, labels in asked.labels.items())
        and (not asked.torch_builds or view.torch_build in asked.torch_builds)
        and (not asked.platforms or view.environment.platform in asked.platforms)
        and (not asked.builds or not view.builds.isdisjoint(asked.builds))
        and _is_used(asked, view.use)
    )


def _is_in(name: str, spec: str, view: View) -> bool:
    if spec in (NONE, ANY):
        return (view.copy(name) is None) is (spec == NONE)
    release = view.release(name)
    return release is not None and is_in(release, spec)


def _has_label(name: str, labels: Sequence[str], view: View) -> bool:
    release = view.release(name)
    return release is not None and release.label in labels


def _is_used(asked: Conditions, use: Use | None) -> bool:
    if use is None:
        of_use = (asked.recipes, asked.devices, asked.components)
        return not any(of_use) and asked.distributed is None
    return (
        (not asked.recipes or use.recipe in asked.recipes)
        and (not asked.devices or any(_kind(each) in asked.devices for each in use.devices))
        and (
            not asked.components
            or any(name.startswith(tuple(asked.components)) for name in use.components)
        )
        and (asked.distributed is None or use.is_distributed is asked.distributed)
    )


def _kind(device: str) -> str:
    """What a device is, without its number: `cuda` of `cuda:0`."""
    return device.partition(":")[0]


def works(fact: Fact, release: Release) -> bool:
    """Whether a version is one that was tried."""
    return any(is_of(release, each) for each in fact.tried)
