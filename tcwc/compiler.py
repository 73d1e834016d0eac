"""The pipeline in a page: from a source text to an experiment and findings.

    read_yaml       text to positioned nodes            frontend/yaml_source.py
    read_sections   nodes to sections                   frontend/sections.py
    read_origin     torchtune version, base, recipe     frontend/origin.py
    build_tree      what stands where, what reads it    frontend/scaffold.py, tree.py
    Lowering        keys to paths, texts to values      frontend/lower.py, factors.py
    check_design    findings over factors               lint/design.py
    Checker         findings over whole configs         lint/configs.py
    check_outputs   no two runs write to one place      lint/outputs.py

Pure: a function of the source, the files it names, the head of the committed mapping and the
catalogue. It raises for no mistake of an author.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tcwc.catalogue.load import Catalogue
from tcwc.diagnostics import Diagnostic, has_errors, in_order
from tcwc.frontend.factors import lower_factors
from tcwc.frontend.lower import Lowering
from tcwc.frontend.nodes import MappingNode
from tcwc.frontend.origin import (
    ChosenRecipe,
    ReadFile,
    choose_recipe,
    choose_torchtune,
    read_origin,
    unreadable,
)
from tcwc.frontend.scaffold import build_tree
from tcwc.frontend.sections import Sections, read_sections, to_value
from tcwc.frontend.yaml_source import read_yaml
from tcwc.ir import Base, Experiment, Path
from tcwc.lint.configs import Checker
from tcwc.lint.design import check_design
from tcwc.lint.outputs import check_outputs
from tcwc.source import SourceText


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a committed mapping says that a compile depends on; empty where there is none."""

    torchtune: str | None = None
    names: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogues:
    """The catalogues there are, oldest first, and how to get one."""

    versions: tuple[str, ...]
    load: Callable[[str], Catalogue]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a source compiles to. `experiment` is None, or incomplete, where there are errors.

    `sources` are the texts that findings point into, by name.
    """

    experiment: Experiment | None
    catalogue: Catalogue | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]


def compile_source(
    source: SourceText,
    read: ReadFile,
    catalogues: Catalogues,
    recorded_in: Callable[[str | None], Recorded],
) -> Compiled:
    """Compile a source; `read` reads the files that it names.

    `recorded_in` gives what the mapping of the last build records, by what `output:` says.
    """
    texts = {source.name: source}

    def reading(name: str) -> str:
        text = read(name)
        texts[name] = SourceText(name, text)
        return text

    root, broken = read_yaml(source)
    if root is None:
        return Compiled(None, None, broken, texts)
    sections, found = read_sections(root)
    found += broken
    recorded = recorded_in(sections.text("output"))
    version, problems = choose_torchtune(sections, recorded.torchtune, catalogues.versions)
    found += problems
    catalogue = catalogues.load(version)
    base, problems = read_origin(sections, catalogue, reading)
    found += problems
    engineering, problems = _engineering(sections, reading)
    found += problems
    experiment = None
    if base is not None:
        chosen, problems = choose_recipe(sections, base, catalogue, reading)
        found += problems
        if chosen is not None:
            experiment = _lower(
                source.name, sections, engineering, base, chosen, catalogue, recorded, found
            )
    return Compiled(experiment, catalogue, in_order(found), texts)


def _lower(
    name: str,
    sections: Sections,
    engineering: list[MappingNode],
    base: Base,
    chosen: ChosenRecipe,
    catalogue: Catalogue,
    recorded: Recorded,
    found: list[Diagnostic],
) -> Experiment:
    """The experiment of all sections; its findings, and those of the checks, are added."""
    controls, variables = sections.mappings.get("controls"), sections.mappings.get("variables")
    constants = [*([controls] if controls else []), *engineering]
    tree = build_tree(base.values, constants, variables, chosen.known, catalogue)
    lowering = Lowering(tree, recorded.names)
    meta = sections.mappings.get("meta")
    experiment = Experiment(
        name=sections.text("experiment_name") or "",
        source=name,
        base=base,
        recipe=chosen.name,
        torchtune=catalogue.version,
        catalogue_revision=catalogue.revision,
        factors=lower_factors(lowering, variables) if variables else (),
        controls=lowering.constants(controls) if controls else (),
        engineering=tuple(a for section in engineering for a in lowering.constants(section)),
        names=lowering.short,
        isolate_outputs=sections.isolate_outputs,
        output=sections.text("output"),
        meta=to_value(meta) if meta else {},
    )
    found += lowering.found
    found += check_design(experiment, sections.limit)
    start = sections.keys["base_config_file" if base.is_file else "base_config"]
    checker = Checker(experiment, chosen.known, catalogue, start)
    found += checker.check(complete=not has_errors(found))
    if not has_errors(found):
        found += check_outputs(experiment, sections.keys.get("isolate_outputs", start))
    return experiment


def _engineering(sections: Sections, read: ReadFile) -> tuple[list[MappingNode], list[Diagnostic]]:
    """The sections of constants that belong to a cluster: written here, and in a file."""
    here = sections.mappings.get("engineering")
    nodes = [here] if here else []
    file = sections.texts.get("engineering_file")
    if file is None:
        return nodes, []
    try:
        text = read(file.text)
    except (OSError, ValueError) as error:
        return nodes, [unreadable(file, error)]
    root, found = read_yaml(SourceText(file.text, text), "device: cuda")
    return nodes + ([root] if root else []), list(found)
