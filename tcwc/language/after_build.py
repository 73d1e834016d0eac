"""What an experiment says of its runs beside their configs: what they need, what people call them,
how they are evaluated."""

from __future__ import annotations

from collections.abc import Collection

from tcwc.language.lower import Lowering
from tcwc.language.resources import lower_resources, lower_run_name, lower_samples
from tcwc.language.sections import Sections
from tcwc.model.evaluations import Evaluation
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Template
from tcwc.model.resources import Resources, Samples
from tcwc.yaml.nodes import MappingNode


@dataclass(frozen=True, slots=True)
class AfterBuild:
    """What an experiment says of its runs beside their configs."""

    resources: Resources | None = None
    samples: Samples | None = None
    run_name: Template | str | None = None
    evaluations: tuple[Evaluation, ...] = ()


def lower_after_build(
    lowering: Lowering, sections: Sections, factors: Collection[str]
) -> AfterBuild:
    """The sections; what is wrong in them joins the findings of `lowering`.

    `factors` are the names of what varies.
    """
    resources = sections.mappings.get("resources")
    samples = sections.mappings.get("samples")
    name = sections.texts.get("run_name")
    return AfterBuild(
        lower_resources(lowering, resources, sections.keys["resources"]) if resources else None,
        lower_samples(lowering, samples, sections.keys["samples"]) if samples else None,
        lower_run_name(lowering, name) if name else None,
        _evaluations(lowering, sections.mappings.get("evaluate"), factors),
    )


def _evaluations(
    lowering: Lowering, section: MappingNode | None, factors: Collection[str]
) -> tuple[Evaluation, ...]:
    if section is None:
        return ()
    from tcwc.language.evaluations import lower_evaluations  # few experiments have any

    return lower_evaluations(lowering, section, factors)
