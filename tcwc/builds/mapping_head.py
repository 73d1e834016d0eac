"""Writes the head of a mapping: what it says of all runs, from the experiment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os.path import basename

from tcwc.builds.mapping import Head, Record
from tcwc.config.canonical import canonical_json
from tcwc.model.ir import Assignment, Experiment, Op, Value, format_path
from tcwc.model.printable import shell_path, shell_word
from tcwc.model.signature import sha256_text


def mapping_head(
    experiment: Experiment, source: str, folder: str, first_run: str, options: str
) -> Head:
    """What the mapping says of all runs; `source` is what it calls the file, `folder` its own,
    `options` stand in the command that starts a run."""
    base = experiment.base
    config = shell_path(f"{experiment.output or basename(folder)}/{first_run}.yaml")
    return Head(
        experiment=experiment.name,
        source=source,
        base={
            "file" if base.is_file else "config": base.name,
            "sha256": sha256_text(canonical_json(base.values)),
        },
        # Not the newest: types come from other packages, whose versions this revision names.
        torchtune={
            "version": experiment.version,
            "catalogue": experiment.packages_revision,
            **experiment.provenance,
        },
        recipe=experiment.recipe,
        command=experiment.target.start(shell_word(experiment.recipe), config, options),
        names={word: format_path(path) for word, path in sorted(experiment.names.items())},
        controls={**_by_path(experiment.controls), **_conditional(experiment)},
        engineering=_by_path(experiment.engineering),
        arms={
            factor.name: {str(level.value): _by_path(level.assignments) for level in factor.levels}
            for factor in experiment.factors
            if factor.is_arm
        },
        models={factor.name: factor.models for factor in experiment.factors if factor.models},
        meta=experiment.meta or None,
    )


def arms_of(
    retired: Iterable[Record], old: Mapping[str, Value], now: Mapping[str, Value]
) -> dict[str, Value]:
    """Today's arms, with the levels that retired runs had and that are there no more."""
    arms: dict[str, Value] = dict(now)
    for record in retired:
        for name, level in record.parameters.items():
            before, today = old.get(name), arms.get(name, {})
            if (
                isinstance(before, dict)
                and isinstance(today, dict)
                and isinstance(level, str)
                and level in before.keys() - today.keys()
            ):
                arms[name] = {**today, level: before[level]}
    return arms


def _conditional(experiment: Experiment) -> dict[str, Value]:
    """The constants of some runs, by their conditions."""
    if not experiment.conditional:
        return {}
    made = sorted((c.name, _by_path(c.levels[0].assignments)) for c in experiment.conditional)
    return {"when": dict(made)}


def _by_path(assignments: Sequence[Assignment]) -> dict[str, Value]:
    """Constants by canonical path; a deletion as `~path: null`."""
    return {
        (f"~{format_path(a.path)}" if a.op is Op.DELETE else format_path(a.path)): a.value
        for a in sorted(assignments, key=lambda a: format_path(a.path))
    }
