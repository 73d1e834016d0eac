"""Which other releases of torchtune have what one lacks."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.torchtune.catalogue.files import order
from tcwc.torchtune.catalogue.load import Catalogue

Has = Callable[[Catalogue], bool]
"""Whether a release has it."""


def without(known: Catalogue, has: Has) -> str:
    """The release that a fork is of, where that has what the fork lacks; "" else."""
    own = (each for each in known.others() if each.version == known.release)
    return next((each.version for each in own if has(each)), "")


def since(known: Catalogue, has: Has) -> str:
    """The first later release that has what a release lacks; "" where none has."""
    later = (each for each in known.others() if order(each.version) > order(known.release))
    return next((each.version for each in later if has(each)), "")


def until(known: Catalogue, has: Has) -> str:
    """The last earlier release that has what a release lacks; "" where none has."""
    others = reversed(known.others())
    earlier = (each for each in others if order(each.version) < order(known.release))
    return next((each.version for each in earlier if has(each)), "")
