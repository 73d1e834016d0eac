"""What findings call runs: by the ids that they have, or will get when they are built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.model.ir import Experiment
from tcwc.model.ranges import ranges


def named(experiment: Experiment, places: Sequence[int]) -> str:
    """ "run_003-run_005 (3 of 24 runs)": runs at places of the design, ascending, by their ids."""
    count = len(experiment.cells)
    of = f"{len(places)} of {count} runs"
    numbers = _numbers(experiment, places)
    if numbers is None:  # which ids they keep is known when they are built
        return f"{of}: number {ranges(place + 1 for place in places)} of the plan"
    return f"{ranges(sorted(numbers), _id)} ({of})"


def both(experiment: Experiment, one: int, other: int) -> str:
    """ "run_000 and run_003": two runs at places of the design, the first one first."""
    numbers = _numbers(experiment, (one, other))
    if numbers is None:
        return f"runs {one + 1} and {other + 1} of the plan"
    return f"{_id(numbers[0])} and {_id(numbers[1])}"


def _id(number: int) -> str:
    return f"run_{number:03d}"


def _numbers(experiment: Experiment, places: Sequence[int]) -> Sequence[int] | None:
    """The numbers of runs at places; None where a mapping knows none of the runs of today."""
    known = experiment.ids()
    if not known:
        return places
    numbers = {coordinates: int(id[4:]) for coordinates, id in known.items()}
    free = max(numbers.values()) + 1
    made: list[int] = []
    met = False
    last = max(places)
    wanted = set(places)
    for place, coordinates in enumerate(_coordinates(experiment)):
        number = numbers.get(coordinates)
        met = met or number is not None
        if number is None:
            number, free = free, free + 1
        if place in wanted:
            made.append(number)
        if place >= last and met:
            break
    return made if met else None


def _coordinates(experiment: Experiment) -> Iterator[str]:
    from tcwc.design.coordinates import Coordinates

    coordinates = Coordinates(experiment.factors)
    return (coordinates.of(cell) for cell in experiment.cells)
