"""What a value comes to in the config of a run as it is written: templates filled in, directories
made the run's own, references followed."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.config.filling import RunName, fill
from tcwc.config.interpolation.reading import Reading
from tcwc.config.isolation import Isolation, varied_paths
from tcwc.config.template import Field, parse_template
from tcwc.lint.directories import late
from tcwc.model.ir import Experiment, Path, Scalar, Template, Value

NUMBERS = (1_111_111_111, 2_222_222_222)
"""Two numbers of runs that differ in every digit: what differs between these runs is the number."""


class RunView:
    """Values of runs of an experiment. `constant` is the config that all of them share."""

    def __init__(self, experiment: Experiment, constant: dict[str, Value]) -> None:
        self._name = experiment.name
        self._keys = experiment.target.write_keys
        self._isolation = Isolation(
            experiment.name,
            constant,
            experiment.isolate_outputs,
            self._keys,
            varied_paths(experiment),
        )

    def value(
        self,
        path: Path,
        config: dict[str, Value],
        arms: Mapping[Path, Scalar],
        number: int = NUMBERS[0],
    ) -> Value:
        """What stands at a path in the run of a number; None where there is nothing.

        `config` is what was merged for it, `arms` the names of its levels. What only the start of
        the run tells stands as a mark in a string (`directories.late`). Raises NotFilled, NotKnown.
        """
        run_id = f"run_{number}"
        own = {**RunName(self._name, run_id, number).says(), **arms}

        def standing(value: Value, at: Path) -> Value:
            if not isinstance(value, str):
                return value
            filled = fill(_exact(value), at, config, own, self._keys)
            assert isinstance(filled, str)
            return self._isolation.directory(at, value, filled, run_id)

        there, found = Reading(config, standing, lambda made: late(made.text)).at(path)
        return found if there else None


def _exact(text: str) -> str:
    """A template without its `{index}` where the format of that rounds: it tells no runs apart."""
    if not isinstance(text, Template) or ("index",) not in text.names.values():
        return text
    pieces = parse_template(text)
    assert isinstance(pieces, tuple), text
    fields = [each for each in pieces if isinstance(each, Field)]
    plain = str(text)
    for each in reversed(fields):
        if each.name == "index" and each.spec[-1:] in tuple("eEfFgG%"):
            plain = plain[: each.start] + plain[each.end :]
    return Template(plain, text.names)
