"""What is known of the cluster that an experiment is for, where one is chosen."""

from __future__ import annotations

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The cluster profile in a `file`, and the `variables` of the environment that it sets."""

    file: str
    variables: frozenset[str]
