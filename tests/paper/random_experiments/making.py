"""What is known while one random experiment is made, and how its keys are nested."""

from __future__ import annotations

import random
from typing import Any

from tests.paper.random_experiments import pools
from tests.paper.random_experiments.pools import Base, Knob

PENDING: frozenset[str] = frozenset(
    (
        # data_root: ["/a", "${output_dir}"] where log_dir is ${data_root}/logs: whether a directory
        # follows another one is told from the constants, not from the run
        "following levels",
        # derived: {num: 2 * epochs, x: chained} where chained is ${num}: refused, not put in order
        "derived behind references",
    )
)
"""Features that the compiler is known to get wrong, which are left out."""


Said = tuple[str, str, Any]


class Maker:
    """What is known while one experiment is made."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.features: set[str] = set()
        self.base: Base = pools.base_of(self.rng, "odd references" in PENDING)
        self.knobs = pools.knobs(self.base)
        self.varied: list[str] = []
        self.read: list[str] = []
        self.computed: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.fixed: list[str] = []
        self.labels: list[tuple[str, str]] = []
        self.arms: dict[str, list[str]] = {}
        self.listed: dict[str, tuple[str, int]] = {}
        self.conditional: set[str] = set()
        self.drawn = False
        self.size = 1

    def some(self, share: float, feature: str) -> bool:
        """Whether to put a feature in, which is then noted."""
        hit = self.rng.random() < share and feature not in PENDING
        if hit:
            self.features.add(feature)
        return hit

    def free(self, path: str, taken: list[str]) -> bool:
        """Whether nothing above or below a path is taken."""
        return not any(below(path, each) or below(each, path) for each in taken)

    def pick(self, *taken: list[str], kinds: tuple[str, ...] = ()) -> Knob | None:
        """A key that none of these has."""
        gone = [each for some in taken for each in some]
        left = [
            each
            for each in self.knobs
            if self.free(each.path, gone) and (not kinds or each.kind in kinds)
        ]
        return self.rng.choice(left) if left else None

    def spelled(self, knob: Knob) -> str:
        """A key by one of its names."""
        if knob.names and self.rng.random() < 0.45:
            self.features.add("short names")
            return self.rng.choice(knob.names)
        return knob.path


def below(path: str, other: str) -> bool:
    """Whether a path is another or below it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))


def nested(make: Maker, said: list[Said]) -> dict[str, Any]:
    """Assignments as a mapping: each dotted, nested or in between."""
    made: dict[str, Any] = {}
    for op, path, each in said:
        segments = path.replace("[", ".").replace("]", "").split(".")
        insert(make, made, op, segments, each)
    return made


def insert(make: Maker, made: dict[str, Any], op: str, segments: list[str], each: Any) -> None:
    head = segments[0]
    if op == "+" and head == "extra" and len(segments) > 1 and make.rng.random() < 0.5:
        made.setdefault("+extra", {})[".".join(segments[1:])] = each
        return
    if (
        head != "extra"
        and len(segments) > 1
        and make.rng.random() < (0.7 if isinstance(made.get(head), dict) else 0.3)
    ):
        below_it = made.setdefault(head, {})
        if isinstance(below_it, dict) and not segments[1].isdigit() and below_it is not each:
            make.features.add("nested keys")
            insert(make, below_it, op, segments[1:], each)
            return
    if made.get(head) == {}:
        del made[head]
    name = ""
    for segment in segments:
        index = segment.isdigit() and make.rng.random() < 0.5
        name += f"[{segment}]" if index else ("." if name else "") + segment
        if segment.isdigit():
            make.features.add("indices")
    if op + name not in made:
        made[op + name] = each
